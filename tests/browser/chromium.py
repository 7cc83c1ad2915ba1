"""A tablet's browser: Debian's Chromium with a profile of its own that outlives the process."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Playwright, Request

from tests import patience

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


# A page that breaks the policy says so on its console: worded by the browser, and by this in words of our own.
TELL_VIOLATIONS = """addEventListener('securitypolicyviolation', (event) => console.error(
  `policy violated: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber}`));"""

# What the words cost on a tablet takes a second or more each time; where a test is about something else, next to
# nothing, said to the engine as its page says it. The journey and the tours pay the whole.
CHEAP_WORDS = """{
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message?.method === 'start') message.args[0].cost = { memoryKib: 1024, passes: 1, calibrate: false };
    return post.call(this, message, ...rest);
  };
}"""

# Tablets that are open now: a failed test leaves pictures of them.
OPEN_TABLETS: list[Tablet] = []


@contextlib.contextmanager
def open_page(playwright: Playwright, *arguments: str, **options: Any) -> Iterator[Page]:
    """A page of a browser without a profile of its own, as the office's people have; gone afterwards."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments], headless=True, timeout=patience.MILLISECONDS
    )
    try:
        page = browser.new_page(**options)
        page.set_default_timeout(patience.MILLISECONDS)
        yield page
    finally:
        browser.close()


def holds(page: Page, expression: str, arg: object = None, *, seconds: float = patience.SECONDS) -> None:
    """Wait until what the page says is true; the expression may be a function, also an async one.

    Playwright's own `wait_for_function` takes an async function's promise for its answer, and asks again by a way
    that the page's policy forbids.
    """

    def said() -> object:
        try:
            return page.evaluate(expression, arg)
        except Error as error:
            if "context was destroyed" in str(error):  # it went to another page meanwhile
                return False
            raise

    patience.until(said, expression, pause=paused(page), seconds=seconds)


def paused(page: Page) -> Callable[[float], None]:
    """For `until`: seconds in which the page and what it tells go on."""
    return lambda seconds: page.wait_for_timeout(seconds * 1000)


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
        cheap_words: bool = False,
    ) -> None:
        self._playwright = playwright
        self.profile = profile
        self._size = SIZES[size]
        self._locale = locale
        self._media = media
        self._cheap_words = cheap_words
        self.context: BrowserContext | None = None
        self.errors: list[str] = []
        # What the content policy forbids, and requests to anywhere but the servers that the test has opened.
        self.violations: list[str] = []
        self._origins: set[str] = set()

    def open(self) -> Page:
        """Start the browser; the page that it opens with."""
        width, height = self._size
        self.context = self._playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, MEDIA_GRANTED] if self._media else ARGUMENTS,
            headless=True,
            timeout=patience.MILLISECONDS,
            viewport={"width": width, "height": height},
            locale=self._locale,
            timezone_id="Asia/Almaty",
            permissions=["camera", "microphone"] if self._media else [],
        )
        self.context.set_default_timeout(patience.MILLISECONDS)
        OPEN_TABLETS.append(self)
        page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.context.add_init_script(TELL_VIOLATIONS)
        if self._cheap_words:
            self.context.add_init_script(CHEAP_WORDS)
        self.context.on("console", self._on_policy)
        self.context.on("request", self._on_request)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._on_console)
        return page

    def _on_console(self, message: ConsoleMessage) -> None:
        # A server that is not there is no error of the page's; everything else is.
        if message.type == "error" and "net::ERR_" not in message.text and "htmx:" not in message.text:
            self.errors.append(message.text)

    def _on_policy(self, message: ConsoleMessage) -> None:
        if "policy violated" in message.text or "Content Security Policy" in message.text:
            self.violations.append(message.text)

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("http", "https", "ws", "wss"):
            return  # blob: and the browser's own
        origin = f"{address.scheme}://{address.netloc}"
        if request.is_navigation_request() and address.hostname in ("localhost", "127.0.0.1"):
            self._origins.add(origin)
        elif origin not in self._origins:
            self.violations.append(f"request to another origin: {request.url}")

    @property
    def page(self) -> Page:
        assert self.context is not None
        return self.context.pages[0]

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None
            OPEN_TABLETS.remove(self)
        assert not self.violations, self.violations

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
