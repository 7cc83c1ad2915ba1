"""Pictures and files on a real tablet: a sketch, a covered photo, what is taken in from the device. Without a server."""

from __future__ import annotations

import base64
import struct
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.monitor import Monitor
from tests.browser.on_site import CHANNEL, ENGINE, allow, documents

READ = f"""async (id) => {{
  const {{ bytes }} = await {ENGINE}.readMedium({CHANNEL}, id);
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
}}"""
REFUSAL = f"(id) => {ENGINE}.readMedium({CHANNEL}, id).then(() => 'opened', (error) => error.code)"
# The darkest and the brightest value in parts of a picture, and its size.
LIGHT = """async ([data, mime, parts]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: mime }));
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  return parts.map(([left, top, right, bottom]) => {
    const [x, y] = [Math.round(left * canvas.width), Math.round(top * canvas.height)];
    const [width, height] = [(right - left) * canvas.width, (bottom - top) * canvas.height].map((side) => Math.max(1, Math.round(side)));
    const { data } = context.getImageData(x, y, width, height);
    const shown = data.filter((_value, at) => at % 4 < 3);
    return [shown.reduce((low, value) => Math.min(low, value)), shown.reduce((high, value) => Math.max(high, value))];
  });
}"""
WHITE = """async () => {
  const canvas = new OffscreenCanvas(640, 480);
  const context = canvas.getContext('2d');
  context.fillStyle = '#e0e0d8';
  context.fillRect(0, 0, 640, 480);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""
PLACE = b"43 deg 14 min N"


def media(monitor: Monitor, kind: str) -> list[dict[str, Any]]:
    """What is there of a kind, erased ones left out."""
    found = documents(monitor, "medium")
    return [each["doc"] for each in found if each["doc"]["kind"] == kind and not each["erased"]]


def stored(monitor: Monitor, medium: str) -> bytes:
    return base64.b64decode(monitor.page.evaluate(READ, medium))


def drag(monitor: Monitor, board: Locator, *path: tuple[float, float]) -> None:
    """A finger over the board, in parts of its width and height."""
    hold(monitor, board, *path)
    monitor.page.mouse.up()


def hold(monitor: Monitor, board: Locator, *path: tuple[float, float]) -> None:
    """The same, and the finger stays."""
    board.scroll_into_view_if_needed()
    shown = board.bounding_box()
    assert shown
    points = [(shown["x"] + x * shown["width"], shown["y"] + y * shown["height"]) for x, y in path]
    mouse = monitor.page.mouse
    mouse.move(*points[0])
    mouse.down()
    for point in points[1:]:
        mouse.move(*point, steps=6)


def cover_the_middle(monitor: Monitor) -> None:
    """A black box from a quarter to three quarters of the picture, and the way through the question."""
    board = monitor.page.locator("canvas.board")
    drag(monitor, board, (0.25, 0.25), (0.75, 0.75))
    monitor.page.locator("[data-action=burn]").click()
    monitor.page.locator("dialog[open] .actions .primary").click()


Part = tuple[float, float, float, float]
INSIDE: Part = (0.3, 0.3, 0.7, 0.7)
EVERYTHING: Part = (0.0, 0.0, 1.0, 1.0)


def light(monitor: Monitor, picture: bytes, mime: str, *parts: Part) -> list[tuple[int, int]]:
    """The darkest and the brightest value of each part of a picture."""
    found = monitor.page.evaluate(
        LIGHT, [base64.b64encode(picture).decode(), mime, [list(each) for each in parts]]
    )
    return [(low, high) for low, high in found]


def photo_with_a_place(monitor: Monitor) -> bytes:
    """A JPEG whose EXIF says where it was taken."""
    picture = base64.b64decode(monitor.page.evaluate(WHITE))
    # One IFD with a description and a pointer to a GPS IFD that says north.
    words_at, gps_at = 38, 38 + len(PLACE) + 1
    entries = struct.pack("<HHII", 0x010E, 2, len(PLACE) + 1, words_at) + struct.pack(
        "<HHII", 0x8825, 4, 1, gps_at
    )
    gps = struct.pack("<H", 1) + struct.pack("<HHI4s", 1, 2, 2, b"N") + bytes(4)
    tiff = b"II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4) + PLACE + b"\0" + gps
    segment = b"Exif\0\0" + tiff
    return picture[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + picture[2:]


def test_a_sketch_survives_a_crash_and_is_kept(leader: Monitor) -> None:
    page = leader.page
    leader.go_to("onsite")
    page.locator("aq-onsite [data-action=sketch]").click()
    board = page.locator("aq-sketch canvas.board")
    drag(leader, board, (0.2, 0.2), (0.8, 0.2), (0.8, 0.8))
    drag(leader, board, (0.2, 0.8), (0.8, 0.8))
    drag(leader, board, (0.1, 0.1), (0.9, 0.9))
    leader.press("pictures.undo")
    expect(page.get_by_text(leader.t("capture.note.kept"))).to_be_visible()
    page.reload()
    leader.unlock()
    leader.go_to("onsite")
    # Locked in the middle of a mark, with words typed in the same moment: both are there again.
    page.locator("[data-draft=sketch]").click()
    expect(page.get_by_text(leader.t("pictures.sketch.resumed"))).to_be_visible()
    page.locator("aq-sketch label.field input").first.fill("Камера 14 сверху")
    hold(leader, board, (0.2, 0.2), (0.2, 0.8))
    page.evaluate("() => document.querySelector('aq-app').app.lock()")
    page.wait_for_selector("#words")
    page.mouse.up()
    leader.unlock()
    leader.go_to("onsite")
    expect(page.locator("[data-draft=sketch]")).to_contain_text("Камера 14 сверху")
    assert len(page.evaluate(f"{ENGINE}.draft({CHANNEL} + '/sketch/new')")["marks"]) == 3
    page.locator("aq-onsite [data-action=sketch]").click()
    page.locator("[data-action=keep-sketch]").click()
    page.wait_for_selector("aq-sketch", state="detached")
    [sketch] = media(leader, "sketch")
    assert (sketch["class"], sketch["mime"], sketch["caption"]) == ("group", "image/png", "Камера 14 сверху")
    line, undone = light(
        leader, stored(leader, sketch["_id"]), "image/png", (0.45, 0.18, 0.55, 0.22), (0.3, 0.35, 0.7, 0.65)
    )
    assert line[0] < 60, "the line is there"
    assert undone[0] > 180, "what was undone is not"
    page.locator("aq-timeline .list-item").filter(has_text="Камера 14 сверху").click()
    expect(page.locator("aq-item img.photo-full")).to_be_visible()
    assert page.evaluate(f"{ENGINE}.drafts({CHANNEL} + '/sketch')") == []


def test_what_is_covered_is_gone_from_the_copy_and_the_original_is_for_key_holders(leader: Monitor) -> None:
    page = leader.page
    allow(leader, "photo")
    leader.go_to("onsite")
    leader.capture("photo")
    page.locator("aq-photo label.field input").first.fill("лицо в окне")
    leader.press("capture.photo.shoot")
    page.locator("[data-action=mark]").click()
    cover_the_middle(leader)
    expect(page.locator("aq-photo").get_by_text(leader.t("pictures.shot.marked"))).to_be_visible()
    page.get_by_role("button", name=leader.t("capture.photo.keep"), exact=True).click()
    page.wait_for_selector("aq-photo", state="detached")
    [photo], [original] = media(leader, "photo"), media(leader, "original")
    assert (photo["class"], original["class"]) == ("group", "custody")
    assert photo["original"] == original["_id"]
    assert original.get("caption") is None
    assert original.get("place") is None
    copy = stored(leader, photo["_id"])
    covered, everything = light(leader, copy, "image/jpeg", INSIDE, EVERYTHING)
    assert covered == (0, 0), "nothing of the picture is left under the box"
    assert everything[1] > 60, "around the box it is the picture"
    [untouched] = light(leader, stored(leader, original["_id"]), "image/jpeg", INSIDE)
    assert untouched[1] > 60, "the original is whole"
    expect(page.locator("aq-timeline").get_by_text("лицо в окне")).to_have_count(1)  # one entry for both

    # A photo that others may have already: kept first, covered afterwards.
    leader.take_photo("журнал с именами")
    plain = next(each for each in media(leader, "photo") if each["caption"] == "журнал с именами")
    page.locator("aq-timeline .list-item").filter(has_text="журнал с именами").click()
    page.locator("[data-action=redact]").click()
    cover_the_middle(leader)
    page.wait_for_selector("aq-redact", state="detached")
    copies = [each for each in media(leader, "photo") if each["caption"] == "журнал с именами"]
    assert len(copies) == 1
    assert copies[0]["_id"] != plain["_id"]
    assert light(leader, stored(leader, copies[0]["_id"]), "image/jpeg", INSIDE) == [(0, 0)]
    assert page.evaluate(REFUSAL, plain["_id"]) == "erased", "what others could open is gone"
    assert copies[0]["at"] == plain["at"]
    sealed = {each["_id"] for each in media(leader, "original")}
    assert {photo["original"], copies[0]["original"]} == sealed

    page.locator(".bar .lock").click()
    leader.unlock()
    leader.go_to("onsite")
    assert {page.evaluate(REFUSAL, each) for each in sealed} == {"sealed"}
    assert page.evaluate(REFUSAL, copies[0]["_id"]) == "opened"


def test_files_come_in_without_what_the_camera_wrote(leader: Monitor) -> None:
    page = leader.page
    leader.go_to("onsite")
    page.locator("aq-onsite [data-action=import]").click()
    chooser = page.locator("aq-import input[type=file]")
    photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo_with_a_place(leader)}
    assert PLACE in photo["buffer"]
    chooser.set_input_files(photo)  # type: ignore[arg-type]
    page.locator("aq-import [data-kind=photo] [data-action=take-file]").click()
    expect(page.get_by_text(leader.t("pictures.import.delete"))).to_be_visible()
    pdf = b"%PDF-1.7\n" + bytes(range(256)) * 9000
    chooser.set_input_files({"name": "приказ 15.pdf", "mimeType": "", "buffer": pdf})
    page.locator("aq-import [data-kind=document] [data-action=take-file]").click()
    page.wait_for_selector("aq-import [data-kind=document]", state="detached")
    sound = {"name": "Иванов.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3" + bytes(3000)}
    chooser.set_input_files(sound)  # type: ignore[arg-type]
    page.locator("aq-import [data-kind=audio] [data-action=take-file]").click()
    page.wait_for_selector("aq-import [data-kind=audio]", state="detached")
    chooser.set_input_files({"name": "virus.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"})
    expect(page.get_by_text(leader.t("pictures.import.no.unknown"))).to_be_visible()

    [taken], [document], [audio] = media(leader, "photo"), media(leader, "document"), media(leader, "audio")
    inside = stored(leader, taken["_id"])
    assert inside.startswith(b"\xff\xd8\xff")
    assert PLACE not in inside
    assert b"Exif" not in inside, "nothing but the picture"
    assert taken["imported"] is True
    assert (document["class"], document["mime"], document["name"]) == (
        "group",
        "application/pdf",
        "приказ 15.pdf",
    )
    assert stored(leader, document["_id"]) == pdf, "a document is taken as it is"
    assert document["state"] == "complete"
    assert (audio["class"], audio.get("name")) == ("custody", None)
    leader.go_to("onsite")
    page.locator("aq-timeline .list-item").filter(has_text="приказ 15.pdf").click()
    expect(page.locator("aq-item").get_by_text(leader.t("pictures.item.document"))).to_be_visible()
