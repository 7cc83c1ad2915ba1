"""A tablet that was taken: its disk tells nothing, and with the words nothing of custody from an earlier session.

Two hundred markers go through everything a day does to them, on the engine that the app runs, against a gateway that
keeps what it opened; the closed profile is searched in every layer (tests/browser/profile.py). The screens are
searched by the journey (test_journey.py), with markers of its own.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.carving import attack
from tests.browser.chromium import Tablet
from tests.browser.engine_gateway import EngineGateway
from tests.browser.engine_tablet import VISIT, WORDS, enrolled, start
from tests.browser.profile import COMPRESSED_VALUE, encodings, find_bytes, find_markers
from tests.patience import until

NEW_WORDS = "gold hill iron jade kite lake"
PIN = "9174026385"
COUNT = 200
STEM = "знакzq7k"
CONTROL = "контрольzq7k"

# Each takes the channel and a list of markers, and spends all of them.
SAVE = """async ([channel, words]) => {
  const ids = [];
  for (const word of words) {
    const { doc } = await engine.save(channel, { type: 'note', text: word, place: word, source: 'observation' });
    ids.push(doc._id);
  }
  return ids;
}"""
EDIT = """async ([channel, words, ids]) => {
  for (const [i, word] of words.entries()) {
    const { doc } = await engine.get(channel, ids[i]);
    await engine.save(channel, { ...doc, text: word });
  }
}"""
ANSWER = """async ([channel, words]) => {
  const answers = Object.fromEntries(words.map((word, i) => [`/data/${i % 2 ? word : `q${i}`}`, i % 2 ? i : word]));
  await engine.save(channel, { type: 'submission', form: 'form:x', answers, label: words[0] });
}"""
DRAFT = """async ([channel, words]) => {
  for (const word of words) await engine.saveDraft(`form/${word}`, { answers: { [word]: word } });
  for (const word of words.slice(0, words.length / 2)) await engine.dropDraft(`form/${word}`);
  await engine.setMeta('route', words);
}"""
CUSTODY = """async ([channel, words]) => {
  const [name, said, sound, caption] = words;
  await engine.saveSealed(channel, { type: 'identity', interview: 'interview:1' }, { name });
  await engine.saveSealed(channel, { type: 'testimony', interview: 'interview:1' }, { text: said });
  const { id } = await engine.startMedium(channel, { kind: 'audio', mime: 'audio/webm', caption });
  for (let i = 0; i < 4; i += 1) await engine.appendFrame(id, new TextEncoder().encode(sound.repeat(400)).buffer);
  await engine.finishMedium(id, {});
  return id;
}"""
PHOTO = """async ([channel, words]) => {
  const [picture, caption, name] = words;
  const bytes = new TextEncoder().encode(picture.repeat(3000)).buffer;
  return (await engine.addMedium(channel, { kind: 'photo', mime: 'image/jpeg', caption, name }, bytes)).doc._id;
}"""
ERASED = """async ([channel, words]) => {
  const { id } = await engine.startMedium(channel, { kind: 'video', mime: 'video/webm', caption: words[0] });
  await engine.appendFrame(id, new TextEncoder().encode(words[1].repeat(400)).buffer);
  await engine.eraseMedium(id);
}"""
# What a careless app would do: in Local Storage, and in a plain database so much that the browser packs it.
CARELESS = """async ([word, many, key]) => {
  localStorage.setItem('control', word);
  const db = await new Promise((resolve) => {
    const request = indexedDB.open('control');
    request.onupgradeneeded = () => request.result.createObjectStore('rows');
    request.onsuccess = () => resolve(request.result);
  });
  for (let round = 0; round < many; round += 1) {
    const transaction = db.transaction('rows', 'readwrite', { durability: 'strict' });
    for (let i = 0; i < 100; i += 1) {
      transaction.objectStore('rows').put({ text: `${word}-${round}-${i} ${'и так далее '.repeat(200)}` }, round * 100 + i);
    }
    await new Promise((resolve) => { transaction.oncomplete = resolve; });
  }
  const transaction = db.transaction('rows', 'readwrite', { durability: 'strict' });
  transaction.objectStore('rows').put({ key: new Uint8Array(key) }, -1);
  await new Promise((resolve) => { transaction.oncomplete = resolve; });
  db.close();
}"""


class Markers:
    """Two hundred words that occur nowhere else, handed out once each."""

    def __init__(self) -> None:
        self.all = [f"{STEM}{number:03}" for number in range(COUNT)]
        self._next = 0

    def take(self, count: int) -> list[str]:
        taken = self.all[self._next : self._next + count]
        assert len(taken) == count, "no markers left"
        self._next += count
        return taken

    @property
    def left(self) -> int:
        return COUNT - self._next


def received(channel: str, markers: Markers) -> list[dict[str, Any]]:
    """A pull: the visit's brief, a colleague's notes, facilities, people and the library."""
    number = 0

    def row(type_: str, **fields: Any) -> dict[str, Any]:
        nonlocal number
        number += 1
        id_ = f"{type_}:01JN{number:022d}"
        at = "2026-03-01T08:00:00.000Z"
        header = {"_id": id_, "type": type_, "schema": 1, "class": "group", "created_at": at}
        leaf = {"seq": str(number), "id": id_, "rev": f"1-{number:032x}", "ancestors": [], "deleted": False}
        return {**leaf, "doc": {**header, "updated_at": at, **fields}}

    word = markers.take
    return [
        {"channel": "reference", "epoch": "r1"},
        *(row("facility", name={"ru": name}, aliases=[alias]) for name, alias in zip(word(10), word(10))),  # noqa: B905
        *(row("person", name=name, initial="Ж") for name in word(5)),
        *(row("library", title={"ru": title}, articles=[{"text": title}]) for title in word(5)),
        {"since": "1"},
        {"channel": channel, "epoch": "v1"},
        row("brief", facility=word(1)[0], findings=word(5), recommendations=word(5)),
        *(row("note", text=text) for text in word(15)),
        *(row("finding", title=title, text=title) for title in word(5)),
        {"since": "2"},
    ]


def unlock(page: Page, words: str = WORDS) -> None:
    page.evaluate("words => engine.unlock(words)", words)


def a_day(tablet: Tablet, gateway: EngineGateway, markers: Markers, files: str) -> tuple[str, dict[str, str]]:
    """Everything that a day does to a tablet; the channel, and what an attacker would look for."""
    page = enrolled(tablet, gateway, files=files)
    channel: str = page.evaluate(VISIT)
    gateway.stream = received(channel, markers)
    page.evaluate("() => engine.pull()")
    assert len(page.evaluate("c => engine.list(c, 'note')", channel)) == 15
    note, *notes = markers.take(15)
    ids = page.evaluate(SAVE, [channel, [note, *notes]])
    page.evaluate(EDIT, [channel, markers.take(14), ids[1:]])
    page.evaluate(ANSWER, [channel, markers.take(20)])
    page.evaluate(DRAFT, [channel, markers.take(12)])
    custody = markers.take(4)
    audio = page.evaluate(CUSTODY, [channel, custody])
    photo = markers.take(3)
    picture = page.evaluate(PHOTO, [channel, photo])
    page.evaluate(ERASED, [channel, markers.take(2)])
    page.evaluate(
        "([c]) => engine.withdraw(c, { interview: 'interview:1', use: 'sharing', erases: [], reason: 'x' })",
        [channel],
    )
    # Lock, a PIN, the gate.
    page.evaluate("() => engine.lock()")
    unlock(page)
    page.evaluate("pin => engine.setPin(pin)", PIN)
    page.evaluate("() => engine.lockForPin()")
    page.evaluate("pin => engine.unlockWithPin(pin)", PIN)
    page.evaluate(SAVE, [channel, markers.take(10)])
    gateway.stream = []
    page.evaluate("() => engine.deliver()")
    # The battery dies while something is written.
    page.evaluate(f"args => {{ ({SAVE})(args); }}", [channel, markers.take(20)])
    tablet.kill()
    page = start(tablet, gateway, files=files)
    unlock(page)
    page.evaluate(EDIT, [channel, markers.take(5), ids[1:]])
    later = markers.take(4)
    page.evaluate(CUSTODY, [channel, later])
    # Out of the facility, and other words.
    page.evaluate("() => engine.leaveFacility()")
    unlock(page)
    page.evaluate("([old, words]) => engine.changePassphrase(old, words)", [WORDS, NEW_WORDS])
    page.evaluate(SAVE, [channel, markers.take(markers.left)])
    page.evaluate("() => engine.deliver()")
    page.evaluate("() => engine.lock()")
    assert markers.left == 0
    return channel, {
        "note": note, "photo": photo[0], "audio": audio, "picture": picture, "name": custody[0], "said": custody[1],
        "sound": custody[2], "later": later[1], "later sound": later[2],
    }  # fmt: skip


def raw_keys(gateway: EngineGateway, *documents: str) -> list[bytes]:
    """Content keys as the office has them, in the forms in which a key may lie on a disk."""
    keys = [gateway.content_key(document) for document in documents]
    coded = [form for key in keys for form in (base64.b64encode(key)[:-1], key.hex().encode())]
    return [*keys, *coded, *(base64.urlsafe_b64encode(key)[:-1] for key in keys)]


@pytest.mark.parametrize("files", ["opfs", pytest.param("idb", marks=pytest.mark.long)])
def test_a_stolen_tablet_tells_nothing_and_with_its_words_nothing_of_custody(
    tablet: Tablet, gateway: EngineGateway, tmp_path: Path, files: str
) -> None:
    markers = Markers()
    _, known = a_day(tablet, gateway, markers, files)
    page = tablet.page
    careless_key = os.urandom(32)
    page.evaluate(CARELESS, [CONTROL, 1, list(careless_key)])
    profile = tablet.profile
    until(lambda: find_bytes(profile, [careless_key]), "what a careless app would do")
    tablet.kill()

    # Without the words: nothing.
    assert set(find_markers(profile, [CONTROL, "и так далее"])) == {CONTROL, "и так далее"}
    assert find_markers(profile, markers.all) == {}
    spoken = [
        form for word in (WORDS, NEW_WORDS, PIN, "birch cedar", "iron jade") for form in encodings(word)
    ]
    assert find_bytes(profile, spoken) == []
    assert find_bytes(profile, [careless_key])
    keys = raw_keys(gateway, known["audio"], known["picture"])
    assert find_bytes(profile, keys) == []

    # With them: what the group may read, and no testimony, no identity, no recording.
    loot = attack(profile, NEW_WORDS)
    assert loot.opened >= 1
    assert loot.holds(known["note"].encode()), "the attack opens what the words open"
    assert loot.holds((known["photo"] * 3).encode())
    assert gateway.content_key(known["picture"]) in loot.keys.values()
    for name in ("name", "said", "sound", "later", "later sound"):
        assert not loot.holds(known[name].encode()), name
    assert gateway.content_key(known["audio"]) not in loot.keys.values()

    # The old words: their header was overwritten in place. Where there is no place to overwrite, the browser's log
    # still has it, and it opens what it protected; custody stays closed.
    old = attack(profile, WORDS)
    if files == "opfs":
        assert old.opened == 0
        assert old.plain == []
    for name in ("name", "said", "sound", "later", "later sound"):
        assert not old.holds(known[name].encode()), name
    (tmp_path / "loot.json").write_text(
        json.dumps({"headers": loot.headers, "keys": sorted(loot.keys), "opened by old words": old.opened})
    )


def test_the_search_sees_through_what_the_browser_packs(
    tablet: Tablet, gateway: EngineGateway, tmp_path: Path
) -> None:
    page = tablet.open()
    page.goto(gateway.address + "/app/")
    word = "плотноzq7k"
    page.evaluate(CARELESS, [word, 30, [0]])
    tablet.close()
    wanted = [f"{word}-{round_}-{i}" for round_ in (0, 14, 29) for i in (0, 57, 99)]
    found = find_markers(tablet.profile, wanted)
    assert set(found) == set(wanted), "the search must not be blind to what is packed"
    packed = [
        path.relative_to(tablet.profile).as_posix()
        for path in (tablet.profile / "Default/IndexedDB").rglob("*")
        if path.is_file() and (path.suffix == ".ldb" or COMPRESSED_VALUE in path.read_bytes())
    ]
    assert packed, "the browser packed nothing: this test shows nothing any more"
