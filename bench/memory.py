"""What a browser and its server hold in memory: JavaScript heaps, and what is resident of their processes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

from bench.bare import BareBrowser
from bench.peers import GatewayServer


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


class Growth:
    """The most that a browser and its server held, above what they held when this was made."""

    def __init__(self, browser: BareBrowser, server: GatewayServer) -> None:
        self._browser = browser
        # Looked for once: going through all processes takes a processor's time from what is measured.
        self._renderer = _largest_renderer(browser.profile)
        self._servers = _of_group(server.process.pid) if server.process else []
        self._first = self._now()
        self._most = dict.fromkeys(self._first, 0.0)

    def look(self) -> None:
        for name, held in self._now().items():
            self._most[name] = max(self._most[name], held - self._first[name])

    @property
    def said(self) -> dict[str, float]:
        """In MB; `kept` is what the renderer holds now."""
        most = self._most
        return {
            "peak_heap_mb": round(most["heap"], 1),
            "renderer_growth_mb": round(most["renderer"]),
            "renderer_kept_mb": round(_resident_mb(self._renderer) - self._first["renderer"]),
            "server_growth_mb": round(most["server"]),
        }

    def _now(self) -> dict[str, float]:
        return {
            "heap": self._browser.heap_bytes() / 1e6,
            "renderer": _resident_mb(self._renderer),
            "server": sum(_resident_mb(each) for each in self._servers),
        }


def renderer_mb(profile: Path) -> float:
    """What the largest renderer of this profile's browser holds now (resident)."""
    renderer = _largest_renderer(profile)
    return _resident_mb(renderer) if renderer else 0.0


def _largest_renderer(profile: Path) -> Path | None:
    found: dict[Path, float] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            if "--type=renderer" in command and str(profile) in _ancestry(entry):
                found[entry] = _resident_mb(entry)
        except OSError:
            continue
    return max(found, key=lambda entry: found[entry], default=None)


def _of_group(group: int) -> list[Path]:
    """The processes that this one leads."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            found.append(entry)
    return found


def _resident_mb(entry: Path | None) -> float:
    """Shared pages are counted in each."""
    if entry is None:
        return 0.0
    lines = (entry / "status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _ancestry(entry: Path) -> str:
    """Command lines of a process and of those that started it."""
    lines = []
    while entry.name not in ("0", "1"):
        lines.append((entry / "cmdline").read_bytes().decode("utf-8", "replace"))
        parent = [line for line in (entry / "status").read_text().splitlines() if line.startswith("PPid")]
        entry = Path("/proc") / parent[0].split()[1]
    return "\n".join(lines)
