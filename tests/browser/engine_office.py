"""The real application in a test's own process, small and without the synthetic country.

Owns: accounts and enrolment codes made on the spot, and stopping and starting on one port.
"""

from __future__ import annotations

import threading
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from tests.ports import free_port
from webapp import create_app
from webapp.accounts import open_account
from webapp.config import Config
from webapp.shell import Snapshot

WORDS = "ash birch cedar dune ember fern"
START = """async () => {
  const { EngineClient } = await import('/app/static/engine/client.js');
  const { TEST_COST } = await import('/app/static/engine/crypto/passphrase.js');
  window.engine = await EngineClient.start({ cost: TEST_COST });
}"""


class Office:
    """The real application on a loopback port, in this process."""

    def __init__(self, instance: Path) -> None:
        self.app: Flask = create_app(
            Config(
                instance=instance,
                database_url=f"sqlite:///{instance / 'aigaq.sqlite'}",
                documents_url=f"sqlite:///{instance / 'documents.sqlite'}",
                secret_key="a secret of this test",
                demo=True,
                rate_limits=False,
                password_memory_kib=1024,
            )
        )
        self.engine = self.app.extensions["aigaq"]
        # One that nobody takes while the office is closed.
        self.port = free_port()
        self.start()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Listen; on the same port as before."""
        self._server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def account(self, login: str, role: str) -> str:
        with self.app.app_context():
            row = open_account(login=login, name=login.title(), role=role, password="x" * 14, group="10")
        return str(row.id)

    def code(self, account: str) -> str:
        with self.app.app_context():
            root = self.engine.keys.root_fingerprint()
            return str(self.app.extensions["aigaq-devices"].issue(account, root, issued_by=account).text)

    def serve(self, snapshot: Snapshot) -> None:
        """Another set of files; signed, when it is asked for, as every release of a demonstration."""
        self.app.extensions["aigaq-shell"] = snapshot

    def stop(self) -> None:
        """Nobody listens any more."""
        self._server.shutdown()
        self._server.server_close()
