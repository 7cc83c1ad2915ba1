"""Other servers replicate with the gateway: `POST /_replicate` of `pouchdb-server`, and of a CouchDB where there is one."""

from __future__ import annotations

import base64
import json
import os
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests import patience
from tests.contracts.servers import pouchdb_server
from tests.patience import until
from tests.replication.conftest import Gateway


class Peer:
    """Another server, and requests to it."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if parts.username:
            secret = f"{parts.username}:{parts.password or ''}".encode()
            self.headers["Authorization"] = "Basic " + base64.b64encode(secret).decode()
        where = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
        self.address = urlunsplit((parts.scheme, where, parts.path.rstrip("/"), "", ""))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, data, self.headers, method=method)
        with urllib.request.urlopen(request, timeout=patience.SECONDS) as answer:
            return json.loads(answer.read())

    def database(self, name: str) -> Any:
        """The name of a database on it, as this server's own replicator wants it."""
        return name if "Authorization" not in self.headers else {
            "url": f"{self.address}/{name}",
            "headers": {"Authorization": self.headers["Authorization"]},
        }  # fmt: skip


@pytest.fixture(params=["pouchdb-server", "couchdb"])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    if request.param == "pouchdb-server":
        with pouchdb_server(tmp_path / "peer") as address:
            yield Peer(address)
        return
    address = os.environ.get("COUCHDB_URL", "")
    if not address:
        pytest.skip("no CouchDB here: COUCHDB_URL=http://admin:password@host:5984 names one")
    yield Peer(address)


def test_a_server_replicates_from_and_to_the_gateway(gateway: Gateway, peer: Peer) -> None:
    name = f"aigaq-copy-{uuid.uuid4().hex[:8]}"
    peer.ask("PUT", f"/{name}")
    notes = [gateway.alice.document("note", text=f"запись {number}") for number in range(3)]
    gateway.world.bring(gateway.alice, gateway.channel, *notes)
    source, target = gateway.address(gateway.channel, "peer"), gateway.address("reference", "peer")
    pulled = peer.ask("POST", "/_replicate", {"source": source, "target": peer.database(name)})
    assert pulled["ok"] is True
    stored = peer.ask("GET", f"/{name}/{notes[1]['_id']}?revs=true")
    leaf = gateway.world.engine.documents.leaves(gateway.channel, notes[1]["_id"])[0]
    assert (stored["text"], stored["_rev"]) == (notes[1]["text"], leaf.rev)
    again = peer.ask("POST", "/_replicate", {"source": source, "target": peer.database(name)})
    assert again["ok"] is True
    assert again.get("docs_written", 0) == 0

    other = f"{name}-out"
    peer.ask("PUT", f"/{other}")
    for document in (gateway.facility("good"), gateway.facility("broken", region=7)):
        peer.ask("PUT", f"/{other}/{document['_id']}", document)
    pushed = peer.ask("POST", "/_replicate", {"source": peer.database(other), "target": target})
    assert pushed["ok"] is True
    assert gateway.world.engine.read("reference", "facility:good") == gateway.facility("good")
    assert gateway.world.engine.read("reference", "facility:broken") is None
    for made in (name, other):
        peer.ask("DELETE", f"/{made}")


def test_couchdb_keeps_replicating_by_a_replicator_document(gateway: Gateway) -> None:
    address = os.environ.get("COUCHDB_URL", "")
    if not address:
        pytest.skip("no CouchDB here: COUCHDB_URL=http://admin:password@host:5984 names one")
    peer, name = Peer(address), f"aigaq-kept-{uuid.uuid4().hex[:8]}"
    peer.ask("PUT", f"/{name}")
    target = gateway.address("reference", "peer")
    for way, (one, two) in {
        "in": (target, peer.database(name)),
        "out": (peer.database(name), target),
    }.items():
        peer.ask("PUT", f"/_replicator/{name}-{way}", {"source": one, "target": two, "continuous": True})
    try:
        until(lambda: peer.ask("GET", f"/{name}")["doc_count"] == 1, "the first pull")
        peer.ask("PUT", f"/{name}/facility:there", gateway.facility("there"))
        until(lambda: gateway.world.engine.read("reference", "facility:there"), "the push")
    finally:
        for way in ("in", "out"):
            rev = peer.ask("GET", f"/_replicator/{name}-{way}")["_rev"]
            peer.ask("DELETE", f"/_replicator/{name}-{way}?rev={rev}")
        peer.ask("DELETE", f"/{name}")
