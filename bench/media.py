"""How fast a recording gets onto the disk and to the server, against the floor of each.

    ./run.sh bench media [--mib N] [--part-mib N] [--frame-kib N] [--write-only]

Real Chromium with a profile on the disk, random bytes, one application process as `./run.sh` serves it. The bytes go
in parts, each a recording of its own; ours and the floors take turns, in the same worker, and who is first changes:

- write, the project: frames through `appendFrame` from the page (encrypted, flushed, hashed by ranges, noted), until
  the last is acknowledged, with nothing else to deliver. Its floor: the same bytes in the same worker through AES-GCM,
  SHA-256 and a raw OPFS write, one flush for each frame, one step after the other. In turn by slices of a part: a disk
  that others use is slow for both;
- upload, the project: `deliver` until the server holds every chunk (signed, checked by the server, stored durably,
  counted). Its floor: a plain PUT of the same bytes in pieces of 1 MiB to the same process, which writes each to a
  new file and fsyncs it, and does nothing else. Four ways: read into memory first, or handed to `fetch` as it lies on
  the disk; one after the other, or four at a time. The way that is quickest over all parts is the floor.

- at a recorder's own pace: frames of 300 kB (a second of video) and of 16 kB (of sound), one at a time with a pause
  between them: how long each waits for its acknowledgement.

Memory, looked at four times a second while the project writes and uploads (not the floors), above what there was at
first: `peak_heap_mb` are the JavaScript heaps of page and worker with the buffers behind them; `renderer_growth_mb` is
resident memory of the renderer, `renderer_kept_mb` what is left of it at the end; `server_growth_mb` that of the
server's processes. No driver listens to the network meanwhile (`bench/bare.py`). `write_ratio` and `upload_ratio` are
the project's speed divided by the floor's. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.bare import BareBrowser
from bench.first_sync import START, WORDS
from bench.memory import Growth
from bench.peers import GatewayServer
from webapp import create_app

SLICE_MIB = 8
PACED = {"video": 300_000, "audio": 16_000}
# Ways to PUT: how many at a time, and whether the bytes are read first.
WAYS: dict[str, dict[str, Any]] = {
    "read_1": {"lanes": 1, "read": True},
    "read_4": {"lanes": 4, "read": True},
    "disk_1": {"lanes": 1, "read": False},
    "disk_4": {"lanes": 4, "read": False},
}
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
FLOOR_PUT = """async ({ way, lanes, read }) => {
  const file = await self.floor.file.getFile();
  const start = performance.now();
  let at = 0;
  const lane = async () => {
    while (at < file.size) {
      const from = at;
      at += 1 << 20;
      const piece = file.slice(from, from + (1 << 20));
      const body = read ? await piece.arrayBuffer() : piece;
      const response = await fetch(`/plain/${way}-${from}`, { method: 'PUT', body });
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
# Nothing large leaves before it is asked to: an allowance given before ends.
KEEP = "() => engine.setUploadRule('ask')"
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


class Bench:
    """One tablet, one server, and the turns that the project and its floors take."""

    def __init__(self, browser: BareBrowser, gateway: PlainGateway, asked: argparse.Namespace) -> None:
        self._browser = browser
        self._gateway = gateway
        self._frame = asked.frame_kib << 10
        self._part = min(asked.mib, asked.part_mib) * (1 << 20) // self._frame
        self._slice = max(1, SLICE_MIB * (1 << 20) // self._frame)
        self._turn = 0

    def prepare(self) -> None:
        """Enrol, and warm up: compilers and disks are then warm for both."""
        self._browser.visit(self._gateway.address + "/app/static/engine/client.js")
        self.page(START)
        code = self._gateway.code(self._gateway.account("leader"))
        self.page(
            "request => engine.enrol(request)",
            {"code": code, "deviceName": "bench", "words": WORDS, "language": "ru"},
        )
        self._channel = self.page(
            "async () => (await engine.createVisit({facility: 'facility:x', kind: 'special'})).channel"
        )
        for place in (self.page, self.worker):
            place(POOL, {"frameBytes": self._frame, "frames": 32})
        self.page(BEGIN, self._channel)
        self.worker(FLOOR_OPEN)
        self.page(APPEND, {"frames": 8})
        self.worker(FLOOR_WRITE, {"frames": 8})
        self.page("() => engine.finishMedium(medium, { duration_ms: 1 })")
        self.page(DELIVER)
        self._put_all("read_4")
        self.worker(FLOOR_CLOSE)
        self.growth = Growth(self._browser, self._gateway)

    def page(self, function: str, argument: Any = None) -> Any:
        return self._browser.evaluate(self._browser.page, function, argument)

    def worker(self, function: str, argument: Any = None) -> Any:
        return self._browser.evaluate(self._browser.worker, function, argument)

    def _ours(self, function: str, argument: Any = None) -> float:
        """Seconds, with an eye on memory."""
        look = self.growth.look
        taken: float = self._browser.evaluate(self._browser.page, function, argument, look=look)
        look()
        return taken / 1000

    def part(self, *, upload: bool) -> dict[str, list[float]]:
        """Seconds of one part: by slices as it is written, by ways as it is uploaded."""
        self._turn += 1
        self.page(KEEP)
        self.page(BEGIN, self._channel)
        self.worker(FLOOR_OPEN)
        self.page("() => engine.deliver()")
        found = self._written()
        self.page("() => engine.finishMedium(medium, { duration_ms: 1 })")
        if upload:
            turns = [*WAYS, "upload"]
            at = self._turn % len(turns)
            for way in turns[at:] + turns[:at]:
                found[way] = [self._ours(DELIVER) if way == "upload" else self._put_all(way)]
        self.worker(FLOOR_CLOSE)
        return found

    def _written(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {"write": [], "write_floor": []}
        for number, at in enumerate(range(0, self._part, self._slice)):
            frames = min(self._slice, self._part - at)
            for who in ("write", "write_floor") if number % 2 else ("write_floor", "write"):
                if who == "write":
                    found[who].append(self._ours(APPEND, {"frames": frames}))
                else:
                    found[who].append(self.worker(FLOOR_WRITE, {"frames": frames}) / 1000)
        return found

    def _put_all(self, way: str) -> float:
        taken: float = self.worker(FLOOR_PUT, {"way": way, **WAYS[way]})
        shutil.rmtree(self._gateway.folder / "plain")
        (self._gateway.folder / "plain").mkdir()
        return taken / 1000

    def paced(self) -> dict[str, dict[str, float]]:
        """Milliseconds until a frame is acknowledged, at a recorder's pace: half of them, and the longest."""
        found = {}
        self.page(BEGIN, self._channel)
        for kind, size in PACED.items():
            waits = self.page(PACE, {"size": size, "frames": 30, "pauseMs": 100})
            found[kind] = {"median_ms": round(waits[len(waits) // 2], 1), "longest_ms": round(waits[-1], 1)}
        self.page("() => engine.finishMedium(medium, { duration_ms: 1 })")
        return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench media")
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--part-mib", type=int, default=128)
    parser.add_argument("--frame-kib", type=int, default=256, help="a second of video of 2 Mbit/s")
    parser.add_argument("--write-only", action="store_true", help="no upload")
    asked = parser.parse_args()
    found: list[dict[str, list[float]]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with PlainGateway(folder / "gateway", []) as gateway, BareBrowser(folder / "profile") as browser:
            bench = Bench(browser, gateway, asked)
            bench.prepare()
            for _ in range(max(1, asked.mib // asked.part_mib)):
                found.append(bench.part(upload=not asked.write_only))
                said = {name: round(sum(times), 2) for name, times in found[-1].items()}
                print(json.dumps({**said, **bench.growth.said, "load": os.getloadavg()[0]}), file=sys.stderr)
            acknowledged = bench.paced()
            memory = bench.growth.said
    print(
        json.dumps(
            {**summary(found, asked), **memory, "acknowledged": acknowledged, "load": os.getloadavg()[0]}
        )
    )
    return 0


def summary(found: list[dict[str, list[float]]], asked: argparse.Namespace) -> dict[str, Any]:
    """Totals over all parts, and the median of what slices and parts say by themselves."""
    total = {name: sum(sum(part[name]) for part in found) for name in found[0]}
    mb = len(found) * min(asked.mib, asked.part_mib) * 1.048576
    slices = [b / a for part in found for a, b in zip(part["write"], part["write_floor"], strict=True)]
    said: dict[str, Any] = {
        "bench": "media",
        "mib": round(mb / 1.048576),
        "frame_kib": asked.frame_kib,
        "write_mb_s": round(mb / total["write"], 1),
        "write_ratio": round(total["write_floor"] / total["write"], 2),
        "write_ratio_of_slices": round(statistics.median(slices), 2),
    }
    if "upload" in total:
        floor = min(WAYS, key=lambda way: total[way])
        parts = [part[floor][0] / part["upload"][0] for part in found]
        said |= {
            "upload_mb_s": round(mb / total["upload"], 1),
            "upload_ratio": round(total[floor] / total["upload"], 2),
            "upload_ratio_of_parts": round(statistics.median(parts), 2),
            "upload_floor": floor,
            "upload_ratio_of_ways": {way: round(total[way] / total["upload"], 2) for way in WAYS},
        }
    return said


if __name__ == "__main__":
    raise SystemExit(main())
