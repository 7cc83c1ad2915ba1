"""Servers that contract tests start for themselves: `pouchdb-server` and a PostgreSQL cluster.

Each listens on loopback on a free port, keeps everything in a folder of the test's, and ends by its own id.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import patience
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent
POUCH = ROOT / "node_modules/pouchdb-server/bin/pouchdb-server"


@contextmanager
def pouchdb_server(folder: Path, *, in_memory: bool = True, config: str = "") -> Iterator[str]:
    """A running `pouchdb-server`; its address. `config`: its `config.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    if config:
        (folder / "config.json").write_text(config)
    port = free_port()
    command = ["node", str(POUCH), "-o", "127.0.0.1", "-p", str(port), "-n"]
    command += ["--in-memory"] if in_memory else ["--dir", str(folder)]
    environment = {**os.environ, "NODE_OPTIONS": "--unhandled-rejections=warn"}
    with (folder / "out.log").open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(process, lambda: _answers(url), folder / "out.log")
        yield url
    finally:
        process.kill()
        process.wait()


def postgres_binaries() -> Path | None:
    """Where `initdb` and `postgres` are, or None: Debian keeps them out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def postgres_cluster() -> Iterator[PostgresCluster]:
    """A running cluster of our own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="aigaq-postgres-") as folder:
        cluster = PostgresCluster(Path(folder))
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


class PostgresCluster:
    """PostgreSQL refuses to run as root: then it runs as `postgres` (or `nobody`), who owns the folder.

    pytest's folders will not do: pytest keeps other users out of them.
    """

    def __init__(self, folder: Path) -> None:
        binaries = postgres_binaries()
        assert binaries is not None, "no PostgreSQL on this machine"
        self._binaries = binaries
        self._folder = folder / "cluster"
        self._port = free_port()
        self._log = folder / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._user = _somebody() if os.geteuid() == 0 else None
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._run(
            "initdb", "-D", str(self._folder), "-U", "aigaq", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8",
        )  # fmt: skip

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://aigaq@127.0.0.1:{self._port}/{database}"

    def create(self, database: str) -> str:
        """Make a database; its address."""
        connect = ["-h", "127.0.0.1", "-p", str(self._port), "-U", "aigaq"]
        self._run("createdb", *connect, database)
        return self.url(database)

    def start(self) -> None:
        command = [str(self._binaries / "postgres"), "-D", str(self._folder), "-p", str(self._port)]
        command += ["-h", "127.0.0.1", "-k", "", "-c", "max_connections=400"]
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out, cwd="/", **self._identity())
        ready = [str(self._binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        _wait(self._process, lambda: subprocess.run(ready).returncode == 0, self._log)

    def stop(self, sign: int = signal.SIGQUIT) -> None:
        """SIGQUIT: immediate, as good as pulling the plug on the server's processes."""
        if self._process is not None:
            self._process.send_signal(sign)
            self._process.wait(patience.SECONDS)
            self._process = None

    def _run(self, name: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._binaries / name), *words], capture_output=True, cwd="/", **self._identity()
        )
        assert done.returncode == 0, done.stderr.decode()

    def _identity(self) -> dict[str, int | list[int]]:
        user = self._user
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _somebody() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("no user to run PostgreSQL as")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return int(response.status) == 200
    except (urllib.error.URLError, OSError):
        return False


def _wait(process: subprocess.Popen[bytes], ready: object, log: Path) -> None:
    assert callable(ready)
    deadline = time.monotonic() + patience.SECONDS
    while not ready():
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.1)
