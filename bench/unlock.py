"""How long it takes from the words to the first list on the screen, against PouchDB opening its database.

    ./run.sh bench unlock [--docs N] [--rounds N]

Real Chromium, a new process each time, 10,000 documents of about 1.8 kB on its disk:

- the project: `unlock` and `list` of all documents through the engine client, bodies and all, to the page, and the
  first fifty painted. The vault is made with the small key derivation of tests; the real one (Argon2id, 64 MiB,
  three passes) is timed by itself and given as `kdf_seconds`;
- PouchDB 9 (`indexeddb` adapter, not encrypted): opening the database, `allDocs({include_docs: true})`, the same
  fifty painted.

In turn, in processes of their own; medians. `unlock_seconds` is the part until the vault is open.
The last line is one JSON object.
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

PAINT = """names => new Promise(resolve => {
  const list = document.body.appendChild(document.createElement('ul'));
  for (const name of names.slice(0, 50)) list.appendChild(document.createElement('li')).textContent = name;
  requestAnimationFrame(() => setTimeout(resolve, 0));
})"""
OURS = f"""async words => {{
  const paint = {PAINT};
  const start = performance.now();
  await engine.unlock(words);
  const unlocked = performance.now();
  const readings = await engine.list('reference', 'facility');
  await paint(readings.map(({{ doc }}) => JSON.stringify(doc.name)));
  return {{ seconds: (performance.now() - start) / 1000, unlock: (unlocked - start) / 1000, docs: readings.length }};
}}"""
THEIRS = f"""async () => {{
  const paint = {PAINT};
  const start = performance.now();
  const database = new PouchDB('peer', {{ adapter: 'indexeddb' }});
  const {{ rows }} = await database.allDocs({{ include_docs: true }});
  await paint(rows.map(({{ doc }}) => JSON.stringify(doc.name)));
  return {{ seconds: (performance.now() - start) / 1000, docs: rows.length }};
}}"""
KDF = """async words => {
  const { deriveKey, STANDARD_COST } = await import('/app/static/engine/crypto/passphrase.js');
  await deriveKey(words, new Uint8Array(16), { memoryKib: 1024, passes: 1 });
  const start = performance.now();
  await deriveKey(words, new Uint8Array(16), STANDARD_COST);
  return (performance.now() - start) / 1000;
}"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench unlock")
    parser.add_argument("--docs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    found: dict[str, list[float]] = {"seconds": [], "unlock": [], "kdf": [], "pouchdb": []}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        local = Local(playwright, Path(folder))
        try:
            local.fill(asked.docs)
            for _ in range(asked.rounds):
                page = local.open()
                ours = page.evaluate(OURS, WORDS)
                found["kdf"].append(page.evaluate(KDF, WORDS))
                local.close()
                page = local.open()
                theirs = page.evaluate(THEIRS)
                local.close()
                if ours["docs"] != asked.docs or theirs["docs"] != asked.docs:
                    raise RuntimeError(f"not all documents were listed: {ours} {theirs}")
                found["seconds"].append(ours["seconds"])
                found["unlock"].append(ours["unlock"])
                found["pouchdb"].append(theirs["seconds"])
                print(f"{ours} {theirs}", file=sys.stderr)
        finally:
            local.stop()
    medians = {name: round(statistics.median(values), 3) for name, values in found.items()}
    print(
        json.dumps(
            {
                "bench": "unlock",
                "docs": asked.docs,
                "rounds": asked.rounds,
                "seconds": medians["seconds"],
                "unlock_seconds": medians["unlock"],
                "kdf_seconds": medians["kdf"],
                "pouchdb_seconds": medians["pouchdb"],
                "times_faster": round(medians["pouchdb"] / medians["seconds"], 2),
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
