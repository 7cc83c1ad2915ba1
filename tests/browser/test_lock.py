"""The lock: what is on the screen is sealed before the keys go, and a recording is never cut by surprise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.chromium import holds
from tests.browser.enrolled import Enrolled
from tests.browser.monitor import Monitor
from tests.browser.on_site import CHANNEL, ENGINE, allow, documents

# A clock that a test can put forward: the auto-lock asks it, nothing else is hurried.
AHEAD = "window.ahead = 0; const real = Date.now.bind(Date); Date.now = () => real() + window.ahead;"
PAST_IDLE_MS = 3 * 60 * 1000
PIN = "482913"


@pytest.fixture
def leader(enrolled: Enrolled, playwright: Playwright, tmp_path: Path) -> Iterator[Monitor]:
    """The leader of today's visit, inside the facility, with no network."""
    monitor = enrolled.monitor(playwright, tmp_path)
    monitor.tablet.open().context.add_init_script(AHEAD)
    monitor.page.goto(f"{monitor.address}/app/")
    monitor.unlock()
    monitor.page.wait_for_selector("aq-home .today .btn")
    monitor.arrive()
    yield monitor
    monitor.tablet.close()


def open_checklist(leader: Monitor) -> None:
    leader.capture("form")
    leader.page.locator("aq-form .list-item").filter(has_text="Общий чек-лист").first.click()
    leader.page.wait_for_selector("[data-path='/data/arrival/wait_minutes'] input")


def lock(leader: Monitor) -> None:
    leader.page.locator(".bar .lock").click()


def idle(leader: Monitor) -> None:
    leader.page.evaluate(f"window.ahead += {PAST_IDLE_MS}")


def test_a_form_is_sealed_with_the_last_letter_before_the_lock(leader: Monitor) -> None:
    page = leader.page
    open_checklist(leader)
    page.locator("[data-path='/data/arrival/wait_minutes'] input").first.fill("25")
    page.locator("[data-path='/data/arrival/wait_minutes'] input").first.blur()
    expect(page.locator("aq-form .footer-bar, .footer-bar")).to_contain_text(leader.t("forms.state.saved"))
    # Still in the field: the quiet of twenty seconds has not begun.
    page.locator("[data-path='/data/arrival/capacity'] input").first.fill("400")
    lock(leader)
    leader.unlock()
    page.wait_for_selector("aq-form")
    answers = documents(leader, "submission")[0]["doc"]["answers"]
    assert answers["arrival/capacity" if "arrival/capacity" in answers else "/data/arrival/capacity"] == 400
    assert leader.totals()["sealed"] == leader.totals()["captured"]


def test_an_interview_and_its_testimony_are_sealed_before_the_tablet_locks_by_itself(leader: Monitor) -> None:
    page = leader.page
    handle = leader.begin_interview(
        page.evaluate("document.querySelector('aq-app').app.label('categories', 'convict')")
    )
    page.locator("aq-interview textarea").first.fill("Свет выключают в десять")
    page.locator("aq-sealed textarea").first.type("Его ударили")
    idle(leader)
    page.wait_for_selector("aq-unlock")
    leader.unlock()
    page.wait_for_selector("aq-interview")
    interview = next(r["doc"] for r in documents(leader, "interview") if r["doc"]["handle"] == handle)
    assert interview["summary"] == "Свет выключают в десять"
    testimony = documents(leader, "testimony")
    assert [r["doc"]["interview"] for r in testimony] == [interview["_id"]]
    assert testimony[0]["doc"]["size"] > len("Его ударили")
    assert page.evaluate(f"{ENGINE}.drafts('')") == []


def test_with_a_pin_the_screen_is_sealed_too(leader: Monitor) -> None:
    page = leader.page
    page.evaluate(f"{ENGINE}.setPin('{PIN}')")
    holds(page, "() => document.querySelector('aq-app').app.status.pinReady")
    leader.begin_interview(
        page.evaluate("document.querySelector('aq-app').app.label('categories', 'convict')")
    )
    page.locator("aq-interview textarea").first.fill("Воды нет по ночам")
    lock(leader)
    page.wait_for_selector("aq-pin-pad")
    assert page.locator("aq-interview").count() == 0
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.wait_for_selector("aq-interview")
    assert documents(leader, "interview")[0]["doc"]["summary"] == "Воды нет по ночам"


def test_a_note_that_was_not_finished_stays_a_draft(leader: Monitor) -> None:
    page = leader.page
    leader.capture("note")
    page.locator("textarea.note-text").type("Света нет")
    lock(leader)
    leader.unlock()
    expect(page.locator("textarea.note-text")).to_have_value("Света нет")
    assert documents(leader, "note") == []


def test_a_screen_that_does_not_answer_does_not_hold_the_lock(leader: Monitor) -> None:
    page = leader.page
    page.evaluate(
        "document.querySelector('aq-app').app.addEventListener('before-lock', e => e.detail.waitFor(new Promise(() => {})))"
    )
    assert (
        page.evaluate(
            "() => { document.querySelector('.bar .lock').click();"
            " return getComputedStyle(document.querySelector('aq-app')).visibility; }"
        )
        == "hidden"
    )
    page.wait_for_selector("aq-unlock")


def test_a_recording_holds_the_auto_lock_and_is_kept_when_the_person_locks(leader: Monitor) -> None:
    page = leader.page
    allow(leader, "audio")
    leader.press("capture.start.audio")
    page.wait_for_selector(".recorder-bar[data-state=recording]")
    idle(leader)
    # Two looks of the auto-lock at the clock, and more.
    leader.hear(3)
    expect(page.locator(".recorder-bar[data-state=recording]")).to_be_visible()

    lock(leader)
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text(leader.t("lock.recordingText"))
    leader.press("lock.recordingNo", dialog)
    expect(page.locator(".recorder-bar[data-state=recording]")).to_be_visible()
    lock(leader)
    leader.press("lock.recordingYes", dialog)
    page.wait_for_selector("aq-unlock")
    leader.unlock()
    leader.go_to("onsite")
    medium = documents(leader, "medium")[0]["doc"]
    assert medium["state"] == "complete"
    assert medium["duration_ms"] > 2000


OUT_OF_SIGHT = """hidden => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_out_of_sight_the_tablet_locks_after_half_a_minute_and_not_before(leader: Monitor) -> None:
    page = leader.page
    page.evaluate(OUT_OF_SIGHT, True)
    page.evaluate("window.ahead += 20_000")
    # Back in time: the half minute begins anew the next time.
    page.evaluate(OUT_OF_SIGHT, False)
    page.evaluate(OUT_OF_SIGHT, True)
    page.evaluate("window.ahead += 20_000")
    page.evaluate(OUT_OF_SIGHT, False)
    expect(page.locator("aq-onsite")).to_be_visible()
    page.evaluate(OUT_OF_SIGHT, True)
    page.evaluate("window.ahead += 31_000")
    page.wait_for_selector("aq-unlock")


def test_leaving_lists_what_has_no_summary_and_drops_even_what_a_pin_would_open(leader: Monitor) -> None:
    page = leader.page
    page.evaluate(f"{ENGINE}.setPin('{PIN}')")
    holds(page, "() => document.querySelector('aq-app').app.status.pinReady")
    category = page.evaluate("document.querySelector('aq-app').app.label('categories', 'convict')")
    handle = leader.begin_interview(category)
    page.locator("aq-sealed textarea").first.type("Его ударили")
    leader.go_to("onsite")
    leaving = page.locator("aq-leaving")
    leader.press("onsite.leave.button", leaving)
    expect(leaving.locator(".list-item")).to_have_count(1)
    expect(leaving.locator(".list-item")).to_contain_text(handle)
    testimony = documents(leader, "testimony")[0]["doc"]["_id"]
    channel = page.evaluate(CHANNEL)
    leader.press("onsite.leave.yes", leaving)
    page.wait_for_selector("#words")
    assert page.locator("aq-pin-pad").count() == 0
    leader.unlock()
    refusal = page.evaluate(
        f"async ([channel, id]) => {ENGINE}.openSealed(channel, id).then(() => null, error => error.code)",
        [channel, testimony],
    )
    assert refusal == "sealed"
