"""The engine in real Chromium: what survives a kill, what a profile gives away, who owns the vault."""

from __future__ import annotations

import base64
import contextlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.sync_api import Error as PlaywrightError

from tests.browser.chromium import Tablet, holds
from tests.browser.engine_gateway import EngineGateway
from tests.browser.engine_tablet import START, VISIT, WORDS, code_of, enrolled, start
from tests.browser.vault_disk import FOLDER, OPEN_DATABASE
from tests.patience import until

RECORD = """async ([channel, frames, size]) => {
  const { id } = await engine.startMedium(channel, { kind: 'audio', mime: 'audio/webm' });
  for (let i = 0; i < frames; i += 1) await engine.appendFrame(id, new Uint8Array(size).fill(i + 1).buffer);
  return id;
}"""


@pytest.mark.parametrize("files", ["opfs", "idb"])
def test_after_a_kill_everything_acknowledged_is_there_and_is_delivered(
    tablet: Tablet, gateway: EngineGateway, files: str
) -> None:
    page = enrolled(tablet, gateway, files=files)
    gateway.mode = "offline"
    channel = page.evaluate(VISIT)
    notes = page.evaluate(
        """async channel => Promise.all([1, 2, 3].map(async i =>
             (await engine.save(channel, {type: 'note', text: `запись ${i}`})).doc._id))""",
        channel,
    )
    page.evaluate("() => engine.saveDraft('form/1', {answers: {'/data/a': 'черновик'}})")
    photo = page.evaluate(
        """async channel => (await engine.addMedium(channel, {kind: 'photo', mime: 'image/png'},
             new Uint8Array(1300000).fill(9).buffer)).doc._id""",
        channel,
    )
    audio = page.evaluate(RECORD, [channel, 6, 300_000])
    tablet.kill()

    page = start(tablet, gateway)
    assert page.evaluate("() => engine.status()")["vault"] == "locked"
    assert code_of(page, "engine.unlock('wrong words here')") == "wrong-passphrase"
    assert page.evaluate("words => engine.unlock(words)", WORDS)["storage"]["kind"] == files
    found = page.evaluate("c => engine.list(c, 'note').then(rows => rows.map(row => row.doc._id))", channel)
    assert sorted(found) == sorted(notes)
    assert page.evaluate("() => engine.draft('form/1')") == {"answers": {"/data/a": "черновик"}}
    size = page.evaluate(
        "async ([c, id]) => (await engine.readMedium(c, id)).bytes.byteLength", [channel, photo]
    )
    assert size == 1_300_000
    medium = page.evaluate("([c, id]) => engine.get(c, id)", [channel, audio])["doc"]
    assert (medium["state"], medium["frames"], medium["plain_bytes"]) == ("interrupted", 6, 1_800_000)
    assert code_of(page, "engine.readMedium(argument[0], argument[1])", [channel, audio]) == "sealed"

    gateway.mode = "ok"
    status = page.evaluate("() => engine.deliver()")
    assert status["waiting"] == {"documents": 0, "chunks": 0, "bytes": 0}
    assert {plain["document"]["_id"] for plain in gateway.documents()} == {
        *notes, photo, audio, f"visit:{channel[6:].upper()}"
    }  # fmt: skip
    plain = open_medium(gateway, audio)
    assert plain == b"".join(bytes([i + 1]) * 300_000 for i in range(6))
    assert open_medium(gateway, photo) == bytes([9]) * 1_300_000


def open_medium(gateway: EngineGateway, medium: str) -> bytes:
    """Plaintext of a delivered medium, opened as docs/protocol.md, section 6, says."""
    document = [row["document"] for row in gateway.documents() if row["document"]["_id"] == medium][-1]
    file = b"".join(gateway.chunks[chunk["sha256"]] for chunk in document["chunks"])
    key = AESGCM(gateway.content_key(medium))
    plain, at, number = b"", 0, 0
    while at < len(file):
        size = int.from_bytes(file[at : at + 4])
        frame = file[at + 4 : at + 4 + size]
        at += 4 + size
        last = document["state"] == "complete" and at == len(file)
        nonce = number.to_bytes(11) + bytes([last])
        plain += key.decrypt(nonce, frame, medium.encode())
        number += 1
    assert number == document["frames"]
    return plain


def test_a_damaged_header_is_not_a_wrong_passphrase(tablet: Tablet, gateway: EngineGateway) -> None:
    page = enrolled(tablet, gateway)
    page.evaluate("() => engine.lock()")
    assert code_of(page, "engine.unlock('not the words')") == "wrong-passphrase"
    page.evaluate(
        "async () => { const places = await "
        + FOLDER
        + """.getDirectoryHandle('places');
      const writable = await (await places.getFileHandle('header')).createWritable({ keepExistingData: true });
      for (const at of [60, 252]) { await writable.seek(at); await writable.write(new Uint8Array([1, 2, 3])); }
      await writable.close();
    }"""
    )
    assert code_of(page, "engine.unlock(argument)", WORDS) == "vault-damaged"


def test_one_damaged_record_is_reported_and_the_rest_is_there(tablet: Tablet, gateway: EngineGateway) -> None:
    page = enrolled(tablet, gateway)
    channel = page.evaluate(VISIT)
    page.evaluate(
        "async c => { for (let i = 0; i < 5; i += 1) await engine.save(c, {type: 'note', text: String(i)}); }",
        channel,
    )
    page.evaluate("() => engine.lock()")
    page.evaluate(
        "async () => { const db = "
        + OPEN_DATABASE
        + """;
      const store = db.transaction('blocks', 'readwrite').objectStore('blocks');
      const row = await new Promise(resolve => { const r = store.get(4); r.onsuccess = () => resolve(r.result); });
      new Uint8Array(row.bytes)[50] ^= 255;
      await new Promise(resolve => { store.put(row).onsuccess = resolve; });
      db.close();
    }"""
    )
    status = page.evaluate("words => engine.unlock(words)", WORDS)
    assert status["damaged"] == 1
    assert len(page.evaluate("c => engine.list(c, 'note')", channel)) == 4


def test_a_pin_reopens_only_what_is_still_in_memory(tablet: Tablet, gateway: EngineGateway) -> None:
    page = enrolled(tablet, gateway)
    channel = page.evaluate(VISIT)
    assert code_of(page, "engine.lockForPin()") == "pin-gone"
    page.evaluate("() => engine.setPin('482913')")
    audio = page.evaluate(RECORD, [channel, 2, 1000])
    status = page.evaluate("() => engine.lockForPin()")
    assert (status["vault"], status["pinReady"], status["account"], status["recordings"]) == (
        "locked",
        True,
        None,
        1,
    )
    assert code_of(page, "engine.list(argument, 'note')", channel) == "locked"
    # What was recording goes on behind the gate.
    page.evaluate("id => engine.appendFrame(id, new ArrayBuffer(500))", audio)
    assert code_of(page, "engine.unlockWithPin('000000')") == "wrong-pin"
    assert page.evaluate("() => engine.unlockWithPin('482913')")["vault"] == "unlocked"
    page.evaluate("id => engine.finishMedium(id, {})", audio)
    size = page.evaluate(
        "async ([c, id]) => (await engine.readMedium(c, id)).bytes.byteLength", [channel, audio]
    )
    assert size == 2500
    page.evaluate("() => engine.lockForPin()")
    codes = [code_of(page, "engine.unlockWithPin('000000')") for _ in range(5)]
    assert codes == ["wrong-pin"] * 4 + ["pin-gone"]
    assert code_of(page, "engine.unlockWithPin('482913')") == "pin-gone"
    page.evaluate("words => engine.unlock(words)", WORDS)
    assert code_of(page, "engine.readMedium(argument[0], argument[1])", [channel, audio]) == "sealed"


def test_changed_words_open_and_the_old_ones_do_not(tablet: Tablet, gateway: EngineGateway) -> None:
    page = enrolled(tablet, gateway)
    page.evaluate("words => engine.changePassphrase(words, 'one two three four five six')", WORDS)
    page.evaluate("() => engine.leaveFacility()")
    assert code_of(page, "engine.unlock(argument)", WORDS) == "wrong-passphrase"
    assert page.evaluate("() => engine.unlock('One-Two three  four five SIX')")["vault"] == "unlocked"
    page.evaluate("() => engine.quickDelete()")
    assert page.evaluate("() => engine.status()")["vault"] == "none"
    assert code_of(page, "engine.unlock('one two three four five six')") == "no-vault"
    # What is left is the place prepared for the next vault: a folder without a header.
    assert page.evaluate(
        "async () => { const folder = " + FOLDER + "; if (!folder) return true;"
        "  const places = await folder.getDirectoryHandle('places', { create: true });"
        "  return (await places.keys().next()).done; }"
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"code": "ABCD"}, "code-mistyped"),
        ({"code": "ZZZZ-ZZZZ-ZZZZ"}, "code-unknown"),
        ({"root": "00" * 32}, "root-mismatch"),
        ({"words": "two words"}, "refused"),
    ],
)
def test_what_does_not_enrol_leaves_no_vault(
    tablet: Tablet, gateway: EngineGateway, change: dict[str, str], expected: str
) -> None:
    page = start(tablet, gateway)
    request = {"code": gateway.code, "deviceName": "x", "words": WORDS, "language": "ru", **change}
    assert code_of(page, "engine.enrol(argument)", request) == expected
    assert page.evaluate("() => engine.status()")["vault"] == "none"


def test_a_second_tab_does_not_own_the_vault_until_it_takes_over(
    tablet: Tablet, gateway: EngineGateway
) -> None:
    first = enrolled(tablet, gateway)
    assert tablet.context is not None
    channel = first.evaluate(VISIT)
    audio = first.evaluate(RECORD, [channel, 2, 1000])
    second = tablet.context.new_page()
    second.goto(gateway.address + "/app/")
    status = second.evaluate(START, {})
    assert (status["otherTab"], status["vault"]) == (True, "locked")
    assert code_of(second, "engine.unlock(argument)", WORDS) == "not-owner"
    assert second.evaluate("() => engine.takeOver()")["otherTab"] is False
    second.evaluate("words => engine.unlock(words)", WORDS)
    assert (
        second.evaluate("([c, id]) => engine.get(c, id)", [channel, audio])["doc"]["state"] == "interrupted"
    )
    assert first.evaluate("() => engine.status()")["otherTab"] is True
    assert code_of(first, "engine.list(argument, 'note')", channel) == "not-owner"


def test_where_the_owners_tab_crashes_the_tab_that_waits_takes_over(
    tablet: Tablet, gateway: EngineGateway
) -> None:
    first = enrolled(tablet, gateway)
    assert tablet.context is not None
    gateway.mode = "offline"
    channel = first.evaluate(VISIT)
    note = first.evaluate(
        "async c => (await engine.save(c, {type: 'note', text: 'acknowledged'})).doc._id", channel
    )
    audio = first.evaluate(RECORD, [channel, 3, 20_000])
    second = tablet.context.new_page()
    second.goto(gateway.address + "/app/")
    assert second.evaluate(START, {})["otherTab"] is True
    devtools = tablet.context.new_cdp_session(first)
    with contextlib.suppress(PlaywrightError):  # the renderer that should answer is gone
        devtools.send("Page.crash", timeout=5_000)
    holds(second, "async () => !(await engine.status()).otherTab")
    assert second.evaluate("() => engine.status()")["vault"] == "locked"
    second.evaluate("words => engine.unlock(words)", WORDS)
    assert second.evaluate("([c, id]) => engine.get(c, id)", [channel, note])["doc"]["text"] == "acknowledged"
    medium = second.evaluate("([c, id]) => engine.get(c, id)", [channel, audio])["doc"]
    assert (medium["state"], medium["frames"], medium["plain_bytes"]) == ("interrupted", 3, 60_000)
    gateway.mode = "ok"
    assert second.evaluate("() => engine.deliver()")["waiting"]["documents"] == 0
    assert {row["document"]["_id"] for row in gateway.documents()} >= {note, audio}


def test_every_kind_of_trouble_has_its_name(tablet: Tablet, gateway: EngineGateway) -> None:
    page = enrolled(tablet, gateway)
    channel = page.evaluate(VISIT)
    page.evaluate("() => engine.deliver()")
    for mode, expected in (("portal", "portal"), ("error", "server-error")):
        gateway.mode = mode
        page.evaluate("([c, text]) => engine.save(c, {type: 'note', text})", [channel, mode])
        assert page.evaluate("() => engine.deliver()")["connection"] == expected
    gateway.mode = "offline"
    status = page.evaluate("() => engine.deliver()")
    assert (status["connection"], status["waiting"]["documents"]) == ("offline", 2)
    gateway.mode = "forge"
    assert page.evaluate("() => engine.deliver()")["waiting"]["documents"] == 2
    gateway.mode = "ok"
    assert page.evaluate("() => engine.deliver()")["waiting"]["documents"] == 0


MARKERS = {
    name: f"МАРКЕР-{name}-7f3a9c"
    for name in ("note", "draft", "meta", "secret", "caption", "remote", "conflict")
}
BYTES = b"MARKER-BYTES-7f3a9c-" * 40


def forms_of(marker: str) -> list[bytes]:
    """What a marker may look like on a disk."""
    raw = marker.encode()
    coded = [base64.b64encode(raw[shift:])[4:-4] for shift in range(3)]
    return [raw, marker.encode("utf-16-le"), marker.encode("utf-16-be"), *coded]


def profile_hits(profile: Path, needles: list[bytes]) -> list[str]:
    """Files of the profile that hold any of the byte strings."""
    hits = []
    for path in profile.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            hits += [
                f"{path.relative_to(profile)}: {needle[:24]!r}" for needle in needles if needle in content
            ]
    return hits


def test_nothing_readable_lies_in_the_profile(tablet: Tablet, gateway: EngineGateway) -> None:
    page = enrolled(tablet, gateway)
    channel = page.evaluate(VISIT)
    gateway.stream = remote_note(channel, MARKERS["remote"])
    page.evaluate(
        """async ([channel, marker, bytes]) => {
             const note = await engine.save(channel, {type: 'note', text: marker.note});
             await engine.save(channel, {...note.doc, text: marker.conflict});
             await engine.saveDraft('form/' + marker.draft, {value: marker.draft});
             await engine.setMeta('route', marker.meta);
             await engine.saveSealed(channel, {type: 'testimony', interview: 'interview:1'}, {text: marker.secret});
             await engine.addMedium(channel, {kind: 'photo', mime: 'image/jpeg', caption: marker.caption},
               new TextEncoder().encode(bytes).buffer);
             const {id} = await engine.startMedium(channel, {kind: 'video', mime: 'video/webm', caption: marker.caption});
             await engine.appendFrame(id, new TextEncoder().encode(bytes).buffer);
             await engine.pull();
           }""",
        [channel, MARKERS, BYTES.decode()],
    )
    texts = page.evaluate("async c => (await engine.list(c, 'note')).map(row => row.doc.text)", channel)
    assert set(texts) == {MARKERS["conflict"], MARKERS["remote"]}
    page.evaluate(
        "() => engine.changePassphrase('ash birch cedar dune ember fern', 'gold hill iron jade kite lake')"
    )
    # The positive control: what a careless app would do is found by the same search.
    page.evaluate(
        """async text => {
      const db = await new Promise(resolve => {
        const request = indexedDB.open('control');
        request.onupgradeneeded = () => request.result.createObjectStore('rows');
        request.onsuccess = () => resolve(request.result);
      });
      const transaction = db.transaction('rows', 'readwrite', { durability: 'strict' });
      transaction.objectStore('rows').put({ text }, 1);
      await new Promise(resolve => { transaction.oncomplete = resolve; });
    }""",
        "МАРКЕР-control-7f3a9c",
    )
    control = forms_of("МАРКЕР-control-7f3a9c")
    until(lambda: profile_hits(tablet.profile, control), "what lies open")
    tablet.kill()
    assert profile_hits(tablet.profile, control), "the search does not find what lies open"
    needles = [form for marker in MARKERS.values() for form in forms_of(marker)]
    needles += [BYTES[:40], BYTES.decode().encode("utf-16-le")[:40], base64.b64encode(BYTES)[8:48]]
    needles += [WORDS.encode(), b"gold hill iron", "планшет".encode() * 2, b'"t":"doc"']
    assert profile_hits(tablet.profile, needles) == []


def remote_note(channel: str, text: str) -> list[dict[str, Any]]:
    """A colleague's note, as the changes stream carries it."""
    document = {
        "_id": "note:01JN0000000000000000000009",
        "type": "note",
        "schema": 1,
        "class": "group",
        "text": text,
        "created_at": "2026-03-01T08:00:00.000Z",
        "updated_at": "2026-03-01T08:00:00.000Z",
    }
    row = {"seq": "1", "id": document["_id"], "rev": f"1-{'a' * 32}", "ancestors": [], "deleted": False}
    return [{"channel": channel, "epoch": "e1"}, {**row, "doc": document}, {"since": "1"}]


def test_two_thousand_documents_are_there_after_an_unlock(tablet: Tablet, gateway: EngineGateway) -> None:
    page = enrolled(tablet, gateway)
    channel = page.evaluate(VISIT)
    rows: list[dict[str, Any]] = [{"channel": channel, "epoch": "e1"}]
    for i in range(2000):
        note = remote_note(channel, f"запись {i} " + "x" * 1500)[1]
        note["id"] = note["doc"]["_id"] = f"note:01JN{i:022d}"
        rows.append(note)
    gateway.stream = [*rows, {"since": "9"}]
    page.evaluate("() => engine.pull()")
    page.evaluate("() => engine.lock()")
    # How long it takes is `./run.sh bench unlock`'s.
    page.evaluate("words => engine.unlock(words)", WORDS)
    assert len(page.evaluate("c => engine.list(c, 'note')", channel)) == 2000
