"""A CSV or XLSX file's bytes become rows of text.

Owns detection of encoding and delimiter, limits against hostile workbooks, and finding the row of
headings under a title line. Knows nothing of facilities: `headings.py` is asked which row looks like one.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from webapp.imports.problems import ImportRefused

MAX_BYTES = 8 * 1024 * 1024
MAX_UNPACKED = 80 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200
HEADING_ROWS = 12  # a heading further down is not looked for
ENCODINGS = ("cp1251", "kz1048", "koi8_r", "cp866", "cp1252")
DELIMITERS = (",", ";", "\t", "|")

_OURS = re.compile(r"[А-Яа-яЁёӘәІіҢңҒғҮүҰұҚқӨөҺһ]")
_LATIN = re.compile(r"[À-ÖØ-öø-ÿ]")
_MIXED = re.compile(r"[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]")
_CASES = re.compile(r"[а-яё][А-ЯЁ]")


@dataclass(frozen=True)
class Line:
    """One row: its number as a spreadsheet counts, and its cells, trimmed."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Headings and rows. Headings are unique; `encoding` and `delimiter` are empty for a workbook."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    heading_row: int
    encoding: str = ""
    delimiter: str = ""


def read_table(data: bytes, looks_like_headings: Callable[[Sequence[str]], int]) -> Table:
    """The table in `data`; raises `ImportRefused`. `looks_like_headings` scores a row's cells."""
    if not data.strip():
        raise ImportRefused("empty")
    check_size(data)
    encoding = delimiter = ""
    if data[:4] == b"PK\x03\x04":
        rows = _workbook_rows(data)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise ImportRefused("old-workbook")
    else:
        text, encoding = decode(data)
        delimiter = _delimiter(text)
        rows = _csv_rows(text, delimiter)
    return _with_headings(rows, looks_like_headings, encoding, delimiter)


def check_size(data: bytes) -> None:
    """Raises `ImportRefused` for a file above the limit."""
    if len(data) > MAX_BYTES:
        size, limit = f"{len(data) / 1048576:.1f}", MAX_BYTES // 1048576
        raise ImportRefused("too-large", size=size, limit=limit)


def decode(data: bytes) -> tuple[str, str]:
    """Text and the encoding it was in; raises `ImportRefused` for bytes that are no text."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _strictly(data, "utf-16"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\x00" in data:
        raise ImportRefused("not-a-table")
    best, encoding = max(((_plausibility(data, name), name) for name in ENCODINGS), key=lambda pair: pair[0])
    if best <= 0:
        raise ImportRefused("not-a-table")
    return data.decode(encoding, "replace"), encoding


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ImportRefused("not-a-table") from error


def _plausibility(data: bytes, encoding: str) -> float:
    """How much `data` looks like text of our languages in `encoding`; zero or less: it does not."""
    text = data.decode(encoding, "replace")[:200_000]
    foreign = [letter for letter in text if ord(letter) > 127]
    ours = sum(bool(_OURS.match(letter)) for letter in foreign)
    latin = sum(bool(_LATIN.match(letter)) for letter in foreign)
    marks = sum(letter in "«»№–—“”’„…°² ©\u00a0" for letter in foreign)
    odd = len(foreign) - ours - latin - marks
    # Letters of the wrong page change their case in the middle of a word and mix with Latin.
    broken = len(_MIXED.findall(text)) + len(_CASES.findall(text))
    return ours + latin * 0.6 + marks * 0.5 - odd * 3 - broken * 4 + 0.1


def _delimiter(text: str) -> str:
    """The delimiter under which most rows have the same number of cells, more than one if possible."""

    def score(delimiter: str) -> tuple[float, int]:
        try:
            rows = [row for row in csv.reader(io.StringIO(text[:100_000]), delimiter=delimiter) if any(row)]
        except csv.Error:
            return (0.0, 0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            return (0.0, 0)
        width, count = widths.most_common(1)[0]
        return (count / len(rows), width)

    return max(DELIMITERS, key=score)


def _csv_rows(text: str, delimiter: str) -> list[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[Line] = []
    try:
        for number, cells in enumerate(reader, 1):
            if number > MAX_ROWS + HEADING_ROWS:
                raise ImportRefused("too-many-rows", limit=MAX_ROWS)
            rows.append(Line(number, tuple(_clean(cell) for cell in cells)))
    except csv.Error as error:
        raise ImportRefused("not-a-table") from error
    return rows


def _workbook_rows(data: bytes) -> list[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if "xl/workbook.xml" not in archive.namelist():
                raise ImportRefused("not-a-table")
        if unpacked > MAX_UNPACKED:
            raise ImportRefused("too-large", size=unpacked // 1048576, limit=MAX_UNPACKED // 1048576)
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        # The first sheet that holds anything: an empty first sheet is common.
        for sheet in workbook.worksheets:
            rows = _sheet_rows(sheet)
            if any(any(line.cells) for line in rows):
                return rows
    except ImportRefused:
        raise
    # openpyxl raises many kinds of errors on damaged files; none of them is ours to tell apart.
    except Exception as error:
        raise ImportRefused("damaged") from error
    raise ImportRefused("empty")


def _sheet_rows(sheet: Any) -> list[Line]:
    rows: list[Line] = []
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
        if number > MAX_ROWS + HEADING_ROWS:
            raise ImportRefused("too-many-rows", limit=MAX_ROWS)
        rows.append(Line(number, tuple(_cell_text(value) for value in values)))
    return rows


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _clean(str(value))


def _clean(cell: str) -> str:
    return re.sub(r"[ \t\r\n\u00a0\u200b\ufeff]+", " ", cell).strip()


def _with_headings(
    rows: list[Line], score: Callable[[Sequence[str]], int], encoding: str, delimiter: str
) -> Table:
    filled = [line for line in rows if any(line.cells)]
    if not filled:
        raise ImportRefused("empty")
    first = max(filled[:HEADING_ROWS], key=lambda line: (score(line.cells), _width(line), -line.number))
    if score(first.cells) == 0:
        # Nothing looks like headings: the widest of the first rows, so that a person can choose.
        first = max(filled[:HEADING_ROWS], key=lambda line: (_width(line), -line.number))
    headings = _unique(first.cells)
    lines = tuple(line for line in filled if line.number > first.number)
    if not lines:
        raise ImportRefused("no-rows")
    return Table(headings, lines, first.number, encoding, delimiter)


def _width(line: Line) -> int:
    return len({cell for cell in line.cells if cell})


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    """Headings without repeats; an empty one gets its column's number. Empty columns at the end go."""
    last = max(index for index, cell in enumerate(cells) if cell)
    seen: Counter[str] = Counter()
    names = []
    for index, cell in enumerate(cells[: last + 1], 1):
        name = cell or f"#{index}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
