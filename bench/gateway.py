"""Documents per second through the replication endpoints and the outbox, against pouchdb-server driven the same way.

    ./run.sh bench gateway [--documents N] [--rounds N] [--envelopes N]

One client, one connection, the requests of a replicator: `_bulk_docs` with `new_edits=false` in batches of 500
to push; `_changes` (`style=all_docs`, 500 at a time) and `_bulk_get` with `revs=true` to pull. Valid facilities of
about 1.8 kB, other ones in every round, the same for every server; servers take turns within a round, the order
changes from round to round, and medians are stated. Servers: the application as `./run.sh` serves it (one worker)
over the embedded store; `pouchdb-server` on leveldb, which syncs nothing to the disk; the application over that same
pouchdb-server (`overhead_*`: its time ÷ the time to the server directly).

Pushing through the application includes checking every document and storing it durably, not bringing it into the
read model: large batches are projected after the answer (ADR 17). So that this costs nobody else's turn, the next
step begins when the read model has everything and all servers rest; how long that took is `drain_*seconds`, and
`push_drained_*` is the rate with it. The outbox: envelopes sealed beforehand with real keys, 100 to a request, to
the last receipt verified (in the read model by then); `changes_*`: the same visit read back as tablets read it.
"""

from __future__ import annotations

import argparse
import base64
import gzip
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
from bench.herd import Member, assemble
from bench.peers import GatewayServer, PouchServer
from webapp.accounts import open_account
from webapp.replication import make_credential

BATCH = 500
ENVELOPES_AT_ONCE = 100
DRAIN_SECONDS = 600
_TICKS = os.sysconf("SC_CLK_TCK")


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

    def reconnect(self) -> None:
        """Open the connection anew: a server closes one that was idle."""
        self._connection.close()
        self._connection.connect()

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


def drain(server: GatewayServer, version: int) -> None:
    """Return when the read model has come to `version`."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while server.engine.version() < version:
        if time.monotonic() > deadline:
            raise SystemExit("the read model does not follow")
        time.sleep(0.02)


def rest(pids: list[int]) -> None:
    """Return when these processes do next to nothing, or after half a minute."""
    deadline, before = time.monotonic() + 30, _busy(pids)
    while time.monotonic() < deadline:
        time.sleep(0.5)
        now = _busy(pids)
        if now - before < 0.05:
            return
        before = now


def _busy(pids: list[int]) -> float:
    """Seconds of processor time that they and their children have had."""
    seconds = 0.0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) in pids:  # the process group, which each server leads
            seconds += (int(fields[11]) + int(fields[12])) / _TICKS
    return seconds


def measure(
    clients: list[Client], servers: dict[str, GatewayServer], pids: list[int], documents: int, rounds: int
) -> dict[str, dict[str, list[float]]]:
    everything = facilities(documents * (rounds + 1))
    times: dict[str, dict[str, list[float]]] = {
        client.name: {"push": [], "drain": [], "pull": []} for client in clients
    }
    for number in range(rounds + 1):
        prepared = batches(everything[number * documents : (number + 1) * documents])
        turn = number % len(clients)
        order = clients[turn:] + clients[:turn]
        for client in order:
            server = servers.get(client.name)
            before = server.engine.version() if server else 0
            client.connect()
            pushed = client.push(prepared)
            start = time.perf_counter()
            if server:
                drain(server, before + documents)
            drained = time.perf_counter() - start if server else 0.0
            rest(pids)
            client.reconnect()
            pulled = client.pull(documents)
            rest(pids)
            if number:  # The first round warms every server up.
                times[client.name]["push"].append(pushed)
                times[client.name]["drain"].append(drained)
                times[client.name]["pull"].append(pulled)
                print(
                    f"round {number} {client.name}: {documents / pushed:.0f} pushed/s, {documents / pulled:.0f} pulled/s",
                    file=sys.stderr,
                )
    return times


def tablets(servers: dict[str, GatewayServer], envelopes: int, rounds: int) -> dict[str, dict[str, float]]:
    """Medians: seconds to deliver that many sealed envelopes, and to read the documents back."""
    members = {name: assemble(server, 1, 0)[0] for name, server in servers.items()}
    taken: dict[str, dict[str, list[float]]] = {name: {"outbox": [], "changes": []} for name in servers}
    for number in range(rounds + 1):
        order = list(members) if number % 2 else list(members)[::-1]
        for name in order:
            member = members[name]
            bodies = []
            for at in range(0, envelopes, ENVELOPES_AT_ONCE):
                member.seal(min(ENVELOPES_AT_ONCE, envelopes - at))
                bodies.append(member.body)
            start = time.perf_counter()
            for member.body in bodies:
                member.deliver()
            delivered = time.perf_counter() - start
            if member.refused or len(member.receipted) != len(member.envelopes):
                raise SystemExit(f"{name}: envelopes were refused: {member.reasons[:3]}")
            start = time.perf_counter()
            count = read_back(member)
            read = time.perf_counter() - start
            if count < len(member.envelopes):
                raise SystemExit(f"{name}: {count} documents of {len(member.envelopes)} were read back")
            if number:
                taken[name]["outbox"].append(delivered / envelopes)
                taken[name]["changes"].append(read / count)
    return {
        name: {way: statistics.median(each) for way, each in ways.items()} for name, ways in taken.items()
    }


def read_back(member: Member) -> int:
    """How many documents the tablets' feed gives of the member's visit."""
    headers = {"Authorization": f"Bearer {member.session()}", "Accept-Encoding": "gzip"}
    asked = json.dumps({"channels": {member.channel: None}, "packs": False}).encode()
    answer = gzip.decompress(member.request("POST", "/sync/changes", asked, lambda: headers))
    return sum("id" in json.loads(line) for line in answer.splitlines())


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench gateway")
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--envelopes", type=int, default=500)
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
                servers: dict[str, GatewayServer] = {"embedded": embedded, "fronted": fronted}
                pids = [each.process.pid for each in (embedded, pouch, fronted) if each.process is not None]
                times = measure(clients, servers, pids, asked.documents, asked.rounds)
                of_tablets = tablets(servers, asked.envelopes, asked.rounds)
    seconds = {
        server: {way: statistics.median(taken) for way, taken in ways.items()}
        for server, ways in times.items()
    }

    def rate(server: str, way: str) -> int:
        documents: int = asked.documents
        return round(documents / seconds[server][way])

    result: dict[str, Any] = {"bench": "gateway", "documents": asked.documents, "rounds": asked.rounds}
    for way in ("push", "pull"):
        result[f"{way}_docs_per_second"] = rate("embedded", way)
        result[f"{way}_pouchdb_server_docs_per_second"] = rate("pouchdb-server", way)
        result[f"{way}_fronted_docs_per_second"] = rate("fronted", way)
        result[f"{way}_vs_pouchdb_server"] = round(
            seconds["pouchdb-server"][way] / seconds["embedded"][way], 2
        )
        result[f"overhead_{way}"] = round(seconds["fronted"][way] / seconds["pouchdb-server"][way], 2)
    for name, key in (("embedded", ""), ("fronted", "fronted_")):
        drained = [sum(pair) for pair in zip(times[name]["push"], times[name]["drain"], strict=True)]
        result[f"drain_{key}seconds"] = round(seconds[name]["drain"], 2)
        result[f"push_drained_{key}docs_per_second"] = round(asked.documents / statistics.median(drained))
        result[f"outbox_{key}envelopes_per_second"] = round(1 / of_tablets[name]["outbox"])
        result[f"changes_{key}docs_per_second"] = round(1 / of_tablets[name]["changes"])
    result["load"] = round(os.getloadavg()[0], 1)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
