"""What recording asks of the disk and of the network, seen from inside the worker of real Chromium.

A kill shows what the browser's process keeps; that the disk itself was asked before anything was acknowledged is
asserted here: every writing transaction is strict, every frame is flushed, and so is the journal of what is saved.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import Tablet
from tests.browser.engine_gateway import EngineGateway
from tests.browser.engine_tablet import VISIT, enrolled

# Writes down, in order: what is done to files, how each transaction promises to be kept, what was answered.
WATCH = """() => {
  self.steps = [];
  const file = FileSystemSyncAccessHandle.prototype;
  for (const name of ['write', 'flush']) {
    const real = file[name];
    file[name] = function (...given) {
      const result = real.apply(this, given);
      steps.push([name, name === 'write' ? given[0].byteLength : 0]);
      return result;
    };
  }
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const transaction = begin.call(this, stores, mode, options);
    if (mode !== 'readwrite') return transaction;
    transaction.addEventListener('complete', () => steps.push(['complete', [...transaction.objectStoreNames].join()]));
    steps.push(['transaction', transaction.durability]);
    return transaction;
  };
  const answer = self.postMessage;
  self.postMessage = (message, transfer) => {
    if (message.id) steps.push(['answer', message.error?.code ?? null]);
    return answer.call(self, message, transfer);
  };
}"""
FRAMES = """async () => {
  const { id } = await engine.startMedium(channel, { kind: 'audio', mime: 'audio/webm' });
  for (let i = 0; i < 5; i += 1) await engine.appendFrame(id, new Uint8Array(1000 + i).buffer);
  return id;
}"""
KEEP = """async id => {
  await engine.finishMedium(id);
  await engine.save(channel, { type: 'note', text: 'seen' });
  await engine.saveDraft('visit/note', { text: 'half a sent' });
  await engine.setMeta('place', 1);
  await engine.setPin('482913');
}"""
ROUNDS = """() => {
  self.rounds = 0;
  const { fetch } = self;
  self.fetch = (path, init) => {
    if (String(path).endsWith('/sync/media/missing') || String(path).endsWith('/sync/hello')) self.rounds += 1;
    return fetch(path, init);
  };
}"""
WAITING = """async () => {
  await engine.setUploadRule('ask');
  const { doc } = await engine.addMedium(channel, { kind: 'video', mime: 'video/webm' }, new Uint8Array(6 << 20).buffer);
  let status = await engine.deliver();
  while (status.waiting.documents > 0) status = await engine.deliver();
  return [doc.chunks.length, status.waiting.chunks];
}"""
DRAFTS = "async () => { for (let i = 0; i < 200; i += 1) await engine.saveDraft('visit/note', { text: String(i) }); }"


def watched(tablet: Tablet, gateway: EngineGateway, files: str) -> Page:
    page = enrolled(tablet, gateway, files=files)
    gateway.mode = "offline"
    page.evaluate(VISIT)
    page.workers[0].evaluate(WATCH)
    return page


def steps(page: Page) -> list[list[Any]]:
    taken: list[list[Any]] = page.workers[0].evaluate("() => steps.splice(0)")
    return taken


def asked_the_disk(act: list[list[Any]]) -> bool:
    """Whether the last that was written was flushed, or a transaction was completed, before the answer."""
    names = [what for what, _ in act]
    written = max((at for at, what in enumerate(names) if what == "write"), default=None)
    return "complete" in names if written is None else "flush" in names[written:]


@pytest.mark.parametrize("files", ["opfs", "idb"])
def test_nothing_is_acknowledged_before_the_disk_was_asked(
    tablet: Tablet, gateway: EngineGateway, files: str
) -> None:
    page = watched(tablet, gateway, files)
    medium = page.evaluate(FRAMES)
    recorded = steps(page)
    answers = [number for number, (what, _) in enumerate(recorded) if what == "answer"]
    # The first is the answer to the beginning; then one for each frame.
    frames = [recorded[after + 1 : at] for after, at in itertools.pairwise(answers)]
    assert len(frames) == 5
    for number, between in enumerate(frames):
        if files == "opfs":
            sealed = 4 + 1000 + number + 16
            assert ["write", sealed] in between
            assert ["flush", 0] in between[between.index(["write", sealed]) :]
        else:
            assert ["transaction", "strict"] in between
            assert ["complete", "frames"] in between
    page.evaluate(KEEP, medium)
    saved = steps(page)
    answers = [number for number, (what, _) in enumerate(saved) if what == "answer"]
    # A recording's end, a note, a draft, a setting; the PIN lies in memory only.
    acts = [saved[after + 1 : at] for after, at in itertools.pairwise([-1, *answers])][:4]
    assert len(acts) == 4
    for act in acts:
        assert asked_the_disk(act), act
    kept = recorded + saved
    # What the journal acknowledged the database has soon.
    while not any(what == "complete" and "blocks" in stores for what, stores in kept[len(recorded) :]):
        page.wait_for_timeout(20)
        kept += steps(page)
    promises = [how for what, how in kept if what == "transaction"]
    assert len(promises) >= (1 if files == "opfs" else 5)
    assert set(promises) == {"strict"}
    assert [code for what, code in kept if what == "answer" and code] == []


def test_what_waits_for_another_network_keeps_nothing_busy(tablet: Tablet, gateway: EngineGateway) -> None:
    page = enrolled(tablet, gateway)
    page.evaluate(VISIT)
    chunks, waiting = page.evaluate(WAITING)
    assert waiting == chunks > 0
    page.workers[0].evaluate(ROUNDS)
    page.evaluate(DRAFTS)
    assert page.workers[0].evaluate("() => rounds") < 5
