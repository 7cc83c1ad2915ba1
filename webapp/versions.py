"""Versions of one document that conflict: what has to be chosen, and what an office form's choices come to.

Fields that only make sense together (a form's answers and its XML) are one question: one from each side
would make a form that nobody filled in. The twin of `static/app/wrapup/version_choice.js`. Knows no store;
`settle_permitted` asks the sync engine's own rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from sync.authorization import LEADING, Account, VisitCard
from sync.errors import Refused
from sync.revisions import Leaf
from sync.wire import canonical
from sync.writing import check_right
from webapp.catalogues import label, person_name
from webapp.wording import norm_name, plain_value

# Written in sentences: two versions can be made one. The long ones have several lines.
LONG = frozenset({"text", "summary", "objectives"})
TEXTS = LONG | {"title", "caption", "place", "addressee_name"}
OWN = "own"
_SEALED = ("sealed", "size")
TOGETHER: dict[str, tuple[str, ...]] = {
    "submission": (
        "xml", "answers", "flags", "aside", "progress", "complete", "files", "detached", "form",
        "form_version", "title",
    ),
    "medium": (
        "state", "frames", "bytes", "plain_bytes", "duration_ms", "chunks", "mime", "width", "height", "kind",
    ),
    "identity": _SEALED,
    "testimony": _SEALED,
}  # fmt: skip
CATALOGUES = {
    "theme": "themes",
    "themes": "themes",
    "source": "sources",
    "sources": "sources",
    "severity": "severities",
    "priority": "priorities",
    "addressee": "authorities",
    "category": "categories",
    "kind": "visit_kinds",
}


@dataclass(frozen=True)
class Option:
    """One version's part in a question. A field that the version lacks is not in `values`."""

    rev: str
    values: dict[str, Any]
    by: str | None
    at: str | None


@dataclass(frozen=True)
class Question:
    """What a person chooses at once. `kind`: `text`, `value` or `whole`; `key` names it in the form."""

    key: str
    kind: str
    fields: tuple[str, ...]
    options: tuple[Option, ...]

    @property
    def combined(self) -> str:
        """A text to start from where a person makes one of several."""
        texts = [str(option.values.get(self.key) or "").strip() for option in self.options]
        return ("\n\n" if self.key in LONG else "; ").join(text for text in texts if text)


def questions(type_: str, conflicts: Sequence[Mapping[str, Any]], leaves: Sequence[Leaf]) -> list[Question]:
    """Each conflicting field, what goes together as one; `leaves` are those that stand, winner first."""
    together = TOGETHER.get(type_, ())
    contested = [str(conflict["field"]) for conflict in conflicts]
    found = []
    whole = tuple(name for name in together if name in contested or len(_distinct(leaves, (name,))) > 1)
    if any(name in together for name in contested):
        found.append(Question("whole", "whole", whole, _distinct(leaves, whole)))
    for name in contested:
        if name in together:
            continue
        options = _distinct(leaves, (name,))
        text = name in TEXTS and all(isinstance(each.values.get(name) or "", str) for each in options)
        found.append(Question(name, "text" if text else "value", (name,), options))
    return found


def settled(
    document: Mapping[str, Any], asked: Sequence[Question], form: Mapping[str, str]
) -> dict[str, Any] | None:
    """The document with what the form chose; None where a question is left open."""
    result = dict(document)
    for question in asked:
        chosen = form.get(f"field-{question.key}")
        text = form.get(f"text-{question.key}", "").replace("\r\n", "\n").strip()
        if question.kind == "text" and chosen == OWN and text:
            result[question.key] = text
            continue
        option = next((each for each in question.options if each.rev == chosen), None)
        if option is None:
            return None
        for name in question.fields:
            result.pop(name, None)
        result.update(option.values)
    return result


def settle_permitted(account: Account, channel: str, type_: str, card: VisitCard | None) -> bool:
    """Whether the account chooses between versions in the office: analysts, and leaders of the visit's team."""
    if account.role not in LEADING:
        return False
    try:
        check_right(account, channel, {"type": type_}, card)
    except Refused:
        return False
    return True


def lines(question: Question, option: Option, form: Mapping[str, Any] | None) -> list[tuple[str | None, str]]:
    """An option in words: (name, value); a single field has no name. `form`: the submission's form document."""
    if question.kind != "whole":
        return [(None, _words(question.key, option.values.get(question.key)))]
    answers: list[dict[str, Any]] = [each.values.get("answers") or {} for each in question.options]
    labels = {each["path"]: each.get("label") for each in (form or {}).get("questions") or []}
    paths = dict.fromkeys(path for each in answers for path in each)
    own: dict[str, Any] = option.values.get("answers") or {}
    found: list[tuple[str | None, str]] = [
        (plain_value(labels.get(path) or path), plain_value(own.get(path)))
        for path in paths
        if len({canonical(each.get(path)) for each in answers}) > 1
    ]
    return found or [(None, str(_("The whole content")))]


def _words(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_words(name, each) for each in value) or plain_value(None)
    if isinstance(value, str) and name in CATALOGUES:
        return label(CATALOGUES[name], value)
    if isinstance(value, str) and name == "norms":
        return norm_name(value)
    if isinstance(value, str) and name == "leader":
        return person_name(value)
    if isinstance(value, Mapping) and "person" in value:
        return ", ".join(filter(None, (person_name(str(value["person"])), str(value.get("part") or ""))))
    return plain_value(value)


def _distinct(leaves: Sequence[Leaf], names: Sequence[str]) -> tuple[Option, ...]:
    found: dict[bytes, Option] = {}
    for leaf in leaves:
        values = {name: leaf.doc[name] for name in names if name in leaf.doc}
        option = Option(leaf.rev, values, leaf.doc.get("updated_by"), leaf.doc.get("updated_at"))
        found.setdefault(canonical([leaf.doc.get(name) for name in names]), option)
    return tuple(found.values())
