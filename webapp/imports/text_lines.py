"""A text's bytes become clean lines and paragraphs: page debris out, broken words and lines joined.

Knows typesetting, not law: what an article is, `library.py` says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from webapp.imports.problems import ImportRefused
from webapp.imports.table import check_size, decode

_PAGE_NUMBER = re.compile(
    r"[-–—\[( ]*(?:(?:page|стр(?:аница)?\.?|бет|с\.)\s*)?\d{1,4}(?:\s*(?:/|of|из)\s*\d{1,4})?(?:\s*-?\s*бет)?[-–—\]) ]*",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(
    r"(?:\(?(?:\d{1,3}|[a-zа-яәіңғүұқөһ]|[ivx]{1,4})[).]|[-•–—*])(?:\s|(?=[A-ZА-Я]))", re.IGNORECASE
)
# Bold and links of Markdown: their words stay.
_MARKS = re.compile(r"(?:\*\*|__)(.+?)(?:\*\*|__)|\[([^\]]+)\]\([^)]*\)")
_ENDS = (".", ":", ";", "!", "?", "»", "”", ")")
REPEATED = 3  # a short line that stands at so many page breaks is a running head


def read_lines(data: bytes) -> list[str]:
    """The lines of a text, "" for an empty one; raises `ImportRefused` for what is no text."""
    if not data.strip():
        raise ImportRefused("empty")
    check_size(data)
    if data[:4] in (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0"):
        raise ImportRefused("not-a-text")
    try:
        text, _ = decode(data)
    except ImportRefused as error:
        raise ImportRefused("not-a-text") from error
    if "\x00" in text:
        raise ImportRefused("not-a-text")
    # A form feed marks a page's end wherever it stands.
    pages = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    heads = _running_heads(pages)
    lines: list[str] = []
    for page in pages:
        for raw in page.split("\n"):
            line = re.sub(r"[ \t\u00a0\u200b\ufeff]+", " ", raw).strip()
            if line and (line in heads or _PAGE_NUMBER.fullmatch(line)):
                continue
            lines.append(_MARKS.sub(lambda mark: mark[1] or mark[2], line))
    return _without_broken_words(lines)


def _running_heads(pages: Sequence[str]) -> set[str]:
    """Short lines that begin or end several pages."""
    edges: Counter[str] = Counter()
    for page in pages if len(pages) > 1 else ():
        lines = [line.strip() for line in page.split("\n") if line.strip()]
        edges.update({line for line in (*lines[:2], *lines[-2:]) if len(line) < 100})
    return {line for line, count in edges.items() if count >= REPEATED}


def _without_broken_words(lines: Sequence[str]) -> list[str]:
    """`prison-` + `ers` becomes `prisoners`; soft hyphens go."""
    joined: list[str] = []
    for line in lines:
        before = joined[-1] if joined else ""
        if before and line[:1].islower() and re.search(r"[^\W\d_](?:-|\u00ad)$", before):
            joined[-1] = before[:-1] + line
        else:
            joined.append(line)
    return [line.replace("\u00ad", "") for line in joined]


def paragraphs(lines: Sequence[str]) -> str:
    """Lines as paragraphs, one a line. In a text set to a width, lines of one paragraph are joined."""
    long = [len(line) for line in lines if len(line) > 40]
    wrapped = bool(long) and max(long) <= 130 and median(long) >= 55
    found: list[str] = []
    open_end = False
    for line in lines:
        if not line:
            # A page's end in the middle of a sentence is no paragraph.
            open_end = bool(found) and found[-1] != "" and not found[-1].endswith(_ENDS)
            if not open_end:
                found.append("")
            continue
        continues = bool(found) and found[-1] != "" and (wrapped or open_end) and not _LIST_ITEM.match(line)
        if open_end and not line[:1].islower():
            continues = False
        if found and re.fullmatch(r"\d{1,3}[.)]", found[-1]):
            continues = True  # a number alone on its line belongs to what follows
        if continues:
            found[-1] += f" {line}"
        else:
            found.append(line)
        open_end = False
    return "\n".join(line for line in found if line)
