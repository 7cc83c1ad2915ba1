"""The import of laws and treaties: the split into articles, in three languages and in bad typesetting."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sync.schemas import problems
from webapp.imports.library import LibraryPreview, parse_library
from webapp.imports.library_apply import Card, library_document
from webapp.imports.problems import ImportRefused, say

SHARED = Path(os.environ.get("AIGAQ_SHARED") or Path(__file__).resolve().parents[3] / "shared")
TEXTS = SHARED / "data" / "texts"

RUSSIAN = """Источник: учебный сборник
ЗАКОН О ПОСЕЩЕНИЯХ

ОГЛАВЛЕНИЕ
Статья 1. Цель ..... 2
Статья 2. Кто посещает ..... 2
Статья 3. Беседы ..... 3

Преамбула

Настоящий закон принят для того, чтобы никто из лишённых свободы людей не оставался без внимания общества, чтобы посещения были \
регулярными, а рекомендации исполнялись, и чтобы каждый мог поговорить с посетителем наедине и без страха.

Глава 1. ОБЩИЕ ПОЛОЖЕНИЯ

Статья 1. Цель

1. Закон устанавливает порядок посеще-
ний.
2. Посещения проводятся в соответствии со
Статья 3 настоящего закона применяется всегда.

- 2 -
Статья 2. Кто посещает
Посещают участники групп:
а) мониторы;
б) руководители.

ГЛАВА 2
БЕСЕДЫ И ЖАЛОБЫ

Статья 3
Беседа проводится наедине.
Статья 3-1. Жалобы
Жалоба регистрируется в тот же день.
"""

KAZAKH = """БАРУ ТУРАЛЫ ЗАҢ

1-тарау. ЖАЛПЫ ЕРЕЖЕЛЕР

1-бап. Мақсаты
1. Заң барудың тәртібін белгілейді.
2. Бару тұрақты түрде өткізіледі.
2-бап. Әңгімелесу
Әңгіме оңаша өтеді, оған ешкім қатыспайды.
3-бап
Шағым сол күні тіркеледі.
"""

MARKDOWN = """# Standard rules for visits

## Part I. General

### Rule 1

A visit is made **without notice**.

### Rule 2. Interviews

Interviews are private.
"""


def split(text: str, name: str = "law.txt", language: str = "") -> LibraryPreview:
    return parse_library(text.encode(), name, language)


def ids(preview: LibraryPreview) -> list[str]:
    return [each["id"] for each in preview.articles]


def test_a_russian_law_with_contents_pages_and_broken_words_is_split() -> None:
    preview = split(RUSSIAN)
    assert ids(preview) == ["preamble", "1", "2", "3", "3-1"]
    assert preview.language == "ru"
    assert preview.kind == "law"
    assert preview.title == "ЗАКОН О ПОСЕЩЕНИЯХ"
    assert preview.source == "учебный сборник"
    articles = {each["id"]: each for each in preview.articles}
    assert articles["1"]["heading"] == "Цель"
    assert articles["3"]["heading"] == "Беседы и жалобы"
    assert articles["3-1"]["heading"] == "Жалобы"
    assert "порядок посещений." in articles["1"]["text"], "a word broken at a line's end is whole again"
    assert "Статья 3 настоящего закона применяется всегда." in articles["1"]["text"], (
        "a reference is no heading"
    )
    assert "- 2 -" not in articles["1"]["text"], "page numbers are no text"
    assert articles["2"]["text"].split("\n")[1:] == ["а) мониторы;", "б) руководители."]
    assert articles["preamble"]["heading"] == "Преамбула"
    assert preview.notes == []


def test_a_kazakh_law_is_split() -> None:
    preview = split(KAZAKH)
    assert preview.language == "kk"
    assert ids(preview) == ["1", "2", "3"]
    assert [each["heading"] for each in preview.articles] == ["Мақсаты", "Әңгімелесу", "Жалпы ережелер"]
    assert preview.articles[0]["text"].count("\n") == 1


def test_markdown_is_split_by_its_headings() -> None:
    preview = split(MARKDOWN, "standard.md")
    assert preview.title == "Standard rules for visits"
    assert preview.kind == "standard"
    assert [(each["id"], each["heading"]) for each in preview.articles] == [
        ("1", "General"),
        ("2", "Interviews"),
    ]
    assert preview.articles[0]["text"] == "A visit is made without notice."


def test_running_heads_of_pages_go_and_sentences_join() -> None:
    pages = [f"LAW ON VISITS\nArticle {n}\nThe visit number {n} goes on from one page\n" for n in range(1, 5)]
    text = "\fLAW ON VISITS\nto the next page without a break.\n".join(pages)
    preview = parse_library(text.encode(), "law.txt")
    assert ids(preview) == ["1", "2", "3", "4"]
    assert all("LAW ON VISITS" not in each["text"] for each in preview.articles)


def test_gaps_doubles_and_empty_articles_are_told() -> None:
    preview = split("Article 1\nOne.\nArticle 2\nArticle 5\nFive.\n")
    codes = [code for code, _ in preview.notes]
    assert codes == ["missing", "no-text"]
    assert preview.notes[0][1] == {"numbers": "3, 4"}
    for code, slots in preview.notes:
        assert len({say(f"note.{code}", language, **slots) for language in ("ru", "kk", "en")}) == 3


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "empty"),
        (b"%PDF-1.7 \x00\x01", "a.pdf", "not-a-text"),
        (b"PK\x03\x04rest", "a.docx", "not-a-text"),
        (b"Just words, and no numbered headings at all.", "a.txt", "no-articles"),
        (b'{"rules": [{"rule": 1,}]}', "a.json", "bad-json"),
        (b'{"rules": {"a": 1}}', "a.json", "no-articles"),
        (b"[" * 100_000, "a.json", "not-a-text"),
    ],
)
def test_what_cannot_be_split_is_refused_with_a_reason(data: bytes, name: str, code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        parse_library(data, name)
    assert refused.value.code in (code, "bad-json")
    assert all(refused.value.text(language) for language in ("ru", "kk", "en"))


def test_json_of_many_shapes_is_read() -> None:
    rules = {
        "title": "Rules",
        "source": "x",
        "rules": [{"rule": 1, "text": "One", "heading": "H"}, {"rule": 2, "text": "Two"}],
    }
    preview = parse_library(json.dumps(rules).encode(), "rules.json")
    assert [(each["id"], each["heading"], each["text"]) for each in preview.articles] == [
        ("1", "H", "One"),
        ("2", None, "Two"),
    ]
    listed = parse_library(json.dumps([{"id": "a", "text": "One"}]).encode(), "x.json")
    assert ids(listed) == ["a"]


def document(preview: LibraryPreview, existing: dict[str, object] | None = None) -> dict[str, object]:
    made = library_document(preview, Card("law", preview.title, "Закон", preview.kind), existing)
    stamp = "2026-11-22T00:00:00.000Z"
    header = {
        "schema": 1,
        "class": "group",
        "created_at": stamp,
        "updated_at": stamp,
        "created_by": "a",
        "updated_by": "a",
    }
    assert problems({**made, **header, "device": "office"}) == {}
    return made


def test_the_same_text_again_makes_the_same_document() -> None:
    first = document(split(RUSSIAN))
    assert document(split(RUSSIAN), first) == first


def test_a_translation_is_laid_beside_article_by_article() -> None:
    russian = document(split(RUSSIAN))
    russian["articles"][0]["themes"] = ["inspections"]  # type: ignore[index]
    both = document(split(KAZAKH), russian)
    assert both["text_lang"] == "ru"
    articles = {each["id"]: each for each in both["articles"]}  # type: ignore[attr-defined]
    assert set(articles["1"]["text"]) == {"ru", "kk"}
    assert articles["1"]["heading"] == {"ru": "Цель", "kk": "Мақсаты"}
    assert set(articles) == {"preamble", "1", "2", "3", "3-1"}, "what only one language has stays"
    assert articles["preamble"]["themes"] == ["inspections"]


@pytest.mark.skipif(not TEXTS.exists(), reason="the shared texts are not here")
@pytest.mark.parametrize(
    ("name", "numbers", "preamble", "kind", "title"),
    [
        ("opcat_en.txt", 37, True, "treaty", "Optional Protocol to the Convention against Torture"),
        ("cat_en_ohchr_pdf.txt", 33, True, "treaty", "Convention against Torture"),
        ("crc_en.txt", 54, True, "treaty", "Convention on the Rights of the Child"),
        ("nelson_mandela_rules_en.json", 122, False, "standard", "nelson mandela rules"),
    ],
)
def test_real_texts_are_split_whole(name: str, numbers: int, preamble: bool, kind: str, title: str) -> None:
    data = (TEXTS / name).read_bytes()
    preview = parse_library(data, name)
    expected = [str(number) for number in range(1, numbers + 1)]
    assert ids(preview) == (["preamble", *expected] if preamble else expected)
    assert (preview.language, preview.kind) == ("en", kind)
    assert preview.title.startswith(title)
    assert preview.notes == []
    assert all(each["text"] for each in preview.articles)
    # No word of the articles is lost: every long word of the source is somewhere in the split.
    kept = " ".join(each["text"] for each in preview.articles)
    assert kept.count("shall") >= data.decode().count("shall") - 1
