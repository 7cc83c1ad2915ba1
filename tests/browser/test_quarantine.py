"""What the office could not take in goes back to its author's tablet as a task, is mended there, and comes in."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.monitor import Monitor
from tests.browser.on_site import CHANNEL, ENGINE, documents
from tests.browser.server import Server

# A source that is none: no screen lets one write that, an older or a damaged app might.
ODD = f"""async (text) => {{
  const {{ doc }} = await {ENGINE}.save({CHANNEL}, {{ type: 'note', text, place: '', theme: null, source: 7,
    at: new Date().toISOString(), media: [], about: null, on_paper: null, lang: 'ru' }});
  return doc._id;
}}"""
EXCHANGE = f"async () => {{ await {ENGINE}.deliver(); await {ENGINE}.pull(); }}"
NOTE = "Ночью в корпусе 2 темно"
WORDS = "Выберите источник и отправьте снова"


def sign_in(leader: Monitor, office: Server) -> Page:
    """An analyst at the office, in a window beside the tablet's."""
    context = leader.page.context
    context.clear_cookies()  # the office knew this browser as the leader's, who set the tablet up
    page = context.new_page()
    page.goto(f"{office.address}/sign-in")
    page.get_by_role("button", name=re.compile(r"\banalyst\b")).click()
    page.wait_for_selector(".office")
    page.goto(f"{office.address}/quarantine")
    return page


def decide(page: Page, action: str, words: str) -> None:
    """An analyst looks at the first item and decides."""
    page.locator("a[href*='/quarantine/']").first.click()
    form = page.locator(f"form[action$={action}]")
    form.locator("textarea").fill(words)
    form.locator("button").click()
    page.wait_for_url(re.compile(r"/quarantine$"))


def test_a_note_is_handed_back_mended_and_taken_in(leader: Monitor, office: Server) -> None:
    leader.go_to("onsite")
    id_ = leader.page.evaluate(ODD, NOTE)
    office.start()
    leader.page.evaluate(EXCHANGE)

    analyst = sign_in(leader, office)
    decide(analyst, "returned", WORDS)
    expect(analyst.locator(".list")).to_contain_text(WORDS)

    page = leader.page
    page.bring_to_front()
    leader.go_home()
    page.evaluate(EXCHANGE)
    page.locator("[data-action=see-returned]").click()
    task = page.locator(f"aq-deliver [data-of='{id_}']")
    expect(task).to_contain_text(WORDS)
    expect(task).to_contain_text(leader.t("wrapup.field.source"))
    expect(task).to_contain_text(NOTE)
    task.locator("[data-action=mend]").click()
    leader.arrived()
    about = page.locator("aq-note aq-about")
    about.get_by_role("button", name="Собственное наблюдение", exact=True).click()
    leader.press("capture.note.save")
    page.wait_for_selector("aq-note", state="detached")
    expect(page.locator("aq-deliver [data-decision]")).to_have_count(0)
    leader.wait_until_delivered()
    (mended,) = [reading for reading in documents(leader, "note") if reading["doc"]["_id"] == id_]
    assert mended["doc"]["source"] == "observation"
    analyst.goto(f"{office.address}/quarantine")
    expect(analyst.locator("main")).to_contain_text("В карантине пусто")
    analyst.close()


def test_what_the_office_keeps_asks_nothing_of_its_author(leader: Monitor, office: Server) -> None:
    leader.go_to("onsite")
    id_ = leader.page.evaluate(ODD, NOTE)
    office.start()
    leader.page.evaluate(EXCHANGE)
    analyst = sign_in(leader, office)
    decide(analyst, "kept", "Проба планшета")
    analyst.close()
    leader.page.bring_to_front()
    leader.page.evaluate(EXCHANGE)
    leader.go_to("deliver")
    row = leader.page.locator(f"aq-deliver [data-item='{id_}']")
    expect(row).to_contain_text("Проба планшета")
    expect(leader.page.locator("aq-deliver [data-decision=returned]")).to_have_count(0)
