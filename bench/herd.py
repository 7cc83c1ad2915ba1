"""A whole country comes back on the same evening: first syncs, then deliveries, of all tablets at once.

    ./run.sh bench herd [--tablets N] [--documents N] [--envelopes N]

300 tablets, each with an account and a device of its own, first sync 2,100 documents (2,000 of `reference`, the
rest of their own visit); then all deliver 50 envelopes each at the same moment, sealed beforehand with real
keys. The server is the application as `./run.sh` serves it. The tablets are lean: one process, a thread each,
which opens a session, fetches, verifies, decrypts and parses packs and stream, counts what it got, signs its
requests, checks every receipt's signature, and tries again with a growing pause as a tablet does.

`lost`: envelopes without a valid receipt, or whose document the server does not have afterwards. `refused`: requests
that were not answered with what was asked for, and envelopes answered with an error or put in quarantine.
`peak_mb`: the most the server's processes held together (resident, shared pages counted in each).
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.documents import facilities, revisions
from bench.peers import GatewayServer
from sync.authorization import Account
from sync.clock import SystemClock, milliseconds
from sync.gateway import sealing
from sync.gateway.media import frame_nonce
from sync.wire import canonical, new_ulid, sha256_hex, unb64
from tests.fakes import Tablet

TEAM = 10
REFERENCE_SHARE = 2_000 / 2_100
TRIES = 8


class RealClock(SystemClock):
    def ulid(self) -> str:
        return new_ulid(milliseconds(self.now()))


class Register:
    """What `Tablet` needs of an authorizer: enrolment by a code of the real application."""

    def __init__(self, gateway: GatewayServer) -> None:
        self._devices = gateway.app.extensions["aigaq-devices"]
        self._root = gateway.engine.keys.root_fingerprint()

    def add(self, account: Account, device: Any) -> None:
        code = self._devices.issue(account.id, self._root, issued_by=account.id)
        self._devices.redeem(code.text.replace("-", "")[:8], device)


@dataclass
class Member:
    """One lean tablet."""

    tablet: Tablet
    channel: str
    port: int
    expected: int
    body: bytes = b""
    envelopes: dict[str, str] = field(default_factory=dict)  # id → hash of the sealed bytes
    documents: list[str] = field(default_factory=list)
    receipted: set[str] = field(default_factory=set)
    refused: int = 0
    reasons: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        # Where delivering requests carry a nonce of the server, this is how the tablet gets one.
        self.tablet.fresh_nonce = self._nonce

    def first_sync(self) -> None:
        token = self.session()
        found: set[str] = set()
        channels: dict[str, str | None] = {}
        for _ in range(3):
            packs = self._changes(token, channels, found)
            if not packs:
                break
            for channel, pack in packs:
                self._pack(token, channel, pack, found)
                channels[channel] = pack["since"]
        if len(found) != self.expected:
            raise SystemExit(f"a tablet got {len(found)} documents of {self.expected}")

    def deliver(self) -> None:
        path = "/sync/outbox"

        def headers() -> dict[str, str]:
            return {**self.tablet.headers("POST", path, self.body), "Content-Type": "application/json"}

        answer = json.loads(self.request("POST", path, self.body, headers))
        keys = self.tablet.keyset["set"]["keys"]
        for row in answer["receipts"]:
            if "receipt" not in row or "quarantined" in row:
                self.refused += 1
                self.reasons.append(str(row.get("quarantined", row.get("error"))))
                continue
            receipt = row["receipt"]
            message = b"aigaq/receipt/1\n" + canonical(receipt)
            sealing.verify(unb64(keys["receipt"]["public"]), unb64(row["signature"]), message)
            if self.envelopes.get(receipt["envelope"]) == receipt["sealed_sha256"]:
                self.receipted.add(receipt["envelope"])

    def seal(self, count: int) -> None:
        """Envelopes as the tablet would have sealed them during its visit."""
        envelopes = []
        for number in range(count):
            note = self.tablet.document(
                "note",
                text=f"Наблюдение {number}: в камере сыро, окно закрыто щитом, прогулка меньше часа. " * 6,
                place=f"камера {number}", theme=None, source="observation", media=[], about=None, on_paper=None,
                at="2026-11-22T08:00:00.000Z", lang="ru",
            )  # fmt: skip
            envelope = self.tablet.envelope(self.channel, note)
            self.envelopes[envelope["id"]] = sha256_hex(unb64(envelope["sealed"]))
            self.documents.append(note["_id"])
            envelopes.append(envelope)
        self.body = json.dumps({"envelopes": envelopes}).encode()

    def session(self) -> str:
        nonce = self._json("/sync/session/challenge", {"device": self.tablet.id})["nonce"]
        asked = {"device": self.tablet.id, "nonce": nonce, "signature": self.tablet.proof(nonce)}
        return str(self._json("/sync/session", asked)["token"])

    def _nonce(self, device: str) -> str:
        self.request("GET", "/sync/hello", None, lambda: {"Aigaq-Device": device})
        return str(self._last_headers["Aigaq-Nonce"])

    def _changes(self, token: str, channels: dict[str, str | None], found: set[str]) -> list[tuple[str, Any]]:
        asked = json.dumps({"channels": {"reference": None, **channels}, "packs": True}).encode()
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
        answer = gzip.decompress(self.request("POST", "/sync/changes", asked, lambda: headers))
        packs, channel, ended = [], "", False
        for line in map(json.loads, answer.splitlines()):
            channel = line.get("channel", channel)
            if "id" in line:
                found.add(line["id"])
            elif "pack" in line:
                packs.append((channel, line["pack"]))
            elif "since" in line:
                channels[channel] = line["since"]
            ended = ended or line.get("end") is True
        if not ended:
            raise SystemExit("a stream was cut")
        return packs

    def _pack(self, token: str, channel: str, pack: dict[str, Any], found: set[str]) -> None:
        box = AESGCM(unb64(pack["key"]))
        for number, each in enumerate(pack["ranges"]):
            headers = {"Authorization": f"Bearer {token}"}
            sealed = self.request("GET", f"/sync/packs/{each['sha256']}", None, lambda: headers)  # noqa: B023
            if sha256_hex(sealed) != each["sha256"]:
                raise SystemExit("a range has another hash")
            nonce = frame_nonce(number, last=number == len(pack["ranges"]) - 1)
            plain = gzip.decompress(box.decrypt(nonce, sealed, f"aigaq/pack/1\n{channel}".encode()))
            for block in plain.splitlines():
                found.update(row["id"] for row in json.loads(block))

    def _json(self, path: str, body: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        return json.loads(self.request("POST", path, json.dumps(body).encode(), lambda: headers))

    def request(
        self, method: str, path: str, body: bytes | None, headers: Callable[[], dict[str, str]]
    ) -> bytes:
        attempt = 0
        while attempt < TRIES:
            made = headers()
            kept_open = self._connection.sock is not None
            try:
                self._connection.request(method, path, body, made)
                response = self._connection.getresponse()
                data = response.read()
                self._last_headers = response.headers
                if response.status < 300:
                    return data
                reason = f"{path[:20]} {response.status} {data[:80]!r}"
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if kept_open and isinstance(error, ConnectionError):
                    continue  # An idle connection that the server had closed: asked anew, as any browser does.
                reason = f"{path[:20]} {error!r}"
            self.refused += 1
            self.reasons.append(reason)
            time.sleep(0.2 * 2**attempt)
            attempt += 1
        raise SystemExit(f"{path} was refused {TRIES} times: {self.reasons[-1]}")


class Watch:
    """Resident memory of a process group, looked at five times a second."""

    def __init__(self, group: int) -> None:
        self._group = group
        self._over = threading.Event()
        self.peak_kb = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._over.set()
        self._thread.join()
        return self.peak_kb / 1024

    def _run(self) -> None:
        while not self._over.wait(0.2):
            self.peak_kb = max(self.peak_kb, sum(map(_resident_kb, _members(self._group))))


def _members(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(entry.name)) == group:
                found.append(int(entry.name))
        except ProcessLookupError:
            continue
    return found


def _resident_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def assemble(gateway: GatewayServer, tablets: int, documents: int) -> list[Member]:
    """Accounts, tablets and visits; a visit for each ten people, with material in it."""
    clock, register = RealClock(), Register(gateway)
    today = datetime.now(UTC).date().isoformat()
    office = Account(gateway.account("analyst"), "analyst", "A", "analyst", None, "ru")
    of_reference = len(gateway.engine.documents.changes("reference", None, 100_000).changes)
    members: list[Member] = []
    for start in range(0, tablets, TEAM):
        accounts = [
            Account(gateway.account("leader" if number == 0 else "monitor"), "", "М", "monitor", "10", "ru")
            for number in range(min(TEAM, tablets - start))
        ]
        leader = accounts[0]
        channel = f"visit-{clock.ulid().lower()}"
        visit = {
            "_id": f"visit:{channel[6:].upper()}", "type": "visit", "facility": "facility:bench-000001",
            "kind": "special", "from": today, "to": today, "group": "10", "leader": leader.id,
            "team": [{"person": account.id, "part": ""} for account in accounts], "objectives": "",
            "status": "open", "unplanned": False, "recording": None, "time_zone": "Asia/Almaty",
        }  # fmt: skip
        gateway.engine.submit(channel, visit, author=office)
        notes = [
            {**one, "_id": f"note:{clock.ulid()}", "type": "note", "text": "x"}
            for one in facilities(documents - of_reference)
        ]
        gateway.engine.documents.put_revisions(channel, revisions(notes))
        gateway.engine.catch_up()
        held = len(gateway.engine.documents.changes(channel, None, 100_000).changes)
        for account in accounts:
            tablet = Tablet(account, gateway.engine.keys.keyset, register, clock)  # type: ignore[arg-type]
            members.append(Member(tablet, channel, gateway.port, of_reference + held))
    return members


def together(members: list[Member], work: Callable[[Member], None]) -> float:
    """Seconds until the last is done; all begin at the same moment."""
    start = threading.Barrier(len(members) + 1)

    def one(member: Member) -> None:
        start.wait()
        began = time.perf_counter()
        work(member)
        member.seconds = time.perf_counter() - began

    with ThreadPoolExecutor(len(members)) as pool:
        futures = [pool.submit(one, member) for member in members]
        start.wait()
        began = time.perf_counter()
        for future in futures:
            future.result()
        return time.perf_counter() - began


def stored(gateway: GatewayServer, members: list[Member]) -> set[str]:
    found: set[str] = set()
    for member in members:
        found |= set(gateway.engine.documents.read(member.channel, member.documents))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench herd")
    parser.add_argument("--tablets", type=int, default=300)
    parser.add_argument("--documents", type=int, default=2_100)
    parser.add_argument("--envelopes", type=int, default=50)
    asked = parser.parse_args()
    threading.stack_size(512 * 1024)
    of_reference = int(asked.documents * REFERENCE_SHARE)
    with (
        tempfile.TemporaryDirectory() as folder,
        GatewayServer(Path(folder) / "gateway", revisions(facilities(of_reference))) as gateway,
    ):
        print("Enrolling…", file=sys.stderr)
        members = assemble(gateway, asked.tablets, asked.documents)
        print("Sealing…", file=sys.stderr)
        for member in members:
            member.seal(asked.envelopes)
        assert gateway.process is not None
        watch = Watch(gateway.process.pid)
        first = together(members, Member.first_sync)
        print(f"  first sync of all: {first:.1f} s", file=sys.stderr)
        deliver = together(members, Member.deliver)
        waited = sorted(member.seconds for member in members)
        print(f"  delivery of all: {deliver:.1f} s", file=sys.stderr)
        peak = watch.stop()
        here = stored(gateway, members)
    for reason, times in Counter(reason for member in members for reason in member.reasons).items():
        print(f"  refused {times} times: {reason}", file=sys.stderr)
    lost = sum(
        envelope not in member.receipted or document not in here
        for member in members
        for envelope, document in zip(member.envelopes, member.documents, strict=True)
    )
    print(
        json.dumps(
            {
                "bench": "herd",
                "tablets": len(members),
                "documents": members[0].expected,
                "envelopes": asked.envelopes,
                "first_sync_seconds": round(first, 1),
                "deliver_seconds": round(deliver, 1),
                "documents_per_hour": round(sum(member.expected for member in members) / first * 3600),
                "envelopes_per_second": round(len(members) * asked.envelopes / deliver, 1),
                "longest_delivery_seconds": round(waited[-1], 1),
                "lost": lost,
                "refused": sum(member.refused for member in members),
                "peak_mb": round(peak),
                "client_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
