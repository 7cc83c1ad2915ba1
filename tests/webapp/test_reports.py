"""Reports: what they hold, what each output leaves out, and what hostile text cannot do to them."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document

from tests.webapp.report_case import ABSENT, CHANNEL, Case, memory, png
from webapp.reports import pdf, word
from webapp.reports.labels import FOLDER, languages, load_labels
from webapp.reports.manuscript import write
from webapp.reports.material import VisitNotFoundError, collect
from webapp.reports.outputs import UnknownOutputError, hide_handles, limit
from webapp.reports.parts import ReportMaterial, Text
from webapp.reports.photos import UnfitPhotoError, strip
from webapp.reports.wording import clean

TODAY = date(2026, 11, 22)
# Never outside the office, whatever the output.
INSIDE = (
    "MARK-NOTE",
    "MARK-PLACE",
    "MARK-SUMMARY",
    "MARK-SPOKEN",
    "MARK-WHERE",
    "MARK-RAW",
    "MARK-FINDING-PLACE",
    "MARK-OBJECTIVE",
    "MARK-PART",
    "Б-1",
    "Б-2",
    "б–2",
    "болен",
)
# Never anywhere.
NOWHERE = ("MARK-TESTIMONY", "MARK-CUSTODY", "MARK-DRAFT", "MARK-EXIF")


def collected(case: Case | None = None) -> ReportMaterial:
    made = case or Case().usual()
    with memory().connect() as connection:
        made.fill(connection)
        return collect(connection, CHANNEL, made.archive)


def manuscript(material: ReportMaterial, language: str = "ru") -> dict[str, Any]:
    return write(material, load_labels(language), TODAY)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return word.template_path(tmp_path_factory.mktemp("instance"))


def docx_of(material: ReportMaterial, template: Path, language: str = "ru") -> Any:
    content = word.render(manuscript(material, language), material.photos, template)
    return Document(io.BytesIO(content))


def words_of(document: Any) -> str:
    """Every paragraph and cell, header and footer, in one string."""
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for section in document.sections:
        parts += [p.text for p in (*section.header.paragraphs, *section.footer.paragraphs)]
    return "\n".join(parts)


def everything_in(content: bytes) -> bytes:
    """All bytes of a .docx, unpacked."""
    with ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def pdf_streams(content: bytes) -> bytes:
    """A PDF's bytes with its deflated streams opened."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.S)
    opened = []
    for stream in streams:
        try:
            opened.append(zlib.decompressobj().decompress(stream))
        except zlib.error:
            continue
    return content + b"\n".join(opened)


def test_findings_are_final_graver_first_and_combined_ones_only_named() -> None:
    findings = collected().findings
    assert [(each.number, each.id) for each in findings] == [
        (1, "finding:2"),
        (2, "finding:5"),
        (3, "finding:1"),
    ]
    assert [title.value for title in findings[2].combined] == ["Окно: наблюдение коллеги"]
    assert not any("MARK-DRAFT" in each.title.value for each in findings)


def test_a_finding_combined_into_a_draft_still_stands_by_itself() -> None:
    case = Case().usual()
    draft = next(row for row in case.items if row["id"] == "finding:1")
    draft["body"]["status"] = "draft"
    assert "finding:3" in {each.id for each in collected(case).findings}


def test_a_finding_says_when_it_has_one_source_type_only() -> None:
    by_id = {each.id: each for each in collected().findings}
    assert by_id["finding:1"].one_source
    assert not by_id["finding:2"].one_source
    words = {each["number"]: each["source_warning"] for each in manuscript(collected())["findings"]}
    labels = load_labels("ru")
    assert words == {"1": "", "2": labels["no_source"], "3": labels["one_source"]}


def test_evidence_and_norms_are_resolved() -> None:
    water, _, window = manuscript(collected(), "kk")["findings"]
    assert water["evidence"][0] == "Нысан жауабы (Су бар ма?): Жоқ"
    assert water["evidence"][1].startswith("Әңгімелесу Б-1 (Сотталғандар): MARK-SUMMARY-1")
    assert water["evidence"][2] == "Айғақ сөз (мөрленген, тек кілт сақтаушылар ашады)"
    assert water["norms"][0].startswith("Мандела қағидалары, 22-қағида: Вода")
    assert water["norms"][1] == "unknown/7", "a norm the library lacks is shown as it was cited"
    assert window["evidence"][1] == "Фотосурет 1: Щит на окне [орыс тілінде]"


def test_answers_come_in_survey_order_with_labels_and_instances() -> None:
    form = manuscript(collected(), "kk")["forms"][0]
    rows = [
        (group["heading"], row["question"], str(row["answer"]))
        for group in form["groups"]
        for row in group["answers"]
    ]
    assert rows == [
        ("", "Лимит саны", "120"),
        ("Тамақ", "Су бар ма?", "Жоқ"),
        ("Тамақ", "Тамаққа шағымдар", "Суық; Кеш"),
        ("Тамақ", "Ескертпе", "MARK-RAW сырой ответ [орыс тілінде]"),
        ("Камера 1", "Төсек саны", "4"),
        ("Камера 2", "Төсек саны", "6"),
        ("", "Сурет", "файл қоса берілді"),
        ("Өзге жауаптар", "old", "старый ответ [орыс тілінде]"),
    ]


def test_numbers_count_what_arrived_and_was_not_erased() -> None:
    case = Case().usual()
    case.items.append(
        {**next(row for row in case.items if row["id"] == "note:1"), "id": "note:9", "erased": True}
    )
    numbers = collected(case).numbers
    assert (numbers.interviews, numbers.people, numbers.submissions, numbers.notes) == (2, 9, 1, 3)
    assert (numbers.photos, numbers.recordings, numbers.findings, numbers.recommendations) == (2, 1, 3, 2)


def test_recommendations_know_their_findings_repeats_and_replies() -> None:
    first, second = collected().recommendations
    assert first.findings == (1, 3), "a combined finding counts as the one that combines it"
    assert first.repeats == (3, "2025-09-01")
    assert [(reply.sender, reply.claims) for reply in first.replies] == [("Управление", "partly")]
    assert second.addressee is None
    words = manuscript(collected())["recommendations"]
    assert words[1]["addressee"] == "адресат не указан"
    assert words[1]["deadline"] == "срок не указан"


def test_verification_dissent_and_sign_off_are_there() -> None:
    words = manuscript(collected())
    assert [(each["number"], each["result"]) for each in words["verifications"]] == [
        ("3", "исполнена частично")
    ]
    assert words["dissents"][0]["name"] == "Наблюдатель Бек"
    assert words["signoff"]["without"] == "Отсутствующий Вил"
    assert str(words["signoff"]["reason"]) == "болен"
    assert words["signoff"]["delivered"] == "Ведущая Айна, Наблюдатель Бек"
    assert words["signoff"]["waiting"] == "Отсутствующий Вил"
    assert collected().team[-1].account == ABSENT


def test_an_unknown_visit_has_no_report() -> None:
    with memory().connect() as connection, pytest.raises(VisitNotFoundError):
        collect(connection, "visit-none", Case().archive)


def test_an_empty_visit_makes_a_report_in_every_kind(template: Path) -> None:
    material = collected(Case())
    assert "findings_none" in load_labels("en").words
    assert load_labels("en")["findings_none"] in words_of(docx_of(material, template, "en"))
    assert pdf.render(manuscript(material, "en"), material.photos).startswith(b"%PDF")


def test_every_language_has_every_label_and_the_same_places_for_values() -> None:
    assert {"ru", "kk", "en"} <= set(languages())
    base = load_labels("en").words
    for language in languages():
        words = load_labels(language).words
        assert set(words) == set(base), language
        for name, value in base.items():
            if isinstance(value, str):
                assert set(re.findall(r"{\w+}", value)) == set(re.findall(r"{\w+}", words[name])), (
                    language,
                    name,
                )
            else:
                assert set(words[name]) == set(value), (language, name)
    assert FOLDER.is_dir()


def test_text_in_another_language_says_which() -> None:
    words = manuscript(collected(), "ru")
    assert str(words["recommendations"][1]["text"]) == "Ыстық су беру [на казахском языке]"
    assert str(words["recommendations"][0]["text"]) == "Снять щиты"
    assert load_labels("ru").mark("uz") == "[язык оригинала: узбекский]"
    assert load_labels("ru").mark("ru-KZ") == ""


def test_days_of_a_visit_read_as_people_write_them() -> None:
    assert load_labels("ru").period("2026-11-20", "2026-11-21") == "20–21 ноября 2026 г."
    assert load_labels("kk").period("2026-11-20", "2026-11-21") == "2026 ж. 20–21 қараша"
    assert load_labels("en").period("2026-11-30", "2026-12-01") == "30 November 2026 — 1 December 2026"


def test_the_word_file_in_kazakh_holds_headings_answers_findings_and_the_photo(template: Path) -> None:
    document = docx_of(collected(), template, "kk")
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    for heading in (
        "Анықталған мәселелер",
        "Ұсынымдар",
        "Нысандардың жауаптары",
        "Фотосуреттер",
        "Топ құрамы",
    ):
        assert heading in headings
    assert "1. Нет горячей воды [орыс тілінде]" in headings
    words = words_of(document)
    for text in (
        "Су бар ма?",
        "Жоқ",
        "Адресат: Қылмыстық-атқару қызметі",
        "Снять щиты [орыс тілінде]",
        "Ішкі есеп",
    ):
        assert text in words
    assert len(document.inline_shapes) == 2
    shown = document.inline_shapes[0]._inline
    assert "Щит на окне" in shown.docPr.get("descr"), "a photo has an alternative text"
    picture = document.part.related_parts[shown.graphic.graphicData.pic.blipFill.blip.embed].blob
    assert picture == strip(png(100)).content
    assert "{{" not in words
    assert "{%" not in words
    assert document.core_properties.language == "kk"


def test_the_pdf_is_tagged_and_claims_ua(template: Path) -> None:
    material = collected()
    content = pdf.render(manuscript(material, "kk"), material.photos)
    assert content.startswith(b"%PDF")
    opened = pdf_streams(content)
    assert b"pdfuaid" in opened
    assert b"/StructTreeRoot" in opened
    assert len(re.findall(rb"/Type\s*/Page\b", opened)) >= 2
    assert opened.count(b"/Subtype/Image") + opened.count(b"/Subtype /Image") >= 2


def test_a_script_without_a_glyph_does_not_stop_the_pdf() -> None:
    case = Case()
    case.finding_item("finding:1", title="漢字 😀 العربية", lang="zh")
    material = collected(case)
    assert pdf.render(manuscript(material), material.photos).startswith(b"%PDF")


@pytest.mark.parametrize("output", ["authority", "public"])
def test_nothing_of_the_inside_leaves_the_office(output: str, template: Path) -> None:
    case = Case().usual()
    case.report["photos"] = ["medium:p1", "medium:p2"]
    material = limit(collected(case), output)
    words = manuscript(material)
    flat = repr(words)
    content = word.render(words, material.photos, template)
    set_pdf = pdf_streams(pdf.render(words, material.photos))
    for mark in (*INSIDE, *NOWHERE):
        assert mark not in flat, mark
        assert mark.encode() not in everything_in(content), mark
        assert mark.encode() not in set_pdf, mark
    assert "MARK-FREE" in flat, "what the group wrote itself stays"
    # The photo of an interview stays inside even when somebody marked it as looked at.
    assert [photo.id for photo in material.photos] == ["medium:p1"]
    blobs = everything_in(content)
    assert strip(png(100)).content in blobs
    assert strip(png(200)).content not in blobs


def test_a_photo_nobody_looked_at_stays_inside(template: Path) -> None:
    material = limit(collected(), "authority")
    assert material.photos == ()
    content = word.render(manuscript(material), material.photos, template)
    assert strip(png(100)).content not in everything_in(content)


def test_the_internal_output_holds_no_custody_content(template: Path) -> None:
    material = collected()
    content = everything_in(word.render(manuscript(material), material.photos, template))
    for mark in NOWHERE:
        assert mark.encode() not in content
    for mark in ("MARK-NOTE", "MARK-RAW", "Б-1"):
        assert mark.encode() in content


def test_where_somebody_spoke_is_told_to_nobody() -> None:
    case = Case().usual()
    case.finding_item("finding:6", title="x", evidence=["note:3", "medium:p2"])
    assert "MARK-WHERE" not in repr(manuscript(collected(case)))


def test_findings_without_consent_stay_inside_and_numbers_close_up() -> None:
    whole = collected()
    for output in ("authority", "public"):
        material = limit(whole, output)
        assert [each.title.value for each in material.findings] == ["Нет горячей воды", "Окна закрыты щитами"]
        assert [each.number for each in material.findings] == [1, 2]
        assert material.findings_withheld == 1
        assert material.recommendations[0].findings == (1, 2)
        assert "не включ" not in repr(manuscript(material)).lower(), (
            "the file does not say that somebody spoke"
        )


def test_withdrawn_consent_takes_the_finding_out() -> None:
    case = Case().usual()
    water = next(row for row in case.items if row["id"] == "finding:2")
    water["body"] |= {"evidence": ["interview:1"], "rule": None}
    assert "Нет горячей воды" in [each.title.value for each in limit(collected(case), "public").findings]
    case.item("withdrawal:1", interview="interview:1", use="publication", erases=[], reason="", at="x")
    whole = collected(case)
    assert "Нет горячей воды" not in [each.title.value for each in limit(whole, "public").findings]
    assert "Нет горячей воды" in [each.title.value for each in limit(whole, "authority").findings]


def test_small_numbers_are_suppressed_in_public_and_so_is_the_total() -> None:
    words = manuscript(limit(collected(), "public"))
    assert words["categories"] == [
        {"label": "Осуждённые", "value": "7"},
        {"label": "Осуждённые пожизненно", "value": "менее 5"},
    ]
    shown = {row["label"]: row["value"] for row in words["numbers"]}
    assert shown["Человек, с которыми беседовали"] == load_labels("ru")["total_hidden"]
    assert "Бесед без свидетелей" not in shown
    assert "9" not in shown.values()


def test_five_is_not_a_small_number() -> None:
    case = Case().usual()
    next(row for row in case.items if row["id"] == "interview:2")["body"]["people"] = 5
    numbers = limit(collected(case), "public").numbers
    assert [count.people for count in numbers.by_category] == [7, 5]
    assert numbers.people == 12


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Б-5", True),
        ("б-5", True),
        ("Б–5", True),
        ("Б 5", True),
        ("Б5", True),
        ("Б-51", False),
        ("АБ-5", False),
    ],
)
def test_handles_are_found_however_they_were_typed(text: str, gone: bool) -> None:
    hidden = hide_handles(("Б-5",))(Text(f"сказал {text}.", "ru")).value
    assert (text not in hidden) == gone


def test_there_is_no_fourth_output() -> None:
    with pytest.raises(UnknownOutputError):
        limit(collected(), "secret")


HOSTILE = (
    '#panic() #eval("1") $x$ [b] *c* <d> @e \\ `f`',
    "{{ 7*7 }} {% for x in y %} {# no #}",
    "</w:t></w:r><w:p/> & < > \" '",
    "<script>alert(1)</script>",
    "\x00\x01\x0b\x1b\x7f\ufffe\uffff a \u202eкод\u202c",
    "\ud800 lone \udfff",
    "=cmd|'/c calc'!A1",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text: str, template: Path) -> None:
    case = Case()
    # A column cannot hold a lone surrogate; a document's JSON can.
    case.finding_item("finding:1", title=clean(text), text=text, place=text, norms=[text[:20] + "/1"])
    case.item("note:1", text=text, place=text, lang="ru")
    case.report["sections"] = {"summary": text, "context": text, "conclusions": text}
    material = collected(case)
    seen = words_of(docx_of(material, template))
    for line in clean(text).split("\n"):
        assert line.strip() in seen
    assert "49" not in seen or "49" in text
    assert pdf.render(manuscript(material), material.photos).startswith(b"%PDF")


def test_very_long_text_is_kept_whole(template: Path) -> None:
    case = Case()
    long = "слово " * 20_000 + "конец"
    case.finding_item("finding:1", title="д" * 3000, text=long)
    material = collected(case)
    assert long in words_of(docx_of(material, template))
    assert pdf.render(manuscript(material), material.photos).startswith(b"%PDF")


def test_line_breaks_survive(template: Path) -> None:
    case = Case()
    case.finding_item("finding:1", title="т", text="первая\r\nвторая\n\nчетвёртая")
    paragraph = next(p for p in docx_of(collected(case), template).paragraphs if "вторая" in p.text)
    assert paragraph.text == "первая\nвторая\n\nчетвёртая"


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, b"RIFF\x00\x00\x00\x00WEBPxxxx"],
)
def test_a_broken_photo_becomes_a_sentence(content: bytes, template: Path) -> None:
    case = Case().usual()
    case.archive.photos["medium:p1"] = content
    material = collected(case)
    assert load_labels("ru")["photo_unsupported"] in words_of(docx_of(material, template))
    assert pdf.render(manuscript(material), material.photos).startswith(b"%PDF")


def test_a_photo_that_has_not_arrived_says_so(template: Path) -> None:
    case = Case().usual()
    del case.archive.photos["medium:p1"]
    material = collected(case)
    assert load_labels("ru")["photo_missing"] in words_of(docx_of(material, template))


def test_a_photo_that_claims_too_many_pixels_is_refused() -> None:
    bomb = png().replace(b"\x00\x00\x00\x03\x00\x00\x00\x02", b"\x00\x01\x00\x00\x00\x01\x00\x00", 1)
    with pytest.raises(UnfitPhotoError):
        strip(bomb)


def test_metadata_of_jpeg_and_what_hides_behind_it_is_dropped() -> None:
    exif = b"\xff\xe1" + (2 + 10).to_bytes(2, "big") + b"MARK-EXIF!"
    frame = b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00pixels\xff\xd9"
    picture = strip(b"\xff\xd8" + exif + frame + scan + b"MARK-TAIL")
    assert (picture.kind, picture.width, picture.height) == ("jpeg", 32, 16)
    assert picture.content == b"\xff\xd8" + frame + scan


def test_the_office_may_replace_the_template_but_not_run_code(template: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    document = Document()
    document.add_paragraph("Бланк офиса: {{ facility }}")
    document.save(str(own))
    assert "Бланк офиса: Учреждение № 1" in words_of(docx_of(collected(), own))
    document.add_paragraph("{{ facility.__class__.__mro__[1].__subclasses__() }}")
    document.save(str(own))
    with pytest.raises(word.BrokenTemplateError):
        docx_of(collected(), own)


@pytest.mark.parametrize(
    "spoil", [lambda path: path.write_bytes(b"no zip"), lambda path: path.write_bytes(b"")]
)
def test_a_broken_template_is_named(spoil: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "visit.docx"
    spoil(path)
    with pytest.raises(word.BrokenTemplateError, match=r"visit\.docx"):
        docx_of(collected(), path)


def test_a_template_is_made_once_and_then_left_alone(tmp_path: Path) -> None:
    path = word.template_path(tmp_path)
    path.write_bytes(path.read_bytes() + b"edited")
    assert word.template_path(tmp_path).read_bytes().endswith(b"edited")


def test_limits_build_nothing_from_fields_nobody_decided_on() -> None:
    material = limit(replace(collected(), objectives=Text("MARK-NEW", "ru")), "public")
    assert material.objectives is None
    assert material.forms == ()
    assert material.handles == ()
    assert all(not each.id for each in (*material.findings, *material.recommendations))
