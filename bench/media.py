"""How fast a recording gets onto the disk and to the server, against the floor of each.

    ./run.sh bench media [--mib N] [--frame-kib N] [--rounds N]

Real Chromium with a profile on the disk, random bytes, one application process as `./run.sh` serves it. In turn,
round by round, in the same worker:

- write, the project: frames through `appendFrame` from the page (encrypted, flushed, hashed by ranges, noted), until
  the last is acknowledged, with nothing else to deliver. Its floor: the same bytes in the same worker through AES-GCM,
  SHA-256 and a raw OPFS write, one flush for each frame, one step after the other. In turn by slices, first the one,
  then the other: a disk that others use is slow for both;
- upload, the project: `deliver` until the server holds every chunk (read, checked, signed, verified by the
  server, stored durably). Its floor: a plain PUT of the same bytes in pieces of 1 MiB to the same process, which
  writes each to a file and fsyncs it; one after the other and four at a time, the quicker counts.

- at a recorder's own pace: frames of 300 kB (a second of video) and of 16 kB (of sound), one at a time with a pause
  between them: how long each waits for its acknowledgement.

Memory: the worker's and the page's JavaScript heaps with the buffers behind them, sampled after every 16 MiB, above
what they held before (DevTools protocol). Resident memory of the renderer, above what it held before: at its largest
while the project writes and uploads (`renderer_growth_mb`), and what is left of it after the last slice was written
(`renderer_kept_mb`). `write_ratio` and `upload_ratio` are the project's speed divided by the floor's. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Worker, sync_playwright

from bench.first_sync import START, WORDS
from bench.memory import Heaps, Resident
from bench.peers import GatewayServer
from tests.browser.chromium import Tablet
from webapp import create_app

SLICE_MIB = 8
PACED = {"video": 300_000, "audio": 16_000}
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
# One at a time; what is measured is the wait for the acknowledgement.
PACE = """async ({ size, frames, pauseMs }) => {
  const waits = [];
  for (let i = 0; i < frames; i += 1) {
    await new Promise((resolve) => { setTimeout(resolve, pauseMs); });
    const frame = crypto.getRandomValues(new Uint8Array(Math.min(size, 65536)));
    const whole = new Uint8Array(size);
    for (let at = 0; at < size; at += frame.length) whole.set(frame.subarray(0, size - at), at);
    const start = performance.now();
    await engine.appendFrame(medium, whole.buffer);
    waits.push(performance.now() - start);
  }
  return waits.sort((a, b) => a - b);
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


def write(
    page: Page, worker: Worker, slices: list[int], heaps: Heaps, resident: Resident
) -> tuple[list[float], list[float]]:
    """Seconds of each slice, of the project and of its floor; they take turns in being first."""
    ours: list[float] = []
    theirs: list[float] = []
    for number, frames in enumerate(slices):
        if number % 2:
            theirs.append(worker.evaluate(FLOOR_WRITE, {"frames": frames}) / 1000)
        with resident:
            ours.append(page.evaluate(APPEND, {"frames": frames}) / 1000)
            heaps.sample()
        if number % 2 == 0:
            theirs.append(worker.evaluate(FLOOR_WRITE, {"frames": frames}) / 1000)
    return ours, theirs


def paced(page: Page) -> dict[str, dict[str, float]]:
    """Milliseconds until a frame is acknowledged, at a recorder's pace: half of them, and the longest."""
    found = {}
    for kind, size in PACED.items():
        waits = page.evaluate(PACE, {"size": size, "frames": 30, "pauseMs": 100})
        found[kind] = {"median_ms": round(waits[len(waits) // 2], 1), "longest_ms": round(waits[-1], 1)}
    return found


def upload(page: Page, worker: Worker, resident: Resident) -> tuple[float, float]:
    """Seconds of the project and of its floor's quicker way."""
    puts = [worker.evaluate(FLOOR_PUT, {"lanes": 1}) / 1000]
    with resident:
        sent = page.evaluate(DELIVER) / 1000
    puts.append(worker.evaluate(FLOOR_PUT, {"lanes": 4}) / 1000)
    return sent, min(puts)


def run(playwright: Any, folder: Path, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """What each round found."""
    found: list[dict[str, Any]] = []
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
            for _ in range(asked.rounds):
                page.evaluate(BEGIN, channel)
                worker.evaluate(FLOOR_OPEN)
                # Once each without the clock: compilers and disks are warm for both.
                page.evaluate(APPEND, {"frames": 8})
                worker.evaluate(FLOOR_WRITE, {"frames": 8})
                page.evaluate("() => engine.deliver()")
                heaps, resident = Heaps(page), Resident(tablet.profile)
                ours, theirs = write(page, worker, slices, heaps, resident)
                result: dict[str, Any] = {"write": ours, "write_floor": theirs, "kept": resident.now}
                result["paced"] = paced(page)
                page.evaluate("() => engine.finishMedium(medium, { duration_ms: 1 })")
                if not asked.write_only:
                    result["upload"], result["upload_floor"] = upload(page, worker, resident)
                heaps.sample()
                worker.evaluate(FLOOR_CLOSE)
                result |= {"heap": heaps.peak / 1e6, "grown": resident.peak, "load": os.getloadavg()[0]}
                found.append(result)
                print(json.dumps({name: rounded(value) for name, value in result.items()}), file=sys.stderr)
        finally:
            tablet.close()
    return found


def rounded(value: Any) -> Any:
    """For a person: of slices only the sum."""
    return (
        round(sum(value), 2)
        if isinstance(value, list)
        else value
        if isinstance(value, dict)
        else round(value, 2)
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench media")
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--frame-kib", type=int, default=256, help="a second of video of 2 Mbit/s")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--write-only", action="store_true", help="no upload")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        found = run(playwright, Path(folder), asked)
    print(json.dumps(summary(found, asked)))
    return 0


def summary(found: list[dict[str, Any]], asked: argparse.Namespace) -> dict[str, Any]:
    """The last line: medians over rounds; of slices also the median of their own ratios."""
    said: dict[str, Any] = {"bench": "media", "mib": asked.mib, "frame_kib": asked.frame_kib}
    mb = asked.mib * 1.048576
    ours, theirs = (statistics.median(sum(one[name]) for one in found) for name in ("write", "write_floor"))
    slices = [b / a for one in found for a, b in zip(one["write"], one["write_floor"], strict=True)]
    said |= {
        "write_mb_s": round(mb / ours, 1),
        "write_ratio": round(theirs / ours, 2),
        "write_ratio_of_slices": round(statistics.median(slices), 2),
    }
    if not asked.write_only:
        sent, put = (statistics.median(one[name] for one in found) for name in ("upload", "upload_floor"))
        said |= {"upload_mb_s": round(mb / sent, 1), "upload_ratio": round(put / sent, 2)}
    return said | {
        "peak_heap_mb": round(max(one["heap"] for one in found), 1),
        "renderer_growth_mb": round(max(one["grown"] for one in found)),
        "renderer_kept_mb": round(max(one["kept"] for one in found)),
        "acknowledged": found[-1]["paced"],
        "load": round(max(one["load"] for one in found), 1),
    }


if __name__ == "__main__":
    raise SystemExit(main())
