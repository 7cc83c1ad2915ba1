"""The server's side of a simulation: real applications as child processes that are killed, backed up and restored.

Owns the instance folders and the processes; commands come as lines of JSON on the standard input, each answered
by one line. A child is forked from this process, which has imported everything, so that a start takes a
fraction of a second. Must not know what the tablets do.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

import webapp
from tests.ports import free_port
from tests.simulation import door
from webapp import shell
from webapp.config import Config

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


class Office:
    """One instance at a time, on a folder below `home`. `couch`: documents are in a CouchDB-like server of its own."""

    def __init__(self, home: Path, *, couch: bool) -> None:
        self._home = home
        self._couch = CouchProcess() if couch else None
        self._instance = home / "template"
        self._child = 0
        self._port = 0

    def commands(self) -> dict[str, Callable[..., Any]]:
        return {
            "new": self.new,
            "start": self.start,
            "kill": self.kill,
            "backup": self.backup,
            "restore": self.restore,
            "search": self.search,
            "drop": self.drop,
        }

    def prepare(self) -> None:
        """Make the instance that every seed starts from."""
        # Pages and icons are of no interest here, and drawing them is most of a start.
        snapshot = shell.take_snapshot()
        shell.take_snapshot = lambda: snapshot
        if self._couch is None:
            self._in_child(door.plant)

    def new(self, name: str) -> None:
        """Another instance, and nobody has enrolled yet."""
        self.drop()
        self._instance = self._home / name
        if self._couch is None:
            shutil.copytree(self._home / "template", self._instance)
            return
        template = self._home / "template"
        if template.exists():  # keys are made once; the store is another for each seed
            shutil.copytree(template, self._instance, ignore=shutil.ignore_patterns("*.sqlite*", "couch"))
        self._couch.start(self._instance / "couch")
        self._in_child(door.plant)

    def start(self) -> int:
        """Start the application; its port."""
        if self._couch is not None:
            self._couch.start(self._instance / "couch")
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The same address after a restart, as a tablet knows it.
        self._port = self._port or free_port()
        listener.bind(("127.0.0.1", self._port))
        listener.listen(64)
        self._child = os.fork()
        if self._child == 0:
            self._serve(listener)
        listener.close()
        return self._port

    def kill(self) -> None:
        """As a power cut does, whether or not it still lives."""
        if self._child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            self._child = 0
        if self._couch is not None:
            self._couch.kill()

    def backup(self, name: str) -> None:
        """Copy the instance as it is on the disk; nothing may be under way."""
        shutil.rmtree(self._copy(name), ignore_errors=True)
        shutil.copytree(self._instance, self._copy(name))

    def restore(self, name: str) -> None:
        """Put an older copy in the instance's place, and say so with the product's command."""
        self.kill()
        shutil.rmtree(self._instance)
        shutil.copytree(self._copy(name), self._instance)
        if self._couch is not None:
            self._couch.start(self._instance / "couch")
        self._in_child(door.after_restore)

    def search(self, markers: list[str]) -> list[str]:
        """Which of these texts stand readable in any file of the instance, and where."""
        found = []
        for path in sorted(self._instance.rglob("*")):
            data = path.read_bytes() if path.is_file() else b""
            found += [f"{marker} in {path.name}" for marker in markers if marker.encode() in data]
        return found

    def drop(self) -> None:
        """End what runs and remove the instance."""
        self.kill()
        self._port = 0
        if self._instance.name != "template":
            for path in self._home.glob(f"{self._instance.name}*"):
                shutil.rmtree(path, ignore_errors=True)

    def _copy(self, name: str) -> Path:
        return self._instance.with_name(f"{self._instance.name}.{name}")

    def _config(self) -> Config:
        environment = {
            "AIGAQ_INSTANCE": str(self._instance),
            "AIGAQ_DEMO": "1",
            "AIGAQ_RATE_LIMITS": "0",
            "AIGAQ_PASSWORD_MEMORY_KIB": "1024",
        }
        if self._couch is not None:
            environment["AIGAQ_DOCUMENTS_URL"] = self._couch.url
        return Config.from_environment(environment)

    def _serve(self, listener: socket.socket) -> None:
        os.close(0)
        try:
            app = webapp.create_app(self._config())
            door.open_door(app)
            logging.getLogger("werkzeug").setLevel(logging.ERROR)
            make_server("127.0.0.1", self._port, app, threaded=True, fd=listener.fileno()).serve_forever()
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)

    def _in_child(self, work: Callable[[Any], None]) -> None:
        """Something with an application of its own, in a process of its own: this one holds no database."""
        child = os.fork()
        if child == 0:
            try:
                work(webapp.create_app(self._config()))
                os._exit(0)
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
        if os.waitpid(child, 0)[1] != 0:
            raise RuntimeError(f"{work.__name__} failed")


class CouchProcess:
    """pouchdb-server on leveldb files in a folder: stands in for CouchDB. It cannot purge: nothing is erased there."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._port = free_port()

    @property
    def url(self) -> str:
        return f"couchdb+http://127.0.0.1:{self._port}/aigaq-"

    def start(self, folder: Path) -> None:
        if self._process is not None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            "node",
            str(ROOT / "node_modules/pouchdb-server/bin/pouchdb-server"),
            *("-o", "127.0.0.1", "-p", str(self._port), "-n", "-d", str(folder)),
        ]
        environment = {**os.environ, "NODE_OPTIONS": "--unhandled-rejections=warn"}
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                # It listens some time before it answers.
                with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/", timeout=START_SECONDS):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("pouchdb-server did not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def main() -> None:
    home = Path(sys.argv[1])
    office = Office(home, couch=sys.argv[2] == "couch")
    office.prepare()
    print(json.dumps({"ready": True}), flush=True)
    try:
        for line in sys.stdin:
            name, *arguments = json.loads(line)
            try:
                answer = {"result": office.commands()[name](*arguments)}
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
    finally:
        office.drop()


if __name__ == "__main__":
    main()
