"""The compiled checks say True only where the schemas do, and say it for what is really written."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.documents import facilities
from sync import schemas
from sync.schemas import TYPES
from tests.fakes import FakeAuthorizer, FakeClock, Tablet
from tests.personas import ALICE

_KEYSET: dict[str, Any] = {"set": {"keys": {}}}
_tablet = Tablet(ALICE, _KEYSET, FakeAuthorizer(), FakeClock())
SPECIMENS: list[dict[str, Any]] = [
    *facilities(2),
    _tablet.visit()[1],
    _tablet.document("note", text="a", place=None, media=["medium:1"], at="2026-05-12T09:00:00.000Z"),
    _tablet.document("interview", handle="Б-5", day="2026-05-12", themes=[], child={"assent": True}),
    _tablet.document(
        "submission",
        form="form:a",
        answers={"/data/a": 1},
        complete=False,
        progress={"answered": 1, "total": 2},
    ),
    _tablet.document("event", kind="access", at="2026-05-12T09:00:00.000Z", data={"access": "full"}),
    _tablet.document("finding", title="t", status="draft", evidence=["note:1"], lang="ru"),
    _tablet.document(
        "medium",
        kind="photo",
        mime="image/jpeg",
        state="complete",
        bytes=3,
        duration_ms=1.5,
        chunks=[{"sha256": "a" * 64, "size": 3}],
    ),
    _tablet.document(
        "catalogue", items=[{"id": "a", "label": {"ru": "а", "kk": "а"}, "future": 1}], **{"class": "group"}
    ),
]

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3_000_000),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["", "x", "ru", "draft", "complete", "2026-05-12", "2026-02-30", "2026-05-12T09:00:00Z", "a" * 201]
    ),
    st.lists(st.one_of(st.text(max_size=3), st.none(), st.integers()), max_size=2),
    st.dictionaries(
        st.sampled_from(["ru", "kk", "id", "", "Ъ"]), st.one_of(st.text(max_size=3), st.none()), max_size=2
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in inner for found in [(*path, key), *places(item, (*path, key))]]


def test_what_is_really_written_needs_no_schema() -> None:
    for document in SPECIMENS:
        assert TYPES[document["type"]].surely_valid(document), document["type"]
        assert schemas.problems(document) == {}


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_the_compiled_check_never_says_more_than_the_schema(data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(SPECIMENS)))
    kind = TYPES[document["type"]]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(document)))
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        if data.draw(st.booleans()) and isinstance(holder, dict):
            del holder[path[-1]]
        else:
            holder[path[-1]] = data.draw(VALUES)
        if not document:
            break
    if kind.surely_valid(document):
        assert kind.schema.validate(document) == {}


@pytest.mark.parametrize("name", sorted(TYPES))
def test_an_added_member_that_the_store_keeps_for_itself_is_seen(name: str) -> None:
    document = {**SPECIMENS[0], "_id": f"{name}:1", "type": name, "_attachments": {}}
    assert not TYPES[name].surely_valid(document)
