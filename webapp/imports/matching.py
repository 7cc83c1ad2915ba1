"""Words of a table matched to items of a catalogue, and facilities matched to those already known.

Owns the normal forms under which two spellings are one, and what counts as certain, likely and new.
Pure: what is known is passed in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

Item = Mapping[str, Any]

SURE, LIKELY = 90.0, 70.0  # of 100
SHORT = 5  # shorter words are alike by chance: only equality counts

# Cyrillic letters that look like Latin ones: codes are typed in either script.
_LOOKALIKE = str.maketrans("АВЕКМНОРСТУХІ", "ABEKMHOPCTYXI")
_LATIN = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "i", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "ң": "ng", "о": "o", "ө": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "sh", "ъ": "", "ы": "y", "і": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
# Said of nearly every item, so it tells none from another.
_COMMON = {
    "regions": {"область", "области", "обл", "облысы", "облыс", "region", "oblast", "county", "г", "город", "қ", "қаласы", "city"},
}  # fmt: skip


def normal(text: str) -> str:
    """A name without case, punctuation and kinds of quotes."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return re.sub(r"[^\w№]+|_", " ", plain).strip()


def normal_code(text: str) -> str:
    """A code without spaces, dashes and script: АК-159/7, `AK 159/7` and `ак159/7` are one. Empty for a
    bare number: those are given anew by every kind of facility."""
    code = re.sub(r"[\s\-–—_.№#]+", "", unicodedata.normalize("NFKC", text).upper()).translate(_LOOKALIKE)
    return "" if re.fullmatch(r"[N]?\d*", code) else code


def latin(text: str) -> str:
    """Lower-case Latin letters, digits and hyphens: for ids."""
    spelled = "".join(_LATIN.get(letter, letter) for letter in text.casefold())
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


@dataclass(frozen=True)
class Match:
    """What a value was matched to. `item` is empty where nothing is sure; `best` is then a suggestion."""

    item: str
    best: str
    score: float


class Catalogue:
    """One catalogue's items by every name they have."""

    def __init__(self, name: str, items: Iterable[Item]) -> None:
        self.name = name
        self.items: dict[str, Item] = {}
        self._names: dict[str, str] = {}
        for item in items:
            self.add(item)
        # What this import makes itself is found again by equality only: two new regions may be alike.
        self._like = [name for name in self._names if len(name) >= SHORT]

    def add(self, item: Item) -> None:
        """Know one more item."""
        ident = str(item["id"])
        self.items[ident] = item
        spellings = [
            ident,
            *item["label"].values(),
            *(item.get("short") or {}).values(),
            *(item.get("aliases") or ()),
        ]
        for spelling in spellings:
            # “Pre-trial detention centre (SIZO)” is also known by either half.
            outside, inside = re.sub(r"\s*\([^)]*\)", "", spelling), re.findall(r"\(([^)]+)\)", spelling)
            for variant in (spelling, outside, *inside):
                self._names.setdefault(self._plain(variant), ident)

    def match(self, value: str) -> Match:
        """The item this value means."""
        plain = self._plain(value)
        if plain in self._names:
            return Match(self._names[plain], self._names[plain], 100.0)
        if len(plain) < SHORT:
            return Match("", "", 0.0)
        found = process.extractOne(plain, self._like, scorer=fuzz.token_sort_ratio)
        if found is None or found[1] < LIKELY:
            return Match("", "", found[1] if found else 0.0)
        ident = self._names[found[0]]
        sure = found[1] >= SURE and _only_misspelt(found[0], plain)
        return Match(ident if sure else "", ident, found[1])

    def new_id(self, value: str) -> str:
        """An id for an item that is to be created from this value."""
        base = latin(value)[:60] or f"{self.name}-{len(self.items) + 1}"
        ident, number = base, 2
        while ident in self.items:
            ident, number = f"{base}-{number}", number + 1
        return ident

    def _plain(self, text: str) -> str:
        words = normal(text).split()
        kept = [word for word in words if word not in _COMMON.get(self.name, ())]
        return " ".join(kept or words)


def _only_misspelt(known: str, given: str) -> bool:
    """Whether two names differ by typing only: word by word alike, digits equal.

    Seen as a whole, “West Yorkshire” is 93 % “East Yorkshire”: it is the words that differ.
    """
    words, others = known.split(), given.split()
    if len(words) != len(others) or re.findall(r"\d+", known) != re.findall(r"\d+", given):
        return False
    return all(max(fuzz.ratio(word, other) for other in others) >= 80 for word in words)


@dataclass
class Register:
    """Facilities known so far, by code and by name; those of the file are added as they are read."""

    facilities: dict[str, Item] = field(default_factory=dict)
    _codes: dict[str, set[str]] = field(default_factory=dict)
    _names: dict[str, set[str]] = field(default_factory=dict)

    def add(self, ident: str, facility: Item) -> None:
        self.facilities[ident] = facility
        for code in facility.get("codes") or ():
            if plain := normal_code(code):
                self._codes.setdefault(plain, set()).add(ident)
        for name in [*facility["name"].values(), *(facility.get("aliases") or ())]:
            self._names.setdefault(normal(name), set()).add(ident)

    def find(self, names: Iterable[str], codes: Iterable[str], region: str) -> tuple[set[str], str]:
        """Ids of the facilities this may be, and the word by which; a code tells more than a name.

        Names are compared within a region: every region has its “No. 1”.
        """
        for code in codes:
            found = self._codes.get(normal_code(code), set()) if normal_code(code) else set()
            if found:
                return set(found), code
        for name in names:
            found = {
                ident
                for ident in self._names.get(normal(name), ())
                if not region or self.facilities[ident]["region"] == region
            }
            if found:
                return found, name
        return set(), ""

    def resembling(self, name: str, region: str, kind: str) -> str:
        """A facility of the same region and kind whose name is nearly this one; empty if none."""
        near = {
            text: ident
            for ident, facility in self.facilities.items()
            if facility["region"] == region and facility["facility_type"] == kind
            for text in map(normal, facility["name"].values())
        }
        plain = normal(name)
        found = process.extractOne(plain, list(near), scorer=fuzz.token_sort_ratio, score_cutoff=92)
        if found is None or re.findall(r"\d+", found[0]) != re.findall(r"\d+", plain):
            return ""
        return near[found[0]]
