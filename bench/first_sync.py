"""How long a new tablet's first sync takes, against PouchDB and against the floor.

    ./run.sh bench first-sync [--docs N] [--rounds N]

Real Chromium with a profile on the disk; documents of about 1.8 kB in `reference`, the same for all:

- the project: the engine as it is served (gunicorn), enrolled and unlocked; from the first request of the pull
  to the moment when every document is durable (encrypted, strict transaction) and listable. The pack was
  prepared by the server before, as it is for every tablet but the first;
- PouchDB 9 (`indexeddb` adapter, unencrypted), replicating from pouchdb-server (leveldb) and from the gateway's own
  replication endpoint, with its default batch of 100 and with 1,000: for each batch the quicker server counts;
- the floor: the same bytes fetched in one piece (plain, and gzip as the browser itself opens it: the quicker
  counts), parsed, encrypted in blocks of 256 documents, one strict transaction.

All in turn in each round, in one browser; medians. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright, Worker, sync_playwright

from bench.documents import facilities, revisions
from bench.gateway import replicator
from bench.peers import BytesServer, GatewayServer, PouchServer
from tests.browser.chromium import Tablet
from tests.browser.server import ROOT

WORDS = "ash birch cedar dune ember fern"
START = """async () => {
  const { EngineClient } = await import('/app/static/engine/client.js');
  const { TEST_COST } = await import('/app/static/engine/crypto/passphrase.js');
  window.engine = await EngineClient.start({ cost: TEST_COST });
}"""
# Watches the worker from inside: when its pull begins, and when it has said of each document that it is there.
WATCH = """() => {
  const { fetch, postMessage } = self;
  self.watched = { start: null, end: null, ids: new Set(), stages: [] };
  self.fetch = (path, init) => {
    if (path.endsWith('/session/challenge')) self.watched.start ??= performance.now();
    self.watched.stages.push([path.slice(0, 24), performance.now()]);
    return fetch(path, init);
  };
  self.postMessage = (message, transfer) => {
    if (message.event === 'changed' && message.detail.channel === 'reference') {
      for (const id of message.detail.ids) self.watched.ids.add(id);
      self.watched.end = performance.now();
      self.watched.stages.push([`changed ${message.detail.ids.length}`, performance.now()]);
    }
    return postMessage.call(self, message, transfer);
  };
}"""
WATCHED = """() => ({ count: self.watched.ids.size, seconds: (self.watched.end - self.watched.start) / 1000,
  stages: self.watched.stages.map(([name, at]) => `${Math.round(at - self.watched.start)} ${name}`) })"""
LIST = """async () => {
  const start = performance.now();
  const count = (await engine.list('reference', 'facility')).length;
  return { count, seconds: (performance.now() - start) / 1000 };
}"""
POUCH = """async ({ remote, name, batch, auth }) => {
  const local = new PouchDB(name, { adapter: 'indexeddb' });
  await local.info();
  const start = performance.now();
  await PouchDB.replicate(new PouchDB(remote, auth ? { auth } : {}), local, batch ? { batch_size: batch } : {});
  const seconds = (performance.now() - start) / 1000;
  const count = (await local.info()).doc_count;
  await local.destroy();
  return { count, seconds };
}"""
FLOOR = """async ({ path, block }) => {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const name = `floor-${Math.random()}`;
  const opening = indexedDB.open(name);
  const db = await new Promise((resolve, reject) => {
    opening.onupgradeneeded = () => opening.result.createObjectStore('blocks', { keyPath: 'id' });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const start = performance.now();
  const rows = JSON.parse(await (await fetch(path, { cache: 'no-store' })).text());
  const utf8 = new TextEncoder();
  const boxes = [];
  for (let at = 0; at < rows.length; at += block) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = utf8.encode(JSON.stringify(rows.slice(at, at + block)));
    boxes.push(crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain).then((bytes) => ({ id: at, iv, bytes })));
  }
  const sealed = await Promise.all(boxes);
  const transaction = db.transaction('blocks', 'readwrite', { durability: 'strict' });
  for (const box of sealed) transaction.objectStore('blocks').put(box);
  await new Promise((resolve, reject) => { transaction.oncomplete = resolve; transaction.onerror = reject; });
  const seconds = (performance.now() - start) / 1000;
  db.close();
  indexedDB.deleteDatabase(name);
  return { count: rows.length, seconds };
}"""


def take(measured: dict[str, Any], docs: int, who: str) -> float:
    """The seconds, once every document has been counted."""
    if measured["count"] != docs:
        raise SystemExit(f"{who}: {measured['count']} documents of {docs}")
    return float(measured["seconds"])


def project(page: Page, gateway: GatewayServer, docs: int) -> dict[str, Any]:
    page.goto(gateway.address + "/app/static/engine/client.js")
    page.evaluate(START)
    worker: Worker = page.workers[0]
    worker.evaluate(WATCH)
    request = {"code": gateway.code(), "deviceName": "bench", "words": WORDS, "language": "ru"}
    page.evaluate("request => engine.enrol(request)", request)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and worker.evaluate("() => self.watched.ids.size") < docs:
        time.sleep(0.2)
    measured: dict[str, Any] = worker.evaluate(WATCHED)
    listed = page.evaluate(LIST)
    take(listed, docs, "the project's list")
    worker_result = {**measured, "list_seconds": listed["seconds"]}
    page.evaluate("() => engine.quickDelete()")
    return worker_result


@dataclass(frozen=True)
class Remote:
    """Where PouchDB replicates from; its page is of the same origin."""

    name: str
    page: str
    database: str
    auth: dict[str, str] | None = None


def pouch(page: Page, remote: Remote, batch: int | None) -> dict[str, Any]:
    page.goto(remote.page)
    for script in ("pouchdb.min.js", "pouchdb.indexeddb.min.js"):
        # Not as an element: the gateway's pages allow no script but its own.
        source = (ROOT / "node_modules/pouchdb/dist" / script).read_text(encoding="utf-8")
        page.evaluate(f"() => {{ {source}\n }}")
    asked = {
        "remote": remote.database,
        "name": f"first-{batch}-{time.time_ns()}",
        "batch": batch,
        "auth": remote.auth,
    }
    measured: dict[str, Any] = page.evaluate(POUCH, asked)
    return measured


def floor(page: Page, server: BytesServer, path: str) -> dict[str, Any]:
    page.goto(server.address + "/")
    measured: dict[str, Any] = page.evaluate(FLOOR, {"path": path, "block": 256})
    return measured


def run(playwright: Playwright, folder: Path, docs: int, rounds: int, peers: bool) -> dict[str, list[float]]:
    print(f"{docs} documents…", file=sys.stderr)
    incoming = revisions(facilities(docs))
    plain = json.dumps(
        [
            {"id": one.id, "rev": one.rev, "ancestors": [], "deleted": False, "doc": one.doc}
            for one in incoming
        ],
        ensure_ascii=False,
    ).encode()
    found: dict[str, list[float]] = {}

    def note(name: str, measured: dict[str, Any]) -> None:
        found.setdefault(name, []).append(take(measured, docs, name))
        print(f"  {name}: {measured['seconds']:.3f} s", file=sys.stderr)

    with (
        GatewayServer(folder / "gateway", incoming) as gateway,
        PouchServer(folder / "pouch", incoming if peers else []) as pouched,
        BytesServer({"/plain": (plain, None), "/gzip": (gzip.compress(plain, 6), "gzip")}) as raw,
    ):
        login, _, secret = replicator(gateway).partition(":")
        own = Remote(
            "gateway",
            gateway.address + "/app/static/engine/client.js",
            gateway.address + "/sync/couch/reference",
            {"username": login, "password": secret},
        )
        other = Remote("pouchdb-server", pouched.address + "/", pouched.database)
        remotes = [own, other] if peers else []
        for number in range(rounds):
            tablet = Tablet(playwright, folder / f"profile-{number}")
            try:
                page = tablet.open()
                page.set_default_timeout(600_000)
                measured = project(page, gateway, docs)
                print("   ", measured["stages"], file=sys.stderr)
                note("project", measured)
                found.setdefault("list", []).append(measured["list_seconds"])
                for remote in remotes:
                    note(f"pouchdb 1000 from {remote.name}", pouch(page, remote, 1000))
                    note(f"pouchdb 100 from {remote.name}", pouch(page, remote, None))
                for path in ("/plain", "/gzip"):
                    note(f"floor {path}", floor(page, raw, path))
            finally:
                tablet.close()
    found["megabytes"] = [len(plain) / 1e6]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench first-sync")
    parser.add_argument("--docs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-pouchdb", action="store_true", help="for profiling the project alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        found = run(playwright, Path(folder), asked.docs, asked.rounds, not asked.without_pouchdb)
    medians = {name: statistics.median(values) for name, values in found.items()}
    least = min(medians["floor /plain"], medians["floor /gzip"])
    default, thousand = (
        min(
            (median for name, median in medians.items() if name.startswith(f"pouchdb {batch} ")), default=None
        )
        for batch in (100, 1000)
    )
    best = min(default, thousand) if default and thousand else None
    print(
        json.dumps(
            {
                "bench": "first-sync",
                "docs": asked.docs,
                "seconds": round(medians["project"], 3),
                "pouchdb_default_seconds": default and round(default, 3),
                "pouchdb_best_seconds": best and round(best, 3),
                "floor_seconds": round(least, 3),
                "times_faster_than_pouchdb_best": best and round(best / medians["project"], 2),
                "times_floor": round(medians["project"] / least, 2),
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
