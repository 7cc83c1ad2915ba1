"""Cells of a register become dates, numbers and yes or no; each refusal has a code of its own."""

from __future__ import annotations

import re
from datetime import date, timedelta

EARLIEST = 1700
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("янв", "қаң", "jan"),
            ("фев", "ақп", "feb"),
            ("мар", "нау", "mar"),
            ("апр", "сәу", "apr"),
            ("мая", "май", "мам", "may"),
            ("июн", "мау", "jun"),
            ("июл", "шіл", "jul"),
            ("авг", "там", "aug"),
            ("сен", "қыр", "sep"),
            ("окт", "қаз", "oct"),
            ("ноя", "қар", "nov"),
            ("дек", "жел", "dec"),
        ),
        1,
    )
    for name in names
}
_YES = {
    "1",
    "да",
    "yes",
    "y",
    "true",
    "+",
    "иә",
    "ия",
    "действует",
    "действующее",
    "работает",
    "открыто",
    "жұмыс істейді",
    "active",
    "open",
}
_NO = {
    "0",
    "нет",
    "no",
    "n",
    "false",
    "-",
    "жоқ",
    "закрыто",
    "не действует",
    "не работает",
    "ликвидировано",
    "жабылған",
    "closed",
    "inactive",
}
EMPTY = {"", "-", "–", "—", "нет данных", "н/д", "n/a", "na", "null", "none", "жоқ деректер", "?", "."}


class BadValue(ValueError):  # noqa: N818 (a word of the domain)
    """`code` is a key of `words.json` after `row.`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_empty(cell: str) -> bool:
    """Whether people mean "nothing" by this cell."""
    return cell.strip().casefold() in EMPTY


def parse_date(cell: str, today: date) -> str:
    """`YYYY-MM-DD` from the ways people write a date; a year alone is its first day.

    Raises `BadValue`. Day before month, always: a table of this country's is not American.
    """
    text = re.sub(r"\s*(г\.?|года|год|ж\.?|жыл\w*|year)\s*$", "", cell.strip().casefold()).strip(" .")
    if re.fullmatch(r"\d{4}", text):
        return _day(int(text), 1, 1, today)
    if match := re.fullmatch(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[t ].*)?", text):
        return _day(int(match[1]), int(match[2]), int(match[3]), today)
    if match := re.fullmatch(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})(?: .*)?", text):
        return _day(int(match[3]), int(match[2]), int(match[1]), today)
    if re.fullmatch(r"\d{1,2}[-./]\d{1,2}[-./]\d{2}", text):
        raise BadValue("short-year")
    if match := re.fullmatch(r"(\d{1,2})[-./](\d{4})", text):
        return _day(int(match[2]), int(match[1]), 1, today)
    if match := re.fullmatch(r"(?:(\d{1,2})[ -])?([^\W\d]+)[ ,-]+(\d{4})", text):
        month = _MONTHS.get(match[2][:3])
        if month:
            return _day(int(match[3]), month, int(match[1] or 1), today)
    if match := re.fullmatch(r"(\d{4})\s+(?:жылғы\s+)?(\d{1,2})\s+([^\W\d]+)", text):
        month = _MONTHS.get(match[3][:3])
        if month:
            return _day(int(match[1]), month, int(match[2]), today)
    if re.fullmatch(r"\d{5}", text):
        # A spreadsheet's serial number: days since 1899-12-30.
        return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()
    raise BadValue("bad-date")


def _day(year: int, month: int, day: int, today: date) -> str:
    if not EARLIEST <= year <= today.year + 5:
        raise BadValue("unlikely-year")
    try:
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise BadValue("no-such-day") from error


def parse_capacity(cell: str) -> int:
    """A whole number of places; spaces and a unit in words are allowed. Raises `BadValue`."""
    text = re.sub(r"\s*(мест\w*|чел\w*|орын\w*|адам\w*|places?)\.?$", "", cell.strip().casefold())
    digits = re.sub(r"(?<=\d)[ \u00a0'](?=\d{3})", "", text)
    if not re.fullmatch(r"-?\d+(?:[.,]0+)?", digits):
        raise BadValue("bad-number")
    number = int(re.split(r"[.,]", digits)[0])
    if not 0 <= number <= 20_000:
        raise BadValue("unlikely-number")
    return number


def parse_active(cell: str) -> bool:
    """Yes or no in three languages. Raises `BadValue`."""
    text = cell.strip().casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise BadValue("bad-active")
