"""Packs: a channel's first sync, prepared (docs/protocol.md, section 5)."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask

from sync.authorization import Account
from sync.documents.contract import Incoming
from sync.gateway import packs
from sync.gateway.media import CHUNK_BYTES, frame_nonce
from sync.gateway.packs import LEAST_DOCUMENTS, TAIL_SHARE
from sync.revisions import revision_id
from sync.wire import sha256_hex, unb64
from tests.fakes import Tablet
from tests.personas import ALICE, BOB, CHARLIE, DANA
from tests.sync.conftest import FACILITY, World

MANY = LEAST_DOCUMENTS + 20


def fill(world: World, channel: str, count: int = MANY, start: int = 0, text: str = "слово ") -> list[str]:
    documents = [
        {"_id": f"note:{number:026}", "type": "note", "class": "group", "text": f"{text * 20}{number}"}
        for number in range(start, start + count)
    ]
    world.engine.documents.put_revisions(
        channel, [Incoming(revision_id(None, document), document) for document in documents]
    )
    return [str(document["_id"]) for document in documents]


def ask(world: World, account: Account, channel: str, since: str | None = None, **more: Any) -> list[Any]:
    """The channel's section of the stream."""
    body = {"channels": {channel: since}, "packs": True, **more}
    lines = [json.loads(line) for line in world.engine.changes.lines(account, body)]
    at = next(number for number, line in enumerate(lines) if line.get("channel") == channel)
    after = [
        number
        for number, line in enumerate(lines)
        if number > at and line.keys() & {"channel", "gone", "end"}
    ]
    return lines[at : after[0]]


def pack_of(world: World, account: Account, channel: str) -> dict[str, Any]:
    (pack,) = [line["pack"] for line in ask(world, account, channel) if "pack" in line]
    return dict(pack)


def open_pack(world: World, channel: str, pack: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """A pack's blocks of rows, as a tablet opens them."""
    box, blocks = AESGCM(unb64(pack["key"])), []
    for number, found in enumerate(pack["ranges"]):
        sealed = world.engine.packs.read(found["sha256"])
        assert sealed is not None
        assert (sha256_hex(sealed), len(sealed)) == (found["sha256"], found["size"])
        assert len(sealed) <= CHUNK_BYTES
        nonce = frame_nonce(number, last=number == len(pack["ranges"]) - 1)
        plain = gzip.decompress(box.decrypt(nonce, sealed, f"aigaq/pack/1\n{channel}".encode()))
        assert plain.endswith(b"\n")
        blocks += [json.loads(line) for line in plain.splitlines()]
    return blocks


def ids(blocks: list[list[dict[str, Any]]]) -> list[str]:
    return [row["id"] for block in blocks for row in block]


def test_a_pack_and_what_follows_it_are_the_whole_channel(world: World, alice: Tablet, visit: str) -> None:
    fill(world, visit)
    whole = ask(world, BOB, visit, packs=False)
    pack = pack_of(world, BOB, visit)
    blocks = open_pack(world, visit, pack)
    rows = [{key: value for key, value in line.items() if key != "seq"} for line in whole if "id" in line]
    assert [row for block in blocks for row in block] == rows
    assert max(map(len, blocks)) <= packs.BLOCK_DOCUMENTS
    late = alice.document("note", text="x", place=None, theme=None, source=None, media=[])
    world.bring(alice, visit, late)
    after = ask(world, BOB, visit, pack["since"])
    assert [line["id"] for line in after if "id" in line] == [late["_id"]]


def test_after_a_pack_the_stream_says_nothing_more_of_the_channel(world: World, visit: str) -> None:
    fill(world, visit)
    assert ["pack" in line or "epoch" in line for line in ask(world, BOB, visit)] == [True, True]


def test_a_tablet_that_does_not_know_packs_gets_the_stream(world: World, visit: str) -> None:
    fill(world, visit)
    for asked in ({"packs": False}, {}):
        body = {"channels": {visit: None}, **asked}
        lines = [json.loads(line) for line in world.engine.changes.lines(BOB, body)]
        assert not [line for line in lines if "pack" in line]
        assert len([line for line in lines if "id" in line]) > MANY


def test_a_small_channel_is_no_pack(world: World, visit: str) -> None:
    fill(world, visit, LEAST_DOCUMENTS // 2)
    assert not [line for line in ask(world, BOB, visit) if "pack" in line]


def test_keys_come_in_the_stream_and_never_in_a_pack(world: World, alice: Tablet, visit: str) -> None:
    fill(world, visit)
    photo, key, _ = alice.photo([b"x"])
    world.deliver(alice, alice.envelope(visit, photo, keys=[alice.group_key(photo, key)]))
    lines = ask(world, BOB, visit)
    assert [line["key"]["for"] for line in lines if "key" in line] == [photo["_id"]]
    assert photo["_id"] in ids(open_pack(world, visit, lines[-1]["pack"]))
    # The token counts the notices that were told before the pack.
    assert not [line for line in ask(world, BOB, visit, lines[-1]["pack"]["since"]) if "key" in line]


def test_a_checkpoint_inside_a_pack_asks_for_the_pack_again(world: World, visit: str) -> None:
    fill(world, visit)
    pack = pack_of(world, BOB, visit)
    again = ask(world, BOB, visit, f"pack~{pack['ranges'][0]['sha256']}")
    assert again[-1]["pack"] == pack


def test_nothing_erased_is_served_from_a_pack(
    world: World, app: Flask, alice: Tablet, bob: Tablet, visit: str
) -> None:
    fill(world, visit)
    note = alice.document("note", text="СЕКРЕТ", place=None, theme=None, source=None, media=[])
    world.bring(alice, visit, note)
    pack = pack_of(world, BOB, visit)
    assert "СЕКРЕТ" in json.dumps(open_pack(world, visit, pack), ensure_ascii=False)
    withdrawal = alice.document(
        "withdrawal",
        interview=None,
        use="sharing",
        erases=[note["_id"]],
        reason="",
        at="2026-05-12T09:00:00.000Z",
    )
    world.bring(alice, visit, withdrawal)
    for found in pack["ranges"]:
        assert world.engine.packs.channel_of(found["sha256"]) is None
        assert world.engine.packs.read(found["sha256"]) is None
        token = session(world, bob)
        answer = app.test_client().get(f"/sync/packs/{found['sha256']}", headers=token)
        assert answer.status_code == 404
    renewed = open_pack(world, visit, pack_of(world, BOB, visit))
    assert "СЕКРЕТ" not in json.dumps(renewed, ensure_ascii=False)
    (row,) = [row for block in renewed for row in block if row["id"] == note["_id"]]
    assert row["doc"]["erased"] is True


def test_an_erasure_during_the_making_leaves_no_pack(
    world: World, alice: Tablet, visit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world, visit)
    note = alice.document("note", text="x", place=None, theme=None, source=None, media=[])
    world.bring(alice, visit, note)
    withdrawal = alice.document(
        "withdrawal",
        interview=None,
        use="sharing",
        erases=[note["_id"]],
        reason="",
        at="2026-05-12T09:00:00.000Z",
    )
    real = packs._Writer.finish

    def finish(self: Any) -> list[tuple[str, int]]:
        world.bring(alice, visit, withdrawal)
        return real(self)

    monkeypatch.setattr(packs._Writer, "finish", finish)
    before = set(world.folder.rglob("media/*/*/*"))
    assert world.engine.packs.make(visit) is None
    assert set(world.folder.rglob("media/*/*/*")) == before
    monkeypatch.undo()
    assert world.engine.packs.offer(visit) is not None


def test_a_pack_ends_with_its_epoch(world: World, visit: str) -> None:
    fill(world, visit)
    pack = pack_of(world, BOB, visit)
    world.engine.documents.renew_epoch(visit)
    assert world.engine.packs.channel_of(pack["ranges"][0]["sha256"]) is None
    assert pack_of(world, BOB, visit)["since"].split("~")[0] == world.engine.documents.epoch(visit)


def test_a_pack_is_renewed_when_its_tail_has_grown_and_the_old_one_is_served_for_an_hour(
    world: World, visit: str
) -> None:
    world.engine.packs._beside = lambda work: work()
    fill(world, visit)
    old = pack_of(world, BOB, visit)
    allowed = max(LEAST_DOCUMENTS, old["documents"] // TAIL_SHARE)
    fill(world, visit, allowed, start=MANY)
    assert pack_of(world, BOB, visit) == old
    fill(world, visit, 1, start=MANY + allowed)
    assert pack_of(world, BOB, visit) == old  # and the next one is made beside this answer
    world.clock.pass_(seconds=1)
    new = pack_of(world, BOB, visit)
    assert new["documents"] > old["documents"]
    hashes = [found["sha256"] for found in old["ranges"]]
    assert [world.engine.packs.channel_of(sha256) for sha256 in hashes] == [visit] * len(hashes)
    world.clock.time += packs.REPLACED_LIFETIME + timedelta(seconds=1)
    assert world.engine.packs.sweep() == 1
    assert [world.engine.packs.read(sha256) for sha256 in hashes] == [None] * len(hashes)
    assert world.engine.packs.current(visit) is not None


def session(world: World, tablet: Tablet) -> dict[str, str]:
    nonce = world.engine.sessions.challenge(tablet.id)
    token = world.engine.sessions.open(tablet.id, nonce, unb64(tablet.proof(nonce)), {}).token
    return {"Authorization": f"Bearer {token}"}


def test_ranges_are_read_by_the_channels_readers_in_any_part(
    world: World, app: Flask, bob: Tablet, charlie: Tablet, visit: str
) -> None:
    fill(world, visit)
    pack = pack_of(world, ALICE, visit)
    path = f"/sync/packs/{pack['ranges'][0]['sha256']}"
    client, reader = app.test_client(), session(world, bob)
    whole = client.get(path, headers=reader)
    assert (whole.status_code, whole.headers["Cache-Control"]) == (200, "no-store")
    assert sha256_hex(whole.data) == pack["ranges"][0]["sha256"]
    part = client.get(path, headers={**reader, "Range": "bytes=100-"})
    assert (part.status_code, part.data) == (206, whole.data[100:])
    assert client.get(path, headers=session(world, charlie)).status_code == 404
    assert CHARLIE.id != BOB.id
    assert client.get(path).status_code == 401
    assert client.get("/sync/packs/" + "0" * 64, headers=reader).status_code == 404
    assert client.get("/sync/packs/..%2Fkeys", headers=reader).status_code == 404


def test_a_document_too_large_for_a_range_leaves_the_channel_to_the_stream(world: World, visit: str) -> None:
    fill(world, visit)
    noise = "".join(sha256_hex(str(number).encode()) for number in range(50_000))
    document = {"_id": f"note:{9:026}X", "type": "note", "text": noise}
    world.engine.documents.put_revisions(visit, [Incoming(revision_id(None, document), document)])
    lines = ask(world, BOB, visit)
    assert not [line for line in lines if "pack" in line]
    assert document["_id"] in [line.get("id") for line in lines]
    assert not list(world.folder.rglob("media/*/*/*"))


def test_a_deleted_channel_takes_its_pack_along(world: World, visit: str) -> None:
    fill(world, visit)
    pack = pack_of(world, BOB, visit)
    world.engine.documents.delete_channel(visit)
    assert world.engine.packs.channel_of(pack["ranges"][0]["sha256"]) is None
    world.clock.time += packs.REPLACED_LIFETIME + timedelta(seconds=1)
    world.engine.catch_up()
    assert [world.engine.packs.read(found["sha256"]) for found in pack["ranges"]] == [None] * len(
        pack["ranges"]
    )


def test_an_import_prepares_the_pack_before_anybody_asks(world: World) -> None:
    fields = {key: value for key, value in FACILITY.items() if key != "_id"}
    documents = [{**fields, "_id": f"facility:import-{number}"} for number in range(LEAST_DOCUMENTS)]
    world.engine.submit_many("reference", documents, author=DANA)
    pack = world.engine.packs.current("reference")
    assert pack is not None
    assert pack.documents >= LEAST_DOCUMENTS


def test_a_pack_whose_bytes_are_gone_is_replaced_by_a_whole_one(world: World, visit: str) -> None:
    fill(world, visit)
    torn = pack_of(world, BOB, visit)
    world.engine.media.delete(torn["ranges"][0]["sha256"])
    assert world.engine.packs.read(torn["ranges"][0]["sha256"]) is None
    assert len(ids(open_pack(world, visit, pack_of(world, BOB, visit)))) > MANY
