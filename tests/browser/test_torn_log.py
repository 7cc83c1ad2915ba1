"""The browser's own log under IndexedDB, cut in the middle of a record by a crash: nothing saved afterwards is lost.

Chromium goes on writing behind the cut record; without a new log file what is acknowledged from then on is gone, or
all of the origin's databases are, at the start after next. Found by killing it two hundred times (test_kill.py).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.chromium import Tablet
from tests.browser.engine_gateway import EngineGateway
from tests.browser.engine_tablet import VISIT, WORDS, enrolled, start

SAVE = "async ([channel, text]) => (await engine.save(channel, { type: 'note', text })).doc._id"
UNLOCK = "words => engine.unlock(words)"
TEXTS = "async channel => (await engine.list(channel, 'note')).map(({ doc }) => doc.text)"


@pytest.fixture
def gateway() -> Iterator[EngineGateway]:
    made = EngineGateway().start()
    yield made
    made.stop()


def tear(profile: Path, length: int) -> None:
    """As a crash leaves it: the head of a record of that length, and only the beginning of what it announces."""
    (log,) = profile.glob("Default/IndexedDB/*.leveldb/*.log")
    with log.open("ab") as file:
        file.write(struct.pack("<IHB", 0x12345678, length, 1) + b"x" * 500)


# The one swallows a little of what follows, the other more than a session writes.
@pytest.mark.parametrize("length", [2_000, pytest.param(30_000, marks=pytest.mark.long)])
def test_what_is_saved_after_a_crash_in_the_middle_of_a_write_stays(
    playwright: Playwright, tmp_path: Path, gateway: EngineGateway, length: int
) -> None:
    tablet = Tablet(playwright, tmp_path / "profile")
    try:
        page = enrolled(tablet, gateway)
        gateway.mode = "offline"
        channel = page.evaluate(VISIT)
        page.evaluate(SAVE, [channel, "before"])
        for crash in range(3):
            tablet.kill()
            tear(tablet.profile, length)
            page = start(tablet, gateway)
            page.evaluate(UNLOCK, WORDS)
            page.evaluate(SAVE, [channel, f"after {crash}"])
        tablet.kill()
        page = start(tablet, gateway)
        page.evaluate(UNLOCK, WORDS)
        assert page.evaluate(TEXTS, channel) == ["before", "after 0", "after 1", "after 2"]
    finally:
        tablet.close()
