"""From the gate to the report: the whole job on two tablets, with the server gone in between."""

from __future__ import annotations

import io
import re
from pathlib import Path

from docx import Document
from playwright.sync_api import Page, Playwright, expect

from sync.evidence.package_file import PackageFile
from sync.evidence.verification import verify
from tests import patience
from tests.browser.chromium import Tablet, paused
from tests.browser.monitor import Monitor, sign_in
from tests.browser.profile import find_markers
from tests.browser.records import Records
from tests.browser.server import Server
from tests.browser.words import text
from tests.patience import until

# Words that the day plants, one in each place where a person writes; none may be found in a closed profile.
MARKERS = [f"тынық{number:02}zeta" for number in range(22)]
AUDIO_PIECES, VIDEO_PIECES = 4, 8
KAZAKH = {"findings": "Анықталған мәселелер", "recommendations": "Ұсынымдар"}


def open_indicators(playwright: Playwright, server: Server, profile: Path) -> tuple[Tablet, Page]:
    """An analyst's desktop with the live indicators on it; it is never reloaded."""
    desktop = Tablet(playwright, profile, size="desktop")
    page = desktop.open()
    sign_in(page, server.address, "analyst")
    page.goto(f"{server.address}/indicators")
    return desktop, page


def figure(page: Page, name: str) -> int:
    shown = page.locator(f"#figure-{name}").inner_text()
    found = re.search(r"\d[\d\s\u00a0\u202f]*", shown)
    assert found, shown
    return int(re.sub(r"\D", "", found[0]))


def fill_form(leader: Monitor) -> None:
    """Two pages of the checklist, with an answer that raises a flag."""
    page = leader.page
    leader.go_to("onsite")
    leader.capture("form")
    page.locator("aq-form .list-item, aq-form button").filter(has_text="Общий чек-лист").first.click()
    answer(page, "/data/arrival/wait_minutes", "25")
    answer(page, "/data/arrival/capacity", "400")
    answer(page, "/data/arrival/held_total", "468")
    expect(page.locator("[data-path='/data/arrival/occupancy']")).to_contain_text("117")


def answer(page: Page, path: str, value: str) -> None:
    box = page.locator(f"[data-path='{path}'] input").first
    box.fill(value)
    box.blur()


def go_to_page(page: Page, name: str) -> None:
    page.locator("aq-form .overview-button").click()
    page.get_by_role("button", name=re.compile(name)).first.click()


def test_journey_from_the_gate_to_the_report(playwright: Playwright, server: Server, tmp_path: Path) -> None:
    mark = iter(MARKERS)
    leader = Monitor(Tablet(playwright, tmp_path / "leader"), server.address, "leader")
    colleague = Monitor(Tablet(playwright, tmp_path / "colleague"), server.address, "monitor1")

    # Online, in the morning: both tablets enrol; the colleague already has a finding from the talk at the gate.
    leader.enrol()
    colleague.enrol()
    colleague.add_finding(
        f"В камерах корпуса 2 ночью нет света {next(mark)}", f"Со слов охраны {next(mark)}", evidence=0
    )
    colleague.wait_until_delivered()
    desktop, indicators = open_indicators(playwright, server, tmp_path / "desktop")
    issued = figure(indicators, "issued")
    leader.go_to("wrapup")
    expect(leader.page.locator("[data-part=findings]")).to_contain_text("нет света")
    for person in (leader, colleague):
        person.tablet.close()

    # No server from here on. Both start cold.
    server.stop()
    leader.start_cold()
    colleague.start_cold()
    leader.arrive()
    leader.verify_first("implemented", f"Лампы заменены {next(mark)}")
    fill_form(leader)

    # The battery dies in the middle of the form; the person goes on at the same page.
    page = leader.page
    answer(page, "/data/arrival/held_women", "17")
    expect(page.locator("aq-form .footer-bar, .footer-bar")).to_contain_text(leader.t("forms.state.saved"))
    leader.tablet.kill()
    leader.start_cold()
    page = leader.page
    if not page.locator("aq-form").count():
        leader.go_to("onsite")
        leader.capture("form")
        page.locator("aq-form .list-item, aq-form button").filter(has_text="Общий чек-лист").first.click()
    expect(page.locator("[data-path='/data/arrival/held_women'] input").first).to_have_value("17")
    go_to_page(page, "Дисциплина")
    page.locator("[data-path='/data/discipline/solitary_used'] label.choice").first.click()
    answer(page, "/data/discipline/solitary_hours", "23")
    answer(page, "/data/discipline/solitary_days", "22")
    expect(page.locator("aq-form")).to_contain_text("44")

    for number in range(3):
        leader.go_to("onsite")
        leader.write_note(f"Заметка {number + 1}: {next(mark)}", place=f"Корпус 2 {next(mark)}")
    leader.take_photo(f"Окно камеры 14 {next(mark)}")
    leader.record("audio", AUDIO_PIECES)
    leader.record("video", VIDEO_PIECES)

    # An interview: consent to being recorded is given, then taken back in the middle.
    handle = leader.begin_interview("Осуждённые")
    leader.consent("interview", True)
    leader.consent("recording", True)
    page.locator("aq-interview textarea").first.fill(f"Свет выключают в десять {next(mark)}")
    page.locator("aq-sealed[type=testimony] textarea, aq-sealed textarea").first.fill(
        f"Показания {next(mark)}"
    )
    page.locator("aq-sealed input").first.fill(f"Имя {next(mark)}")
    page.locator("aq-sealed input").first.blur()
    expect(page.locator("aq-sealed").last).to_contain_text(leader.t("interviews.sealed.sealed"))
    leader.start_recording("audio", who=handle)
    leader.hear(2)
    leader.erase_recording()

    # Wrap-up: the colleague's finding and the leader's become one; two recommendations.
    leader.go_to("wrapup")
    leader.add_finding(f"Темно в камерах {next(mark)}", f"Видели сами {next(mark)}", sources=1)
    leader.combine_all()
    leader.choose_norm("свет")
    leader.press("wrapup.saveFinding")
    leader.page.wait_for_selector("aq-finding", state="detached")
    leader.add_recommendation(f"Администрации установить ночное освещение в камерах корпуса 2 {next(mark)}")
    leader.add_recommendation(f"Начальнику учреждения проверять освещение каждую неделю {next(mark)}")
    colleague.arrive()
    colleague.write_note(f"Медчасть закрыта {next(mark)}", place=next(mark))
    colleague.add_finding(f"Ночью нет врача {next(mark)}", f"Журнал пуст {next(mark)}")
    colleague.finish()
    leader.sign_off(f"Связи нет {next(mark)}")
    waiting = leader.totals()
    assert waiting["received"] < waiting["captured"] == waiting["sealed"]
    assert not list(mark), "every marker was planted"

    # The connection returns. Nobody taps.
    server.start()
    leader.wait_until_delivered()
    colleague.wait_until_delivered()
    records = Records(server.instance)
    (channel,) = {row["channel"] for row in records.rows("SELECT DISTINCT channel FROM envelope")}
    check_records(records, channel)

    # The indicators have changed by themselves.
    until(
        lambda: figure(indicators, "issued") == issued + 2,
        "both recommendations",
        pause=paused(indicators),
        seconds=3 * patience.SECONDS,  # counted anew while two tablets deliver
    )

    # The report in Kazakh, opened as a reader's program would.
    download = indicators.request.get(
        f"{server.address}/visits/{channel}/report.docx?language=kk&output=internal"
    )
    assert download.ok
    check_report(download.body())
    check_evidence(indicators, server, channel, tmp_path)
    desktop.close()

    for person in (leader, colleague):
        assert not person.tablet.errors
        person.page.evaluate("localStorage.setItem('control', 'control-marker-zeta')")
        person.tablet.close()
        assert find_markers(person.tablet.profile, ["control-marker-zeta"]), (
            "the search must be able to find something"
        )
        assert find_markers(person.tablet.profile, MARKERS) == {}


def check_records(records: Records, channel: str) -> None:
    """Everything arrived whole, every receipt verifies, what was withdrawn has no key, custody is opaque."""
    assert records.verified_receipts() >= 25
    assert not records.rows("SELECT reason FROM quarantine WHERE released_at IS NULL")
    media = {row["kind"]: row for row in records.items(channel, "medium")}
    assert {"photo", "audio", "video"} <= set(media)
    assert all(medium["state"] == "complete" for medium in records.items(channel, "medium"))
    # What the person took back in the middle of a recording never got here; the answer itself did.
    assert all(medium["interview"] is None for medium in media.values())
    recording = [
        consent["given"] for consent in records.items(channel, "consent") if consent["use"] == "recording"
    ]
    assert recording == [True, False]
    (submission,) = records.items(channel, "submission")
    assert submission["answers"]["/data/arrival/held_women"] == 17
    assert [flag["norm"] for flag in submission["flags"]].count("mandela/44") >= 1
    combined = [finding for finding in records.items(channel, "finding") if finding["combines"]]
    assert len(combined) == 1
    assert len(combined[0]["combines"]) == 2
    custody = records.items(channel, "testimony") + records.items(channel, "identity")
    assert custody
    assert not any(marker in str(custody) for marker in MARKERS)


def check_evidence(office: Page, server: Server, channel: str, folder: Path) -> None:
    """The analyst takes a package out; it stands by itself, without the server."""
    office.goto(f"{server.address}/visits/{channel}/evidence")
    office.locator("textarea[name=reason]").fill("Обращение в прокуратуру")
    with office.expect_download() as download:
        office.locator("main form button").click()
    path = folder / "evidence.zip"
    download.value.save_as(path)
    report = verify(PackageFile(path))
    assert report.verdict == "unchanged", [each for each in report.findings if each.held is False]
    assert {"photo", "audio", "video"} <= {item.kind for item in report.items}
    assert all(item.person for item in report.items), "who captured it"
    held = {each.code for each in report.findings if each.held}
    assert {"author", "receipt", "content", "part", "picture", "capture-chain"} <= held


def check_report(content: bytes) -> None:
    """Kazakh headings and labels; answers, findings, recommendations and the photo are in it."""
    document = Document(io.BytesIO(content))
    headings = [
        paragraph.text for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading")
    ]
    whole = "\n".join(
        [paragraph.text for paragraph in document.paragraphs]
        + [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    )
    assert any(KAZAKH["findings"].lower() in heading.lower() for heading in headings), headings
    assert any(KAZAKH["recommendations"].lower() in heading.lower() for heading in headings), headings
    assert "Темно в камерах" in whole or "нет света" in whole
    assert "установить ночное освещение" in whole
    assert "468" in whole, "an answer of the form"
    assert document.inline_shapes, "the photo"


def test_the_words_of_the_journey_exist() -> None:
    assert text("wrapup.findings", "kk") == KAZAKH["findings"]
