"""Sealed items: only a key holder, only with a reason, only in the browser, and always in the log."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.serving import make_server

from sync.gateway import sealing
from sync.gateway.content_keys import ContentKey
from sync.gateway.keys import DEMO_CUSTODY_PASSPHRASE
from sync.gateway.media import seal_frames
from sync.wire import b64, sha256_hex, unb64
from tests.webapp import personas as p
from tests.webapp.conftest import ANN, config, populate
from webapp import create_app
from webapp.models import AuditRow, db

SECRET = "They beat him on Tuesday"
AUDIO = "medium:01M0000000000000000000000B"
TEXT = f"/custody/{p.VISIT}/{p.TESTIMONY}"
SOUND = f"/custody/{p.VISIT}/{AUDIO}"
HEARD = "medium:01M0000000000000000000000D"
# What a tablet's recorder gives, a second in each piece; of a tone, because no page of the office gets a microphone.
RECORD = """async seconds => {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const { stream } = tone.connect(context.createMediaStreamDestination());
  tone.start();
  const recorder = new MediaRecorder(stream, { mimeType: 'audio/webm;codecs=opus' });
  const pieces = [];
  recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
  recorder.start(1000);
  while (pieces.length < seconds) await new Promise((resolve) => { setTimeout(resolve, 100); });
  const over = new Promise((resolve) => { recorder.addEventListener('stop', resolve); });
  recorder.stop();
  await over;
  await context.close();
  return Promise.all(pieces.map(async (piece) => [...new Uint8Array(await piece.arrayBuffer())]));
}"""
# From a place of the recording: it plays on from there.
HEAR = """async seconds => {
  const audio = document.querySelector('#content audio');
  audio.muted = true;
  await audio.play();
  audio.currentTime = seconds;
  while (audio.seeking || audio.currentTime < seconds + 0.3) await new Promise((resolve) => { setTimeout(resolve, 50); });
  return [audio.currentTime, audio.duration];
}"""
WEBM_HEAD = bytes.fromhex("1a45dfa3")


@dataclass
class Sealed:
    """An office with one testimony and one recording, sealed as a tablet seals them."""

    app: Flask
    chunk: str


def add_key(app: Flask, document: str, content_key: bytes) -> None:
    engine = app.extensions["aigaq"]
    custody = engine.keys.keyset["set"]["keys"]["custody"]
    public = X25519PublicKey.from_public_bytes(unb64(custody["public"]))
    stanza = sealing.seal(public, content_key, sealing.content_key_info(document))
    engine.content_keys.add(p.VISIT, [ContentKey(document, "custody", stanza, custody["id"])])


def deposit(app: Flask, medium: str, frames: list[bytes]) -> str:
    """A sealed recording of these frames, as a tablet delivers it; the hash of its one chunk."""
    key = os.urandom(32)
    file = seal_frames(key, medium, frames)
    chunk = sha256_hex(file)
    engine = app.extensions["aigaq"]
    engine.media.put(chunk, file)
    seconds = max(1, len(frames) - 1)
    document = {
        "_id": medium, "type": "medium", "kind": "audio", "mime": "audio/webm;codecs=opus",
        "at": "2026-03-02T06:10:00.000Z", "state": "complete", "frames": len(frames), "bytes": len(file),
        "plain_bytes": sum(map(len, frames)), "duration_ms": seconds * 1000, "width": None, "height": None,
        "chunks": [{"sha256": chunk, "size": len(file)}], "interview": p.INTERVIEW, "submission": None,
        "question": None, "place": None, "theme": None, "caption": None, "fields": None,
    }  # fmt: skip
    with app.app_context():
        engine.submit(p.VISIT, document, author=ANN)
    add_key(app, medium, key)
    return chunk


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    app = create_app(replace(config(tmp_path_factory.mktemp("custody")), demo=True))
    app.testing = True
    populate(app)
    engine = app.extensions["aigaq"]
    text_key, nonce = os.urandom(32), os.urandom(12)
    box = AESGCM(text_key).encrypt(nonce, json.dumps({"text": SECRET}).encode(), p.TESTIMONY.encode())
    testimony = {
        "_id": p.TESTIMONY, "type": "testimony", "interview": p.INTERVIEW, "sealed": b64(nonce + box), "size": 20,
    }  # fmt: skip
    with app.app_context():
        engine.submit(p.VISIT, testimony, author=ANN)
    add_key(app, p.TESTIMONY, text_key)
    chunk = deposit(app, AUDIO, [WEBM_HEAD, b"second frame"])
    return Sealed(app, chunk)


def acts(app: Flask) -> list[tuple[str, str, object]]:
    with app.app_context():
        rows = db.session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
        return [
            (row.action, row.subject, row.detail.get("reason")) for row in rows if "custody" in row.action
        ]


def test_the_reason_is_in_the_log_before_anything_is_given(sealed: Sealed) -> None:
    kate = p.persona(sealed.app, "kate")
    before = acts(sealed.app)
    assert p.post(kate, f"{TEXT}/opening", TEXT, reason="  ").status_code == 422
    assert acts(sealed.app) == before
    answer = p.post(kate, f"{TEXT}/opening", TEXT, reason="For the annual report")
    assert answer.status_code == 200
    assert SECRET not in answer.text
    assert answer.json["stanza"]
    assert answer.json["custody"]["kdf"]["alg"] == "argon2id"
    assert acts(sealed.app)[len(before) :] == [
        ("custody.reason", p.TESTIMONY, "For the annual report"),
        ("custody.opened", p.TESTIMONY, None),
    ]


@pytest.mark.parametrize("login", ["alice", "bob", "charlie", "ann", "carl", "adam"])
def test_no_other_role_gets_anything(sealed: Sealed, login: str) -> None:
    client = p.persona(sealed.app, login)
    before = acts(sealed.app)
    csrf = p.token(client.get("/library" if login != "adam" else "/devices"))
    assert client.get(TEXT).status_code == 403
    assert client.post(f"{TEXT}/opening", data={"reason": "curious", "csrf_token": csrf}).status_code == 403
    assert client.get(f"{SOUND}/chunks/{sealed.chunk}").status_code == 403
    assert acts(sealed.app) == before


def test_parts_come_only_after_a_reason_for_this_very_item(sealed: Sealed) -> None:
    kate = p.persona(sealed.app, "kate")
    address = f"{SOUND}/chunks/{sealed.chunk}"
    assert kate.get(address).status_code == 403
    p.post(kate, f"{TEXT}/opening", TEXT, reason="Another item")
    assert kate.get(address).status_code == 403
    p.post(kate, f"{SOUND}/opening", SOUND, reason="To hear it")
    assert kate.get(address).status_code == 200
    assert kate.get(f"{SOUND}/chunks/{'0' * 64}").status_code == 404


def test_what_is_not_sealed_is_not_opened_here(sealed: Sealed) -> None:
    assert p.persona(sealed.app, "kate").get(f"/custody/{p.VISIT}/{p.NOTE}").status_code == 404


@pytest.fixture
def address(sealed: Sealed) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, sealed.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_a_key_holders_browser_opens_testimony_and_plays_a_recording(
    sealed: Sealed, address: str, page: Page
) -> None:
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security" in message.text else None,
    )
    page.goto(f"{address}/sign-in?next={TEXT}")
    page.fill("input[name=login]:visible", "kate")
    page.fill("input[name=password]:visible", p.PASSWORD)
    page.click("button.primary")
    page.fill("[name=reason]", "For the annual report")
    page.fill("#passphrase", "not the right words")
    page.click("button.seal")
    page.wait_for_selector("#state.error")
    assert "does not open the custody key" in page.inner_text("#state")
    page.fill("#passphrase", DEMO_CUSTODY_PASSPHRASE.upper())
    page.click("button.seal")
    page.wait_for_selector("#opened:visible")
    assert SECRET in page.inner_text("#content")
    page.click("#close")
    assert SECRET not in page.content()

    page.goto(f"{address}{SOUND}")
    page.fill("[name=reason]", "To hear it")
    page.fill("#passphrase", DEMO_CUSTODY_PASSPHRASE)
    page.click("button.seal")
    page.wait_for_selector("#content audio")
    assert (page.get_attribute("#content audio", "src") or "").startswith("blob:")
    assert complaints == []


def test_a_sealed_recording_is_heard_from_where_the_key_holder_asks(
    sealed: Sealed, address: str, page: Page
) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/chunks/" in request.url else None)
    page.goto(f"{address}/sign-in?next=/custody/{p.VISIT}/{HEARD}")
    pieces = [bytes(piece) for piece in page.evaluate(RECORD, 5)]
    deposit(sealed.app, HEARD, [*pieces, b""])
    page.fill("input[name=login]:visible", "kate")
    page.fill("input[name=password]:visible", p.PASSWORD)
    page.click("button.primary")
    page.fill("[name=reason]", "To hear the end of it")
    page.fill("#passphrase", DEMO_CUSTODY_PASSPHRASE)
    assert fetched == []
    page.click("button.seal")
    page.wait_for_selector("#content audio")
    for wanted in (3.0, 1.0):  # on, and back again
        at, length = page.evaluate(HEAR, wanted)
        assert wanted < at <= length
        assert 4 < length < 8
    assert len(set(fetched)) == 1
    assert page.query_selector("#content .error") is None
    page.click("#close")
    assert page.query_selector("#content audio") is None


def test_before_its_script_is_there_the_form_cannot_be_sent(sealed: Sealed, address: str, page: Page) -> None:
    """The browser's own way of sending it would show raw JSON, and the words would stand in no script's care."""
    page.route("**/static/office/custody.js", lambda route: route.abort())
    page.goto(f"{address}/sign-in?next={TEXT}")
    page.fill("input[name=login]:visible", "kate")
    page.fill("input[name=password]:visible", p.PASSWORD)
    page.click("button.primary")
    page.wait_for_selector("#opening")
    assert page.is_disabled("#opening button.seal")
    assert page.is_disabled("#passphrase")
