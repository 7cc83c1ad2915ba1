"""Schemas and docs/documents.md say the same; what is unknown is kept, what is newer is left alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sync import schemas
from sync.schemas.header import Header
from sync.schemas.visits import EVENT_DATA

PAGE = (Path(__file__).parents[2] / "docs/documents.md").read_text()
HEADER: dict[str, Any] = {
    "schema": 1,
    "class": "group",
    "created_at": "2026-05-12T09:00:00.000Z",
    "updated_at": "2026-05-12T09:00:00.000Z",
    "created_by": "01JA000000000000000000000A",
    "updated_by": "01JA000000000000000000000A",
    "device": "01JD0000000000000000000001",
}


def described(type_: str) -> str:
    """The table row of a type."""
    (row,) = re.findall(rf"^\| [^|]*`{type_}`[^|]* \|.*$", PAGE, re.MULTILINE)
    return str(row)


@pytest.mark.parametrize("name", sorted(schemas.TYPES))
def test_every_field_of_a_schema_is_described(name: str) -> None:
    own = set(schemas.SCHEMAS[name].fields) - set(Header().fields)
    missing = [field for field in own if not re.search(rf"\b{field}\b", described(name))]
    assert own
    assert not missing


def test_every_kind_of_event_is_described_with_its_data() -> None:
    row = described("event")
    for kind, schema in EVENT_DATA.items():
        data = re.search(rf"`{kind} \{{([^`]*)\}}`", row)
        assert data, kind
        assert [field for field in schema().fields if not re.search(rf"\b{field}\b", data[1])] == []


@pytest.mark.parametrize("kind", ["photo", "sketch", "document", "audio", "video", "appeal", "original"])
def test_a_mediums_class_goes_by_its_kind(kind: str) -> None:
    expected = "group" if kind in ("photo", "sketch", "document") else "custody"
    medium = {
        **HEADER,
        "_id": "medium:1",
        "type": "medium",
        "kind": kind,
        "mime": "x/y",
        "state": "recording",
    }
    medium["chunks"] = []
    assert schemas.problems({**medium, "class": expected}) == {}
    wrong = {"group": "custody", "custody": "group"}[expected]
    assert set(schemas.problems({**medium, "class": wrong})) == {"class"}


@pytest.mark.parametrize(
    "chunks",
    [
        [{"sha256": "0" * 64, "size": 1_048_577}],
        [{"sha256": "0" * 64, "size": 0}],
        [{"sha256": "0" * 63, "size": 5}],
        [{"sha256": "0" * 64, "size": 5}, {"sha256": "1" * 64, "size": 5}],
        [{"sha256": "0" * 64, "size": 4}],
        "none",
    ],
)
def test_a_mediums_chunks_must_add_up(chunks: Any) -> None:
    medium = {
        **HEADER,
        "_id": "medium:1",
        "type": "medium",
        "kind": "photo",
        "mime": "x/y",
        "state": "complete",
    }
    assert schemas.problems({**medium, "chunks": [{"sha256": "0" * 64, "size": 5}], "bytes": 5}) == {}
    assert schemas.problems({**medium, "chunks": chunks, "bytes": 5})


def test_an_interview_has_no_place() -> None:
    interview = {**HEADER, "_id": "interview:1", "type": "interview", "handle": "Б-5"}
    assert schemas.problems(interview) == {}
    assert schemas.problems({**interview, "place": None}) == {}
    assert set(schemas.problems({**interview, "place": "камера 3"})) == {"place"}


def test_unknown_fields_and_types_are_no_problem() -> None:
    note = {**HEADER, "_id": "note:1", "type": "note", "text": "x"}
    assert schemas.problems({**note, "future": {"deep": [1]}}) == {}
    assert schemas.problems({**HEADER, "_id": "dream:1", "type": "dream", "anything": 1}) == {}
    assert schemas.problems({**HEADER, "_id": "dream:1", "type": "dream", "class": "everyone"})


def test_an_event_of_a_kind_nobody_knows_is_kept() -> None:
    event = {
        **HEADER,
        "_id": "event:1",
        "type": "event",
        "kind": "eclipse",
        "at": HEADER["created_at"],
        "data": {},
    }
    assert schemas.problems(event) == {}
    assert set(schemas.problems({**event, "kind": "access"})) == {"data"}


def test_only_a_higher_number_of_a_known_type_is_newer() -> None:
    assert schemas.is_newer({"type": "note", "schema": 2})
    assert not schemas.is_newer({"type": "note", "schema": 1})
    assert not schemas.is_newer({"type": "note", "schema": True})
    assert not schemas.is_newer({"type": "dream", "schema": 9})
