"""A law, treaty or standard as text, Markdown or JSON becomes articles for the library.

Owns what an article's heading looks like in Russian, Kazakh and English, and the guard against taking
a reference in running text for one. Pure: `parse_library` shows the split, nothing is written here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.imports.library_json import articles_from_json
from webapp.imports.matching import latin
from webapp.imports.problems import ImportRefused
from webapp.imports.text_lines import paragraphs, read_lines

PREAMBLE = "preamble"
PREAMBLE_HEADING = {"ru": "Преамбула", "kk": "Кіріспе", "en": "Preamble"}
SHORT_PREAMBLE = 200  # characters; less than that before the first article is its title page
LONG_ARTICLE = 20_000  # characters; longer ones were probably not split

_NUMBER = r"(\d{1,4}(?:[-.]\d{1,3})?(?:\s?(?:bis|ter))?[a-zа-я]?|[IVXLC]{1,7})"
_ARTICLE = re.compile(
    rf"(?:#+\s*)?(?:(?:article|rule|section|principle|art\.|статья|правило|принцип|ст\.)\s*№?\s*{_NUMBER}(?![\w-])"
    rf"|(\d{{1,4}}(?:-\d{{1,3}})?)\s*-\s*(?:бап|қағида|ереже|қағидат)\b)\s*(.*)",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:#+\s*)?(?:(?:part|chapter|title|annex|раздел|глава|часть|приложение|бөлім|тарау)\s+(?:[IVXLC]+|\d+|[A-Z])\b"
    r"|\d{1,3}\s*-?\s*(?:бөлім|тарау)\b)\s*[.:—–-]?\s*(.*)",
    re.IGNORECASE,
)
# The capital that follows may be glued to the word: a scan loses the line's end.
_PREAMBLE = re.compile(r"(?:#+\s*)?(?i:(preamble|преамбула|кіріспе))(?![a-zа-яё])[ .:]*(.*)")
_SOURCE = re.compile(r"(?:source|from|источник|дереккөз)\s*:\s*(.+)", re.IGNORECASE)
_KINDS = (
    ("treaty", r"convention|protocol|covenant|treaty|конвенци|протокол|пакт|договор|хаттама"),
    ("standard", r"\brules\b|principles|standard|правила|принцип|стандарт|қағидалар"),
    ("guide", r"guide|manual|памятка|руководство|жадынама|нұсқаулық"),
)


@dataclass(frozen=True)
class LibraryPreview:
    """What was found in a text. `notes` are `(code, slots)` worth a look: gaps, doubles, long articles."""

    title: str
    language: str
    kind: str
    source: str
    slug: str
    articles: list[dict[str, Any]]  # id, heading (or null), text, themes
    notes: list[tuple[str, dict[str, Any]]]


def parse_library(data: bytes, name: str, language: str = "") -> LibraryPreview:
    """The split of a file called `name`; the language is guessed where none is given.

    Raises `ImportRefused` for what is no text or holds no articles.
    """
    if name.casefold().endswith(".json") or data.lstrip()[:1] in (b"{", b"["):
        title, source, articles = articles_from_json(data)
        spoken = language or guess_language(" ".join(each["text"] for each in articles))
    else:
        lines = read_lines(data)
        spoken = language or guess_language(" ".join(lines))
        title, source, articles = _split(lines, spoken)
    if not any(each["id"] != PREAMBLE for each in articles):
        raise ImportRefused("no-articles")
    title = title or re.sub(r"\.\w+$", "", name).replace("_", " ").strip()
    return LibraryPreview(
        title=title,
        language=spoken,
        kind=guess_kind(f"{title} {name}"),
        source=source,
        slug=latin(re.sub(r"\.\w+$", "", name))[:60] or "text",
        articles=articles,
        notes=_notes(articles),
    )


def guess_language(text: str) -> str:
    """`ru`, `kk` or `en`, by letters."""
    sample = text[:50_000].casefold()
    kazakh = sum(letter in "әіңғүұқөһ" for letter in sample)
    cyrillic = sum("а" <= letter <= "я" for letter in sample)
    if cyrillic < sum("a" <= letter <= "z" for letter in sample):
        return "en"
    return "kk" if kazakh * 20 > cyrillic else "ru"


def guess_kind(words: str) -> str:
    """The kind of text by the words of its title; a law where nothing tells."""
    plain = words.casefold().replace("_", " ")
    return next((kind for kind, pattern in _KINDS if re.search(pattern, plain)), "law")


@dataclass
class _Article:
    id: str
    heading: str | None
    lines: list[str] = field(default_factory=list)

    def length(self) -> int:
        return sum(map(len, self.lines))


def _split(lines: Sequence[str], language: str) -> tuple[str, str, list[dict[str, Any]]]:
    """Title, source and articles of a text."""
    source, rest = _sources(lines)
    title, before, start = _front(rest)
    articles: list[_Article] = []
    part: str | None = None
    pending = False  # the line after a part's number may be its title
    for index in range(start, len(rest)):
        line = rest[index]
        heading = _heading(line, articles)
        if heading is not None:
            number, own = heading
            if _starts_over(number, articles):
                # What came before was the table of contents; what follows its last line is the preamble.
                before = _after_preamble(articles[-1].lines)
                articles.clear()
            articles.append(_Article(number, own or None))
            articles[-1].heading = own or part
            pending = False
        elif (match := _PART.fullmatch(line)) and len(line) < 160 and not line.endswith((",", ";")):
            part = _sentence(match[1]) or None
            pending = part is None
        elif (line and line.isupper() and len(line) < 160 and (pending or _before_article(rest, index))) or (
            line and pending and _before_article(rest, index)
        ):
            part, pending = _sentence(line), False
        elif (
            line
            and articles
            and not articles[-1].lines
            and articles[-1].heading in (None, part)
            and _is_title(rest, index)
        ):
            articles[-1].heading = _sentence(line)
        elif articles:
            articles[-1].lines.append(line)
        pending = pending and not (line and heading is None and not _PART.fullmatch(line))
    made: list[dict[str, Any]] = [
        {"id": ident, "heading": each.heading, "text": paragraphs(each.lines), "themes": []}
        for ident, each in zip(_unique([each.id for each in articles]), articles, strict=True)
    ]
    opening = paragraphs(before)
    if len(opening) > SHORT_PREAMBLE:
        heading_text = PREAMBLE_HEADING.get(language, PREAMBLE_HEADING["en"])
        made.insert(0, {"id": PREAMBLE, "heading": heading_text, "text": opening, "themes": []})
    return title, source, made


def _sources(lines: Sequence[str]) -> tuple[str, list[str]]:
    """Lines at the top that say where the text is from, and the rest."""
    found: list[str] = []
    rest = list(lines)
    while rest and (not rest[0] or _SOURCE.fullmatch(rest[0])):
        if match := _SOURCE.fullmatch(rest.pop(0)):
            found.append(match[1])
    return "; ".join(found), rest


def _front(lines: Sequence[str]) -> tuple[str, list[str], int]:
    """Title, lines of the preamble, and where the articles begin."""
    first = next((index for index, line in enumerate(lines) if _heading(line, [])), len(lines))
    front = list(lines[:first])
    opening = next((index for index, line in enumerate(front) if _PREAMBLE.match(line)), None)
    blocks: list[str] = []
    for line in front[:opening] if opening is not None else front[:12]:
        if not line:
            blocks.append("")
        elif blocks and blocks[-1]:
            blocks[-1] += f" {line}"
        else:
            blocks.append(line)
    titles = [block.lstrip("# ") for block in blocks if 3 < len(block) < 400]
    named = [
        each
        for each in titles
        if re.search(
            "|".join(pattern for _, pattern in _KINDS) + "|закон|кодекс|заң|law|act|code", each.casefold()
        )
    ]
    # Of titles in several languages the last one stands above the text itself.
    title = (named[-1] if opening is not None else named[0]) if named else (titles[0] if titles else "")
    if opening is None:
        start = (
            next((index for index, line in enumerate(front) if title and line and title.endswith(line)), -1)
            + 1
        )
        return title, _without_parts(front[start:]), first - _part_lines(front)
    return title, _without_parts(_after_preamble(front)), first - _part_lines(front)


def _after_preamble(lines: Sequence[str]) -> list[str]:
    """The lines below the word "preamble", or all of them where it is not said."""
    found = next((index for index, line in enumerate(lines) if _PREAMBLE.match(line)), None)
    if found is None:
        return list(lines)
    begun = _PREAMBLE.match(lines[found])
    return ([begun[2]] if begun and begun[2] else []) + list(lines[found + 1 :])


def _part_lines(front: Sequence[str]) -> int:
    """How many lines at the end of the front belong to the first part's heading."""
    for back in range(1, min(8, len(front)) + 1):
        if _PART.fullmatch(front[-back]):
            return back
    return 0


def _without_parts(lines: Sequence[str]) -> list[str]:
    cut = _part_lines(lines)
    return list(lines[: len(lines) - cut] if cut else lines)


def _heading(line: str, articles: Sequence[_Article]) -> tuple[str, str] | None:
    """`(number, own title)` of an article's heading, or None.

    A reference at the start of a line (“Article 5 of this law applies”) is told from a heading by its
    number, which must go on from the last one, and by what follows it.
    """
    match = _ARTICLE.fullmatch(line)
    if match is None or (not line.lstrip("# ")[:1].isupper() and not line.lstrip("# ")[:1].isdigit()):
        return None
    number, rest = (match[1] or match[2]).strip(), match[3].strip()
    own = rest.lstrip(".:—–- ").rstrip()
    goes_on = _follows(number, articles[-1].id if articles else None)
    if not rest or rest in (".", ":"):
        return (number, "") if goes_on or _starts_over(number, articles) else None
    if len(own) > 200 or own[:1].islower() or rest[:1] in ",;)":
        return None
    # A contents line ends in dots and a page.
    own = re.sub(r"[ .…]{3,}\d*$", "", own)
    return (number, own) if goes_on or _starts_over(number, articles) else None


def _follows(number: str, last: str | None) -> bool:
    value, before = _value(number), _value(last) if last else 0.0
    return last is None or before < value <= before + 10


def _value(number: str) -> float:
    """A number for ordering: `14-1` comes between 14 and 15, Roman ones by their value."""
    if re.fullmatch(r"[IVXLC]+", number):
        digits = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}[letter] for letter in number]
        return float(sum(-each if each < max(digits[index:]) else each for index, each in enumerate(digits)))
    whole, _, sub = re.sub(r"[^\d.-]", "", number).replace(".", "-").partition("-")
    extra = 0.001 if re.search(r"[a-zа-я]$", number) else 0.0
    return int(whole or 0) + (int(sub) / 1000 if sub else 0.0) + extra


def _starts_over(number: str, articles: Sequence[_Article]) -> bool:
    """Whether the numbering begins again after a table of contents: headings that had no text."""
    if len(articles) < 3 or number != articles[0].id:
        return False
    # The last line of the contents may have the preamble behind it.
    return sum(each.length() for each in articles[:-1]) < 60 * len(articles)


def _before_article(lines: Sequence[str], index: int) -> bool:
    """Whether the next line that holds anything is an article's heading or another part's."""
    following = next((line for line in lines[index + 1 :] if line), "")
    return bool(_ARTICLE.fullmatch(following)) or bool(_PART.fullmatch(following))


def _is_title(lines: Sequence[str], index: int) -> bool:
    """Whether the first line of an article is its title: short, alone, without an end mark."""
    line = lines[index]
    alone = index + 1 < len(lines) and not lines[index + 1]
    return alone and len(line) <= 120 and line[:1].isupper() and line[-1] not in ".:;,"


def _sentence(text: str) -> str:
    """A heading without marks; all capitals become ordinary letters."""
    plain = text.strip("# .:—–-*")
    return plain.capitalize() if plain.isupper() and len(plain) > 4 else plain


def _unique(ids: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for ident in ids:
        seen[ident] = seen.get(ident, 0) + 1
        unique.append(ident if seen[ident] == 1 else f"{ident}~{seen[ident]}")
    return unique


def _notes(articles: Sequence[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    notes: list[tuple[str, dict[str, Any]]] = []
    numbers = [int(each["id"]) for each in articles if each["id"].isdecimal()]
    missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    if missing:
        notes.append(("missing", {"numbers": ", ".join(map(str, missing[:20]))}))
    notes += [("double", {"number": each["id"].partition("~")[0]}) for each in articles if "~" in each["id"]]
    notes += [("no-text", {"number": each["id"]}) for each in articles if not each["text"]]
    notes += [("long", {"number": each["id"]}) for each in articles if len(each["text"]) > LONG_ARTICLE]
    return notes
