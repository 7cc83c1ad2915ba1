"""A courier's file comes in by the page and by the command, proves itself, and gives the same receipts each time."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from sync.database import reading
from sync.errors import BadRequest
from sync.gateway import tables
from sync.gateway.carried import MAGIC, OFFICE, RECEIPTS_MAGIC, deliver_file
from sync.wire import sha256_hex
from tests.fakes import Tablet
from tests.sync.conftest import World
from tests.sync.conftest import alice as alice
from tests.sync.conftest import bob as bob
from tests.sync.conftest import visit as visit
from tests.sync.conftest import world as world
from tests.webapp import personas as p


def export(envelopes: list[dict[str, Any]], chunks: list[bytes]) -> bytes:
    """As a tablet writes it."""
    named = [{"sha256": sha256_hex(chunk), "size": len(chunk)} for chunk in chunks]
    head = {"device": "01JA00000000000000000000ZZ", "envelopes": envelopes, "chunks": named}
    return MAGIC + json.dumps(head).encode() + b"\n" + b"".join(chunks)


def bring(world: World, data: bytes) -> Any:
    engine = world.engine
    return deliver_file(
        BytesIO(data), lambda body: engine.deliver(body, carrier=OFFICE), engine.media, engine.content_keys
    )


def test_everything_in_the_file_arrives_once(world: World, bob: Tablet, visit: str) -> None:
    photo, key, chunks = bob.photo([b"x" * 1_500_000, b"y"])
    notes = [bob.document("note", text=str(number)) for number in range(120)]
    envelopes = [bob.envelope(visit, note) for note in notes]
    envelopes.append(bob.envelope(visit, photo, keys=[bob.group_key(photo, key)]))
    data = export(envelopes, chunks)
    first = bring(world, data)
    assert (len(first.receipts), first.refused, first.chunks) == (121, [], 2)
    assert world.engine.read(visit, notes[119]["_id"]) is not None
    assert world.engine.photo(visit, photo["_id"]) == b"x" * 1_500_000 + b"y"
    again = bring(world, data)
    assert (again.receipts, again.chunks) == (first.receipts, 0)
    assert first.receipts_file().decode().startswith(RECEIPTS_MAGIC)
    # The author's own resend gets the same receipt.
    assert world.deliver(bob, envelopes[0])[0] == first.receipts[0]
    with reading(world.engine.archive._database) as connection:
        carriers = set(
            connection.scalars(tables.envelope.select().with_only_columns(tables.envelope.c.carrier))
        )
    assert OFFICE in carriers


def test_what_a_stranger_wrote_is_refused_and_the_rest_comes_in(
    world: World, bob: Tablet, visit: str
) -> None:
    good = bob.envelope(visit, bob.document("note", text="good"))
    bad = {**bob.envelope(visit, bob.document("note", text="bad")), "signature": good["signature"]}
    unknown = {**good, "id": bob.ulid(), "device": "01JA00000000000000000000ZZ"}
    arrived = bring(world, export([bad, good, unknown, {"id": 7}], []))
    assert [answer.get("error") for answer in arrived.answers] == [
        "bad-signature",
        None,
        "unknown-device",
        "unsealable",
    ]


def test_a_cut_file_may_come_again(world: World, bob: Tablet, visit: str) -> None:
    photo, key, chunks = bob.photo([b"one"])
    data = export([bob.envelope(visit, photo, keys=[bob.group_key(photo, key)])], chunks)
    with pytest.raises(BadRequest):
        bring(world, data[:-1])
    assert bring(world, data).chunks == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        MAGIC,
        MAGIC + b"{}\n",
        MAGIC + b"[]\n",
        MAGIC + b'{"envelopes": [], "chunks": [{"sha256": "../x", "size": 1}]}\n',
        MAGIC + b'{"envelopes": [], "chunks": [{"sha256": "' + b"0" * 64 + b'", "size": 1e9}]}\n',
        MAGIC + b'{"envelopes": [], "chunks": [{"sha256": "' + b"0" * 64 + b'", "size": true}]}\n',
    ],
)
def test_what_is_no_export_is_refused(world: World, data: bytes) -> None:
    with pytest.raises(BadRequest):
        bring(world, data)


def test_erased_media_do_not_come_back_by_courier(world: World, bob: Tablet, visit: str) -> None:
    photo, key, chunks = bob.photo([b"taken back"])
    envelope = bob.envelope(visit, photo, keys=[bob.group_key(photo, key)])
    bring(world, export([envelope], chunks))
    world.bring(
        bob,
        visit,
        bob.document("withdrawal", interview=None, use="interview", erases=[photo["_id"]], reason=""),
    )
    assert bring(world, export([envelope], chunks)).chunks == 0
    assert world.engine.media.get(sha256_hex(chunks[0])) is None


def test_the_page_takes_a_file_and_gives_receipts(app: Flask) -> None:
    client = p.persona(app, "ann")
    csrf = p.token(client.get("/couriers"))
    answer = client.post(
        "/couriers", data={"csrf_token": csrf, "file": (BytesIO(b"hello"), "x.sealed")}, follow_redirects=True
    )
    assert "nothing is lost" in answer.text or "ничего не потеряно" in answer.text
    empty = client.post("/couriers", data={"csrf_token": csrf, "file": (BytesIO(export([], [])), "x.sealed")})
    assert empty.status_code == 303


def test_the_command_names_what_was_refused(app: Flask, tmp_path: Path) -> None:
    file, receipts = tmp_path / "a.sealed", tmp_path / "a.receipts"
    file.write_bytes(export([{"id": "01JA00000000000000000000ZZ", "device": "none"}], []))
    answer = app.test_cli_runner().invoke(args=["deliver-file", str(file), "--receipts", str(receipts)])
    assert answer.exit_code == 1
    assert "unknown-device" in answer.output
    assert receipts.read_text() == RECEIPTS_MAGIC + '{"receipts": []}\n'
    file.write_bytes(b"hello")
    assert app.test_cli_runner().invoke(args=["deliver-file", str(file)]).exit_code == 1
