"""The formats on the wire against the vectors that the browser's side passes too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.authorization import NewDevice
from sync.errors import BadSignature, Corrupt, WrongKey
from sync.gateway import sealing
from sync.gateway.media import open_frames
from sync.gateway.signatures import RequestHeaders, parse_request
from sync.wire import canonical, sha256_hex, unb64
from tests.fakes import FakeAuthorizer, FakeClock
from tests.personas import ALICE
from tests.sync.conftest import World, build

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors/envelopes.json").read_text())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A server that has the vectors' transport key, and knows their device."""
    authorizer, device = FakeAuthorizer(), VECTORS["device"]
    keys = (unb64(device[purpose]["public"]) for purpose in ("signing", "upload"))
    authorizer.add(ALICE, NewDevice(device["id"], "x", *keys, "1", "test"))
    world = build(tmp_path_factory.mktemp("vectors"), authorizer=authorizer, clock=FakeClock())
    transport = VECTORS["transport"]
    world.engine.keys._transport[transport["id"]] = X25519PrivateKey.from_private_bytes(
        unb64(transport["private"])
    )
    return world


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in VECTORS["envelopes"]])
def test_an_envelope_opens_or_is_refused_for_the_right_reason(server: World, case: dict[str, Any]) -> None:
    envelope = case["envelope"]
    (answer,) = server.engine.deliver({"envelopes": [envelope]}, carrier=envelope["device"])
    assert answer.get("error") == case.get("error")
    if "plaintext" in case:
        opened = server.engine.keys.open_envelope(envelope["key"], envelope["id"], unb64(envelope["sealed"]))
        assert json.loads(opened) == case["plaintext"]
        assert answer["receipt"]["revision"] == case["plaintext"]["rev"]


def test_a_content_keys_stanza_opens_for_its_document_only() -> None:
    row = VECTORS["content_key"]
    private = X25519PrivateKey.from_private_bytes(unb64(row["custody"]["private"]))
    stanza = unb64(row["stanza"])
    assert len(stanza) == sealing.STANZA_BYTES
    assert sealing.unseal(private, stanza, sealing.content_key_info(row["document"])) == unb64(row["key"])
    with pytest.raises(WrongKey):
        sealing.unseal(private, stanza, sealing.content_key_info("testimony:another"))


def test_receipts_verify_and_chain() -> None:
    public, before = unb64(VECTORS["receipts"]["public"]), ""
    for row in VECTORS["receipts"]["chain"]:
        body = canonical(row["receipt"])
        assert body.decode() == row["canonical"]
        assert sha256_hex(body) == row["sha256"]
        assert row["receipt"]["prev"] == before
        sealing.verify(public, unb64(row["signature"]), b"aigaq/receipt/1\n" + body)
        with pytest.raises(BadSignature):
            sealing.verify(public, unb64(row["signature"]), b"aigaq/receipt/1\n" + body + b" ")
        before = row["sha256"]


def test_the_key_set_is_signed_by_its_root() -> None:
    row = VECTORS["keyset"]
    assert canonical(row["signed"]["set"]).decode() == row["canonical"]
    message = b"aigaq/keyset/1\n" + row["canonical"].encode()
    sealing.verify(unb64(row["signed"]["root"]), unb64(row["signed"]["signature"]), message)
    assert sha256_hex(unb64(row["signed"]["root"])) == row["fingerprint"]


def test_requests_and_sessions_are_signed_over_these_very_texts() -> None:
    upload, session, device = VECTORS["upload"], VECTORS["session"], VECTORS["device"]
    headers = upload["headers"]
    claim = parse_request(
        RequestHeaders(
            headers["Aigaq-Device"],
            headers["Content-Digest"],
            headers["Signature-Input"],
            headers["Signature"],
            upload["method"],
            upload["path"],
            upload["body"].encode(),
        )
    )
    assert claim.message.decode() == upload["message"]
    sealing.verify(unb64(device["upload"]["public"]), claim.signature, claim.message)
    message = sealing.session_message(device["id"], session["nonce"], canonical(session["report"]))
    assert message.decode() == session["message"]
    sealing.verify(unb64(device["signing"]["public"]), unb64(session["signature"]), message)


def test_media_frames_open_whole_or_as_interrupted() -> None:
    row = VECTORS["frames"]
    key, medium, plain = unb64(row["key"]), row["medium"], "".join(row["plain"]).encode()
    complete, interrupted, count = unb64(row["complete"]), unb64(row["interrupted"]), row["interrupted_after"]
    assert open_frames(key, medium, complete) == plain
    assert open_frames(key, medium, interrupted, interrupted_after=count) == plain
    for file, named, error in (
        (interrupted, {}, WrongKey),  # the last frame is missing
        (complete, {"interrupted_after": count}, WrongKey),
        (interrupted, {"interrupted_after": count - 1}, Corrupt),
        (complete[:-1], {}, Corrupt),
        (complete + b"\0\0", {}, Corrupt),
        (b"", {}, Corrupt),
        (complete[:-20] + bytes([complete[-20] ^ 1]) + complete[-19:], {}, WrongKey),
    ):
        with pytest.raises(error):
            open_frames(key, medium, file, **named)
    for other in ((bytes(32), medium), (key, "medium:another")):
        with pytest.raises(WrongKey):
            open_frames(*other, complete)
