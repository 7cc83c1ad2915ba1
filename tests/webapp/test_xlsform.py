"""XLSForm workbooks: the shipped form, what LibreOffice writes, and what is refused with the sheet and the row."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from content.forms import SHIPPED, shipped_workbook
from content.forms.workbook import LANGUAGES
from webapp.shipped_forms import export_shipped_form, shipped_form_documents
from webapp.xlsform import parse_xlsform
from webapp.xlsform_problems import CODES, FormProblem

SHARED = Path(os.environ.get("AIGAQ_SHARED") or Path(__file__).parents[3] / "shared")
MANDELA = SHARED / "data/texts/nelson_mandela_rules_en.json"
SURVEY = ["type", "name", "label::Русский (ru)", "label::English (en)", "relevant", "bind::aigaq:norm"]
SMALL = [
    ["begin_group", "cell", "Камера", "Cell", None, None],
    ["integer", "days", "Сколько дней?", "How many days?", None, None],
    ["note", "long", "Больше 15 дней", "Over 15 days", "${days} > 15", "mandela/44"],
    ["end_group", None, None, None, None, None],
]


def book(
    survey: Sequence[Sequence[Any]] = SMALL,
    choices: Sequence[Sequence[Any]] = (),
    settings: Mapping[str, Any] | None = None,
    headers: Sequence[str] = SURVEY,
) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "survey"
    for row in [headers, *survey]:
        sheet.append(list(row))
    if choices:
        sheet = made.create_sheet("choices")
        for row in [["list_name", "name", "label::Русский (ru)", "label::English (en)"], *choices]:
            sheet.append(list(row))
    if settings:
        sheet = made.create_sheet("settings")
        sheet.append(list(settings))
        sheet.append(list(settings.values()))
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def with_part(data: bytes, name: str, change: Any) -> bytes:
    """The workbook with one part of the zip rewritten."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.namelist():
            part = old.read(entry)
            new.writestr(entry, change(part) if entry == name else part)
    return stream.getvalue()


def problem(data: bytes) -> FormProblem:
    with pytest.raises(FormProblem) as caught:
        parse_xlsform(data, "x")
    return caught.value


@pytest.fixture(scope="module")
def checklist() -> dict[str, Any]:
    return parse_xlsform(shipped_workbook("general-checklist"), "general-checklist")


def test_the_small_form_becomes_a_document() -> None:
    form = parse_xlsform(book(), "small")
    assert form["name"] == "small"
    assert form["title"] == {"ru": "small"}
    assert form["languages"] == ["ru", "en"]
    assert [(question["path"], question["type"], question["group"]) for question in form["questions"]] == [
        ("/data/cell", "group", None),
        ("/data/cell/days", "integer", "/data/cell"),
        ("/data/cell/long", "note", "/data/cell"),
    ]
    assert form["rules"] == [
        {
            "path": "/data/cell/long",
            "norm": "mandela/44",
            "label": {"ru": "Больше 15 дней", "en": "Over 15 days"},
        }
    ]
    assert "<!DOCTYPE" not in form["xml"]


def test_the_version_follows_the_content_where_the_settings_name_none() -> None:
    first = parse_xlsform(book(), "x")["version"]
    assert parse_xlsform(book(), "x")["version"] == first
    changed = [*SMALL[:1], ["integer", "days", "Сколько суток?", "How many days?", None, None], *SMALL[2:]]
    assert parse_xlsform(book(changed), "x")["version"] != first
    assert parse_xlsform(book(settings={"version": 7.0}), "x")["version"] == "7"


def test_choices_carry_their_labels_in_each_language() -> None:
    survey = [["select_one yes_no", "light", "Свет?", "Light?", None, None]]
    form = parse_xlsform(book(survey, [["yes_no", 1.0, "Да", "Yes"], ["yes_no", 0.0, "Нет", "No"]]), "x")
    assert form["questions"][0]["choices"] == [
        {"value": "1", "label": {"ru": "Да", "en": "Yes"}},
        {"value": "0", "label": {"ru": "Нет", "en": "No"}},
    ]


def test_a_quoted_answer_in_a_label_is_three_dots_in_the_document() -> None:
    survey = [*SMALL[:2], ["note", "says", "Дней: ${days}", "Days: ${days}", None, None], SMALL[3]]
    form = parse_xlsform(book(survey), "x")
    assert form["questions"][2]["label"] == {"ru": "Дней: …", "en": "Days: …"}


def test_a_workbook_with_libreoffice_habits_reads_like_a_clean_one() -> None:
    """Numbers as floats, no-break spaces, trailing empty rows and columns, a capital sheet name's styles, an extra sheet."""
    survey = [
        ["begin_group", " cell ", "Камера\u00a0", "Cell", None, None, None, None],
        ["select_one\u00a0light", "light", "Свет?", "Light?", None, None, "", None],
        [None] * 8,
        ["integer", "days", "Сколько\u00a0дней?", "How many days?", None, None, None, None],
        ["note", "long", "Больше 15 дней", "Over 15 days", "${days} > 15", "mandela/44 ", None, None],
        ["end_group", None, None, None, None, None, None, None],
        *[[None] * 8 for _ in range(30)],
        *[["", " ", "", None, None, None, None, None] for _ in range(5)],
    ]
    data = book(survey, [["light", 1.0, "Да", "Yes"], ["light", 2.0, "Нет", "No"], [None, None, None, None]])
    loaded = load_workbook(io.BytesIO(data))
    loaded.create_sheet("Лист4")
    loaded["survey"].column_dimensions["XFD"].width = 10
    stream = io.BytesIO()
    loaded.save(stream)
    form = parse_xlsform(stream.getvalue(), "x")
    assert [question["path"] for question in form["questions"]] == [
        "/data/cell", "/data/cell/light", "/data/cell/days", "/data/cell/long",
    ]  # fmt: skip
    assert form["questions"][1]["choices"][0]["value"] == "1"
    assert form["questions"][2]["label"]["ru"] == "Сколько дней?"
    assert form["rules"][0]["norm"] == "mandela/44"


def test_a_form_in_one_nameless_language_has_its_default_language() -> None:
    headers = ["type", "name", "label"]
    form = parse_xlsform(
        book([["text", "a", "Кто?"]], headers=headers, settings={"default_language": "kk"}), "x"
    )
    assert form["questions"][0]["label"] == {"kk": "Кто?"}
    named = parse_xlsform(book([["text", "a", "Who?"]], headers=["type", "name", "label::English"]), "x")
    assert named["languages"] == ["en"]


REFUSED = {
    "no-name": ([["text", None, "А", "A", None, None]], 2),
    "bad-name": ([["text", "имя", "А", "A", None, None]], 2),
    "same-name": ([["text", "a", "А", "A", None, None], ["text", "a", "Б", "B", None, None]], 3),
    "unknown-type": ([["text", "a", "А", "A", None, None], ["hologram", "b", "Б", "B", None, None]], 3),
    "no-list": ([["select_one nowhere", "a", "А", "A", None, None]], 2),
    "no-reference": ([[None] * 6, ["text", "a", "А", "A", "${ghost} = 1", None]], 3),
    "open-group": ([*SMALL[:3]], 2),
    "closed-twice": ([*SMALL, ["end_group", None, None, None, None, None]], 6),
    "outside-file": ([["select_one_from_file towns.csv", "a", "А", "A", None, None]], 2),
    "bad-norm": ([["text", "a", "А", "A", None, None], ["note", "b", "Б", "B", "${a} = 1", "правило 44"]], 3),
    "norm-without-condition": ([["note", "a", "А", "A", None, "mandela/44"]], 2),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_refusal_names_the_sheet_and_the_row(code: str) -> None:
    survey, row = REFUSED[code]
    found = problem(book(survey))
    assert (found.code, found.sheet, found.row) == (code, "survey", row)
    for language, word in (("ru", "строка"), ("kk", "жол"), ("en", "row")):
        assert str(row) in found.sentence(language)
        assert word in found.sentence(language)


def test_pyxforms_own_refusals_keep_their_row() -> None:
    found = problem(book([["text", "a", "А", "A", "${a", None]]))
    assert found.code in ("not-converted", "no-reference")
    assert found.sentence("ru")
    nobody = problem(
        book([["begin_repeat", "r", "А", "A", None, None], ["end_group", None, None, None, None, None]])
    )
    assert nobody.code == "not-converted"
    assert "row" not in str(nobody.parameters["detail"]).lower() or nobody.row is not None


def test_what_is_no_workbook_is_said_to_be_none() -> None:
    for data in (b"", b"PK\x03\x04rubbish", b"type,name\n", zipped({"a.txt": b"x"})):
        assert problem(data).code == "not-a-workbook"
    broken = with_part(book(), "xl/worksheets/sheet1.xml", lambda part: part[: len(part) // 2])
    assert problem(broken).code == "not-a-workbook"


def zipped(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


@pytest.mark.parametrize(
    "bomb", ['<!DOCTYPE x [<!ENTITY a "aaaa">]>', '<!ENTITY b SYSTEM "file:///etc/passwd">']
)
def test_a_doctype_or_an_entity_is_refused_wherever_it_hides(bomb: str) -> None:
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        data = with_part(
            book(),
            part,
            lambda xml: xml.replace(b"?>", b"?>" + bomb.encode(), 1) if b"?>" in xml else bomb.encode() + xml,
        )
        assert problem(data).code == "doctype"


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    data = zipped({"xl/workbook.xml": b" " * (65 * 1024 * 1024)})
    assert len(data) < 200_000
    found = problem(data)
    assert found.code == "too-large"
    assert "65" in found.sentence("en")


def test_a_form_without_sheets_columns_or_questions_says_which() -> None:
    empty = Workbook()
    empty.create_sheet("other")
    stream = io.BytesIO()
    empty.save(stream)
    assert problem(stream.getvalue()).code == "no-sheet"
    assert problem(book([["text", "А"]], headers=["type", "label::Русский (ru)"])).parameters == {
        "name": "name"
    }
    assert problem(book([SMALL[0], SMALL[3]])).code in ("no-questions", "not-converted")


def test_text_in_cells_cannot_become_markup() -> None:
    survey = [["text", "a", "<script>alert(1)</script> & <b>", "A", None, None]]
    form = parse_xlsform(book(survey), "x")
    assert "<script>" not in form["xml"]
    assert form["questions"][0]["label"]["ru"] == "<script>alert(1)</script> & <b>"


def test_every_code_has_a_sentence_in_each_language() -> None:
    parameters = {"size": 1, "limit": 1, "name": "n", "other": 1, "detail": "d"}
    for code in CODES:
        sentences = {FormProblem(code, **parameters).sentence(language) for language in ("ru", "kk", "en")}
        assert len(sentences) == 3
        assert not any("{" in sentence for sentence in sentences)


def test_the_shipped_form_is_whole_in_three_languages(checklist: dict[str, Any]) -> None:
    groups = [question for question in checklist["questions"] if question["type"] == "group"]
    asked = [
        question
        for question in checklist["questions"]
        if question["type"] not in ("group", "repeat", "note", "calculate")
    ]
    assert len(groups) == 8
    assert len(asked) >= 60
    assert any(question["type"] == "repeat" for question in checklist["questions"])
    kinds = {question["type"] for question in asked}
    assert kinds >= {
        "integer",
        "decimal",
        "date",
        "time",
        "datetime",
        "text",
        "select_one",
        "select_multiple",
        "image",
        "audio",
        "video",
    }
    yes_no = [
        question
        for question in asked
        if question["choices"] and {c["value"] for c in question["choices"]} <= {"yes", "no", "not_checked"}
    ]
    assert len(yes_no) * 2 < len(asked)
    for question in [*checklist["questions"], *checklist["rules"]]:
        assert set(question["label"]) == set(LANGUAGES), question["path"]
        for choice in question.get("choices") or []:
            assert set(choice["label"]) == set(LANGUAGES)
    for question in asked:
        if question["type"].startswith("select"):
            assert 3 <= len(question["choices"]) <= 9
            assert question["choices"][-1]["value"] == "not_checked"


def test_hints_and_messages_of_the_shipped_form_are_in_every_language() -> None:
    for row in SHIPPED["general-checklist"]().rows:
        for text in (row.label, row.hint, row.message):
            if text is not None:
                assert all(getattr(text, code).strip() for code in LANGUAGES), row.name
        if "constraint" in row.cells:
            assert row.message is not None, row.name


def test_a_flag_names_a_norm_or_says_that_the_threshold_is_the_forms(checklist: dict[str, Any]) -> None:
    assert len(checklist["rules"]) >= 8
    for rule in checklist["rules"]:
        if rule["norm"] is None:
            assert rule["theme"] == "accommodation"
            assert "Порог задан формой" in rule["label"]["ru"]
            assert "нысан белгілеген" in rule["label"]["kk"]
            assert "set by the form" in rule["label"]["en"]
        else:
            assert re.fullmatch(r"mandela/\d+", rule["norm"])


# What the rule's own text must hold for the flag to name it.
HOLDS = {
    "flag_files": "shall be entered in the prisoner file management system upon admission of every prisoner",
    "flag_without_order": "No person shall be received in a prison without a valid commitment order",
    "flag_allegations": "shall result in a prompt and impartial investigation conducted by an independent national authority",
    "flag_deaths": "shall report, without delay, any custodial death",
    "flag_chains": "chains, irons or other instruments of restraint which are inherently degrading or painful shall be prohibited",
    "flag_restraint_doctor": "shall immediately alert the physician",
    "flag_strip_search": "conducted in private and by trained staff of the same sex",
    "flag_solitary": "22 hours or more a day without meaningful human contact",
    "flag_prolonged": "in excess of 15 consecutive days",
    "flag_solitary_groups": "mental or physical disabilities when their conditions would be exacerbated",
    "flag_solitary_doctor": "visiting such prisoners on a daily basis",
    "flag_solitary_light": "dark or constantly lit cell",
    "flag_sanction_family": "shall not include the prohibition of family contact",
    "flag_bed": "provided with a separate bed",
    "flag_daylight": "large enough to enable the prisoners to read or work by natural light",
    "flag_shower": "at least once a week in a temperate climate",
    "flag_water": "whenever he or she needs it",
    "flag_exam": "examine every prisoner as soon as possible following his or her admission",
    "flag_exam_privacy": "All medical examinations shall be undertaken in full confidentiality",
    "flag_overruled": "may not be overruled or ignored by non-medical prison staff",
    "flag_family_told": "inform immediately his or her family",
    "flag_lawyer": "but not within hearing",
    "flag_rights_info": "promptly provided with written information",
    "flag_complaint_days": "shall have the opportunity each day to make requests or complaints",
    "flag_outdoor": "at least one hour of suitable exercise in the open air daily",
    "flag_remand": "Untried prisoners shall be kept separate from convicted prisoners",
    "flag_children": "Young prisoners shall be kept separate from adults",
    "flag_women_area": "unless accompanied by a woman staff member",
}


def test_every_flag_with_a_norm_has_its_threshold_written_down(checklist: dict[str, Any]) -> None:
    assert {rule["path"].split("/")[-1] for rule in checklist["rules"] if rule["norm"]} == set(HOLDS)


@pytest.mark.skipif(not MANDELA.exists(), reason="the rules' text is not on this machine")
def test_the_norm_of_a_flag_holds_its_threshold(checklist: dict[str, Any]) -> None:
    texts = {str(rule["rule"]): rule["text"] for rule in json.loads(MANDELA.read_text())["rules"]}
    for rule in checklist["rules"]:
        if rule["norm"]:
            assert HOLDS[rule["path"].split("/")[-1]] in texts[rule["norm"].split("/")[1]], rule["path"]


def test_what_ships_can_be_exported_edited_and_taken_in_again() -> None:
    documents = shipped_form_documents()
    assert [document["_id"] for document in documents] == ["form:general-checklist"]
    loaded = load_workbook(io.BytesIO(export_shipped_form("general-checklist")))
    for row in loaded["survey"].iter_rows(min_row=2):
        if row[1].value == "wait_minutes":
            row[2].value = "Сколько вы ждали?"
    stream = io.BytesIO()
    loaded.save(stream)
    edited = parse_xlsform(stream.getvalue(), "general-checklist")
    labels = {question["path"]: question["label"]["ru"] for question in edited["questions"]}
    assert labels["/data/arrival/wait_minutes"] == "Сколько вы ждали?"
    assert len(edited["questions"]) == len(documents[0]["questions"])
    assert edited["rules"] == documents[0]["rules"]
    with pytest.raises(KeyError):
        export_shipped_form("nothing")
