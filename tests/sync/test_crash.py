"""The power is cut between any two steps; the tablet sends again, and nothing is lost, doubled or changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from sync.database import reading
from sync.documents.contract import Change
from sync.documents.embedded import EmbeddedStore
from sync.errors import StoreFailed
from sync.gateway.outbox import Outbox, Rooms
from sync.gateway.proof import prove
from sync.projections import tables
from sync.revisions import content
from sync.wire import canonical, sha256_hex
from tests.fakes import Fragile, Tablet
from tests.personas import ALICE, BOB
from tests.sync.conftest import World, build

STEPS = {
    "documents": {"create_channel", "put_revisions", "purge"},
    "archive": {"add", "acknowledge", "settle"},
    "content_keys": {"add", "note_chunks"},
    "channels": {"catch_up"},
    "erasures": {"request"},
}


def fragile_outbox(world: World) -> tuple[Outbox, dict[str, Fragile]]:
    """The engine's outbox, every room of which can be cut."""
    engine = world.engine
    rooms = {
        "documents": Fragile(engine.documents, STEPS["documents"]),
        "archive": Fragile(engine.archive, STEPS["archive"]),
        "content_keys": Fragile(engine.content_keys, STEPS["content_keys"]),
        "channels": Fragile(engine.channels, STEPS["channels"]),
        "erasures": Fragile(engine.erasures, STEPS["erasures"]),
    }
    typed: Any = rooms
    others = {"keys": engine.keys, "authorizer": world.authorizer, "clock": world.clock}
    return Outbox(Rooms(**typed, **others, provisional=engine.provisional, quarantine=engine.held)), rooms


def story(tablet: Tablet) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]], str]:
    """A batch in which everything happens: a new visit, a photo with its key, testimony, a withdrawal, a bad note."""
    channel, visit = tablet.visit(BOB)
    photo, key, _ = tablet.photo([b"one", b"two"])
    interview = tablet.document("interview", handle="А-1", category="adult", day="2026-05-12", people=1)
    testimony = tablet.document("testimony", interview=interview["_id"], sealed="A" * 64, size=10)
    withdrawal = tablet.document(
        "withdrawal", interview=interview["_id"], use="interview", erases=[testimony["_id"]], reason=""
    )
    bad = tablet.document("note", text=None)
    documents = [photo, interview, testimony, withdrawal, bad, visit]
    keys = {
        photo["_id"]: [tablet.group_key(photo, key)],
        testimony["_id"]: [tablet.custody_key(testimony, key)],
    }
    envelopes = [tablet.envelope(channel, each, keys=keys.get(each["_id"], [])) for each in documents]
    return channel, documents, envelopes, testimony["_id"]


def outcome(world: World, channel: str, answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything that may not depend on when the power was cut."""
    receipts = [row["receipt"] for row in world.engine.receipts(channel)]
    changes = world.engine.documents.changes(channel).changes
    return {
        "answered": [(answer["receipt"]["envelope"], answer.get("quarantined")) for answer in answers],
        "receipts": sorted((row["envelope"], row["revision"]) for row in receipts),
        "seqs": sorted(row["seq"] for row in receipts),
        "documents": {change.id: [content(leaf.doc) for leaf in change.leaves] for change in changes},
        "quarantine": [(row["document"], row["reason"]) for row in world.engine.quarantine()],
    }


def test_a_cut_between_any_two_steps_loses_and_doubles_nothing(tmp_path: Path) -> None:
    (tmp_path / "calm").mkdir()
    calm = build(tmp_path / "calm")
    steps = 0
    for room, calls in STEPS.items():
        for after in (False, True):
            for countdown in range(1, 12):
                folder = tmp_path / f"{room}-{after}-{countdown}"
                folder.mkdir()
                world = build(folder)
                tablet = world.tablet(ALICE)
                channel, documents, envelopes, testimony = story(tablet)
                outbox, rooms = fragile_outbox(world)
                rooms[room].countdown, rooms[room].after = countdown, after
                body = {"envelopes": envelopes}
                try:
                    outbox.deliver(body, carrier=tablet.id)
                except StoreFailed:
                    steps += 1
                else:
                    assert calls
                    break  # there are no further calls of this room to cut
                # The process has died: a new one stands up on the same files, and the tablet sends again.
                again = build(folder, authorizer=world.authorizer, clock=world.clock)
                answers = again.engine.deliver(body, carrier=tablet.id)
                found = outcome(again, channel, answers)
                assert [reason for _, reason in found["answered"]] == [None, None, None, None, "schema", None]
                assert found["seqs"] == [1, 2, 3, 4, 5, 6]
                assert set(found["documents"]) - {f"brief:{channel[6:].upper()}"} == {
                    document["_id"] for document in documents if document["type"] != "note"
                }
                assert all(len(leaves) == 1 for leaves in found["documents"].values())
                (stub,) = found["documents"][testimony]
                assert stub["erased"] is True
                assert "sealed" not in stub
                assert again.engine.content_keys.get(channel, testimony) is None
                assert again.engine.content_keys.get(channel, documents[0]["_id"]) is not None
                assert again.engine.deliver(body, carrier=tablet.id) == answers
    assert steps > 15
    assert calm.engine.quarantine() == []


def test_nothing_is_receipted_before_the_store_has_committed(world: World, alice: Tablet, visit: str) -> None:
    outbox, rooms = fragile_outbox(world)
    rooms["documents"].countdown = 1
    envelope = alice.envelope(visit, alice.document("note", text="x"))
    before = world.engine.receipts(visit)
    with pytest.raises(StoreFailed):
        outbox.deliver({"envelopes": [envelope]}, carrier=alice.id)
    assert world.engine.receipts(visit) == before


def test_what_was_archived_is_stored_and_receipted_at_the_next_start_though_nobody_sends_it_again(
    world: World, alice: Tablet
) -> None:
    outbox, rooms = fragile_outbox(world)
    rooms["documents"].countdown = 1
    channel, visit = alice.visit(BOB)
    note = alice.document("note", text="x")
    envelopes = [alice.envelope(channel, document) for document in (note, visit)]
    with pytest.raises(StoreFailed):
        outbox.deliver({"envelopes": envelopes}, carrier=alice.id)
    again = build(world.folder, authorizer=world.authorizer, clock=world.clock)
    assert len(prove(again.engine.archive._database, again.engine.keys, world.authorizer).flaws) == 2
    assert again.engine.resume() > 0
    assert again.engine.read(channel, note["_id"]) == note
    assert again.engine.quarantine() == []
    assert prove(again.engine.archive._database, again.engine.keys, world.authorizer).flaws == ()
    receipts = {row["receipt"]["envelope"]: row["receipt"] for row in again.engine.receipts(channel)}
    # A tablet that does send it again gets the same receipts.
    answers = again.engine.deliver({"envelopes": envelopes}, carrier=alice.id)
    assert {answer["receipt"]["envelope"]: answer["receipt"] for answer in answers} == receipts
    assert again.engine.resume() == 0


def test_a_failing_projection_does_not_take_a_receipt_back(
    world: World, alice: Tablet, visit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise StoreFailed("the read model is down")

    with monkeypatch.context() as patch:
        patch.setattr(world.engine.projector, "catch_up", fail)
        (answer,) = world.deliver(alice, alice.envelope(visit, alice.document("note", text="x")))
    assert "receipt" in answer
    assert world.engine.catch_up() > 0


def test_two_workers_that_meet_the_same_envelope_agree(world: World, alice: Tablet, visit: str) -> None:
    other = build(world.folder, authorizer=world.authorizer, clock=world.clock)
    envelope = alice.envelope(visit, alice.document("note", text="x"))
    first = world.deliver(alice, envelope)
    assert other.engine.deliver({"envelopes": [envelope]}, carrier=alice.id) == first
    assert isinstance(other.engine.documents, EmbeddedStore)


def test_an_erasure_cut_in_the_middle_is_completed_at_the_next_start(
    world: World, alice: Tablet, visit: str
) -> None:
    document = alice.document("note", text="слова, которых больше нет")
    world.bring(alice, visit, document)
    erasures = world.engine.erasures
    erasures._documents = Fragile(world.engine.documents, {"put_revisions"})
    erasures._documents.countdown = 1  # after the purge, before the stub
    withdrawal = alice.document("withdrawal", interview=None, use="interview", erases=[document["_id"]])
    world.engine.outbox.deliver({"envelopes": [alice.envelope(visit, withdrawal)]}, carrier=alice.id)
    assert [row["document"] for row in erasures.pending()] == [document["_id"]]
    again = build(world.folder, authorizer=world.authorizer, clock=world.clock)
    assert again.engine.erasures.pending() == []
    stub = again.engine.read(visit, document["_id"])
    assert stub is not None
    assert stub["erased"] is True
    assert not any(
        "слова, которых".encode() in path.read_bytes() for path in world.folder.glob("documents.sqlite*")
    )


def test_a_withdrawal_whose_erasure_was_never_written_down_is_carried_out_at_the_next_start(
    world: World, alice: Tablet, visit: str
) -> None:
    document = alice.document("note", text="слова")
    world.bring(alice, visit, document)
    outbox, rooms = fragile_outbox(world)
    rooms["erasures"].countdown = 1
    withdrawal = alice.document("withdrawal", interview=None, use="interview", erases=[document["_id"]])
    with pytest.raises(StoreFailed):
        outbox.deliver({"envelopes": [alice.envelope(visit, withdrawal)]}, carrier=alice.id)
    world.engine.catch_up()
    assert world.engine.read(visit, document["_id"]) == document
    again = build(world.folder, authorizer=world.authorizer, clock=world.clock)
    assert again.engine.read(visit, document["_id"])["erased"] is True  # type: ignore[index]
    assert ("erasure", ALICE.id, withdrawal["_id"]) in world.authorizer.log


def test_many_tablets_deliver_to_several_workers_at_once(world: World, alice: Tablet) -> None:
    team = [world.tablet(ALICE if number % 2 else BOB) for number in range(4)]
    channel, document = alice.visit(BOB)
    world.bring(alice, channel, document)
    workers = [world, build(world.folder, authorizer=world.authorizer, clock=world.clock)]
    batches = [
        [tablet.envelope(channel, tablet.document("note", text=str(number))) for number in range(10)]
        for tablet in team
        for _ in range(3)
    ]

    def deliver(index: int) -> list[dict[str, Any]]:
        # Every batch goes to both workers, as after a lost answer.
        body = {"envelopes": batches[index // 2]}
        return workers[index % 2].engine.deliver(body, carrier=alice.id)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(deliver, range(2 * len(batches))))
    assert answers[0::2] == answers[1::2]
    receipts = [row["receipt"] for row in world.engine.receipts(channel)]
    for tablet in team:
        chain = sorted(
            (row for row in receipts if row["device"] == tablet.id), key=lambda row: int(row["seq"])
        )
        assert [row["seq"] for row in chain] == list(range(1, 31))
        assert [row["prev"] for row in chain[1:]] == [sha256_hex(canonical(row)) for row in chain[:-1]]
    notes = [change for change in changes_of(world, channel) if change.id.startswith("note:")]
    assert len(notes) == 120
    world.engine.catch_up()
    with reading(world.engine.archive._database) as connection:
        query = select(func.count()).select_from(tables.item).where(tables.item.c.type == "note")
        assert connection.scalar(query) == 120


def changes_of(world: World, channel: str) -> tuple[Change, ...]:
    return world.engine.documents.changes(channel).changes
