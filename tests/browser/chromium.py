"""A tablet's browser: Debian's Chromium with a profile of its own that outlives the process."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from types import TracebackType

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
]
MEDIA_GRANTED = "--use-fake-ui-for-media-stream"
SIZES = {"desktop": (1280, 800), "tablet": (820, 1180), "phone": (390, 844)}


# Tablets that are open now: a failed test leaves pictures of them.
OPEN_TABLETS: list[Tablet] = []


class Tablet:
    """A browser on its own profile: `open` starts it, `close` ends it well, `kill` like a dead battery."""

    def __init__(
        self,
        playwright: Playwright,
        profile: Path,
        *,
        size: str = "tablet",
        locale: str = "ru-RU",
        media: bool = True,
    ) -> None:
        self._playwright = playwright
        self.profile = profile
        self._size = SIZES[size]
        self._locale = locale
        self._media = media
        self.context: BrowserContext | None = None
        self.errors: list[str] = []

    def open(self) -> Page:
        """Start the browser; the page that it opens with."""
        width, height = self._size
        self.context = self._playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, MEDIA_GRANTED] if self._media else ARGUMENTS,
            headless=True,
            viewport={"width": width, "height": height},
            locale=self._locale,
            timezone_id="Asia/Almaty",
            permissions=["camera", "microphone"] if self._media else [],
        )
        self.context.set_default_timeout(20_000)
        OPEN_TABLETS.append(self)
        page = self.context.pages[0] if self.context.pages else self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._on_console)
        return page

    def _on_console(self, message: ConsoleMessage) -> None:
        # A server that is not there is no error of the page's; everything else is.
        if message.type == "error" and "net::ERR_" not in message.text and "htmx:" not in message.text:
            self.errors.append(message.text)

    @property
    def page(self) -> Page:
        assert self.context is not None
        return self.context.pages[0]

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None
            OPEN_TABLETS.remove(self)

    def kill(self) -> None:
        """End every process of this profile at once, as a dead battery does."""
        for pid in self._pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        assert self.context is not None
        with contextlib.suppress(Exception):  # the browser is gone: that was the point
            self.context.close()
        self.context = None
        OPEN_TABLETS.remove(self)
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / name).unlink(missing_ok=True)

    def _pids(self) -> list[int]:
        """Processes started with this profile: the browser, which takes its children with it."""
        wanted = f"--user-data-dir={self.profile}"
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
                except OSError:
                    continue
                if wanted in command:
                    found.append(int(entry.name))
        return found

    def __enter__(self) -> Tablet:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
