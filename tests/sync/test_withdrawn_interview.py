"""With an interview goes what was made of it, also what the one who withdrew had never seen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import Tablet
from tests.sync.conftest import World
from tests.sync.test_erasure import MARKER, archived, deliver, recording, traces, withdraw


@pytest.fixture
def interview(world: World, alice: Tablet, visit: str) -> dict[str, Any]:
    made = alice.document("interview", handle="А-1", category="adult", summary=MARKER, day="2026-05-12")
    world.bring(alice, visit, made)
    return made


def test_a_colleagues_material_that_was_here_already_goes_too(
    world: World, alice: Tablet, bob: Tablet, visit: str, interview: dict[str, Any]
) -> None:
    medium, _, key = recording(bob)
    medium["interview"] = interview["_id"]
    note = bob.document("note", text=MARKER, about=interview["_id"])
    other = bob.document("note", text="о другом")
    deliver(world, bob, visit, medium, key)
    world.bring(bob, visit, note, other)
    # Alice's tablet knew of neither.
    world.bring(alice, visit, withdraw(alice, interview["_id"]))
    for document in (interview, medium, note):
        assert world.engine.read(visit, document["_id"])["erased"] is True  # type: ignore[index]
        assert set(archived(world, document["_id"])) == {None}
    assert world.engine.content_keys.get(visit, medium["_id"]) is None
    assert world.engine.read(visit, other["_id"]) == other
    assert not traces(world, MARKER.encode())


def test_in_one_batch_with_the_withdrawal_it_goes_too(
    world: World, alice: Tablet, visit: str, interview: dict[str, Any]
) -> None:
    note = alice.document("note", text=MARKER, about=interview["_id"])
    world.bring(alice, visit, note, withdraw(alice, interview["_id"]))
    assert world.engine.read(visit, note["_id"])["erased"] is True  # type: ignore[index]


@pytest.mark.parametrize("decided", [None, "kept", "carried-on"])
def test_what_of_it_lies_in_quarantine_goes_too(
    world: World, alice: Tablet, bob: Tablet, visit: str, interview: dict[str, Any], decided: str | None
) -> None:
    note = bob.document("note", text=MARKER, about=interview["_id"], place=7)
    (answer,) = world.deliver(bob, bob.envelope(visit, note))
    assert answer["quarantined"] == "schema"
    if decided == "kept":
        world.engine.decisions.keep(answer["receipt"]["envelope"], by=alice.account.id, note="A test")
    if decided == "carried-on":
        world.bring(bob, visit, {**note, "place": "корпус 2"})
    world.bring(alice, visit, withdraw(alice, interview["_id"]))
    assert set(archived(world, note["_id"])) == {None}
    assert world.engine.quarantine() == world.engine.held.kept() == []
    (again,) = world.deliver(bob, bob.envelope(visit, {**note, "place": "корпус 3"}))
    assert "receipt" in again
    assert archived(world, note["_id"])[-1] is None


def test_a_withdrawn_recording_leaves_the_talk(
    world: World, alice: Tablet, visit: str, interview: dict[str, Any]
) -> None:
    medium, _, key = recording(alice)
    medium["interview"] = interview["_id"]
    deliver(world, alice, visit, medium, key)
    note = alice.document("note", text="осталось", about=interview["_id"])
    world.bring(alice, visit, note, withdraw(alice, medium["_id"]))
    assert world.engine.read(visit, note["_id"]) == note
    assert "erased" not in world.engine.read(visit, interview["_id"])  # type: ignore[operator]
