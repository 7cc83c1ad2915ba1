"""Documents per second through the replication endpoints, against pouchdb-server driven the same way.

    ./run.sh bench gateway [--documents N] [--rounds N]

One client, one connection, the requests of a replicator: `_bulk_docs` with `new_edits=false` in batches of 500
to push; `_changes` (`style=all_docs`, 500 at a time) and `_bulk_get` with `revs=true` to pull. Valid facilities of
about 1.8 kB, other ones in every round, the same for every server; servers take turns within a round, the order
changes from round to round, and medians are stated. Servers: the application as `./run.sh` serves it (one worker)
over the embedded store; `pouchdb-server` on leveldb, which syncs nothing to the disk; the application over that same
pouchdb-server (`overhead_*`: its time ÷ the time to the server directly). Pushing through the application includes
checking every document and bringing it into the read model before the answer.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.documents import facilities, revisions
from bench.peers import GatewayServer, PouchServer
from webapp.accounts import open_account
from webapp.replication import make_credential

BATCH = 500


class Client:
    """A replicator's requests to one database over one connection."""

    def __init__(self, name: str, port: int, path: str, secret: str | None = None) -> None:
        self.name = name
        self._port = port
        self._path = path
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if secret is not None:
            self._headers["Authorization"] = "Basic " + base64.b64encode(secret.encode()).decode()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._since = "0"

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        for attempt in (1, 2):  # A server may have closed a connection that was idle during others' turns.
            try:
                self._connection.request(method, self._path + path, body, self._headers)
                answer = self._connection.getresponse()
                data = answer.read()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                self._connection.close()
                if attempt == 2:
                    raise
        if answer.status >= 300:
            raise SystemExit(f"{self.name}: {method} {path}: {answer.status} {data[:500]!r}")
        return data

    def connect(self) -> None:
        """Have the connection open before the clock starts; note where the feed is."""
        self._since = str(json.loads(self.ask("GET", "/_changes?since=now&limit=0"))["last_seq"])

    def push(self, batches: list[bytes]) -> float:
        """Seconds to push the batches."""
        start = time.perf_counter()
        for batch in batches:
            if json.loads(self.ask("POST", "/_bulk_docs", batch)) != []:
                raise SystemExit(f"{self.name} refused documents")
        return time.perf_counter() - start

    def pull(self, expected: int) -> float:
        """Seconds to pull what came since `connect`."""
        since, count, start = self._since, 0, time.perf_counter()
        while True:
            page = json.loads(
                self.ask("GET", f"/_changes?style=all_docs&limit={BATCH}&since={http_quoted(since)}")
            )
            rows = page["results"]
            if not rows:
                break
            wanted = [{"id": row["id"], "rev": change["rev"]} for row in rows for change in row["changes"]]
            answer = self.ask(
                "POST", "/_bulk_get?revs=true&latest=true", json.dumps({"docs": wanted}).encode()
            )
            count += answer.count(b'"_revisions"')
            since = page["last_seq"]
        seconds = time.perf_counter() - start
        if count != expected:
            raise SystemExit(f"{self.name}: {count} documents of {expected} were pulled")
        return seconds


def http_quoted(text: object) -> str:
    return str(text).replace('"', "%22").replace("+", "%2B")


class CouchGateway(GatewayServer):
    """The application over a server that speaks CouchDB's protocol."""

    def __init__(self, folder: Path, documents_url: str) -> None:
        os.environ["AIGAQ_DOCUMENTS_URL"] = documents_url
        try:
            super().__init__(folder, [])
        finally:
            del os.environ["AIGAQ_DOCUMENTS_URL"]


def replicator(server: GatewayServer) -> str:
    """`login:secret` of a replicator's credential."""
    with server.app.app_context():
        row = open_account(login="copy", name="Copy", role="analyst", password="x" * 14, group=None)
        return f"copy:{make_credential(row, 'bench', replicator=True)}"


def batches(documents: list[dict[str, Any]]) -> list[bytes]:
    rows = []
    for one in revisions(documents):
        history = {"start": 1, "ids": [one.rev.partition("-")[2]]}
        rows.append({**one.doc, "_rev": one.rev, "_revisions": history})
    return [
        json.dumps({"docs": rows[at : at + BATCH], "new_edits": False}, ensure_ascii=False).encode()
        for at in range(0, len(rows), BATCH)
    ]


def measure(clients: list[Client], documents: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    everything = facilities(documents * (rounds + 1))
    times: dict[str, dict[str, list[float]]] = {client.name: {"push": [], "pull": []} for client in clients}
    for number in range(rounds + 1):
        prepared = batches(everything[number * documents : (number + 1) * documents])
        turn = number % len(clients)
        order = clients[turn:] + clients[:turn]
        for client in order:
            client.connect()
            pushed = client.push(prepared)
            pulled = client.pull(documents)
            if number:  # The first round warms every server up.
                times[client.name]["push"].append(pushed)
                times[client.name]["pull"].append(pulled)
                print(
                    f"round {number} {client.name}: {documents / pushed:.0f} pushed/s, {documents / pulled:.0f} pulled/s",
                    file=sys.stderr,
                )
    return times


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench gateway")
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with PouchServer(folder / "pouch", []) as pouch:
            behind = f"couchdb+http://127.0.0.1:{pouch.port}/aigaq-"
            with (
                GatewayServer(folder / "embedded", []) as embedded,
                CouchGateway(folder / "couch", behind) as fronted,
            ):
                clients = [
                    Client("embedded", embedded.port, "/sync/couch/reference", replicator(embedded)),
                    Client("pouchdb-server", pouch.port, "/reference"),
                    Client("fronted", fronted.port, "/sync/couch/reference", replicator(fronted)),
                ]
                times = measure(clients, asked.documents, asked.rounds)
    seconds = {
        server: {way: statistics.median(taken) for way, taken in ways.items()}
        for server, ways in times.items()
    }

    def rate(server: str, way: str) -> int:
        return round(asked.documents / seconds[server][way])

    result: dict[str, Any] = {"bench": "gateway", "documents": asked.documents, "rounds": asked.rounds}
    for way in ("push", "pull"):
        result[f"{way}_docs_per_second"] = rate("embedded", way)
        result[f"{way}_pouchdb_server_docs_per_second"] = rate("pouchdb-server", way)
        result[f"{way}_fronted_docs_per_second"] = rate("fronted", way)
        result[f"{way}_vs_pouchdb_server"] = round(
            seconds["pouchdb-server"][way] / seconds["embedded"][way], 2
        )
        result[f"overhead_{way}"] = round(seconds["fronted"][way] / seconds["pouchdb-server"][way], 2)
    result["load"] = round(os.getloadavg()[0], 1)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
