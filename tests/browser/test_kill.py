"""A browser killed at seeded moments while it records and saves: nothing acknowledged is lost."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.chromium import Tablet
from tests.browser.engine_gateway import EngineGateway
from tests.browser.engine_tablet import VISIT, WORDS, enrolled, start

# Frames and notes side by side, as fast as they are acknowledged; each acknowledgement leaves the browser at once.
WORK = """async ([channel, round, size]) => {
  const { id } = await engine.startMedium(channel, { kind: 'audio', mime: 'audio/webm' });
  acknowledged('medium', id);
  const record = async () => {
    for (let n = 1; ; n += 1) {
      await engine.appendFrame(id, crypto.getRandomValues(new Uint8Array(size)).buffer);
      acknowledged('frames', n);
    }
  };
  const write = async () => {
    let { doc } = await engine.save(channel, { type: 'note', text: `${round}: 0` });
    acknowledged('note', [doc._id, 0]);
    for (let n = 1; ; n += 1) {
      ({ doc } = await engine.save(channel, { ...doc, text: `${round}: ${n}` }));
      acknowledged('note', [doc._id, n]);
    }
  };
  record().catch((error) => acknowledged('failed', String(error)));
  write().catch((error) => acknowledged('failed', String(error)));
}"""


def work_until_killed(tablet: Tablet, page: Page, channel: str, round_: int, moment: float) -> dict[str, Any]:
    """What was acknowledged before the browser was killed."""
    told: dict[str, Any] = {"frames": 0}
    page.expose_function("acknowledged", lambda what, value: told.__setitem__(what, value))
    page.evaluate(WORK, [channel, round_, 20_000])
    while told["frames"] == 0 or "note" not in told:  # both are under way
        page.wait_for_timeout(20)
        assert "failed" not in told, told
    page.wait_for_timeout(moment * 1000)
    tablet.kill()
    assert "failed" not in told, told
    return told


@pytest.mark.parametrize(
    ("files", "kills"),
    [
        ("opfs", 3),
        ("idb", 1),
        pytest.param("opfs", 200, marks=pytest.mark.long),
        pytest.param("idb", 50, marks=pytest.mark.long),
    ],
)
def test_whatever_was_acknowledged_survives_a_kill(
    playwright: Playwright, tmp_path: Path, files: str, kills: int
) -> None:
    seed = 20_260_511 + kills
    randomness = random.Random(seed)
    gateway = EngineGateway().start()
    tablet = Tablet(playwright, tmp_path / "profile")
    try:
        page = enrolled(tablet, gateway, files=files)
        gateway.mode = "offline"
        channel = page.evaluate(VISIT)
        for round_ in range(kills):
            told = work_until_killed(tablet, page, channel, round_, randomness.uniform(0, 1.2))
            page = start(tablet, gateway)
            page.evaluate("words => engine.unlock(words)", WORDS)
            where = f"seed {seed}, kill {round_}: {told}"
            note = page.evaluate("([c, id]) => engine.get(c, id)", [channel, told["note"][0]])["doc"]
            assert int(note["text"].split(": ")[1]) >= told["note"][1], where
            medium = page.evaluate("([c, id]) => engine.get(c, id)", [channel, told["medium"]])["doc"]
            assert medium["state"] == "interrupted", where
            assert medium["frames"] >= told["frames"], where
            assert medium["plain_bytes"] == 20_000 * medium["frames"], where
            assert medium["bytes"] == sum(chunk["size"] for chunk in medium["chunks"]), where
        gateway.mode = "ok"
        for _ in range(20):
            status = page.evaluate("() => engine.deliver()")
            if status["waiting"]["documents"] + status["waiting"]["chunks"] == 0:
                break
        # The last recording reached the office whole, and every chunk is what the document calls it.
        assert set(gateway.chunks) >= {chunk["sha256"] for chunk in medium["chunks"]}
    finally:
        tablet.close()
        gateway.stop()
