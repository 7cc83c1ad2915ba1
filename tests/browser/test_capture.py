"""A day on site on a real tablet: captures, consent, cover, leaving. The server is stopped: nothing needs it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.monitor import Monitor
from tests.browser.on_site import CHANNEL, ENGINE, allow, documents
from tests.browser.words import pattern

REFUSE = """() => { navigator.mediaDevices.getUserMedia =
  () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"""


def test_what_is_captured_stands_in_the_timeline_and_seals_on_leaving(leader: Monitor) -> None:
    page = leader.page
    leader.capture("note")
    page.locator("textarea.note-text").fill("Света нет с 22:00")
    expect(page.get_by_text(leader.t("capture.note.kept"))).to_be_visible()
    leader.go_to("onsite")
    page.locator("aq-timeline .draft").click()
    expect(page.locator("textarea.note-text")).to_have_value("Света нет с 22:00")
    leader.press("capture.note.save")
    page.wait_for_selector("aq-note", state="detached")
    expect(page.locator("aq-timeline").get_by_text("Света нет с 22:00")).to_be_visible()

    allow(leader, "photo")
    leader.go_to("onsite")
    leader.take_photo("окно камеры 14")
    photo = next(r["doc"] for r in documents(leader, "medium") if r["doc"]["kind"] == "photo")
    head = page.evaluate(
        f"""async (id) => {{ const {{ bytes }} = await {ENGINE}.readMedium({CHANNEL}, id);
        return String.fromCharCode(...new Uint8Array(bytes.slice(0, 512))); }}""",
        photo["_id"],
    )
    assert head.startswith("\xff\xd8\xff"), "a photo is a JPEG"
    assert "Exif" not in head, "a photo carries nothing but the picture"

    allow(leader, "audio")
    leader.press("capture.start.audio")
    page.wait_for_selector(".recorder-bar[data-state=recording]")
    leader.go_to("onsite")
    leader.write_note("пишу, пока идёт запись")
    leader.keep_recording(pieces=3)
    recording = next(r["doc"] for r in documents(leader, "medium") if r["doc"]["kind"] == "audio")
    assert recording["class"] == "custody"
    assert recording["state"] == "complete"
    assert recording["frames"] >= 3
    assert recording["duration_ms"] > 2000
    played = page.evaluate(
        f"async (id) => (await {ENGINE}.readMedium({CHANNEL}, id)).bytes.byteLength", recording["_id"]
    )
    assert played > 1000, "one's own recording plays in the session that made it"

    leader.go_to("onsite")
    leader.press("onsite.leave.button")
    expect(page.locator("aq-leaving").get_by_text(leader.t("onsite.leave.caption"))).to_be_visible()
    leader.press("onsite.leave.yes")
    leader.unlock()
    leader.go_to("onsite")
    assert "departure" in [r["doc"]["kind"] for r in documents(leader, "event")]
    error = page.evaluate(
        f"(id) => {ENGINE}.readMedium({CHANNEL}, id).then(() => 'opened', (e) => e.code)", recording["_id"]
    )
    assert error == "sealed", "after leaving, this tablet does not open what it recorded"


def test_consent_withdrawn_in_the_middle_destroys_the_recording(leader: Monitor) -> None:
    page = leader.page
    allow(leader, "audio")
    leader.go_to("onsite")
    handle = leader.begin_interview(
        leader.page.evaluate("document.querySelector('aq-app').app.label('categories', 'convict')")
    )
    leader.press("capture.kind.audio", page.locator("aq-recordings"))
    assert page.locator(".record-button").count() == 0, "nothing records before consent"
    leader.consent("interview", True)
    leader.consent("recording", True)
    leader.press("capture.start.audio")
    page.wait_for_selector(".recorder-bar[data-state=recording]")
    expect(page.locator(".recorder-what")).to_contain_text(handle)
    leader.hear(2)
    medium = next(r["doc"]["_id"] for r in documents(leader, "medium"))
    leader.erase_recording()
    reading = next(r for r in documents(leader, "medium") if r["doc"]["_id"] == medium)
    assert reading["erased"]
    error = page.evaluate(
        f"(id) => {ENGINE}.readMedium({CHANNEL}, id).then(() => 'opened', (e) => e.code)", medium
    )
    assert error == "erased"
    assert [r["doc"]["erases"] for r in documents(leader, "withdrawal")] == [[medium]]
    answers = [(r["doc"]["use"], r["doc"]["given"]) for r in documents(leader, "consent")]
    assert answers == [("interview", True), ("recording", True), ("recording", False)]

    page.locator("aq-sealed textarea").first.fill("Его ударили")
    page.locator("aq-sealed textarea").first.blur()
    expect(page.locator("aq-sealed").first.get_by_text(leader.t("interviews.sealed.sealed"))).to_be_visible()
    page.locator("aq-interview textarea").first.fill("Рассказал Иванов А. Б. о карцере")
    expect(page.locator("aq-interview .notice.wait")).to_contain_text("Иванов А. Б.")
    leader.go_to("onsite")
    talks = page.locator(".timeline-talks + .list")
    expect(talks).to_contain_text(handle)
    expect(talks.locator("time")).to_have_count(0)
    testimony = documents(leader, "testimony")
    assert len(testimony) == 1
    assert "Его ударили" not in str(testimony)
    drafts = page.evaluate(f"{ENGINE}.drafts('')")
    assert "Его ударили" not in str(drafts), "testimony is never a draft"


def test_the_cover_hides_everything_and_takes_two_steps_back(leader: Monitor) -> None:
    page = leader.page
    allow(leader, "audio")
    leader.press("capture.start.audio")
    page.wait_for_selector(".recorder-bar[data-state=recording]")
    leader.press("capture.cover", page.locator(".recorder"))
    cover = page.locator("dialog.cover")
    expect(cover).to_be_visible()
    page.keyboard.press("Escape")
    expect(cover).to_be_visible()
    leader.press("capture.cover.back", cover)
    expect(cover).to_be_hidden()
    leader.keep_recording()


def test_a_refused_camera_leaves_a_way_on(leader: Monitor) -> None:
    page = leader.page
    allow(leader, "photo")
    leader.go_to("onsite")
    page.evaluate(REFUSE)
    leader.capture("photo")
    expect(page.locator("aq-photo")).to_contain_text(leader.t("capture.problem.refused"))
    expect(
        page.locator("aq-photo").get_by_role("button", name=pattern("capture.instead.note"))
    ).to_be_visible()
    leader.press("capture.instead.note", page.locator("aq-photo"))
    page.wait_for_selector("aq-note")


def test_refused_access_is_offered_as_a_finding(leader: Monitor) -> None:
    leader.press("onsite.change")
    leader.press("onsite.access.refused")
    leader.press("onsite.access.finding")
    expect(leader.page.locator("aq-finding input[type=text]").first).to_have_value(
        leader.t("onsite.access.refused.title")
    )
