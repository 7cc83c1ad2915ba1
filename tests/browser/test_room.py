"""A tablet that fills up, in real Chromium with a small quota: a recording ends well, notes go on, room heals it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import Tablet, holds
from tests.browser.engine_gateway import EngineGateway
from tests.browser.engine_tablet import START, VISIT, WORDS, code_of

MIB = 1 << 20
# A file in OPFS is given room by doubling: 16 MiB, ballast and journal fit, and then there is not twice a ballast left.
QUOTA = 23 * MIB
# Random bytes: what compresses does not fill a disk.
FILL = """async ([channel, megabytes]) => {
  const frame = () => {
    const bytes = new Uint8Array(1 << 20);
    for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
    return bytes.buffer;
  };
  const { id } = await engine.startMedium(channel, { kind: 'photo', mime: 'image/jpeg' });
  const said = { id, frames: 0, code: null, notes: [] };
  while (said.frames < megabytes && !said.code) {
    try {
      await engine.appendFrame(id, frame());
      said.frames += 1;
    } catch (error) {
      said.code = error.code;
    }
    if (said.frames % 4 === 0) said.notes.push((await engine.save(channel, { type: 'note', text: `${said.frames}` })).doc._id);
  }
  return said;
}"""
NEARLY_FULL = "async () => (await engine.status()).storage.nearlyFull"


def start_limited(tablet: Tablet, gateway: EngineGateway, **options: Any) -> Page:
    """The engine where the origin has so many bytes, and from the beginning: for half a minute Chromium goes by the
    room that it has once seen for IndexedDB."""
    page = tablet.open()
    page.goto(gateway.address + "/app/")
    session = page.context.new_cdp_session(page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": gateway.address, "quotaSize": QUOTA})
    page.evaluate(START, options)
    return page


# Half a minute: so long Chromium takes to see room that was made for IndexedDB.
@pytest.mark.parametrize("files", ["opfs", pytest.param("idb", marks=pytest.mark.long)])
def test_a_recording_that_fills_the_tablet_ends_well_and_room_heals_it(
    tablet: Tablet, gateway: EngineGateway, files: str
) -> None:
    page = start_limited(tablet, gateway, files=files)
    request = {"code": gateway.code, "deviceName": "планшет 7", "words": WORDS, "language": "ru"}
    page.evaluate("request => engine.enrol(request)", request)
    channel = page.evaluate(VISIT)
    page.evaluate("() => engine.deliver()")
    gateway.mode = "offline"
    before = page.evaluate(
        "async c => (await engine.save(c, {type: 'note', text: 'before'})).doc._id", channel
    )
    holds(page, "async () => (await navigator.storage.estimate()).usage > 4e6")  # the ballast lies
    said = page.evaluate(FILL, [channel, 60])
    assert said["code"] == "storage-full", said
    assert said["frames"] >= 8, said

    assert page.evaluate(NEARLY_FULL) is True
    medium = page.evaluate("([c, id]) => engine.get(c, id)", [channel, said["id"]])["doc"]
    assert (medium["state"], medium["frames"]) == ("interrupted", said["frames"])
    size = page.evaluate(
        "async ([c, id]) => (await engine.readFrames(c, id, 3, 2)).bytes.byteLength", [channel, said["id"]]
    )
    assert size == 2 * MIB
    afterwards = page.evaluate(
        "async c => (await engine.save(c, {type: 'note', text: 'afterwards'})).doc._id", channel
    )
    refusal = code_of(page, "engine.startMedium(argument, {kind: 'audio', mime: 'audio/webm'})", channel)
    assert refusal == "nearly-full"

    # The battery dies; nothing that was acknowledged is missing, and another note is written.
    tablet.kill()
    page = start_limited(tablet, gateway)
    page.evaluate("words => engine.unlock(words)", WORDS)
    notes = page.evaluate("async c => (await engine.list(c, 'note')).map(row => row.doc._id)", channel)
    assert set(notes) == {before, afterwards, *said["notes"]}
    page.evaluate("async c => engine.save(c, {type: 'note', text: 'after the restart'})", channel)

    # Delivered and freed: all works again.
    gateway.mode = "ok"
    page.evaluate("() => engine.setUploadRule('always')")
    holds(
        page,
        "async () => { const { waiting } = await engine.deliver(); return waiting.documents + waiting.chunks === 0; }",
    )
    freed = page.evaluate("c => engine.release(c)", channel)
    assert freed["items"] == [said["id"]]
    holds(page, "async () => !(await engine.status()).storage.nearlyFull")
    again = page.evaluate(FILL, [channel, 3])
    assert (again["code"], again["frames"]) == (None, 3)
    assert page.evaluate("id => engine.finishMedium(id, {})", again["id"])["doc"]["state"] == "complete"
