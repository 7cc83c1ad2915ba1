"""Headings and labels of reports, in every language the office reports in.

Owns reading `content/reports/labels/<language>.json`: a further language is a further file, no code.
Knows nothing of what a report holds. Dates and names of languages come from CLDR.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

FOLDER = Path(__file__).resolve().parents[2] / "content" / "reports" / "labels"


class UnknownLanguageError(ValueError):
    """No labels exist in this language."""


def languages() -> tuple[str, ...]:
    """Languages reports can be made in, by code."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def load_labels(language: str) -> Labels:
    """The labels of one language. Raises `UnknownLanguageError`."""
    if language not in languages():
        raise UnknownLanguageError(language)
    return Labels(language, json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8")))


class Labels:
    """One language's labels: `labels.findings`, `labels["findings"]`, `labels.say("fewer_than", n=5)`."""

    def __init__(self, language: str, words: dict[str, Any]) -> None:
        self.language = language
        self.words = MappingProxyType(words)
        try:
            self.locale = Locale.parse(language, sep="-")
        except UnknownLocaleError:
            self.locale = Locale("en")

    def __getitem__(self, name: str) -> str:
        return str(self.words[name])

    def __getattr__(self, name: str) -> str:
        try:
            return str(self.words[name])
        except KeyError:
            raise AttributeError(name) from None

    def say(self, name: str, /, **values: object) -> str:
        """A sentence with its values put in; values are not formats themselves."""
        return str(self.words[name]).format_map(values)

    def choice(self, name: str, key: str) -> str:
        """One of a group of labels, for example a recommendation's status; an unknown key as it is."""
        return str(self.words[name].get(key, key))

    def numbered(self, kind: str, number: str) -> str:
        """An article of a law, a rule of a standard, an item of a guide, by its number."""
        return (
            self.choice("article", kind).format_map({"n": number})
            if kind in self.words["article"]
            else number
        )

    def day(self, value: str | None) -> str:
        """An ISO date, or the start of a timestamp, in words; what is no date as it is."""
        try:
            parsed = date.fromisoformat((value or "")[:10])
        except ValueError:
            return value or ""
        return str(format_date(parsed, self.words["date"], locale=self.locale))

    def period(self, first: str, last: str) -> str:
        """A visit's days: one date, `20–21 November 2026`, or two whole dates."""
        if first == last:
            return self.day(first)
        if first[:7] != last[:7]:
            return f"{self.day(first)} — {self.day(last)}"
        pattern = self.words["date"].replace("d", f"'{int(first[8:10])}–'d", 1)
        return str(format_date(date.fromisoformat(last[:10]), pattern, locale=self.locale))

    def number(self, value: int) -> str:
        """A whole number with the language's thousands separator."""
        return str(format_decimal(value, locale=self.locale))

    def mark(self, lang: str) -> str:
        """What stands behind text in another language; empty for the report's own or an unknown one."""
        code = lang.split("-")[0].lower()
        if not code or code == self.language.split("-")[0]:
            return ""
        marks = self.words["language_mark"]
        if code in marks:
            return str(marks[code])
        return self.say("language_mark_other", name=self.locale.languages.get(code, code))
