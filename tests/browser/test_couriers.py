"""One tablet has no connection: a colleague's carries what it sealed, and has the receipts to bring back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.chromium import Tablet
from tests.browser.monitor import Monitor
from tests.browser.on_site import ENGINE
from tests.browser.server import Server

CARRYING = "[data-part=carrying]"


@pytest.fixture
def pair(playwright: Playwright, server: Server, tmp_path: Path) -> Iterator[tuple[Monitor, Monitor]]:
    """The author and a colleague, both set up."""
    names = ("leader", "monitor1")
    author, colleague = (
        Monitor(Tablet(playwright, tmp_path / n, cheap_words=True), server.address, n) for n in names
    )
    for monitor in (author, colleague):
        monitor.enrol()
    yield author, colleague
    for monitor in (author, colleague):
        monitor.tablet.close()


def save(monitor: Monitor, action: str, to: Path) -> Path:
    """Press a button that gives a file."""
    monitor.go_to("deliver")
    with monitor.page.expect_download() as download:
        monitor.page.locator(f"{CARRYING} [data-action={action}]").click()
    download.value.save_as(to)
    return to


def take(monitor: Monitor, action: str, file: Path) -> None:
    monitor.go_to("deliver")
    monitor.page.locator(f"{CARRYING} [data-action={action}]").set_input_files(file)


def test_a_colleague_delivers_what_another_tablet_exported(
    pair: tuple[Monitor, Monitor], server: Server, tmp_path: Path
) -> None:
    author, colleague = pair
    server.stop()
    author.add_finding("Сырость", "В корпусе 2", evidence=0)
    file = save(author, "export", tmp_path / "undelivered.sealed")
    assert "Сырость".encode() not in file.read_bytes()
    # Its own file is not taken in.
    take(author, "take-carried", file)
    expect(author.page.get_by_text(author.t("deliver.file.own export"))).to_be_visible()
    author.tablet.close()

    # Cut on its way: what is whole is taken, the rest is said; the whole file then brings it.
    cut = tmp_path / "cut.sealed"
    cut.write_bytes(file.read_bytes()[:-60])
    take(colleague, "take-carried", cut)
    torn = colleague.page.locator("[data-part=torn]")
    expect(torn).to_contain_text(colleague.t("deliver.lost.unknown"))
    take(colleague, "take-carried", file)
    expect(torn).to_have_count(0)
    expect(colleague.page.locator("[data-carried]")).to_have_attribute("data-delivered", "0")
    server.start()
    colleague.page.evaluate(f"() => {ENGINE}.deliver()")
    carried = colleague.page.locator("[data-carried]")
    number = carried.get_attribute("data-carried") or ""
    assert int(number) >= 1
    expect(carried).to_have_attribute("data-delivered", number, timeout=120_000)
    receipts = save(colleague, "give-receipts", tmp_path / "back.receipts")
    # What an author's tablet makes of them is tests/engine/courier.test.mjs's.
    magic, _, body = receipts.read_text().partition("\n")
    assert magic == "AIGAQ-RECEIPTS-1"
    assert len(json.loads(body)["receipts"]) == int(number)
