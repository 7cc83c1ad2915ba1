"""What was made of a withdrawn interview and is replicated only afterwards is erased with it."""

from __future__ import annotations

from typing import Any

import pytest

from sync.wire import sha256_hex
from tests.replication.conftest import Gateway
from tests.replication.test_protocol import with_history


@pytest.fixture
def interview(gateway: Gateway) -> dict[str, Any]:
    """An interview whose person took everything back."""
    alice = gateway.alice
    made = alice.document("interview", handle="А-1", category="adult", summary="", day="2026-05-12")
    gateway.world.bring(alice, gateway.channel, made)
    withdrawal = alice.document(
        "withdrawal", interview=made["_id"], use="interview", erases=[made["_id"]], reason=""
    )
    gateway.world.bring(alice, gateway.channel, withdrawal)
    return made


def replicate(gateway: Gateway, document: dict[str, Any]) -> list[dict[str, Any]]:
    body = {"docs": [with_history(document)], "new_edits": False}
    rows: list[dict[str, Any]] = gateway.ask(
        "POST", f"/{gateway.channel}/_bulk_docs", body, login="peer"
    ).json
    return rows


def test_a_late_recording_is_refused_and_its_parts_are_gone(
    gateway: Gateway, interview: dict[str, Any]
) -> None:
    engine = gateway.world.engine
    medium, _, chunks = gateway.alice.medium("audio", [b"a" * 2000], interview=interview["_id"])
    for chunk in chunks:
        engine.media.put(sha256_hex(chunk), chunk)
    (row,) = replicate(gateway, medium)
    assert (row["error"], row["reason"].partition(":")[0]) == ("forbidden", "erased")
    assert engine.read(gateway.channel, medium["_id"]) is None
    hashes = [sha256_hex(chunk) for chunk in chunks]
    assert engine.media.held(hashes) == set()
    assert engine.content_keys.refused_chunks(hashes) == set(hashes)
    assert medium["_id"] in engine.erasures.erased(gateway.channel, [medium["_id"]])
    # Sent again, it is refused again, and the tablets were told once.
    (again,) = replicate(gateway, medium)
    assert again["error"] == "forbidden"


def test_a_late_note_is_refused_as_an_edit_too(gateway: Gateway, interview: dict[str, Any]) -> None:
    note = gateway.alice.document("note", text="взято обратно", about=interview["_id"], device="office")
    path = f"/{gateway.channel}/{note['_id']}"
    answer = gateway.ask("PUT", path, note, login="alice")
    assert answer.status == 403, answer.body
    assert gateway.world.engine.read(gateway.channel, note["_id"]) is None
    (row,) = replicate(gateway, {**note, "device": gateway.alice.id})
    assert row["error"] == "forbidden"


def test_what_is_about_something_else_comes_in(gateway: Gateway, interview: dict[str, Any]) -> None:
    note = gateway.alice.document("note", text="о другом", about=None)
    assert replicate(gateway, note) == []
    assert gateway.world.engine.read(gateway.channel, note["_id"]) == note
