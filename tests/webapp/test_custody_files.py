"""A file that was made elsewhere and sealed: it plays whole in the key holder's browser, and what cannot play says so."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from sync.gateway.keys import DEMO_CUSTODY_PASSPHRASE
from tests.webapp import personas as p
from tests.webapp.conftest import ANN
from tests.webapp.test_custody import HEAR, Sealed, deposit
from tests.webapp.test_custody import address as address
from tests.webapp.test_custody import sealed as sealed

SONG = "medium:01M0000000000000000000000E"
ODD = "medium:01M0000000000000000000000F"
# Silence in MPEG layer 3, 128 kbit/s at 44.1 kHz: a frame is 417 bytes and 26 milliseconds.
MP3 = (b"\xff\xfb\x90\xc4" + bytes(413)) * 200


def bring_in(sealed: Sealed, medium: str, file: bytes, **fields: Any) -> None:
    """As the tablet's import does: pieces of a mebibyte, no length known."""
    deposit(sealed.app, medium, [file])
    engine = sealed.app.extensions["aigaq"]
    document = engine.read(p.VISIT, medium)
    with sealed.app.app_context():
        engine.submit(p.VISIT, {**document, "imported": True, "duration_ms": None, **fields}, author=ANN)


def open_item(page: Page, address: str, medium: str) -> None:
    page.goto(f"{address}/sign-in?next=/custody/{p.VISIT}/{medium}")
    page.fill("input[name=login]:visible", "kate")
    page.fill("input[name=password]:visible", p.PASSWORD)
    page.click("button.primary")
    page.fill("[name=reason]", "To hear it")
    page.fill("#passphrase", DEMO_CUSTODY_PASSPHRASE)
    page.click("button.seal")


def test_an_imported_recording_is_heard_from_any_place(sealed: Sealed, address: str, page: Page) -> None:
    bring_in(sealed, SONG, MP3, mime="audio/mpeg")
    open_item(page, address, SONG)
    page.wait_for_selector("#content audio")
    for wanted in (3.0, 1.0):
        at, length = page.evaluate(HEAR, wanted)
        assert wanted < at <= length
        assert 5 < length < 5.5
    expect(page.locator("#content p")).to_have_count(0)


def test_a_file_that_this_browser_does_not_play_says_so(sealed: Sealed, address: str, page: Page) -> None:
    bring_in(sealed, ODD, b"\x00\x00\x00\x18ftypmp42" + bytes(4000), mime="video/mp4", kind="video")
    open_item(page, address, ODD)
    expect(page.locator("#content .error")).to_contain_text("this browser cannot play it")
