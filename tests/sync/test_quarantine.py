"""What a person decides about quarantined items, and what the author's tablet is told of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync.documents.contract import DocumentStore
from tests.fakes import Tablet
from tests.personas import ALICE, DANA
from tests.sync.conftest import World


def broken(tablet: Tablet) -> dict[str, Any]:
    """A note whose text is none."""
    return tablet.document("note", text=5, place=None, theme=None, at="2026-05-12T09:00:00.000Z")


def held(world: World, tablet: Tablet, channel: str, document: dict[str, Any]) -> str:
    """Deliver what goes to quarantine; its envelope."""
    (answer,) = world.deliver(tablet, tablet.envelope(channel, document))
    assert answer["quarantined"]
    return str(answer["receipt"]["envelope"])


def told(world: World, tablet: Tablet, known: str = "") -> dict[str, Any] | None:
    """What a tablet's stream says of quarantine; None where it says nothing."""
    lines = world.engine.changes.lines(
        tablet.account, {"channels": {}, "quarantine": known}, device=tablet.id
    )
    return next((line["quarantine"] for line in map(json.loads, lines) if "quarantine" in line), None)


def test_a_decider_sees_what_is_in_it_and_what_is_wrong(world: World, alice: Tablet, visit: str) -> None:
    document = broken(alice)
    found = world.engine.decisions.look(held(world, alice, visit, document))
    assert found is not None
    assert (found.document, found.problems, found.row["reason"]) == (document, ("text",), "schema")
    assert world.engine.decisions.look("01JZZZZZZZZZZZZZZZZZZZZZZZ") is None


def test_handed_back_it_is_a_task_of_its_tablet_until_a_mended_version_comes(
    world: World, alice: Tablet, bob: Tablet, visit: str
) -> None:
    document = broken(alice)
    envelope = held(world, alice, visit, document)
    before = told(world, alice)
    assert before is not None
    assert before["items"][0]["decision"] is None
    assert world.engine.decisions.hand_back(envelope, by=DANA.id, note="Write the text")
    standing = told(world, alice, before["digest"])
    assert standing is not None
    (item,) = standing["items"]
    assert (item["decision"], item["note"], item["fields"], item["document"]) == (
        "returned", "Write the text", ["text"], document["_id"],
    )  # fmt: skip
    assert told(world, alice, standing["digest"]) is None
    other = told(world, bob)
    assert other is not None
    assert other["items"] == []
    world.bring(alice, visit, {**document, "text": "Темно", "base": {"text": 5}})
    after = told(world, alice, standing["digest"])
    assert after is not None
    assert after["items"] == []
    assert world.engine.quarantine() == []
    assert world.engine.read(visit, document["_id"])["text"] == "Темно"  # type: ignore[index]
    # The archive holds both, the first as it came.
    sealed = [row["revision"] for row in world.engine.receipts(visit)[-2:] for row in [row["receipt"]]]
    assert sealed == list(reversed(alice.history[document["_id"]]))


def test_another_document_mends_nothing(world: World, alice: Tablet, visit: str) -> None:
    envelope = held(world, alice, visit, broken(alice))
    world.engine.decisions.hand_back(envelope, by=DANA.id, note="Write the text")
    world.bring(alice, visit, alice.document("note", text="иное", at="2026-05-12T09:00:00.000Z"))
    assert [row["envelope"] for row in world.engine.quarantine()] == [envelope]


def test_kept_as_it_is_it_waits_for_nobody_and_is_still_there(
    world: World, alice: Tablet, visit: str
) -> None:
    document = broken(alice)
    envelope = held(world, alice, visit, document)
    assert world.engine.decisions.keep(envelope, by=DANA.id, note="A test of the tablet")
    assert world.engine.quarantine() == []
    (row,) = world.engine.held.kept()
    assert (row["envelope"], row["note"], row["decided_by"]) == (envelope, "A test of the tablet", DANA.id)
    standing = told(world, alice)
    assert standing is not None
    assert standing["items"][0]["decision"] == "kept"
    # Another decision may follow, and its transport key is still needed.
    assert world.engine.held.waiting_under(world.engine.keys.keyset["set"]["keys"]["transport"]["id"]) == 1
    assert world.engine.decisions.look(envelope).document == document  # type: ignore[union-attr]
    assert world.engine.decisions.hand_back(envelope, by=DANA.id, note="After all")
    assert world.engine.held.kept() == []


def test_checked_again_after_its_cause_was_mended_the_tablet_learns_of_it(
    world: World, alice: Tablet, charlie: Tablet, visit: str
) -> None:
    document = charlie.document("note", text="Я был там", at="2026-05-12T09:00:00.000Z")
    envelope = held(world, charlie, visit, document)
    before = told(world, charlie)
    assert before is not None
    assert world.engine.decisions.keep(envelope, by=DANA.id, note="Not of the team")
    card = world.engine.read(visit, f"visit:{visit[6:].upper()}")
    assert card is not None
    card["team"].append({"person": charlie.account.id, "part": ""})
    world.bring(alice, visit, {**card, "device": alice.id})
    # What was decided stands, until a person asks again.
    assert world.engine.read(visit, document["_id"]) is None
    assert world.engine.release(envelope) is True
    assert world.engine.read(visit, document["_id"]) == document
    after = told(world, charlie, before["digest"])
    assert after is not None
    assert after["items"] == []
    assert after["seq"] == 1


def test_what_is_only_added_to_cannot_be_handed_back(world: World, alice: Tablet, visit: str) -> None:
    event = alice.document("event", kind="arrival", at="yesterday", data={})
    envelope = held(world, alice, visit, event)
    assert world.engine.decisions.hand_back(envelope, by=DANA.id, note="Again") is False
    assert world.engine.quarantine()[0]["decision"] is None


@pytest.mark.parametrize("decide", ["returned", "kept"])
def test_what_is_erased_waits_no_more(world: World, alice: Tablet, visit: str, decide: str) -> None:
    document = broken(alice)
    envelope = held(world, alice, visit, document)
    if decide == "returned":
        world.engine.decisions.hand_back(envelope, by=DANA.id, note="Write the text")
    else:
        world.engine.decisions.keep(envelope, by=DANA.id, note="A test of the tablet")
    withdrawal = alice.document(
        "withdrawal",
        interview=None,
        use="interview",
        erases=[document["_id"]],
        reason="",
        at="2026-05-12T09:00:00.000Z",
    )
    world.bring(alice, visit, withdrawal)
    assert world.engine.quarantine() == world.engine.held.kept() == []
    assert world.engine.release(envelope) is False
    standing = told(world, alice)
    assert standing is not None
    assert standing["items"] == []


def test_a_waiting_tablet_is_told_at_once(world: World, alice: Tablet, visit: str) -> None:
    envelope = held(world, alice, visit, broken(alice))
    lines = [
        json.loads(line) for line in world.engine.changes.lines(ALICE, {"quarantine": ""}, device=alice.id)
    ]
    since: dict[str, str] = {}
    channel = ""
    for line in lines:
        channel = line.get("channel", channel)
        if "since" in line:
            since[channel] = line["since"]
    digest = lines[0]["quarantine"]["digest"]
    world.engine.decisions.keep(envelope, by=DANA.id, note="A test of the tablet")
    body = {"channels": since, "wait_ms": 20_000, "quarantine": digest}
    naps = world.clock.naps
    assert "quarantine" in json.loads(next(iter(world.engine.changes.lines(ALICE, body, device=alice.id))))
    assert world.clock.naps == naps


def test_a_store_never_sees_what_is_kept(world: World, alice: Tablet, visit: str) -> None:
    document = broken(alice)
    world.engine.decisions.keep(held(world, alice, visit, document), by=DANA.id, note="A test")
    store: DocumentStore = world.engine.documents
    assert document["_id"] not in {change.id for change in store.changes(visit).changes}
    world.engine.rebuild()
    assert world.engine.read(visit, document["_id"]) is None
