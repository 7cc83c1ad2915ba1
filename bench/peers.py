"""Servers that benchmarks measure against, each a process of its own, ended by its own pid."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sync.documents.contract import Incoming
from tests.browser.server import ROOT, environment
from tests.ports import free_port
from webapp import create_app
from webapp.accounts import open_account
from webapp.config import Config

START_SECONDS = 60
_BATCH = 1000


class _Process:
    """A server process on a loopback port."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def launch(self, command: list[str], env: Mapping[str, str], cwd: Path, path: str) -> None:
        """Start it, and wait until it answers at `path`."""
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            command, cwd=cwd, env=dict(env), stdout=log, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise SystemExit("a server did not start:\n" + (self.folder / "log").read_text()[-4000:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)


class GatewayServer(_Process):
    """The application, filled with `reference` documents and their pack, served as `./run.sh` serves it."""

    def __init__(self, folder: Path, incoming: Sequence[Incoming]) -> None:
        super().__init__(folder)
        env = environment(folder, self.port)
        self.app = create_app(Config.from_environment(env))
        self.engine = self.app.extensions["aigaq"]
        self._accounts = 0
        for start in range(0, len(incoming), _BATCH):
            self.engine.documents.put_revisions("reference", incoming[start : start + _BATCH])
        self.engine.catch_up()
        self.engine.packs.offer("reference")
        self.launch(served(self.port), env, ROOT, "/sync/hello")

    def account(self, role: str = "monitor") -> str:
        self._accounts += 1
        login = f"bench-{self._accounts}"
        with self.app.app_context():
            row = open_account(login=login, name=login, role=role, password="x" * 14, group="10")
        return str(row.id)

    def code(self, account: str | None = None) -> str:
        """A one-time enrolment code for a (new) monitor."""
        root, who = self.engine.keys.root_fingerprint(), account or self.account()
        with self.app.app_context():
            return str(self.app.extensions["aigaq-devices"].issue(who, root, issued_by=who).text)


def served(port: int) -> list[str]:
    """The command with which `./run.sh` serves the application."""
    text = (ROOT / "run.sh").read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = (line.split("exec ", 1)[1] for line in text.splitlines() if "exec gunicorn" in line)
    words = line.replace('"$host:$port"', f"127.0.0.1:{port}").replace("'", "").split()
    return [sys.executable, "-m", *words]


class PouchServer(_Process):
    """pouchdb-server (leveldb) with a database of these documents, under the same revisions."""

    def __init__(self, folder: Path, incoming: Sequence[Incoming]) -> None:
        super().__init__(folder)
        program = str(ROOT / "node_modules/pouchdb-server/bin/pouchdb-server")
        env = {**os.environ, "NODE_OPTIONS": "--unhandled-rejections=warn"}
        self.launch(
            ["node", program, "-o", "127.0.0.1", "-p", str(self.port), "-n", "-d", str(folder)],
            env,
            folder,
            "/",
        )
        self.database = f"{self.address}/reference"
        self._request("PUT", "/reference", None)
        for start in range(0, len(incoming), _BATCH):
            docs = [{**one.doc, "_rev": one.rev} for one in incoming[start : start + _BATCH]]
            self._request("POST", "/reference/_bulk_docs", {"docs": docs, "new_edits": False})

    def _request(self, method: str, path: str, body: Any) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            json.dumps(body).encode() if body is not None else b"",
            {"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            answer.read()


class BytesServer:
    """Serves given bytes, and an empty page of the same origin."""

    def __init__(self, files: dict[str, tuple[bytes, str | None]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_arguments: Any) -> None:
                return

            def do_GET(self) -> None:
                body, encoding = files.get(self.path, (b"<!doctype html><title>floor</title>", None))
                self.send_response(200)
                self.send_header("Content-Type", "application/json" if self.path in files else "text/html")
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Length", str(len(body)))
                if encoding:
                    self.send_header("Content-Encoding", encoding)
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
