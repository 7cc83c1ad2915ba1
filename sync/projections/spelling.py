"""How names are typed: one spelling for what sounds alike, one for what looks alike.

Owns the folding of facilities' names, aliases and codes for the office's search; the tablet's twin is
`static/app/facilities/search.js`. Kazakh letters may be typed as Russian ones or in Latin («Қарағанды»,
"Qaraghandy", "Karagandy"), and codes in Latin letters that look the same («АК-159/7» as AK-159/7). Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# How letters sound, in a plain Latin skeleton.
SOUND = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "i", "і": "i", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
# Which Latin letter a Cyrillic one looks like.
LOOK = {
    "а": "a", "в": "b", "с": "c", "е": "e", "ё": "e", "н": "h", "к": "k", "қ": "k", "м": "m", "о": "o", "ө": "o",
    "р": "p", "т": "t", "у": "y", "ү": "y", "ұ": "y", "х": "x", "і": "i",
}  # fmt: skip
# Latin spellings of one sound, longest first.
SPELLINGS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("shch", "sh"), ("kh", "h"), ("gh", "g"), ("ng(?![aeiou])", "n"), ("dzh", "zh"), ("j", "zh"), ("ya", "ia"),
        ("yu", "iu"), ("yo", "e"), ("ye", "e"), ("[yı]", "i"), ("q", "k"), ("w", "u"), ("x", "ks"), ("ii+", "i"),
    )
]  # fmt: skip


def fold_sound(text: str) -> str:
    """As it sounds."""
    folded = "".join(SOUND.get(letter, letter) for letter in _plain(text))
    for pattern, sound in SPELLINGS:
        folded = pattern.sub(sound, folded)
    return re.sub(r"([a-z])\1+", r"\1", folded)


def fold_look(text: str) -> str:
    """As it looks."""
    return "".join(LOOK.get(letter, letter) for letter in _plain(text))


def squeeze(text: str) -> str:
    """Letters and digits only."""
    return re.sub(r"[\W_]+", "", text)


def search_text(names: Iterable[str]) -> str:
    """What a facility's row is searched in: every name in each folding, by words and in one piece.

    Words stand between single spaces, so that a number can be asked for by its beginning (" 66").
    """
    lines = []
    for name in dict.fromkeys(names):
        for folded in (fold_sound(name), fold_look(name)):
            words = re.findall(r"[^\W\d_]+|\d+", folded)
            lines.append(f" {' '.join(words)} {squeeze(folded)}")
    return "\n".join(dict.fromkeys(lines))


def search_forms(typed: str) -> list[str]:
    """The pieces of `search_text` any of which has to be there for one typed word; none for mere signs."""
    forms = []
    for folded in (fold_sound(typed), fold_look(typed)):
        piece = squeeze(folded)
        if folded.strip().isdigit():
            piece = f" {piece}"  # "66" is not "166"; "159/7" is a part of a code
        if piece:
            forms.append(piece)
    return list(dict.fromkeys(forms))


def _plain(text: str) -> str:
    """Lower case, no number sign, no diacritics of Latin letters. Kazakh letters stay letters of their own."""
    lower = re.sub("[№#]", " ", text.lower())
    return re.sub(
        r"[a-z\u00c0-\u024f]+",
        lambda latin: "".join(
            each for each in unicodedata.normalize("NFD", latin[0]) if not unicodedata.combining(each)
        ),
        lower,
    )
