"""Two tablets change one title while nobody can be reached; a person lays both versions side by side and chooses."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Playwright, expect

from tests.browser.chromium import Tablet
from tests.browser.monitor import Monitor
from tests.browser.on_site import CHANNEL, ENGINE, documents
from tests.browser.server import Server

CHANGE = f"""async (changes) => {{
  const [{{ doc }}] = await {ENGINE}.list({CHANNEL}, 'finding');
  await {ENGINE}.save({CHANNEL}, {{ ...doc, ...changes }});
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


def apart(server: Server, team: tuple[Monitor, Monitor], *changes: dict[str, str]) -> None:
    """Each changes the finding while nobody can be reached; then all is delivered and read."""
    server.stop()
    for monitor, change in zip(team, changes, strict=True):
        monitor.go_to("wrapup")
        monitor.page.evaluate(CHANGE, change)
    server.start()
    for monitor in (*team, team[0]):
        monitor.page.evaluate(EXCHANGE)


def options(monitor: Monitor, field: str) -> Locator:
    """What can be chosen for a field, on the screen of both versions."""
    return monitor.page.locator(f"aq-versions fieldset[data-field={field}] label.choice")


def agreed(team: tuple[Monitor, Monitor], *fields: str) -> list[Any]:
    """The finding's fields, the same on both tablets and without a conflict."""
    readings = [finding(monitor) for monitor in team]
    assert [reading["conflicts"] for reading in readings] == [[], []]
    assert readings[0]["doc"] == readings[1]["doc"]
    return [readings[0]["doc"][field] for field in fields]


def history(server: Server, id_: str) -> list[dict[str, Any]]:
    """Every version of a document in the stopped server's store."""
    with closing(sqlite3.connect(server.instance / "documents.sqlite")) as connection:
        rows = connection.execute("SELECT body FROM revision WHERE id = ? AND body IS NOT NULL", [id_])
        return [json.loads(body) for (body,) in rows]


def test_a_conflict_is_settled_on_one_tablet_for_both(team: tuple[Monitor, Monitor], server: Server) -> None:
    leader, colleague = team
    apart(server, team, {"title": LEADERS}, {"title": COLLEAGUES})
    page = leader.page
    expect(page.locator("[data-action=signoff]")).to_be_disabled()
    page.locator("[data-part=signoff] [data-action=versions]").click()

    # Both are read in full with their authors, and nothing is chosen for the person.
    titles = options(leader, "title")
    expect(titles).to_have_count(2)
    words = " ".join(titles.all_inner_texts())
    assert LEADERS in words
    assert COLLEAGUES in words
    expect(page.locator("[data-action=settle]")).to_be_disabled()
    assert not page.locator("aq-versions input:checked").count()

    # A choice survives going away; a text of both replaces it.
    titles.filter(has_text=COLLEAGUES).click()
    expect(page.locator("[data-action=settle]")).to_be_enabled()
    leader.go_to("wrapup")
    leader.button("wrapup.mend", page.locator("[data-part=checks]")).first.click()
    expect(titles.filter(has_text=COLLEAGUES).locator("input")).to_be_checked()
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
    assert agreed(team, "title") == [BOTH]
    assert not [error for monitor in team for error in monitor.tablet.errors if "net::ERR" not in error]


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_each_field_is_chosen_by_itself_in_app_and_office_and_nothing_is_lost(
    team: tuple[Monitor, Monitor], server: Server, playwright: Playwright, tmp_path: Path
) -> None:
    leader, colleague = team
    channel: str = leader.page.evaluate(CHANNEL)
    id_ = finding(leader)["doc"]["_id"]
    apart(
        server,
        team,
        {"title": LEADERS, "text": "С 22 часов."},
        {"title": COLLEAGUES, "text": "Всю ночь.", "severity": "critical"},
    )
    # Both see the same two versions of both fields; what one of them only has changed is no question.
    for monitor in team:
        monitor.page.locator("[data-part=signoff] [data-action=versions]").click()
        for field, texts in {"title": (LEADERS, COLLEAGUES), "text": ("С 22 часов.", "Всю ночь.")}.items():
            expect(options(monitor, field)).to_have_count(2)
            for text in texts:
                expect(options(monitor, field).filter(has_text=text)).to_have_count(1)
        expect(monitor.page.locator("aq-versions fieldset")).to_have_count(2)

    # One takes a field from each side; the other is told that there is nothing left to choose.
    page = colleague.page
    options(colleague, "title").filter(has_text=LEADERS).click()
    expect(page.locator("[data-action=settle]")).to_be_disabled()
    options(colleague, "text").filter(has_text="Всю ночь.").click()
    page.locator("[data-action=settle]").click()
    page.wait_for_selector("aq-versions", state="detached")
    for monitor in (colleague, leader):
        monitor.page.evaluate(EXCHANGE)
    assert agreed(team, "title", "text", "severity") == [LEADERS, "Всю ночь.", "critical"]
    expect(leader.page.locator("aq-versions")).to_contain_text(leader.t("wrapup.versions.none"))

    # Another time the office chooses, and the tablets follow.
    apart(server, team, {"title": "Темно"}, {"title": "Мало света"})
    desktop = Tablet(playwright, tmp_path / "desktop", size="desktop")
    office = desktop.open()
    office.goto(f"{server.address}/sign-in")
    office.get_by_role("button", name=re.compile(r"\banalyst\b")).click()
    office.wait_for_selector(".office")
    office.goto(f"{server.address}/visits/{channel}")
    task = office.locator(".task-card form")
    expect(task.locator("label.choice").filter(has_text="Темно")).to_have_count(1)
    task.locator("label.choice").filter(has_text="Мало света").click()
    with office.expect_navigation():
        task.locator("button").click()
    expect(office.locator(".task-card form")).to_have_count(0)
    desktop.close()
    for monitor in team:
        monitor.page.evaluate(EXCHANGE)
    assert agreed(team, "title", "text") == ["Мало света", "Всю ночь."]

    # What lost is in the store all the same.
    server.stop()
    versions = history(server, id_)
    assert {"Нет света", LEADERS, COLLEAGUES, "Темно", "Мало света"} <= {each["title"] for each in versions}
    assert {"С 22 часов.", "Всю ночь."} <= {each["text"] for each in versions}
    assert not [error for monitor in team for error in monitor.tablet.errors if "net::ERR" not in error]
