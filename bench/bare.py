"""A Chromium that nobody watches: driven over its debugging pipe, for measurements of memory.

Owns the process (ended by its own pid), its one page with that page's worker, and evaluating in either. A driver that
listens to the network makes the renderer keep the body of every request for it; here the network is not listened to,
so what grows is the page's own.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.browser.chromium import ARGUMENTS, CHROMIUM

START_SECONDS = 60
# How often what runs is looked at.
LOOK_SECONDS = 0.25


class BareBrowser:
    """`with BareBrowser(profile) as browser`, then `visit`; `page` and `worker` are its two places."""

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self.page = ""
        self.worker = ""
        self._next = 1
        self._answers: dict[int, dict[str, Any]] = {}
        self._unread = b""

    def __enter__(self) -> Self:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        shell = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        command = [
            *("bash", "-c", shell, "bash", CHROMIUM, *ARGUMENTS, "--headless=new"),
            *("--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"),
        ]
        self._process = subprocess.Popen(
            command,
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        deadline = time.monotonic() + START_SECONDS
        while not (targets := self._pages()):
            if time.monotonic() > deadline:
                raise SystemExit("Chromium did not open a page")
            time.sleep(0.1)
        attached = self._call("Target.attachToTarget", {"targetId": targets[0], "flatten": True})
        self.page = attached["sessionId"]
        self._call("Page.enable", {}, self.page)
        worker = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}
        self._call("Target.setAutoAttach", worker, self.page)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._out)
        os.close(self._in)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def visit(self, address: str) -> None:
        """Return when a page of that origin stands."""
        self._call("Page.navigate", {"url": address}, self.page)
        deadline = time.monotonic() + START_SECONDS
        while not self.evaluate(
            self.page, "(url) => location.href === url && document.body !== null", address
        ):
            if time.monotonic() > deadline:
                raise SystemExit(f"{address} did not open")
            time.sleep(0.1)

    def evaluate(
        self, place: str, function: str, argument: Any = None, *, look: Callable[[], None] | None = None
    ) -> Any:
        """What a function of JavaScript gives there, awaited; `look` is called while it runs, now and then."""
        expression = f"({function})({json.dumps(argument)})"
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        number = self._send("Runtime.evaluate", asked, place)
        answer = self._answer(number, look)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def heap_bytes(self) -> int:
        """JavaScript heaps of page and worker, with the buffers behind them."""
        used = 0
        for place in (self.page, self.worker):
            heap = self._call("Runtime.getHeapUsage", {}, place)
            used += int(heap["usedSize"]) + int(heap.get("backingStorageSize", 0))
        return used

    def _pages(self) -> list[str]:
        found = self._call("Target.getTargets", {})["targetInfos"]
        return [target["targetId"] for target in found if target["type"] == "page"]

    def _call(self, method: str, parameters: dict[str, Any], place: str = "") -> dict[str, Any]:
        return self._answer(self._send(method, parameters, place), None)

    def _send(self, method: str, parameters: dict[str, Any], place: str) -> int:
        number, self._next = self._next, self._next + 1
        message = {"id": number, "method": method, "params": parameters}
        if place:
            message["sessionId"] = place
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        return number

    def _answer(self, number: int, look: Callable[[], None] | None) -> dict[str, Any]:
        while number not in self._answers:
            self._receive()
            if look is not None and number not in self._answers:
                look()
        answer = self._answers.pop(number)
        if "error" in answer:
            raise RuntimeError(str(answer["error"]))
        result: dict[str, Any] = answer["result"]
        return result

    def _receive(self) -> None:
        """Take in what has come, waiting a moment for it."""
        if not select.select([self._in], [], [], LOOK_SECONDS)[0]:
            if self._process.poll() is not None:
                raise SystemExit("Chromium has ended")
            return
        data = os.read(self._in, 1 << 16)
        if not data:
            raise SystemExit("Chromium has ended")
        *messages, self._unread = (self._unread + data).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self._answers[message["id"]] = message
            elif message["method"] == "Target.attachedToTarget" and _is_worker(message["params"]):
                self.worker = message["params"]["sessionId"]


def _is_worker(target: dict[str, Any]) -> bool:
    return bool(target["targetInfo"]["type"] == "worker")
