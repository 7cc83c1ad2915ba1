"""Words of one language for single values: labels, free text, norms, answers, evidence.

Owns cleaning: every string of a report passes here and loses what no file may carry. Escaping is each
file's own. Knows one value at a time; the order of a report is manuscript.py's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from webapp.reports.labels import Labels
from webapp.reports.outputs import INTERVIEWEE
from webapp.reports.parts import Answer, Evidence, Multi, Norm, Text

# Control characters, lone surrogates, noncharacters and direction overrides: XML refuses the first
# three, and the last can make a sentence read as its opposite. Tab and line feed stay.
UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


@dataclass(frozen=True)
class Passage:
    """Free text with the mark of its language, empty where it is the report's own."""

    text: str
    lang: str
    mark: str

    def __str__(self) -> str:
        return f"{self.text} {self.mark}".strip()

    def __bool__(self) -> bool:
        return bool(self.text)


def clean(value: object) -> str:
    """A string without what files refuse; line ends become `\\n`, the rest U+FFFD or nothing."""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return UNFIT.sub(lambda found: "\ufffd" if "\ud800" <= found[0] <= "\udfff" else "", text)


class Wording:
    """Puts single values into one language."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels

    def multi(self, value: Multi | None) -> str:
        """A `multi` in the report's language; falls back to `ru`, then to the first present."""
        for code in (self.labels.language, "ru", *(value or {})):
            if value and value.get(code):
                return clean(value[code])
        return ""

    def passage(self, text: Text | None) -> Passage:
        """Free text, marked where its language is not the report's."""
        if text is None or not text.value.strip():
            return Passage("", "", "")
        words = clean(text.value.strip()).replace(INTERVIEWEE, self.labels["interviewee"])
        return Passage(words, clean(text.lang), clean(self.labels.mark(text.lang)))

    def norm(self, norm: Norm) -> str:
        """`Nelson Mandela Rules, rule 44: Solitary confinement`."""
        title = self.multi(norm.title)
        if not title:
            return clean(norm.norm)
        words = f"{title}, {self.labels.numbered(norm.kind, clean(norm.article))}"
        heading = norm.heading
        told = (
            str(self.passage(heading))
            if heading is None or isinstance(heading, Text)
            else self.multi(heading)
        )
        return f"{words}: {told}" if told else words

    def evidence(self, each: Evidence, internal: bool) -> str:
        """One piece of evidence as a sentence; outside the office only what kind it is."""
        say = self.labels
        if not internal:
            kind = say.choice("evidence_kinds", each.kind)
            return f"{say['photo']} {each.photo_number}" if each.photo_number else kind
        words = say[f"evidence_{each.kind}"]
        if each.photo_number:
            words = f"{words} {each.photo_number}"
        if each.handle:
            words = f"{words} {clean(each.handle)}"
        details = [self.multi(each.label), clean(each.place or "")]
        if each.kind in ("note", "event") and each.at:
            details.append(say.day(each.at))
        details = [detail for detail in details if detail]
        if details:
            words = f"{words} ({', '.join(details)})"
        said = str(self.passage(each.text)) if each.text else "; ".join(self.value(each.answer))
        return f"{words}: {said}" if said else words

    def answer(self, answer: Answer, lang: str) -> dict[str, Any]:
        """One answer; only what was typed freely can be in another language."""
        if answer.kind == "file":
            text: Passage = Passage(self.labels["answer_file"], "", "")
        elif answer.kind in ("text", "string") and all(isinstance(value, str) for value in answer.values):
            text = self.passage(Text("; ".join(str(value) for value in answer.values), lang))
        else:
            text = Passage("; ".join(self.value(answer.values)), "", "")
        return {"question": self.multi(answer.label), "answer": text}

    def value(self, values: tuple[Multi | str, ...]) -> list[str]:
        """Choice labels in the report's language, dates in words, yes and no for booleans."""
        return [self._word(value) if isinstance(value, str) else self.multi(value) for value in values]

    def _word(self, text: str) -> str:
        if text in ("true", "false"):
            return self.labels["answer_yes" if text == "true" else "answer_no"]
        return self.labels.day(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else clean(text)
