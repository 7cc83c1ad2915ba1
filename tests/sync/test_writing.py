"""What the office writes: headers, rights, problems (docs/server.md)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync.authorization import Account
from sync.errors import BadDocument, NotFound, Refused
from tests.fakes import Tablet
from tests.personas import ADA, ALICE, BOB, CAROL, CHARLIE, COLIN, DANA, KIM
from tests.sync.conftest import FACILITY, World

NOTE = {"type": "note", "text": "x"}
PLAN = {"_id": "plan:2026", "type": "plan", "year": 2026, "items": []}
PERSON = {"_id": "person:1", "type": "person", "name": "x", "initial": "x", "role": "monitor", "active": True}
VISIT = {
    "type": "visit",
    "facility": "facility:one",
    "kind": "periodic",
    "from": "2026-06-01",
    "to": "2026-06-02",
    "group": "group-north",
    "leader": ALICE.id,
    "team": [{"person": ALICE.id, "part": ""}, {"person": BOB.id, "part": ""}],
    "status": "planned",
}


def test_the_header_is_filled_in(world: World) -> None:
    revision = world.engine.submit("reference", {**FACILITY, "_id": "facility:two"}, author=DANA)
    document = revision.document
    assert document["class"] == "group"
    assert document["schema"] == 1
    assert document["device"] == "office"
    assert document["created_by"] == document["updated_by"] == DANA.id
    assert document["created_at"] == "2026-05-12T09:00:00.000Z"
    assert "base" not in document
    assert revision.rev.startswith("1-")


def test_a_further_version_keeps_who_made_it_and_says_what_changed(world: World) -> None:
    world.clock.pass_(hours=1)
    other = Account(**{**DANA.__dict__, "id": "01JA000000000000000000000Z"})
    revision = world.engine.submit("reference", {**FACILITY, "capacity": 100}, author=other)
    assert revision.rev.startswith("2-")
    assert revision.document["base"] == {"capacity": None}
    assert revision.document["created_by"] == DANA.id
    assert revision.document["created_at"] == "2026-05-12T09:00:00.000Z"
    assert revision.document["updated_by"] == other.id
    assert revision.document["updated_at"] == "2026-05-12T10:00:00.000Z"


def test_what_changes_nothing_is_not_written(world: World) -> None:
    first = world.engine.submit("reference", dict(FACILITY), author=DANA)
    world.clock.pass_(hours=1)
    assert world.engine.submit("reference", dict(FACILITY), author=DANA) == first


def test_a_planned_visit_reaches_its_team(world: World) -> None:
    channel = "visit-01jv0000000000000000000001"
    document = {**VISIT, "_id": "visit:01JV0000000000000000000001"}
    world.engine.submit(channel, document, author=ALICE)
    lines = [json.loads(line) for line in world.engine.changes.lines(BOB, {})]
    assert channel in [line.get("channel") for line in lines]


def test_many_keep_the_header_they_bring(world: World) -> None:
    old = {"created_at": "2020-01-01T00:00:00.000Z", "updated_at": "2021-01-01T00:00:00.000Z"}
    named = {"created_by": BOB.id, "updated_by": BOB.id, "device": "01JD0000000000000000000001"}
    world.engine.submit_many("reference", [{**FACILITY, "_id": "facility:old", **old, **named}], author=DANA)
    document = world.engine.read("reference", "facility:old")
    assert document is not None
    assert {name: document[name] for name in (*old, *named)} == {**old, **named}


def test_one_bad_document_stops_the_whole_batch(world: World) -> None:
    batch = [{**FACILITY, "_id": "facility:good"}, {**FACILITY, "_id": "facility:bad", "capacity": "many"}]
    with pytest.raises(BadDocument) as caught:
        world.engine.submit_many("reference", batch, author=DANA)
    assert set(caught.value.problems) == {"capacity"}
    assert world.engine.read("reference", "facility:good") is None


@pytest.mark.parametrize(
    ("channel", "document", "allowed"),
    [
        ("reference", {**FACILITY, "_id": "facility:new"}, {DANA}),
        ("reference", PERSON, {DANA, ADA}),
        ("office", PLAN, {DANA, ALICE, CAROL}),
        ("visit", NOTE, {DANA, ALICE, BOB}),
        ("visit", {**VISIT, "_id": "own", "objectives": "иначе"}, {DANA, ALICE}),
    ],
)
def test_who_may_write_what(
    world: World, alice: Tablet, visit: str, channel: str, document: dict[str, Any], allowed: set[Account]
) -> None:
    where = visit if channel == "visit" else channel
    document = {**document, "_id": f"visit:{visit[6:].upper()}"} if document.get("_id") == "own" else document
    for account in (ALICE, BOB, CHARLIE, CAROL, DANA, KIM, COLIN, ADA):
        if account in allowed:
            assert world.engine.submit(where, document, author=account).rev
        else:
            with pytest.raises(Refused):
                world.engine.submit(where, document, author=account)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"capacity": "many"},
        {"name": {"ru": 5}},
        {"opened": "12.05.2020"},
        {"opened": "2020-02-30"},
        {"class": "custody"},
        {"_id": "note:1"},
        {"lang": "по-русски"},
        {"n": float("nan")},
    ],
)
def test_a_document_that_breaks_its_schema_is_refused(world: World, spoilt: dict[str, Any]) -> None:
    with pytest.raises(BadDocument):
        world.engine.submit("reference", {**FACILITY, **spoilt}, author=DANA)


def test_a_type_belongs_into_its_own_channel(world: World, visit: str) -> None:
    for channel, document in (("reference", PLAN), ("office", NOTE), (visit, PLAN)):
        with pytest.raises(BadDocument):
            world.engine.submit(channel, document, author=DANA)


def test_nothing_is_written_into_a_channel_that_is_not_there(world: World) -> None:
    with pytest.raises((NotFound, Refused)):
        world.engine.submit("visit-01jv0000000000000000000009", NOTE, author=DANA)
    assert world.engine.read("visit-01jv0000000000000000000009", "note:1") is None
