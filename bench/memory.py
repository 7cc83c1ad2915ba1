"""What a browser holds in memory: the JavaScript heaps of a page and its worker, and the renderer's process."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

# How often resident memory is looked at.
WATCH_S = 0.5


class Heaps:
    """JavaScript heaps of a page and its worker, with the buffers behind them, in bytes."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._worker: str | None = None
        self._answers: dict[int, Any] = {}
        self._next = 1
        self._session.on("Target.attachedToTarget", self._attached)
        self._session.on("Target.receivedMessageFromTarget", self._received)
        self._session.send(
            "Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
        )
        self._base = 0
        self._base = self._used()
        self.peak = 0

    def sample(self) -> None:
        self.peak = max(self.peak, self._used() - self._base)

    def _used(self) -> int:
        return sum(
            int(heap["usedSize"]) + int(heap.get("backingStorageSize", 0))
            for heap in (self._session.send("Runtime.getHeapUsage"), self._of_worker())
        )

    def _of_worker(self) -> dict[str, Any]:
        number, self._next = self._next, self._next + 1
        message = json.dumps({"id": number, "method": "Runtime.getHeapUsage"})
        self._session.send("Target.sendMessageToTarget", {"sessionId": self._worker, "message": message})
        deadline = time.monotonic() + 60
        while number not in self._answers and time.monotonic() < deadline:
            self._page.evaluate("() => 0")  # lets the driver hand over what has come
        answer: dict[str, Any] = self._answers.pop(number)
        return answer

    def _attached(self, event: dict[str, Any]) -> None:
        if event["targetInfo"]["type"] == "worker":
            self._worker = event["sessionId"]

    def _received(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "result" in message:
            self._answers[message["id"]] = message["result"]


class Resident:
    """The most that the renderer held while something ran (resident), in MB above what it held at first."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._base = renderer_mb(profile)
        self.peak = 0.0
        self._over = threading.Event()

    @property
    def now(self) -> float:
        return renderer_mb(self._profile) - self._base

    def __enter__(self) -> Resident:
        self._over.clear()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._over.wait(WATCH_S):
            self.peak = max(self.peak, self.now)


def renderer_mb(profile: Path) -> float:
    """What the largest renderer of this profile's browser holds now (resident)."""
    most = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            if "--type=renderer" not in command or str(profile) not in _ancestry(entry):
                continue
            lines = (entry / "status").read_text().splitlines()
        except OSError:
            continue
        most = max(most, *(int(line.split()[1]) for line in lines if line.startswith("VmRSS")))
    return most / 1024


def _ancestry(entry: Path) -> str:
    """Command lines of a process and of those that started it."""
    lines = []
    while entry.name not in ("0", "1"):
        lines.append((entry / "cmdline").read_bytes().decode("utf-8", "replace"))
        parent = [line for line in (entry / "status").read_text().splitlines() if line.startswith("PPid")]
        entry = Path("/proc") / parent[0].split()[1]
    return "\n".join(lines)
