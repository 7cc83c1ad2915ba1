"""A withdrawal: what it destroys stays destroyed, whichever way and order things arrive (protocol, section 7)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sync.authorization import Account
from sync.database import reading
from sync.documents.contract import Incoming
from sync.errors import BadRequest, StoreFailed
from sync.gateway import tables
from sync.gateway.erasure_list import ErasureList, Withdrawn
from sync.gateway.restoring import declare_restored
from sync.revisions import revision_id
from sync.wire import sha256_hex, unb64
from tests.fakes import Tablet
from tests.personas import ALICE, BOB, DANA, KIM
from tests.sync.conftest import FACILITY, World, build

MARKER = "МАРКЕР-7Q"


def withdraw(tablet: Tablet, *ids: str) -> dict[str, Any]:
    return tablet.document("withdrawal", interview=None, use="interview", erases=list(ids), reason="")


def archived(world: World, document: str) -> list[bytes | None]:
    query = select(tables.envelope.c.sealed).where(tables.envelope.c.document == document)
    with reading(world.engine.archive._database) as connection:
        return list(connection.scalars(query))


def traces(world: World, marker: bytes) -> list[str]:
    """Files of the server in which the bytes can be found, JSON's escapes included."""
    escaped = json.dumps(marker.decode(errors="replace"))[1:-1].encode()
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    return [path.name for path in files if marker in (data := path.read_bytes()) or escaped in data]


def lines(world: World, account: Account, channel: str, since: str | None = None) -> list[dict[str, Any]]:
    """What the stream tells of one channel."""
    found, here = [], False
    for line in map(json.loads, world.engine.changes.lines(account, {"channels": {channel: since}})):
        here = line["channel"] == channel if "channel" in line else here and "end" not in line
        found += [line] if here else []
    return found


def recording(
    tablet: Tablet, *, key: bytes = b"k" * 32
) -> tuple[dict[str, Any], list[bytes], dict[str, Any]]:
    document, _, chunks = tablet.medium(
        "audio", [b"a" * 700_000, b"b" * 700_000], caption=MARKER, place=MARKER
    )
    return document, chunks, tablet.custody_key(document, key)


def deliver(
    world: World, tablet: Tablet, channel: str, document: dict[str, Any], *keys: dict[str, Any]
) -> None:
    (answer,) = world.deliver(tablet, tablet.envelope(channel, document, keys=list(keys)))
    assert "quarantined" not in answer
    assert "receipt" in answer


def test_erasing_leaves_nothing_that_could_be_opened(world: World, alice: Tablet, visit: str) -> None:
    medium, chunks, key = recording(alice)
    deliver(world, alice, visit, medium, key)
    for chunk in chunks:
        world.engine.media.put(sha256_hex(chunk), chunk)
    assert traces(world, MARKER.encode())
    assert traces(world, unb64(key["stanza"]))
    deliver(world, alice, visit, withdraw(alice, medium["_id"]))

    assert world.engine.content_keys.get(visit, medium["_id"]) is None
    assert world.engine.content_key(visit, medium["_id"], KIM) is None
    assert world.engine.media.held(map(sha256_hex, chunks)) == set()
    assert archived(world, medium["_id"]) == [None]
    stub = world.engine.read(visit, medium["_id"])
    assert stub is not None
    assert (stub["erased"], stub["kind"]) == (True, "audio")
    assert not {"chunks", "caption", "place"} & set(stub)
    assert not traces(world, MARKER.encode())
    assert not traces(world, unb64(key["stanza"]))
    assert not traces(world, chunks[0][1000:1100])
    # What proves that it was received stays.
    (row,) = [row for row in world.engine.receipts(visit) if row["document"] == medium["_id"]]
    assert len(row["receipt"]["content_sha256"]) == 64


def test_the_text_of_a_note_goes_and_its_handle_stays(world: World, alice: Tablet, visit: str) -> None:
    interview = alice.document("interview", handle="А-1", category="adult", summary=MARKER, day="2026-05-12")
    note = alice.document("note", text=MARKER, about=interview["_id"])
    world.bring(alice, visit, interview, note)
    world.bring(alice, visit, {**note, "text": MARKER + " дважды"})
    world.bring(alice, visit, withdraw(alice, interview["_id"], note["_id"]))
    assert world.engine.read(visit, interview["_id"])["handle"] == "А-1"  # type: ignore[index]
    assert not traces(world, MARKER.encode())
    bodies = [str(row["doc"]) for row in lines(world, ALICE, visit) if "doc" in row]
    assert not any(MARKER in body for body in bodies)


def test_tablets_learn_of_an_erasure_once(world: World, alice: Tablet, visit: str) -> None:
    medium, _, key = recording(alice)
    deliver(world, alice, visit, medium, key)
    before = [line["since"] for line in lines(world, ALICE, visit) if "since" in line]
    deliver(world, alice, visit, withdraw(alice, medium["_id"]))
    told = lines(world, ALICE, visit, before[-1])
    assert {"erased": [medium["_id"]]} in told
    rows = [line for line in told if line.get("id") == medium["_id"]]
    assert [row["doc"]["erased"] for row in rows] == [True]
    after = [line["since"] for line in told if "since" in line][-1]
    assert not [line for line in lines(world, ALICE, visit, after) if "erased" in line or "id" in line]


def test_what_was_erased_before_it_arrived_is_not_stored(
    world: World, alice: Tablet, bob: Tablet, visit: str
) -> None:
    medium, chunks, key = recording(alice)
    world.engine.media.put(sha256_hex(chunks[0]), chunks[0])
    deliver(world, bob, visit, withdraw(bob, medium["_id"]))
    deliver(world, alice, visit, medium, key)
    assert world.engine.read(visit, medium["_id"]) is None
    assert world.engine.content_keys.get(visit, medium["_id"]) is None
    assert archived(world, medium["_id"]) == [None]
    hashes = [sha256_hex(chunk) for chunk in chunks]
    assert world.engine.media.held(hashes) == set()
    assert world.engine.content_keys.refused_chunks(hashes) == set(hashes)


def test_a_later_revision_of_what_is_erased_brings_nothing_back(
    world: World, alice: Tablet, visit: str
) -> None:
    note = alice.document("note", text=MARKER)
    world.bring(alice, visit, note)
    world.bring(alice, visit, withdraw(alice, note["_id"]))
    world.bring(alice, visit, {**note, "text": MARKER + " снова"})
    assert world.engine.read(visit, note["_id"])["erased"] is True  # type: ignore[index]
    assert len(world.engine.documents.leaves(visit, note["_id"])) == 1


def test_a_chunk_that_another_medium_holds_stays(world: World, alice: Tablet, visit: str) -> None:
    one, chunks, key = recording(alice)
    two = alice.document(
        "medium", **{k: one[k] for k in ("kind", "mime", "state", "frames", "bytes", "chunks")}
    )
    deliver(world, alice, visit, one, key)
    deliver(world, alice, visit, two)
    for chunk in chunks:
        world.engine.media.put(sha256_hex(chunk), chunk)
    world.bring(alice, visit, withdraw(alice, one["_id"]))
    assert world.engine.media.held(map(sha256_hex, chunks)) == {sha256_hex(chunk) for chunk in chunks}
    world.bring(alice, visit, withdraw(alice, two["_id"]))
    assert world.engine.media.held(map(sha256_hex, chunks)) == set()


def test_a_withdrawal_reaches_no_other_visit(world: World, alice: Tablet, carol: Tablet, visit: str) -> None:
    medium, _, key = recording(alice)
    deliver(world, alice, visit, medium, key)
    other, document = carol.visit()
    world.bring(carol, other, document)
    world.bring(carol, other, withdraw(carol, medium["_id"]))
    assert world.engine.content_keys.get(visit, medium["_id"]) is not None
    assert world.engine.read(visit, medium["_id"]) == medium


def test_a_withdrawal_erases_no_visit_and_no_event(world: World, alice: Tablet, visit: str) -> None:
    event = alice.document("event", kind="arrival", at="2026-05-12T09:00:00.000Z", data={})
    world.bring(alice, visit, event)
    own = f"visit:{visit[6:].upper()}"
    world.bring(alice, visit, withdraw(alice, own, event["_id"], "nonsense"))
    assert world.engine.read(visit, own)["status"] == "open"  # type: ignore[index]
    assert world.engine.read(visit, event["_id"]) == event


def test_the_office_withdraws_too(world: World, alice: Tablet, visit: str) -> None:
    note = alice.document("note", text=MARKER)
    world.bring(alice, visit, note)
    fields = {
        "type": "withdrawal",
        "interview": None,
        "use": "interview",
        "erases": [note["_id"]],
        "reason": "",
    }
    world.engine.submit(visit, fields, author=ALICE)
    assert world.engine.read(visit, note["_id"])["erased"] is True  # type: ignore[index]


def test_what_belongs_to_a_withdrawn_talk_and_comes_later_is_not_stored(
    world: World, alice: Tablet, bob: Tablet, visit: str
) -> None:
    """The office withdraws the talk; a tablet that was away holds a recording and a note of it."""
    interview = alice.document("interview", handle="А-1", category="adult", summary=MARKER, day="2026-05-12")
    world.bring(alice, visit, interview)
    world.bring(bob, visit, withdraw(bob, interview["_id"]))
    document, _, chunks = alice.medium("audio", [b"a" * 700_000], caption=MARKER, interview=interview["_id"])
    for chunk in chunks:
        world.engine.media.put(sha256_hex(chunk), chunk)
    deliver(world, alice, visit, document, alice.custody_key(document, b"k" * 32))
    note = alice.document("note", text=MARKER, about=interview["_id"])
    deliver(world, alice, visit, note)
    assert world.engine.read(visit, document["_id"]) is None
    assert world.engine.read(visit, note["_id"]) is None
    assert world.engine.content_keys.get(visit, document["_id"]) is None
    assert world.engine.media.held(map(sha256_hex, chunks)) == set()
    assert archived(world, document["_id"]) == archived(world, note["_id"]) == [None]
    assert not traces(world, MARKER.encode())
    told = [line["erased"] for line in lines(world, ALICE, visit) if "erased" in line]
    assert {document["_id"], note["_id"]} <= {id_ for ids in told for id_ in ids}


def restored(world: World, backup: Path, *lists: Path) -> World:
    """The whole instance as it was when `backup` was copied, declared restored."""
    world.engine.documents.close()  # type: ignore[attr-defined]
    world.engine.archive._database.dispose()
    shutil.rmtree(world.folder)
    shutil.copytree(backup, world.folder)
    again = listed(world.folder, world)
    engine = again.engine
    files = [ErasureList(path) for path in lists]
    declare_restored(
        engine.documents, engine.archive._database, engine.media, engine.channels, engine.erasures, files
    )
    engine.rebuild()
    return again


def listed(folder: Path, world: World | None = None) -> World:
    """A world that keeps the list of erasures, as the application does."""
    known = {} if world is None else {"clock": world.clock, "authorizer": world.authorizer}
    return build(folder, **known, erasure_list=ErasureList(folder / "erasures.ndjson"))


def test_no_key_opens_it_after_a_restore_of_an_older_backup(tmp_path: Path) -> None:
    world = listed(_made(tmp_path / "instance"))
    world.engine.submit("reference", dict(FACILITY), author=DANA)
    alice, bob = world.tablet(ALICE), world.tablet(BOB)
    channel, card = alice.visit(BOB)
    world.bring(alice, channel, card)
    medium, chunks, key = recording(alice)
    note = alice.document("note", text=MARKER)
    deliver(world, alice, channel, medium, key)
    world.bring(alice, channel, note)
    for chunk in chunks:
        world.engine.media.put(sha256_hex(chunk), chunk)
    backup = tmp_path / "backup"
    shutil.copytree(world.folder, backup)

    world.bring(bob, channel, withdraw(bob, medium["_id"], note["_id"]))
    beside = tmp_path / "erasures.ndjson"
    shutil.copy(world.folder / "erasures.ndjson", beside)
    again = restored(world, backup, beside)

    assert again.engine.content_keys.get(channel, medium["_id"]) is None
    assert again.engine.media.held(map(sha256_hex, chunks)) == set()
    assert archived(again, medium["_id"]) == archived(again, note["_id"]) == [None]
    assert again.engine.read(channel, medium["_id"])["erased"] is True  # type: ignore[index]
    for trace in (MARKER.encode(), unb64(key["stanza"]), chunks[0][1000:1100]):
        assert not traces(again, trace)
    # A second restore of the same backup needs no copy: the instance's own list has taken it over, once.
    assert len(ErasureList(again.folder / "erasures.ndjson").withdrawals()) == 1
    # The tablet that offers it anew is refused.
    deliver(again, alice, channel, medium, key)
    assert again.engine.content_keys.get(channel, medium["_id"]) is None


def test_a_restore_without_the_list_would_bring_it_back(tmp_path: Path) -> None:
    """The positive control: without the list the backup's key opens."""
    world = listed(_made(tmp_path / "instance"))
    world.engine.submit("reference", dict(FACILITY), author=DANA)
    alice = world.tablet(ALICE)
    channel, card = alice.visit(BOB)
    world.bring(alice, channel, card)
    medium, _, key = recording(alice)
    deliver(world, alice, channel, medium, key)
    backup = tmp_path / "backup"
    shutil.copytree(world.folder, backup)
    world.bring(alice, channel, withdraw(alice, medium["_id"]))
    again = restored(world, backup)
    assert again.engine.content_keys.get(channel, medium["_id"]) is not None


def test_the_list_survives_a_torn_line_and_refuses_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "erasures.ndjson"
    first = Withdrawn("visit-a", {"_id": "withdrawal:a", "erases": []}, "x", "2026-05-12T09:00:00.000Z")
    second = Withdrawn("visit-a", {"_id": "withdrawal:b", "erases": []}, "x", "2026-05-12T09:00:00.000Z")
    ErasureList(path).note(first)
    with path.open("ab") as file:
        file.write(b'{"v": 1, "channel": "vis')
    kept = ErasureList(path)
    kept.note(second)
    kept.note(second)
    kept.note_chunks(["a" * 64])
    kept.note_chunks(["a" * 64])
    assert ErasureList(path).withdrawals() == [first, second]
    assert ErasureList(path).chunks() == {"a" * 64}
    assert path.read_bytes().count(b"\n") == 3
    path.write_bytes(b"nonsense\n" + path.read_bytes())
    with pytest.raises(BadRequest, match="line 1"):
        ErasureList(path).withdrawals()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_what_the_store_cannot_erase_now_waits_and_holds_nothing_else_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build(tmp_path)
    alice = world.tablet(ALICE)
    channel, visit = alice.visit(BOB)
    note = alice.document("note", text=MARKER)
    world.bring(alice, channel, visit, note)

    def cannot(*_: object) -> None:
        raise StoreFailed("the document store answered 404 to POST /_purge")

    documents = world.engine.documents
    with monkeypatch.context() as broken:
        broken.setattr(documents, "purge", cannot)
        world.bring(alice, channel, withdraw(alice, note["_id"]))
        (row,) = world.engine.erasures.pending()
        assert (row["channel"], row["document"], row["requested_by"]) == (channel, note["_id"], ALICE.id)
        stub = world.engine.read(channel, note["_id"])
        assert stub is not None
        assert (stub["erased"], stub.get("text")) == (True, None)
        assert archived(world, note["_id"]) == [None]
        later = alice.document("note", text="после")
        world.bring(alice, channel, later)
        before = world.engine.version()
        documents.put_revisions("reference", revisions([{**FACILITY, "_id": "facility:later"}]))
        assert world.engine.catch_up() > 0
        assert world.engine.version() > before
    monkeypatch.setattr("sync.gateway.erasure.RETRY_SECONDS", 0.0)
    world.engine.erasures._again.clear()
    world.engine.catch_up()
    assert world.engine.erasures.pending() == []
    assert traces(world, MARKER.encode()) == []
    assert world.engine.read(channel, later["_id"]) == later


def revisions(documents: list[dict[str, Any]]) -> list[Incoming]:
    return [Incoming(revision_id(None, document), document) for document in documents]
