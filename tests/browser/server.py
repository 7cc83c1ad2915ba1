"""The real application as a process of its own, for tests that stop it, start it and look at what it stored.

Owns: a seeded instance (made once a test run, copied for each test), the process on a loopback port,
and its end by its own pid.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests import patience
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent


def environment(instance: Path, port: int = 0, root: Path = ROOT) -> dict[str, str]:
    """The process environment of a demo application on `instance`; `root` is the tree that is served."""
    return {
        **os.environ,
        "PYTHONPATH": str(root),
        "AIGAQ_INSTANCE": str(instance),
        "AIGAQ_DEMO": "1",
        "AIGAQ_RATE_LIMITS": "0",
        "AIGAQ_PASSWORD_MEMORY_KIB": "1024",
        "AIGAQ_PORT": str(port),
    }


def seed(instance: Path) -> None:
    """Fill `instance` with the synthetic country."""
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "webapp", "seed", "--if-empty"],
        cwd=ROOT,
        env=environment(instance),
        check=True,
        capture_output=True,
    )


class Server:
    """One application process. `stop` ends it as a shutdown does, `kill` as a power cut does."""

    def __init__(self, seeded: Path, instance: Path, *, port: int | None = None) -> None:
        shutil.copytree(seeded, instance)
        self.instance = instance
        self.root = ROOT
        self.port = port or free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        # "localhost", not the number: service workers need a name the browser trusts
        return f"http://localhost:{self.port}"

    def start(self) -> Server:
        log = (self.instance / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread",
             "--workers", "1", "--threads", "12", "--log-level", "warning", "--graceful-timeout", "2",
             "webapp:create_app()"],
            cwd=self.root,
            env=environment(self.instance, self.port, self.root),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + patience.SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sync/hello", timeout=2):
                    return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise RuntimeError("the server did not start:\n" + (self.instance / "server.log").read_text()[-4000:])

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=15)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=15)
        self.process = None
