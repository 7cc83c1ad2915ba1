"""A tablet with documents on its disk, and PouchDB with the same documents beside it: for `unlock` and `save`.

Owns: one browser profile that outlives its processes, a server of its own for the page (PouchDB comes from
node_modules, which is never committed), and the filling of both stores. The engine is the real one, in its worker.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright

from bench.documents import facilities
from tests.browser.chromium import Tablet
from tests.browser.engine_gateway import EngineGateway

WORDS = "ash birch cedar dune ember fern"
REFERENCE = "reference"
START = """async () => {
  const { EngineClient } = await import('/app/static/engine/client.js');
  const { TEST_COST } = await import('/app/static/engine/crypto/passphrase.js');
  window.engine = await EngineClient.start({ cost: TEST_COST });
}"""
FILL = """async ([from, docs]) => {
  window.peer ??= new PouchDB('peer', { adapter: 'indexeddb' });
  await peer.bulkDocs(docs);
  return from;
}"""
FILL_BATCH = 1000


class Local:
    """The tablet, open on its page or closed."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self.gateway = EngineGateway().start()
        self.tablet = Tablet(playwright, folder / "profile", media=False)

    def open(self) -> Page:
        """A new process of the browser: nothing of the last one is in memory."""
        page = self.tablet.open()
        page.set_default_timeout(600_000)
        page.goto(self.gateway.address + "/app/")
        for script in ("pouchdb.min.js", "pouchdb.indexeddb.min.js"):
            page.add_script_tag(url=f"/app/node_modules/pouchdb/dist/{script}")
        page.evaluate(START)
        return page

    def close(self) -> None:
        self.tablet.close()

    def stop(self) -> None:
        """Everything ends."""
        self.tablet.close()
        self.gateway.stop()

    def fill(self, docs: int) -> None:
        """Enrol, take in the documents by the stream as a first sync does, and put the same into PouchDB."""
        documents = facilities(docs)
        self.gateway.stream = [
            {"channel": REFERENCE, "epoch": "e1"},
            *(_row(document) for document in documents),
            {"channel": REFERENCE, "since": "1"},
        ]
        page = self.open()
        request = {"code": self.gateway.code, "deviceName": "bench", "words": WORDS, "language": "ru"}
        page.evaluate("request => engine.enrol(request)", request)
        page.evaluate("() => engine.pull()")
        self.gateway.stream = []
        held = page.evaluate("async () => (await engine.list('reference', 'facility')).length")
        if held != docs:
            raise RuntimeError(f"the tablet holds {held} of {docs} documents")
        # What the engine does by itself within seconds after a first sync: the snapshot of its index.
        page.wait_for_timeout(6000)
        for start in range(0, docs, FILL_BATCH):
            page.evaluate(FILL, [start, documents[start : start + FILL_BATCH]])
        self.close()


def _row(document: dict[str, Any]) -> dict[str, Any]:
    digest = hashlib.md5(json.dumps(document, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
    return {
        "id": document["_id"],
        "rev": f"1-{digest}",
        "ancestors": [],
        "deleted": False,
        "doc": document,
    }
