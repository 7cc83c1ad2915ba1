"""Which column of somebody's table is what: suggested by the words of its heading, in three languages.

Owns the suggestion only; a person may choose otherwise. `headings.json` holds the words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz

CERTAIN = 86  # of 100
# Fields that may be put together from several columns.
MANY = frozenset({"address", "alias", "code"})

_LANGUAGES = {
    "ru": ("ru", "rus", "рус", "русском", "русский", "орыс", "орысша", "russian"),
    "kk": ("kk", "kz", "kaz", "каз", "казахском", "казахский", "қаз", "қазақша", "kazakh"),
    "en": ("en", "eng", "англ", "английском", "английский", "ағылшынша", "english"),
}


@cache
def _names() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(
        (Path(__file__).parent / "headings.json").read_text(encoding="utf-8")
    )
    return found


def plain(text: str) -> str:
    """A heading without case, punctuation and underscores."""
    return re.sub(r"[^\w№]+|_", " ", text.casefold().replace("ё", "е")).strip()


def field_of(heading: str) -> tuple[str, float]:
    """The likeliest field of a heading (`name.kk` where it names a language) and how likely, 0–100."""
    words, language = _without_language(plain(heading))
    best, score = "", 0.0
    for field, names in _names().items():
        for name in names:
            likeness = 100.0 if words == plain(name) else fuzz.ratio(words, plain(name))
            # Short words are alike by chance.
            if min(len(words), len(name)) < 5 and likeness < 100:
                continue
            if likeness > score:
                best, score = field, likeness
    if language and best in ("name", "address"):
        best = f"{best}.{language}"
    return best, score


def suggest(headings: Sequence[str]) -> dict[str, str]:
    """A field for every heading: `extra` where nothing fits, so that nothing is lost."""
    guesses = sorted(
        ((field_of(heading), index) for index, heading in enumerate(headings)), key=lambda each: -each[0][1]
    )
    chosen: dict[int, str] = {}
    for (field, score), index in guesses:
        taken = field in chosen.values() and field.partition(".")[0] not in MANY
        chosen[index] = field if score >= CERTAIN and not taken else "extra"
    return {heading: chosen[index] for index, heading in enumerate(headings)}


def count_known(cells: Sequence[str]) -> int:
    """How many different fields a row of cells would name, were it the headings."""
    found = {field for field, score in map(field_of, cells) if score >= CERTAIN}
    return len(found) if len(found) > 1 else 0


def _without_language(words: str) -> tuple[str, str]:
    """`название рус` → (`название`, `ru`)."""
    parts = words.split()
    for language, names in _LANGUAGES.items():
        rest = [part for part in parts if part not in names]
        if len(rest) < len(parts) and rest:
            return " ".join(part for part in rest if part not in ("на", "in", "тілінде", "языке")), language
    return words, ""
