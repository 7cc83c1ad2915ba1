"""How long a save takes, from the page's call until it is durable, against PouchDB's `put`.

    ./run.sh bench save [--docs N] [--saves N] [--rounds N]

Real Chromium, both stores holding `--docs` documents already, the tablet offline as on site. In turn, in one page:

- the project: `engine.save` of a note: message to the worker, revision, HPKE seal and signature, encrypted log and
  outbox in one transaction with `durability: 'strict'`, message back;
- PouchDB 9 (`indexeddb` adapter): `put` of the same note, not encrypted, not sealed. It commits with Chromium's
  default, `relaxed`: `p50_ratio` and `p95_ratio` compare with that. `*_strict` is the same `put` where the page makes
  every one of its transactions strict, which is what our save promises.

Medians over rounds of each round's percentiles, in milliseconds; ours ÷ theirs. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
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
    found: dict[str, list[tuple[float, float]]] = {"project": [], "pouchdb": [], "pouchdb_strict": []}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        local = Local(playwright, Path(folder))
        try:
            local.fill(asked.docs)
            page = local.open()
            local.gateway.mode = "offline"
            page.evaluate("words => engine.unlock(words)", WORDS)
            page.evaluate(VISIT)
            for call, warm in ((OURS, [10, TEXT]), (THEIRS, [10, TEXT, False])):
                page.evaluate(call, warm)
            for _ in range(asked.rounds):
                found["project"].append(percentiles(page.evaluate(OURS, [asked.saves, TEXT])))
                found["pouchdb"].append(percentiles(page.evaluate(THEIRS, [asked.saves, TEXT, False])))
                found["pouchdb_strict"].append(percentiles(page.evaluate(THEIRS, [asked.saves, TEXT, True])))
                print({name: rounds[-1] for name, rounds in found.items()}, file=sys.stderr)
        finally:
            local.stop()
    p50 = {name: statistics.median(pair[0] for pair in rounds) for name, rounds in found.items()}
    p95 = {name: statistics.median(pair[1] for pair in rounds) for name, rounds in found.items()}
    print(
        json.dumps(
            {
                "bench": "save",
                "docs": asked.docs,
                "saves": asked.saves * asked.rounds,
                **{f"{name}_p50_ms": round(value, 2) for name, value in p50.items()},
                **{f"{name}_p95_ms": round(value, 2) for name, value in p95.items()},
                "p50_ratio": round(p50["project"] / p50["pouchdb"], 2),
                "p95_ratio": round(p95["project"] / p95["pouchdb"], 2),
                "p50_ratio_strict": round(p50["project"] / p50["pouchdb_strict"], 2),
                "p95_ratio_strict": round(p95["project"] / p95["pouchdb_strict"], 2),
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
