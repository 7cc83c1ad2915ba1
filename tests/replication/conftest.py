"""The gateway on a loopback port, over either store, and a PouchDB client in a Node process."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from sync.documents.couch import CouchStore
from sync.gateway.replication.access import Credential
from sync.gateway.replication.routes import create_blueprint
from tests import patience
from tests.contracts.servers import pouchdb_server
from tests.fakes import Tablet
from tests.personas import ALICE, BOB, CAROL, CHARLIE, COLIN, DANA, KIM
from tests.sync.conftest import FACILITY, World, build

ROOT = Path(__file__).parent.parent.parent
LOGINS = {
    "alice": Credential(ALICE),
    "bob": Credential(BOB),
    "charlie": Credential(CHARLIE),
    "carol": Credential(CAROL),
    "dana": Credential(DANA),
    "kim": Credential(KIM),
    "colin": Credential(COLIN),
    "peer": Credential(DANA, replicator=True),
}


def password(login: str) -> str:
    return f"{login}-secret"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Gateway:
    """A running gateway, its world, and requests to it as one of the personas."""

    world: World
    port: int
    alice: Tablet
    channel: str
    # pouchdb-server has no `_purge`, and ends at a question for an unknown revision with `latest`.
    behind_pouchdb: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sync/couch"

    def address(self, channel: str, login: str) -> str:
        """A database's address with the credentials in it."""
        return f"http://{login}:{password(login)}@127.0.0.1:{self.port}/sync/couch/{channel}"

    def remote(self, channel: str, login: str) -> dict[str, Any]:
        """The same for the PouchDB client."""
        auth = {"username": login, "password": password(login)}
        return {"url": f"{self.url}/{channel}", "auth": auth}

    def ask(
        self, method: str, path: str, body: Any = None, *, login: str | None = "dana", **headers: str
    ) -> Answer:
        """One request; `path` below `/sync/couch`. Underscores in header names stand for dashes."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if login is not None:
            request.add_header("Authorization", basic(login))
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=patience.SECONDS) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())

    def facility(self, name: str, **fields: Any) -> dict[str, Any]:
        """A facility as Dana's own program writes it."""
        now = "2026-05-12T09:00:00.000Z"
        return {
            **FACILITY,
            "_id": f"facility:{name}",
            "schema": 1,
            "class": "group",
            "created_at": now,
            "updated_at": now,
            "created_by": DANA.id,
            "updated_by": DANA.id,
            "device": "office",
            **fields,
        }


def basic(login: str) -> str:
    return "Basic " + base64.b64encode(f"{login}:{password(login)}".encode()).decode()


class Pouch:
    """The PouchDB client: `pouch.put(db=…, docs=…)` and so on; raises PouchError."""

    def __init__(self) -> None:
        script = Path(__file__).parent / "pouch.mjs"
        self._process = subprocess.Popen(
            ["node", str(script)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._names = count(1)

    def database(self) -> str:
        """The name of an empty database of its own."""
        return f"local{next(self._names)}"

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**message: Any) -> Any:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps({"op": name, **message}) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
            if "error" in answer:
                raise PouchError(answer["error"])
            return answer["ok"]

        return call

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class PouchError(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.status = error.get("status")
        self.error = error


@pytest.fixture(scope="session")
def pouch() -> Iterator[Pouch]:
    started = Pouch()
    yield started
    started.close()


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *arguments: Any, **named: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one `pouchdb-server` for all gateways of this process; each takes a prefix of its own."""
    with pouchdb_server(tmp_path_factory.mktemp("behind")) as url:
        yield url


_numbers = count(1)


@pytest.fixture(params=["embedded", "couchdb-protocol"])
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    if request.param == "embedded":
        yield from serve(build(tmp_path))
        return
    address: str = request.getfixturevalue("behind")
    store = CouchStore(f"couchdb+{address}/t{next(_numbers)}-")
    yield from serve(build(tmp_path, documents=store), behind_pouchdb=True)
    store.close()


def serve(world: World, *, behind_pouchdb: bool = False) -> Iterator[Gateway]:
    world.engine.submit("reference", dict(FACILITY), author=DANA)
    app = Flask(__name__)

    def credentials(login: str, secret: str) -> Credential | None:
        return LOGINS.get(login) if secret == password(login) else None

    app.register_blueprint(create_blueprint(world.engine, credentials))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    alice = world.tablet(ALICE)
    channel, visit = alice.visit(BOB)
    world.bring(alice, channel, visit)
    yield Gateway(world, server.server_port, alice, channel, behind_pouchdb)
    server.shutdown()
    thread.join(patience.SECONDS)
    server.server_close()
