"""Forms through the real form engine in Chromium, on a page with nothing but the form.

The vault is one in memory (tests/browser/form_page/page.js): journeys through the whole app are elsewhere.
"""

from __future__ import annotations

import functools
import http.server
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from content.forms import shipped_workbook
from tests import patience
from tests.browser.chromium import ARGUMENTS, CHROMIUM, holds
from webapp.xlsform import parse_xlsform

ROOT = Path(__file__).parents[2]


class _Files(http.server.SimpleHTTPRequestHandler):
    """A hundred modules on one connection, and not asked for again by the next page."""

    protocol_version = "HTTP/1.1"
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".woff2": "font/woff2",
    }

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    """The address of the repository's own files."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(ROOT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[BrowserContext]:
    """One for all tests of the module: the form's many modules are fetched and compiled once."""
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, headless=True)
    context = started.new_context(viewport={"width": 820, "height": 1180}, timezone_id="Asia/Almaty")
    context.set_default_timeout(patience.MILLISECONDS)
    yield context
    started.close()


@pytest.fixture
def page(browser: BrowserContext, files: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty form page; what the console calls an error fails the test."""
    made = browser.new_page()
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    made.on(
        "console",
        lambda m: (
            errors.append(m.text)
            if m.type == "error" and "favicon" not in m.location.get("url", "")
            else None
        ),
    )
    made.goto(f"{files}/tests/browser/form_page/index.html")
    holds(made, "window.ready")
    yield made
    made.evaluate("localStorage.clear()")  # the language of this test is not the next one's
    made.close()
    if "broken" in request.node.name or "damaged" in request.node.name:
        # Chromium's XML parser describes a parse error in a styled element, which the policy then reports.
        errors = [error for error in errors if "inline style" not in error]
    assert errors == []


@pytest.fixture(scope="module")
def checklist() -> dict[str, Any]:
    return parse_xlsform(shipped_workbook("general-checklist"), "general-checklist")


def form_of(
    survey: list[list[str | None]], choices: list[list[str]] | None = None, name: str = "own"
) -> dict[str, Any]:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    headers = [
        "type",
        "name",
        "label::Русский (ru)",
        "label::English (en)",
        "relevant",
        "calculation",
        "required",
        "bind::aigaq:norm",
    ]
    for row in [headers, *survey]:
        sheet.append(row)
    if choices:
        sheet = book.create_sheet("choices")
        for row in [["list_name", "name", "label::Русский (ru)", "label::English (en)"], *choices]:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return parse_xlsform(stream.getvalue(), name)


def start(page: Page, form: dict[str, Any], **setup: Any) -> None:
    page.evaluate("setup => start(setup).then(() => undefined)", {"form": form, **setup})


def answer(page: Page, values: dict[str, Any]) -> None:
    """Answers by path below /data, in order, through the session that the widgets write to."""
    page.evaluate(
        "values => { for (const [path, value] of values) { const s = element.opened.session; s.answer(s.node('/data/' + path), value ?? undefined); } }",
        list(values.items()),
    )


def card(page: Page, path: str) -> Any:
    return page.locator(f'[data-path="/data/{path}"]')


def settle(page: Page) -> None:
    """Until the form says that everything is saved."""
    holds(page, "document.querySelector('.form-foot .badge')?.classList.contains('ok')")


def stored(page: Page) -> dict[str, Any]:
    """The vault as a crash leaves it: documents and drafts."""
    kept = page.evaluate(
        "JSON.stringify({documents: [...engine.documents.values()].filter((r) => r.channel === channel).map((r) => r.doc), drafts: [...engine.drafts_]})"
    )
    result: dict[str, Any] = json.loads(kept)
    return result


def submission(page: Page) -> dict[str, Any]:
    before = page.evaluate("engine.saves.length")
    page.evaluate("element.remove()")
    holds(page, f"engine.saves.length > {before}")
    result: dict[str, Any] = page.evaluate("engine.saves[engine.saves.length - 1]")
    return result


def restart(page: Page, form: dict[str, Any], kept: dict[str, Any], **setup: Any) -> None:
    page.reload()
    holds(page, "window.ready")
    start(page, form, documents=kept["documents"], drafts=kept["drafts"], **setup)


# --- every rule flag of the shipped form: below, at and above its threshold ---

ALONE = {"discipline/solitary_used": "today"}
FLAGS: dict[str, list[tuple[dict[str, Any], bool]]] = {
    "arrival/flag_overcrowded": [
        ({}, False),
        ({"arrival/capacity": 200, "arrival/held_total": 199}, False),
        ({"arrival/capacity": 200, "arrival/held_total": 200}, False),
        ({"arrival/capacity": 200, "arrival/held_total": 204}, True),
    ],
    "arrival/flag_files": [
        ({"arrival/files_checked": 5}, False),
        ({"arrival/files_checked": 5, "arrival/files_incomplete": 0}, False),
        ({"arrival/files_checked": 5, "arrival/files_incomplete": 1}, True),
        ({"arrival/files_checked": 5, "arrival/files_incomplete": 2, "arrival/files_checked ": 0}, False),
    ],
    "arrival/flag_without_order": [
        ({"arrival/without_order": 0}, False),
        ({"arrival/without_order": 1}, True),
        ({"arrival/without_order": 7}, True),
    ],
    "treatment/flag_allegations": [
        ({"treatment/allegations": 3}, False),
        ({"treatment/allegations": 3, "treatment/allegations_investigated": 3}, False),
        ({"treatment/allegations": 3, "treatment/allegations_investigated": 2}, True),
        ({"treatment/allegations": 3, "treatment/allegations_investigated": 0}, True),
    ],
    "treatment/flag_deaths": [
        ({"treatment/deaths": 2}, False),
        ({"treatment/deaths": 2, "treatment/deaths_reported": 2}, False),
        ({"treatment/deaths": 2, "treatment/deaths_reported": 1}, True),
    ],
    "treatment/flag_chains": [
        ({"treatment/restraints": ["none"]}, False),
        ({"treatment/restraints": ["handcuffs", "belts"]}, False),
        ({"treatment/restraints": ["handcuffs", "chains"]}, True),
    ],
    "treatment/flag_restraint_doctor": [
        (
            {
                "treatment/restraints": ["belts"],
                "treatment/restraint_cases": 4,
                "treatment/restraint_no_doctor": 0,
            },
            False,
        ),
        (
            {
                "treatment/restraints": ["belts"],
                "treatment/restraint_cases": 4,
                "treatment/restraint_no_doctor": 1,
            },
            True,
        ),
    ],
    "treatment/flag_strip_search": [
        *[({"treatment/strip_search": value}, False) for value in ("private", "never", "not_checked")],
        *[({"treatment/strip_search": value}, True) for value in ("in_view", "other_sex")],
    ],
    "discipline/flag_solitary": [
        (ALONE, False),
        (ALONE | {"discipline/solitary_hours": 21.9}, False),
        (ALONE | {"discipline/solitary_hours": 22}, True),
        (ALONE | {"discipline/solitary_hours": 24}, True),
    ],
    "discipline/flag_prolonged": [
        (ALONE | {"discipline/solitary_hours": 22, "discipline/solitary_days": 14}, False),
        (ALONE | {"discipline/solitary_hours": 22, "discipline/solitary_days": 15}, False),
        (ALONE | {"discipline/solitary_hours": 22, "discipline/solitary_days": 16}, True),
        (ALONE | {"discipline/solitary_hours": 21, "discipline/solitary_days": 16}, False),
        (ALONE | {"discipline/solitary_days": 16}, False),
    ],
    "discipline/flag_solitary_groups": [
        (ALONE | {"discipline/solitary_groups": ["nobody"]}, False),
        (ALONE | {"discipline/solitary_groups": ["not_checked"]}, False),
        *[
            (ALONE | {"discipline/solitary_groups": [value]}, True)
            for value in ("children", "women", "disability")
        ],
    ],
    "discipline/flag_solitary_doctor": [
        (ALONE, False),
        (ALONE | {"discipline/solitary_doctor_days": 7}, False),
        (ALONE | {"discipline/solitary_doctor_days": 6}, True),
        (ALONE | {"discipline/solitary_doctor_days": 0}, True),
    ],
    "discipline/flag_solitary_light": [
        *[(ALONE | {"discipline/solitary_light": value}, False) for value in ("normal", "not_checked")],
        *[(ALONE | {"discipline/solitary_light": value}, True) for value in ("dark", "always_lit")],
    ],
    "discipline/flag_sanction_family": [
        *[({"discipline/sanction_family": value}, False) for value in ("kept", "limited", "not_checked")],
        ({"discipline/sanction_family": "banned"}, True),
    ],
    "conditions/cells[1]/flag_bed": [
        ({"conditions/cells[1]/cell_people": 7, "conditions/cells[1]/cell_beds": 8}, False),
        ({"conditions/cells[1]/cell_people": 8, "conditions/cells[1]/cell_beds": 8}, False),
        ({"conditions/cells[1]/cell_people": 9, "conditions/cells[1]/cell_beds": 8}, True),
        ({"conditions/cells[1]/cell_people": 9}, False),
    ],
    "conditions/cells[1]/flag_area": [
        ({"conditions/cells[1]/cell_people": 5, "conditions/cells[1]/cell_area": 20.5}, False),
        ({"conditions/cells[1]/cell_people": 5, "conditions/cells[1]/cell_area": 20}, False),
        ({"conditions/cells[1]/cell_people": 5, "conditions/cells[1]/cell_area": 19.9}, True),
        ({"conditions/cells[1]/cell_people": 0, "conditions/cells[1]/cell_area": 3}, False),
    ],
    "conditions/cells[1]/flag_daylight": [
        *[
            ({"conditions/cells[1]/cell_daylight": value}, False)
            for value in ("yes", "partly", "not_checked")
        ],
        ({"conditions/cells[1]/cell_daylight": "no"}, True),
    ],
    "conditions/flag_shower": [
        ({}, False),
        ({"conditions/showers_week": 2}, False),
        ({"conditions/showers_week": 1}, False),
        ({"conditions/showers_week": 0.9}, True),
        ({"conditions/showers_week": 0}, True),
    ],
    "conditions/flag_water": [
        *[({"conditions/drinking_water": value}, False) for value in ("always", "not_checked")],
        *[({"conditions/drinking_water": value}, True) for value in ("at_hours", "none")],
    ],
    "health/flag_exam": [
        ({"health/exam_files": 10}, False),
        ({"health/exam_files": 10, "health/exam_missing": 0}, False),
        ({"health/exam_files": 10, "health/exam_missing": 1}, True),
    ],
    "health/flag_exam_privacy": [
        *[({"health/exam_privacy": value}, False) for value in ("alone", "staff_see", "not_checked")],
        ({"health/exam_privacy": "staff_hear"}, True),
    ],
    "health/flag_overruled": [
        *[({"health/overruled": value}, False) for value in ("never", "not_checked")],
        *[({"health/overruled": value}, True) for value in ("sometimes", "often")],
    ],
    "contacts/flag_family_told": [
        ({"contacts/admissions_checked": 4}, False),
        ({"contacts/admissions_checked": 4, "contacts/family_not_told": 0}, False),
        ({"contacts/admissions_checked": 4, "contacts/family_not_told": 1}, True),
    ],
    "contacts/flag_lawyer": [
        *[
            ({"contacts/lawyer_meeting": value}, False)
            for value in ("private", "seen", "none", "not_checked")
        ],
        ({"contacts/lawyer_meeting": "heard"}, True),
    ],
    "contacts/flag_rights_info": [
        *[({"contacts/rights_info": value}, False) for value in ("written", "poster", "not_checked")],
        *[({"contacts/rights_info": value}, True) for value in ("oral", "nothing")],
    ],
    "contacts/flag_complaint_days": [
        ({}, False),
        ({"contacts/complaint_days": 7}, False),
        ({"contacts/complaint_days": 6}, True),
        ({"contacts/complaint_days": 0}, True),
    ],
    "regime/flag_outdoor": [
        ({}, False),
        ({"regime/outdoor_minutes": 61}, False),
        ({"regime/outdoor_minutes": 60}, False),
        ({"regime/outdoor_minutes": 59}, True),
        ({"regime/outdoor_minutes": 0}, True),
    ],
    "people/flag_remand": [
        *[({"people/remand_separate": value}, False) for value in ("separate", "not_held", "not_checked")],
        *[({"people/remand_separate": value}, True) for value in ("partly", "together")],
    ],
    "people/flag_children": [
        *[({"people/children_separate": value}, False) for value in ("separate", "not_held", "not_checked")],
        *[({"people/children_separate": value}, True) for value in ("partly", "together")],
    ],
    "people/flag_women_area": [
        *[({"people/women_area": value}, False) for value in ("never", "no_women", "not_checked")],
        *[({"people/women_area": value}, True) for value in ("sometimes", "often")],
    ],
}


def test_every_flag_below_at_and_above_its_threshold(page: Page, checklist: dict[str, Any]) -> None:
    assert {f"/data/{path}".replace("[1]", "") for path in FLAGS} == {
        rule["path"] for rule in checklist["rules"]
    }
    cases = [
        {"flag": f"/data/{flag}", "answers": list(answers.items()), "raised": raised}
        for flag, rows in FLAGS.items()
        for answers, raised in rows
    ]
    wrong = page.evaluate(
        """async ({form, cases}) => {
          const {FormSession} = await import('/static/forms/session.js');
          const session = await FormSession.open(form, {language: 'ru'});
          const wrong = [];
          for (const {flag, answers, raised} of cases) {
            for (const [path, value] of answers) session.answer(session.node('/data/' + path.trim()), value);
            const found = session.content.flags.filter((one) => one.path === flag);
            if (Boolean(found.length) !== raised) wrong.push([flag, answers, raised]);
            for (const [path] of answers.reverse()) session.answer(session.node('/data/' + path.trim()), undefined);
          }
          wrong.push(...session.content.flags.map((left) => ['left over', left.path]));
          return wrong;
        }""",
        {"form": {"_id": "form:general-checklist", **checklist}, "cases": cases},
    )
    assert wrong == []


# --- widgets ---


def test_a_flag_is_a_card_that_becomes_a_finding(page: Page, checklist: dict[str, Any]) -> None:
    library = {
        "_id": "library:mandela",
        "type": "library",
        "channel": "reference",
        "articles": [{"id": "7", "themes": ["registers"], "text": ""}],
    }
    start(page, checklist, documents=[library])
    answer(page, {"arrival/without_order": 2})
    flag = card(page, "arrival/flag_without_order")
    expect(flag).to_contain_text("Людей принимают без действующего решения", use_inner_text=True)
    flag.get_by_role("button", name="Оформить как проблему").click()
    holds(page, "gone.length")
    gone = page.evaluate("gone[0]")
    saved = page.evaluate("engine.saves[engine.saves.length - 1]")
    assert gone["name"] == "finding"
    assert gone["params"]["prefill"] == {
        "rule": {"submission": saved["_id"], "path": "/data/arrival/flag_without_order"},
        "norms": ["mandela/7"], "title": "Людей принимают без действующего решения.", "theme": "registers",
    }  # fmt: skip
    assert saved["flags"][0]["norm"] == "mandela/7"
    page.evaluate(
        "id => { engine.put(channel, {_id: 'finding:1', type: 'finding', rule: {submission: id, path: '/data/arrival/flag_without_order'}}); engine.dispatchEvent(new CustomEvent('changed', {detail: {channel}})); }",
        saved["_id"],
    )
    flag.get_by_role("button", name="Проблема оформлена").click()
    holds(page, "gone.length === 2")
    assert page.evaluate("gone[gone.length - 1].params.id") == "finding:1"


def test_a_number_is_typed_as_people_type_it(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    page.evaluate("element.opened.session.answer(element.opened.session.node('/data/arrival/capacity'), 10)")
    for _ in range(3):
        page.locator(".form-foot .next").click()
    field = card(page, "conditions/showers_week").locator("input")
    field.press_sequentially("1,05")
    expect(field).to_have_value("1,05")
    field.blur()
    assert page.evaluate("element.opened.session.content.answers['/data/conditions/showers_week']") == 1.05
    field.fill("30")
    expect(card(page, "conditions/showers_week")).to_contain_text("От 0 до 21 раза", use_inner_text=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    meals = card(page, "conditions/meals_day").locator("input")
    meals.fill("три")
    expect(card(page, "conditions/meals_day")).to_contain_text("целое число", use_inner_text=True)
    expect(meals).to_have_value("три")
    settle(page)
    kept = stored(page)
    restart(page, checklist, kept)
    expect(card(page, "conditions/meals_day").locator("input")).to_have_value("три")
    expect(card(page, "conditions/showers_week").locator("input")).to_have_value("30")


def test_every_kind_of_question_answers(page: Page) -> None:
    form = form_of(
        [
            ["text", "t", "Т", "T"], ["integer", "i", "И", "I"], ["decimal", "d", "Д", "D"], ["date", "day", "День", "Day"],
            ["time", "hour", "Час", "Hour"], ["dateTime", "both", "Оба", "Both"], ["select_one c", "one", "Один", "One"],
            ["select_multiple c", "some", "Несколько", "Some"], ["acknowledge", "seen", "Прочтите", "Read"],
            ["calculate", "double", "Вдвое", "Double", None, "${i} * 2"], ["note", "hint", "Вы написали ${t}", "You wrote ${t}"],
            ["geopoint", "where", "Где", "Where"], ["barcode", "bar", "Код", "Code"], ["range", "r", "Шкала", "Scale"],
            ["rank c", "ranked", "Порядок", "Order"], ["file", "any", "Файл", "File"],
        ],
        [["c", "a", "А", "A"], ["c", "b", "Б", "B"], ["c", "x", "В", "C"]],
    )  # fmt: skip
    start(page, form)
    card(page, "t").locator("input").fill("слово")
    card(page, "i").locator("input").fill("21")
    card(page, "d").locator("input").fill("1,5")
    card(page, "day").locator("input").fill("2026-11-22")
    card(page, "hour").locator("input").fill("07:05")
    card(page, "both").locator("input").fill("2026-11-22T07:05")
    card(page, "one").get_by_text("Б", exact=True).click()
    card(page, "some").get_by_text("В", exact=True).click()
    card(page, "some").get_by_text("А", exact=True).click()
    card(page, "seen").locator("input").check()
    expect(card(page, "double")).to_contain_text("42", use_inner_text=True)
    expect(card(page, "hint")).to_contain_text("Вы написали слово", use_inner_text=True)
    for name in ("where", "bar", "r", "ranked", "any"):
        assert "не умеет показывать" in card(page, name).inner_text()
    answers = submission(page)["answers"]
    assert answers == {
        "/data/t": "слово", "/data/i": 21, "/data/d": 1.5, "/data/day": "2026-11-22", "/data/hour": "07:05:00.000+05:00",
        "/data/both": "2026-11-22T07:05:00.000+05:00", "/data/one": "b", "/data/some": ["a", "x"], "/data/seen": True, "/data/double": 42,
    }  # fmt: skip


def test_a_second_tap_takes_a_choice_back(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    choice = card(page, "arrival/received_by").get_by_text("Дежурный")
    choice.click()
    assert page.evaluate("element.opened.session.content.answers['/data/arrival/received_by']") == "duty"
    choice.click()
    assert page.evaluate("'/data/arrival/received_by' in element.opened.session.content.answers") is False


def test_the_language_changes_in_the_middle_and_nothing_is_lost(
    page: Page, checklist: dict[str, Any]
) -> None:
    start(page, checklist)
    card(page, "arrival/capacity").locator("input").fill("12x")
    card(page, "arrival/held_total").locator("input").fill("90")
    for language, sentence in (
        ("kk", "Мекеме неше орынға есептелген?"),
        ("en", "What is the official capacity of the facility?"),
        ("ru", "На сколько мест рассчитано учреждение?"),
    ):
        page.evaluate("language => app.setLanguage(language)", language)
        holds(page, f"document.querySelector('aq-form').textContent.includes({json.dumps(sentence)})")
        expect(card(page, "arrival/capacity").locator("input")).to_have_value("12x")
        expect(card(page, "arrival/held_total").locator("input")).to_have_value("90")


def test_a_required_question_complains_only_after_it_was_passed(
    page: Page, checklist: dict[str, Any]
) -> None:
    start(page, checklist)
    required = card(page, "arrival/capacity")
    expect(required).to_contain_text("обязательно", use_inner_text=True)
    expect(required.locator(".error")).to_have_count(0)
    page.locator(".form-foot .next").click()
    page.get_by_role("button", name="Предыдущая страница").click()
    expect(required.locator(".error")).to_contain_text("нельзя завершить", use_inner_text=True)


def test_the_last_visits_answer_stands_under_the_question(page: Page, checklist: dict[str, Any]) -> None:
    answers = {
        "/data/arrival/held_total": {"value": 1240, "date": "2025-03-12"},
        "/data/arrival/received_by": {"value": "duty", "date": "2025-03-12"},
        "/data/conditions/cells[2]/cell_name": {"value": "№ 14", "date": "2025-03-12"},
        "/data/conditions/cells[2]/cell_people": {"value": 9, "date": "2025-03-12"},
    }
    start(page, checklist, brief={"answers": {"general-checklist": answers}})
    expect(card(page, "arrival/received_by")).to_contain_text("март 2025 г.): Дежурный", use_inner_text=True)
    for _ in range(3):
        page.locator(".form-foot .next").click()
    people = card(page, "conditions/cells[1]/cell_people")
    expect(people.locator(".before")).to_have_count(0)
    card(page, "conditions/cells[1]/cell_name").locator("input").fill("№ 14")
    expect(people.locator(".before")).to_contain_text("): 9", use_inner_text=True)


# --- saving, crash, aside ---


def test_a_crash_loses_nothing_and_returns_to_the_same_question(
    page: Page, checklist: dict[str, Any]
) -> None:
    start(page, checklist)
    for _ in range(3):
        page.locator(".form-foot .next").click()
    page.get_by_role("button", name="Добавить: камера").click()
    field = card(page, "conditions/cells[2]/cell_name").locator("input")
    field.press_sequentially("№ 7, корпус 1")
    settle(page)
    kept = stored(page)
    # The route that the app had stored named the form only: the interrupted one is found by its draft.
    restart(page, checklist, kept)
    expect(page.locator("h2.page-title")).to_have_text("Материальные условия")
    expect(field).to_have_value("№ 7, корпус 1")
    assert field.evaluate("element => element === document.activeElement") is True
    assert page.evaluate("engine.saves.length") == 0
    saved = submission(page)
    assert saved["answers"]["/data/conditions/cells[2]/cell_name"] == "№ 7, корпус 1"
    assert saved["_id"] == kept["documents"][-1]["_id"]


def test_an_untouched_form_leaves_no_document(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    page.locator(".form-foot .next").click()
    page.evaluate("element.remove()")
    page.wait_for_timeout(100)
    assert page.evaluate("engine.saves.length") == 0


def test_drafts_are_many_and_revisions_few(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    card(page, "arrival/held_total").locator("input").press_sequentially("12345")
    settle(page)
    assert page.evaluate("engine.saves.length") == 1
    page.locator(".form-foot .next").click()
    holds(page, "engine.saves.length === 2")
    assert page.evaluate("engine.saves[1].answers['/data/arrival/held_total']") == 12345
    assert page.evaluate("engine.saves[1]._id") == page.evaluate("engine.saves[0]._id")


def test_a_failed_write_is_said_and_tried_again(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    page.evaluate("engine.fail = 'storage-full'")
    card(page, "arrival/held_total").locator("input").fill("5")
    page.wait_for_selector(".form-foot .badge.bad")
    expect(page.locator("aq-messages .notice.bad")).to_have_count(1)
    page.evaluate("engine.fail = null")
    page.wait_for_selector(".form-foot .badge.ok")
    assert page.evaluate("engine.saves[0].answers['/data/arrival/held_total']") == 5


def test_irrelevant_answers_are_kept_aside_and_come_back_after_a_crash(
    page: Page, checklist: dict[str, Any]
) -> None:
    start(page, checklist)
    answer(
        page,
        {
            "discipline/solitary_used": "today",
            "discipline/solitary_days": 20,
            "discipline/solitary_groups": ["children", "women"],
        },
    )
    answer(page, {"discipline/solitary_used": "no"})
    content = page.evaluate("element.opened.session.content")
    assert "/data/discipline/solitary_days" not in content["answers"]
    assert content["aside"] == {
        "/data/discipline/solitary_days": 20,
        "/data/discipline/solitary_groups": ["children", "women"],
    }
    settle(page)
    restart(page, checklist, stored(page))
    answer(page, {"discipline/solitary_used": "this_year"})
    content = page.evaluate("element.opened.session.content")
    assert content["answers"]["/data/discipline/solitary_days"] == 20
    assert content["answers"]["/data/discipline/solitary_groups"] == ["children", "women"]
    assert content["aside"] == {}


def test_a_repeat_that_became_irrelevant_comes_back_whole(page: Page) -> None:
    form = form_of(
        [
            ["select_one c", "any", "Есть камеры?", "Any cells?"],
            ["begin_repeat", "cells", "Камера", "Cell", "${any} = 'a'"], ["text", "name", "Имя", "Name"], ["integer", "beds", "Места", "Beds"],
            ["end_repeat", None, None, None],
        ],
        [["c", "a", "Да", "Yes"], ["c", "b", "Нет", "No"]],
    )  # fmt: skip
    start(page, form)
    answer(page, {"any": "a"})
    page.evaluate(
        "for (let i = 0; i < 2; i += 1) element.opened.session.addInstance(element.opened.session.node('/data/cells'))"
    )
    answer(page, {"cells[1]/name": "А", "cells[2]/beds": 4, "cells[3]/name": "В"})
    answer(page, {"any": "b"})
    settle(page)
    restart(page, form, stored(page))
    answer(page, {"any": "a"})
    answers = page.evaluate("element.opened.session.content.answers")
    assert answers == {
        "/data/any": "a",
        "/data/cells[1]/name": "А",
        "/data/cells[2]/beds": 4,
        "/data/cells[3]/name": "В",
    }


def test_an_instance_is_removed_only_after_a_question(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    for _ in range(3):
        page.locator(".form-foot .next").click()
    for name in ("первая", "вторая", "третья"):
        if name != "первая":
            page.get_by_role("button", name="Добавить: камера").click()
        n = ("первая", "вторая", "третья").index(name) + 1
        card(page, f"conditions/cells[{n}]/cell_name").locator("input").fill(name)
    expect(page.locator("#instance-title")).to_have_text("Камера 3 из 3 · третья")
    page.locator(".instances button").nth(1).click()
    page.get_by_role("button", name="Удалить: Камера 2 из 3 · вторая").click()
    page.get_by_role("button", name="Отмена").click()
    expect(page.locator(".instances button[aria-pressed]")).to_have_count(3)
    page.get_by_role("button", name="Удалить: Камера 2 из 3 · вторая").click()
    page.get_by_role("button", name="Удалить", exact=True).click()
    holds(page, "document.querySelectorAll('.instances button[aria-pressed]').length === 2")
    answers = page.evaluate("element.opened.session.content.answers")
    assert answers["/data/conditions/cells[1]/cell_name"] == "первая"
    assert answers["/data/conditions/cells[2]/cell_name"] == "третья"


# --- attachments ---

PHOTO = {
    "_id": "medium:01ARZ3NDEKTSV4RRFFQ69G5F01", "type": "medium", "kind": "photo", "mime": "image/jpeg", "at": "2026-11-22T05:00:00.000Z",
    "bytes": 120_000, "question": "/data/arrival/register_photo",
}  # fmt: skip


def test_a_photo_taken_for_a_question_becomes_its_answer(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    card(page, "arrival/register_photo").get_by_role("button", name="Сделать фото").click()
    holds(page, "gone.length")
    gone = page.evaluate("gone[0]")
    submission_id = page.evaluate("engine.saves[0]._id")
    assert gone == {
        "name": "photo",
        "params": {
            "channel": page.evaluate("channel"),
            "submission": submission_id,
            "question": "/data/arrival/register_photo",
        },
    }
    assert page.evaluate("app.router.current.params.submission") == submission_id
    page.evaluate(
        "doc => { engine.put(channel, doc, {bytes: new Uint8Array([255, 216, 255]).buffer}); engine.dispatchEvent(new CustomEvent('changed', {detail: {channel}})); }",
        {**PHOTO, "submission": submission_id},
    )
    page.wait_for_selector('[data-path="/data/arrival/register_photo"] img')
    settle(page)
    name = "register_photo-01arz3ndektsv4rrffq69g5f01.jpg"
    kept = stored(page)
    restart(
        page,
        checklist,
        kept,
        media=[{"doc": {**PHOTO, "submission": submission_id}, "bytes": [255, 216, 255]}],
    )
    content = page.evaluate("element.opened.session.content")
    assert content["files"] == {name: PHOTO["_id"]}
    assert content["answers"]["/data/arrival/register_photo"] == name
    card(page, "arrival/register_photo").get_by_role("button", name="Убрать из ответа").click()
    page.locator("dialog").get_by_role("button", name="Убрать из ответа").click()
    holds(page, "!Object.keys(element.opened.session.content.files).length")
    settle(page)
    kept = stored(page)
    restart(
        page,
        checklist,
        kept,
        media=[{"doc": {**PHOTO, "submission": submission_id}, "bytes": [255, 216, 255]}],
    )
    content = page.evaluate("element.opened.session.content")
    assert content["files"] == {}
    assert "/data/arrival/register_photo" not in content["answers"]
    assert name not in content["xml"]
    assert content["detached"] == [PHOTO["_id"]]


def test_a_recording_is_named_as_sealed_and_not_played(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    answer(page, {"arrival/held_total": 3})
    settle(page)
    medium = {
        "_id": "medium:01ARZ3NDEKTSV4RRFFQ69G5F02", "type": "medium", "kind": "audio", "mime": "audio/webm;codecs=opus", "at": "2026-11-22T05:00:00.000Z",
        "question": "/data/treatment/treatment_voice", "submission": page.evaluate("engine.saves[0]._id"), "duration_ms": 61_000,
    }  # fmt: skip
    page.evaluate(
        "doc => { engine.put(channel, doc); engine.dispatchEvent(new CustomEvent('changed', {detail: {channel}})); }",
        medium,
    )
    page.locator(".form-foot .next").click()
    voice = card(page, "treatment/treatment_voice")
    voice.get_by_text("Запечатано").wait_for()
    expect(voice).to_contain_text("01:01", use_inner_text=True)
    expect(voice.locator("audio")).to_have_count(0)


# --- what can go wrong ---


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<h:html", "cut"),
        ("<html><body>Sign in to Wi-Fi</body></html>", "portal"),
        ('<!DOCTYPE x [<!ENTITY e "e">]><a/>', "doctype"),
        ("", "empty"),
    ],
)
def test_a_broken_form_says_so_and_leads_back(
    page: Page, checklist: dict[str, Any], xml: str, reason: str
) -> None:
    start(page, {**checklist, "xml": xml})
    assert "Форма повреждена" in page.locator("aq-form").inner_text(), reason
    page.get_by_role("button", name="Назад").click()
    assert page.evaluate("gone") == ["back"]


def test_a_damaged_draft_shows_the_stored_answers(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    answer(page, {"arrival/held_total": 77, "arrival/received_by": "duty"})
    settle(page)
    kept = stored(page)
    for entry in kept["drafts"]:
        if "xml" in entry[1] and not entry[0].startswith("form-version"):
            entry[1]["xml"] = "<data><broken"
    restart(page, checklist, kept)
    expect(page.locator("aq-form")).to_contain_text("Сохранённые ответы на месте", use_inner_text=True)
    assert page.evaluate("engine.drafts_.size") == len(kept["drafts"])


def test_a_draft_stays_with_the_version_it_was_begun_in(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    answer(page, {"arrival/held_total": 77})
    settle(page)
    kept = stored(page)
    newer = {**checklist, "version": "2027.1", "xml": checklist["xml"].replace("held_total", "held_now")}
    restart(page, newer, kept)
    assert page.evaluate("element.opened.form.version") == "2026.1"
    assert page.evaluate("element.opened.session.content.answers['/data/arrival/held_total']") == 77
    kept["drafts"] = []
    restart(page, newer, kept, route={"submission": kept["documents"][-1]["_id"]})
    expect(page.locator("aq-form")).to_contain_text("Ответы даны по версии 2026.1", use_inner_text=True)
    expect(page.locator("aq-form")).to_contain_text("77", use_inner_text=True)


def test_a_colleague_reads_and_does_not_write(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    answer(page, {"arrival/held_total": 77, "arrival/without_order": 1})
    settle(page)
    kept = stored(page)
    for doc in kept["documents"]:
        doc["created_by"] = "01ARZ3NDEKTSV4RRFFQ69G5YOU"
    restart(page, checklist, {**kept, "drafts": []}, route={"submission": kept["documents"][-1]["_id"]})
    expect(page.locator("aq-form")).to_contain_text("Вы можете её читать", use_inner_text=True)
    expect(page.locator("aq-form")).to_contain_text("77", use_inner_text=True)
    expect(page.locator("aq-form input, aq-form textarea")).to_have_count(0)
    page.locator(".form-foot .next").click()
    page.evaluate("element.remove()")
    page.wait_for_timeout(50)
    assert page.evaluate("engine.saves.length") == 0


def test_finishing_asks_for_what_is_missing_first(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    for _ in range(7):
        page.locator(".form-foot .next").click()
    page.get_by_role("button", name="Завершить форму").click()
    overview = page.locator("dialog")
    overview.get_by_role("button", name="На сколько мест рассчитано").click()
    expect(page.locator("h2.page-title")).to_have_text("Прибытие и учёт")
    answer(page, {"arrival/capacity": 100, "arrival/held_total": 90, "conditions/cells[1]/cell_name": "1"})
    for _ in range(7):
        page.locator(".form-foot .next").click()
    page.get_by_role("button", name="Завершить форму").click()
    holds(page, "gone.includes('back')")
    assert page.evaluate("engine.saves[engine.saves.length - 1].complete") is True


def test_without_a_form_the_forms_are_offered(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist, route={"form": None})
    page.get_by_role("button", name="Общий чек-лист закрытого учреждения").click()
    assert page.evaluate("gone[0]")["params"]["form"] == "form:general-checklist"


# --- size, accessibility, disk ---


def test_of_a_thousand_questions_only_what_changes_is_drawn(page: Page) -> None:
    """Counted, not timed: how quick that is differs from machine to machine."""
    survey: list[list[str | None]] = []
    for g in range(10):
        survey.append(["begin_group", f"g{g}", f"Группа {g}", f"Group {g}"])
        survey.extend([["integer", f"q{g}_{n}", f"Вопрос {n}", f"Question {n}"] for n in range(100)])
        survey.append(["end_group", None, None, None])
    form = form_of(survey)
    start(page, form)
    expect(page.locator("aq-form .question")).to_have_count(100)
    changes = page.evaluate(
        """async () => {
          const field = document.querySelector('[data-path="/data/g0/q0_50"] input');
          const elsewhere = [];
          const watch = new MutationObserver((records) => elsewhere.push(...records.filter(({ target }) =>
            !(target.parentElement ?? target).closest('[data-path="/data/g0/q0_50"], .form-head, .form-foot'))));
          watch.observe(document.querySelector('aq-form'), { childList: true, subtree: true, attributes: true, characterData: true });
          for (let i = 0; i < 20; i += 1) {
            field.value = String(i);
            field.dispatchEvent(new Event('input'));
            await element.updateComplete;
          }
          await new Promise((resolve) => { setTimeout(resolve); });
          return elsewhere.map(({ type, target }) => `${type} ${(target.parentElement ?? target).className}`);
        }"""
    )
    assert len(changes) < 20, changes


def test_nothing_is_left_in_the_browsers_own_stores(page: Page, checklist: dict[str, Any]) -> None:
    start(page, checklist)
    answer(page, {"arrival/held_total": 77})
    settle(page)
    assert page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))") == []
    for field in page.locator("aq-form input, aq-form textarea").all():
        assert field.get_attribute("autocomplete") == "off"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_of_the_form_has_no_accessibility_violations(
    page: Page, files: str, checklist: dict[str, Any], theme: str
) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    start(page, checklist)
    answer(page, {"arrival/capacity": 0, "arrival/held_total": 77, "arrival/without_order": 1})
    page.add_script_tag(url=f"{files}/node_modules/axe-core/axe.min.js")
    found = page.evaluate(
        "axe.run(document.querySelector('aq-form'), {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']}).then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html).slice(0, 3)]))"
    )
    assert found == []
