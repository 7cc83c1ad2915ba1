"""How long a save takes, from the page's call until it is durable, against PouchDB's `put`.

    ./run.sh bench save [--docs N] [--saves N] [--rounds N]

Real Chromium, both stores holding `--docs` documents already, the tablet offline as on site. In turn, in one page:

- the project: `engine.save` of a note: message to the worker, revision, HPKE seal and signature, encrypted log and
  outbox in one flushed record of the journal (the database follows in strict transactions, which the next saves feel),
  message back;
- PouchDB 9 (`indexeddb` adapter): `put` of the same note, not encrypted, not sealed. It commits with Chromium's
  default, `relaxed`: `p50_ratio` and `p95_ratio` compare with that. `*_strict` is the same `put` where the page makes
  every one of its transactions strict, which is as much as our flush promises.

- the floor: what IndexedDB alone takes in our worker for two rows of a save's size in one transaction, strict and
  relaxed. `above_strict_commit_p50_ms` is what a save takes beyond it: two messages, hashing, sealing, signing,
  encryption.

They go in turn, a few saves each, so that what else runs on the machine meets all of them; percentiles over all of
a run, in milliseconds; ours ÷ theirs. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.local import WORDS, Local

TEXT = "Во время обхода второго корпуса. " * 40
OURS = """async ([count, text]) => {
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    await engine.save(channel, { type: 'note', text: `${i} ${text}`, lang: 'ru' });
    times.push(performance.now() - start);
  }
  return times;
}"""
THEIRS = """async ([count, text, strict]) => {
  const begin = IDBDatabase.prototype.transaction;
  if (strict) {
    IDBDatabase.prototype.transaction = function (stores, mode) {
      return begin.call(this, stores, mode, mode === 'readwrite' ? { durability: 'strict' } : undefined);
    };
  }
  window.peer ??= new PouchDB('peer', { adapter: 'indexeddb' });
  await peer.info();
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    await peer.put({ _id: `note:${Date.now()}-${i}-${strict}`, type: 'note', text: `${i} ${text}`, lang: 'ru' });
    times.push(performance.now() - start);
  }
  IDBDatabase.prototype.transaction = begin;
  return times;
}"""
COMMIT = """async ([count, durability]) => {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('bench-floor', 1);
    opening.onupgradeneeded = () => ['a', 'b'].forEach(name => opening.result.createObjectStore(name, { autoIncrement: true }));
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const row = { bytes: crypto.getRandomValues(new Uint8Array(6000)).buffer };
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    await new Promise((resolve, reject) => {
      const transaction = database.transaction(['a', 'b'], 'readwrite', { durability });
      transaction.objectStore('a').put(row);
      transaction.objectStore('b').put(row);
      transaction.oncomplete = resolve;
      transaction.onabort = reject;
    });
    times.push(performance.now() - start);
  }
  database.close();
  return times;
}"""
SLICE = 20
VISIT = "async () => { window.channel = (await engine.createVisit({facility: 'facility:x', kind: 'special'})).channel; }"


def percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20)
    return statistics.median(times), cuts[18]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench save")
    parser.add_argument("--docs", type=int, default=10_000)
    parser.add_argument("--saves", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        local = Local(playwright, Path(folder))
        try:
            local.fill(asked.docs)
            page = local.open()
            local.gateway.mode = "offline"
            page.evaluate("words => engine.unlock(words)", WORDS)
            page.evaluate(VISIT)
            calls: list[tuple[str, Callable[[int], list[float]]]] = [
                ("project", lambda count: page.evaluate(OURS, [count, TEXT])),
                ("pouchdb", lambda count: page.evaluate(THEIRS, [count, TEXT, False])),
                ("pouchdb_strict", lambda count: page.evaluate(THEIRS, [count, TEXT, True])),
                ("strict_commit", lambda count: page.workers[0].evaluate(COMMIT, [count, "strict"])),
                ("relaxed_commit", lambda count: page.workers[0].evaluate(COMMIT, [count, "relaxed"])),
            ]
            for _name, call in calls:
                call(SLICE)
            for turn in range(asked.rounds * asked.saves // SLICE):
                for name, call in calls[turn % len(calls) :] + calls[: turn % len(calls)]:
                    found.setdefault(name, []).extend(call(SLICE))
        finally:
            local.stop()
    p50, p95 = ({name: percentiles(times)[i] for name, times in found.items()} for i in (0, 1))
    print(
        json.dumps(
            {
                "bench": "save",
                "docs": asked.docs,
                "saves": len(found["project"]),
                **{f"{name}_p50_ms": round(value, 2) for name, value in p50.items()},
                **{f"{name}_p95_ms": round(value, 2) for name, value in p95.items()},
                "p50_ratio": round(p50["project"] / p50["pouchdb"], 2),
                "p95_ratio": round(p95["project"] / p95["pouchdb"], 2),
                "p50_ratio_strict": round(p50["project"] / p50["pouchdb_strict"], 2),
                "p95_ratio_strict": round(p95["project"] / p95["pouchdb_strict"], 2),
                "above_strict_commit_p50_ms": round(p50["project"] - p50["strict_commit"], 2),
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
