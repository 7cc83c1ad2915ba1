"""A tablet that is enrolled already: its profile and its server's instance, made once and copied for each test."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Playwright

from tests.browser.chromium import Tablet
from tests.browser.monitor import Monitor
from tests.browser.server import ROOT, Server


@dataclass(frozen=True)
class Enrolled:
    """What a test copies. The port is part of it: a browser's storage belongs to an address."""

    instance: Path
    profile: Path
    port: int
    login: str
    words: tuple[str, ...]
    root: Path = ROOT

    def server(self, folder: Path) -> Server:
        """A server that knows the tablet, not started yet."""
        made = Server(self.instance, folder / "instance", port=self.port)
        made.root = self.root
        return made

    def monitor(self, playwright: Playwright, folder: Path, *, media: bool = True) -> Monitor:
        """The person with the tablet, browser closed."""
        shutil.copytree(self.profile, folder / "profile", ignore=shutil.ignore_patterns("Singleton*"))
        tablet = Tablet(playwright, folder / "profile", media=media, cheap_words=True)
        return Monitor(tablet, f"http://localhost:{self.port}", self.login, words=list(self.words))


def enrol_once(
    playwright: Playwright, seeded: Path, folder: Path, *, login: str = "leader", root: Path = ROOT
) -> Enrolled:
    """Enrol a person's tablet on a server of its own, which runs `root`, and end both well."""
    server = Server(seeded, folder / "instance")
    server.root = root
    server.start()
    tablet = Tablet(playwright, folder / "profile", cheap_words=True)
    monitor = Monitor(tablet, server.address, login)
    try:
        monitor.enrol()
    finally:
        tablet.close()
        server.stop()
    return Enrolled(server.instance, tablet.profile, server.port, login, tuple(monitor.words), root)
