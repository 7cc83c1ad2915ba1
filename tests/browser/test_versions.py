"""Two tablets change one title while nobody can be reached; a person lays both versions side by side and chooses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.chromium import Tablet
from tests.browser.monitor import Monitor
from tests.browser.on_site import CHANNEL, ENGINE, documents
from tests.browser.server import Server

RETITLE = f"""async (title) => {{
  const [{{ doc }}] = await {ENGINE}.list({CHANNEL}, 'finding');
  await {ENGINE}.save({CHANNEL}, {{ ...doc, title }});
}}"""
EXCHANGE = f"async () => {{ await {ENGINE}.deliver(); await {ENGINE}.pull(); }}"
LEADERS, COLLEAGUES, BOTH = "Ночью нет света", "В камерах темно", "Ночью в камерах темно"


@pytest.fixture
def team(playwright: Playwright, server: Server, tmp_path: Path) -> Iterator[tuple[Monitor, Monitor]]:
    """The leader and a colleague, each with the same finding on the tablet."""
    names = ("leader", "monitor1")
    leader, colleague = (
        Monitor(Tablet(playwright, tmp_path / n, cheap_words=True), server.address, n) for n in names
    )
    for monitor in (leader, colleague):
        monitor.enrol()
    leader.add_finding("Нет света", "В корпусе 2", evidence=0)
    leader.wait_until_delivered()
    colleague.go_to("wrapup")
    colleague.page.evaluate(EXCHANGE)
    expect(colleague.page.locator("[data-part=findings]")).to_contain_text("Нет света")
    yield leader, colleague
    for monitor in (leader, colleague):
        monitor.tablet.close()


def finding(monitor: Monitor) -> dict[str, Any]:
    (reading,) = documents(monitor, "finding")
    return reading


def test_a_conflict_is_settled_on_one_tablet_for_both(team: tuple[Monitor, Monitor], server: Server) -> None:
    leader, colleague = team
    server.stop()
    leader.go_to("wrapup")
    leader.page.evaluate(RETITLE, LEADERS)
    colleague.page.evaluate(RETITLE, COLLEAGUES)
    server.start()
    for monitor in (leader, colleague, leader):
        monitor.page.evaluate(EXCHANGE)
    page = leader.page
    expect(page.locator("[data-action=signoff]")).to_be_disabled()
    page.locator("[data-part=signoff] [data-action=versions]").click()

    # Both are read in full with their authors, and nothing is chosen for the person.
    options = page.locator("aq-versions fieldset[data-field=title] label.choice")
    expect(options).to_have_count(2)
    words = " ".join(options.all_inner_texts())
    assert LEADERS in words
    assert COLLEAGUES in words
    expect(page.locator("[data-action=settle]")).to_be_disabled()
    assert not page.locator("aq-versions input:checked").count()

    # A choice survives going away; a text of both replaces it.
    options.filter(has_text=COLLEAGUES).click()
    expect(page.locator("[data-action=settle]")).to_be_enabled()
    leader.go_to("wrapup")
    leader.button("wrapup.mend", page.locator("[data-part=checks]")).first.click()
    expect(options.filter(has_text=COLLEAGUES).locator("input")).to_be_checked()
    page.locator("[data-action=combine-text]").click()
    field = page.locator("aq-versions textarea")
    assert LEADERS in field.input_value()
    assert COLLEAGUES in field.input_value()
    field.fill(BOTH)
    page.locator("[data-action=settle]").click()
    page.wait_for_selector("aq-versions", state="detached")
    expect(page.locator("[data-part=findings]")).to_contain_text(BOTH)
    expect(page.locator("[data-action=signoff]")).to_be_enabled()

    for monitor in (leader, colleague):
        monitor.page.evaluate(EXCHANGE)
    expect(colleague.page.locator("[data-part=findings]")).to_contain_text(BOTH)
    readings = [finding(monitor) for monitor in (leader, colleague)]
    assert [reading["conflicts"] for reading in readings] == [[], []]
    assert readings[0]["doc"] == readings[1]["doc"]
    assert not [error for monitor in team for error in monitor.tablet.errors if "net::ERR" not in error]
