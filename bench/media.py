"""How fast a recording gets onto the disk and to the server, against the floor of each.

    ./run.sh bench media [--mib N] [--frame-kib N] [--rounds N]

Real Chromium with a profile on the disk, random bytes, one application process as `./run.sh` serves it. In turn,
round by round, in the same worker:

- write, the project: frames through `appendFrame` (encrypted, flushed, hashed by ranges, noted), until the last
  is acknowledged. Its floor: the same bytes through AES-GCM, SHA-256 and a raw OPFS write, one after the other,
  flushed at the same cadence;
- upload, the project: `deliver` until the server holds every chunk (read, checked, signed, verified by the
  server, stored durably). Its floor: a plain PUT of the same bytes in pieces of 1 MiB to the same process, which
  writes each to a file and fsyncs it; one after the other and four at a time, the quicker counts.

Memory: the worker's and the page's JavaScript heaps with the buffers behind them, sampled after every 16 MiB, above
what they held before (DevTools protocol); and how much the browser's renderer grew at its largest (resident).
`write_ratio` and `upload_ratio` are the project's speed divided by the floor's. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, Worker, sync_playwright

from bench.first_sync import START, WORDS
from bench.peers import GatewayServer
from tests.browser.chromium import Tablet
from webapp import create_app

SLICE_MIB = 16
# Pool of random frames; AES-GCM and SHA-256 take no notice of what they are given.
POOL = """({ frameBytes, frames }) => {
  self.pool = Array.from({ length: frames }, () => {
    const bytes = new Uint8Array(frameBytes);
    for (let at = 0; at < frameBytes; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
    return bytes;
  });
}"""
BEGIN = """async (channel) => {
  window.medium = (await engine.startMedium(channel, { kind: 'video', mime: 'video/webm' })).id;
}"""
# As a recorder does, but as fast as it goes: the next frame is on its way while one is written.
APPEND = """async ({ frames }) => {
  const start = performance.now();
  let under = Promise.resolve();
  for (let i = 0; i < frames; i += 1) {
    const last = under;
    under = engine.appendFrame(medium, pool[i % pool.length].slice().buffer);
    await last;
  }
  await under;
  return performance.now() - start;
}"""
FLOOR_OPEN = """async () => {
  const root = await navigator.storage.getDirectory();
  self.floor = {
    file: await root.getFileHandle('bench-floor', { create: true }), at: 0, n: 0,
    key: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']),
  };
  self.floor.handle = await self.floor.file.createSyncAccessHandle();
  self.floor.handle.truncate(0);
}"""
FLOOR_WRITE = """async ({ frames }) => {
  const { floor } = self;
  const start = performance.now();
  for (let i = 0; i < frames; i += 1) {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setUint32(0, floor.n += 1);
    const plain = pool[i % pool.length].slice();
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, floor.key, plain));
    await crypto.subtle.digest('SHA-256', sealed);
    floor.at += floor.handle.write(sealed, { at: floor.at });
    floor.handle.flush();
  }
  return performance.now() - start;
}"""
FLOOR_PUT = """async ({ lanes }) => {
  const file = await self.floor.file.getFile();
  const start = performance.now();
  let at = 0;
  const lane = async () => {
    while (at < file.size) {
      const from = at;
      at += 1 << 20;
      const body = await file.slice(from, from + (1 << 20)).arrayBuffer();
      const response = await fetch(`/plain/${lanes}-${from}`, { method: 'PUT', body });
      if (!response.ok) throw new Error(response.status);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return performance.now() - start;
}"""
FLOOR_CLOSE = """async () => {
  self.floor.handle.close();
  await (await navigator.storage.getDirectory()).removeEntry('bench-floor');
}"""
DELIVER = """async () => {
  const start = performance.now();
  await engine.allowUploads();
  let status = await engine.deliver();
  while (status.waiting.chunks > 0) status = await engine.deliver();
  return performance.now() - start;
}"""


def plain_app() -> Callable[..., Iterable[bytes]]:
    """The application, and beside it the floor: what is PUT below `/plain/` is written and fsynced."""
    app = create_app()
    folder = Path(os.environ["AIGAQ_INSTANCE"]) / "plain"
    folder.mkdir(exist_ok=True)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ["PATH_INFO"])
        if not path.startswith("/plain/"):
            return app(environ, start_response)
        data = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        with (folder / path.rsplit("/", 1)[1]).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        start_response("201 Created", [("Content-Length", "0")])
        return []

    return serve


class PlainGateway(GatewayServer):
    """The application as `./run.sh` serves it, with the floor in the same process."""

    def launch(self, command: list[str], *rest: Any) -> None:
        super().launch([*command[:-1], "bench.media:plain_app()"], *rest)


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


def renderer_mb(profile: Path) -> float:
    """The most that any renderer of this profile's browser held so far (resident)."""
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
        most = max(most, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM")))
    return most / 1024


def _ancestry(entry: Path) -> str:
    """Command lines of a process and of those that started it."""
    lines = []
    while entry.name not in ("0", "1"):
        lines.append((entry / "cmdline").read_bytes().decode("utf-8", "replace"))
        parent = [line for line in (entry / "status").read_text().splitlines() if line.startswith("PPid")]
        entry = Path("/proc") / parent[0].split()[1]
    return "\n".join(lines)


def write(page: Page, worker: Worker, slices: list[int], heaps: Heaps) -> tuple[float, float]:
    """Seconds of the project and of its floor, in turn by slices."""
    ours = theirs = 0.0
    for frames in slices:
        ours += page.evaluate(APPEND, {"frames": frames}) / 1000
        heaps.sample()
        theirs += worker.evaluate(FLOOR_WRITE, {"frames": frames}) / 1000
    return ours, theirs


def run(playwright: Any, folder: Path, asked: argparse.Namespace) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {
        "write": [],
        "write_floor": [],
        "upload": [],
        "upload_floor": [],
        "heap": [],
    }
    frame = asked.frame_kib << 10
    total = asked.mib * (1 << 20) // frame
    each = max(1, min(total, SLICE_MIB * (1 << 20) // frame))
    slices = [min(each, total - at) for at in range(0, total, each)]
    with PlainGateway(folder / "gateway", []) as gateway:
        tablet = Tablet(playwright, folder / "profile")
        try:
            page = tablet.open()
            page.set_default_timeout(3_600_000)
            page.goto(gateway.address + "/app/static/engine/client.js")
            page.evaluate(START)
            worker = page.workers[0]
            code = gateway.code(gateway.account("leader"))
            page.evaluate(
                "request => engine.enrol(request)",
                {"code": code, "deviceName": "bench", "words": WORDS, "language": "ru"},
            )
            channel = page.evaluate(
                "async () => (await engine.createVisit({facility: 'facility:x', kind: 'special'})).channel"
            )
            page.evaluate("() => engine.setUploadRule('ask')")
            for where in (page, worker):
                where.evaluate(POOL, {"frameBytes": frame, "frames": min(32, total)})
            for number in range(asked.rounds):
                page.evaluate(BEGIN, channel)
                worker.evaluate(FLOOR_OPEN)
                # Once each without the clock: compilers and disks are warm for both.
                page.evaluate(APPEND, {"frames": 8})
                worker.evaluate(FLOOR_WRITE, {"frames": 8})
                before = renderer_mb(tablet.profile)
                heaps = Heaps(page)
                ours, theirs = write(page, worker, slices, heaps)
                page.evaluate("() => engine.finishMedium(medium, { duration_ms: 1 })")
                puts = [worker.evaluate(FLOOR_PUT, {"lanes": 1}) / 1000]
                sent = page.evaluate(DELIVER) / 1000
                puts.append(worker.evaluate(FLOOR_PUT, {"lanes": 4}) / 1000)
                heaps.sample()
                worker.evaluate(FLOOR_CLOSE)
                grown = renderer_mb(tablet.profile) - before
                for name, value in zip(found, (ours, theirs, sent, min(puts), heaps.peak / 1e6), strict=True):
                    found[name].append(value)
                found.setdefault("grown", []).append(grown)
                print(
                    f"round {number + 1}: write {ours:.2f} s, floor {theirs:.2f} s; upload {sent:.2f} s, floor "
                    f"{puts[0]:.2f} s one by one, {puts[1]:.2f} s four at a time; heap +{heaps.peak / 1e6:.1f} MB; "
                    f"renderer +{grown:.0f} MB",
                    file=sys.stderr,
                )
        finally:
            tablet.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench media")
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--frame-kib", type=int, default=256, help="a second of video of 2 Mbit/s")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        found = run(playwright, Path(folder), asked)
    seconds = {name: statistics.median(values) for name, values in found.items()}
    print(
        json.dumps(
            {
                "bench": "media",
                "mib": asked.mib,
                "frame_kib": asked.frame_kib,
                "write_mb_s": round(asked.mib * 1.048576 / seconds["write"], 1),
                "upload_mb_s": round(asked.mib * 1.048576 / seconds["upload"], 1),
                "write_ratio": round(seconds["write_floor"] / seconds["write"], 2),
                "upload_ratio": round(seconds["upload_floor"] / seconds["upload"], 2),
                "peak_heap_mb": round(max(found["heap"]), 1),
                "renderer_growth_mb": round(max(found["grown"])),
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
