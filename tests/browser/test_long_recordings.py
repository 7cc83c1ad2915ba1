"""Long recordings in real Chromium, as fast as they are taken: two hours of sound, an hour of video, and flat memory.

The short tier's sample is tests/engine/media.test.mjs, over a disk that only counts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.bare import BareBrowser
from bench.memory import renderer_mb
from tests.browser.engine_gateway import EngineGateway
from tests.browser.engine_tablet import START, VISIT, WORDS

# A second of each, as browsers' recorders make it.
SECOND = {"audio": 6_000, "video": 300_000}
# Frames differ, so that none can be taken for another.
RECORD = """async ([kind, size, from, until]) => {
  if (from === 0) window.long = (await engine.startMedium(channel, { kind, mime: `${kind}/webm` })).id;
  for (let second = from; second < until; second += 1) {
    const frame = new Uint8Array(size).fill(second % 251);
    new DataView(frame.buffer).setUint32(0, second);
    await engine.appendFrame(long, frame.buffer);
  }
}"""
FINISH = """async (seconds) => (await engine.finishMedium(long, { duration_ms: seconds * 1000 })).doc"""
SEEK = """async ([second, size]) => {
  const bytes = new Uint8Array((await engine.readFrames(channel, long, second, 1)).bytes);
  const as = new Uint8Array(size).fill(second % 251);
  new DataView(as.buffer).setUint32(0, second);
  return bytes.length === size && as.every((byte, at) => bytes[at] === byte);
}"""


@pytest.mark.long
@pytest.mark.parametrize(("kind", "seconds"), [("audio", 7200), ("video", 3600)])
def test_a_long_recording_leaves_the_memory_as_it_was_and_plays_from_anywhere(
    tmp_path: Path, kind: str, seconds: int
) -> None:
    gateway = EngineGateway().start()
    size = SECOND[kind]
    try:
        with BareBrowser(tmp_path / "profile") as browser:
            page = browser.page
            browser.visit(gateway.address + "/app/")
            browser.evaluate(page, START, {})
            asked = {"code": gateway.code, "deviceName": "x", "words": WORDS, "language": "ru"}
            browser.evaluate(page, "(asked) => engine.enrol(asked)", asked)
            gateway.mode = "offline"  # what is recorded waits, as it does in a prison
            browser.evaluate(page, VISIT)
            heaps: list[int] = []
            resident: list[float] = []

            def look() -> None:
                heaps.append(browser.heap_bytes())
                resident.append(renderer_mb(browser.profile))

            settled = seconds // 10
            browser.evaluate(page, RECORD, [kind, size, 0, settled], look=look)
            look()
            heap, held = max(heaps), max(resident)
            heaps.clear()
            resident.clear()
            browser.evaluate(page, RECORD, [kind, size, settled, seconds], look=look)
            look()
            assert max(heaps) - heap < 64e6, f"the heap grew by {max(heaps) - heap} bytes"
            assert max(resident) - held < 200, f"the renderer grew by {max(resident) - held} MB"
            doc = browser.evaluate(page, FINISH, seconds)
            assert (doc["state"], doc["frames"]) == ("complete", seconds + 1)
            assert doc["plain_bytes"] == seconds * size
            assert sum(chunk["size"] for chunk in doc["chunks"]) == doc["bytes"]
            for second in (seconds - 1, 0, seconds // 2, seconds // 3):
                assert browser.evaluate(page, SEEK, [second, size]), second
    finally:
        gateway.stop()
