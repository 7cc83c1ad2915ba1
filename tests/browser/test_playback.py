"""Playback in real Chromium: a recording plays by its seconds, and only those near the playhead are opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.chromium import Tablet
from tests.browser.engine_gateway import EngineGateway
from tests.browser.engine_tablet import VISIT, enrolled

RECORD = """async ([kind, seconds]) => {
  const { Take } = await import('/app/static/app/capture/take.js');
  const { chooseFormat, streamConstraints } = await import('/app/static/app/capture/format.js');
  const stream = await navigator.mediaDevices.getUserMedia(streamConstraints(kind));
  const format = chooseFormat(kind, (mime) => MediaRecorder.isTypeSupported(mime));
  const take = await Take.start({ engine, stream, format, channel, fields: { kind } });
  await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
  await take.keep();
  return take.id;
}"""
PLAY = """async id => {
  const { Player } = await import('/app/static/engine/media/player.js');
  const recorded = await engine.describeMedium(channel, id);
  window.reads = [];
  window.problems = [];
  window.element = document.createElement(recorded.kind === 'audio' ? 'audio' : 'video');
  element.muted = true;
  document.body.append(element);
  window.player = new Player(element, { ...recorded, read: async (from, count) => {
    reads.push([from, count]);
    return new Uint8Array((await engine.readFrames(channel, id, from, count)).bytes);
  } }, (error) => problems.push(String(error)));
  await element.play();
  return recorded;
}"""
# Held as soon as it plays: a slow machine would play on, and read on, until it is asked what was read.
HELD = """() => new Promise((resolve) => {
  const timer = setInterval(() => {
    if (element.currentTime > 0.2) element.pause();
    if (element.paused || problems.length) { clearInterval(timer); resolve(element.currentTime); }
  }, 50);
})"""
PLAYING = """() => new Promise((resolve) => {
  const timer = setInterval(() => {
    if (element.currentTime > 0.2 || problems.length) { clearInterval(timer); resolve(); }
  }, 50);
})"""
SEEK = """async seconds => {
  element.currentTime = seconds;
  await new Promise((resolve) => element.addEventListener('seeked', resolve, { once: true }));
  await element.play();
  const at = element.currentTime;
  await new Promise((resolve) => {
    element.addEventListener('timeupdate', function on() {
      if (element.currentTime > at + 0.3) { element.removeEventListener('timeupdate', on); resolve(); }
    });
  });
  return element.currentTime;
}"""


@pytest.fixture
def page(playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """An enrolled tablet's page, on a visit."""
    gateway = EngineGateway().start()
    tablet = Tablet(playwright, tmp_path / "profile")
    try:
        page = enrolled(tablet, gateway)
        page.evaluate(VISIT)
        yield page
    finally:
        tablet.close()
        gateway.stop()


def ends_well(page: Page) -> None:
    assert page.evaluate("problems") == []
    page.evaluate("player.end()")


@pytest.mark.parametrize("kind", ["audio", "video"])
def test_a_recording_knows_its_length_and_plays_from_where_it_is_asked(page: Page, kind: str) -> None:
    recorded = page.evaluate(PLAY, page.evaluate(RECORD, [kind, 4]))
    assert recorded["frames"] >= 4
    page.evaluate(PLAYING)
    assert 3.5 < page.evaluate("element.duration") < 12
    assert page.evaluate(SEEK, 2.5) > 2.5
    assert page.evaluate(SEEK, 0.5) > 0.5
    ends_well(page)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["audio", "video"])
def test_a_seek_opens_only_what_lies_around_the_place(page: Page, kind: str) -> None:
    page.evaluate(PLAY, page.evaluate(RECORD, [kind, 60]))
    reached = page.evaluate(HELD)
    before = page.evaluate("Math.max(...reads.map(([from, count]) => from + count))")
    assert before < reached + 40
    page.evaluate("() => { reads.length = 0; }")
    assert page.evaluate(SEEK, 54) > 54
    opened = {frame for start, count in page.evaluate("reads") for frame in range(start, start + count)}
    assert min(opened) > before, opened
    page.evaluate("() => { reads.length = 0; }")
    assert page.evaluate(SEEK, 45) > 45
    assert min(start for start, _ in page.evaluate("reads")) > 20
    page.evaluate("() => { reads.length = 0; }")
    assert page.evaluate(SEEK, 30) > 30  # back again, after the end was reached once
    assert min(start for start, _ in page.evaluate("reads")) > 10
    ends_well(page)
