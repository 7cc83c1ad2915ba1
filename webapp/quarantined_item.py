"""A quarantined document in words, for whoever decides about it.

Owns which fields are shown, and how. A document here breaks a rule, so that any field may hold anything. Never shows
where an interview took place, nor anything that is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.catalogues import label, person_name
from webapp.languages import moment
from webapp.versions import CATALOGUES
from webapp.wording import field_name, norm_name, plain_value

# What the page says elsewhere, what is the machinery's own, and what nobody may read here.
_HIDDEN = frozenset(
    {
        "_id", "type", "schema", "class", "created_at", "created_by", "updated_at", "updated_by", "device", "base",
        "resolves", "lang", "xml", "sealed", "chunks", "capture", "frames", "plain_bytes", "_rev",
    }
)  # fmt: skip
_LONGEST = 2000


def facts(document: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Names and values of what is in it; empty where it does not open."""
    if document is None:
        return []
    spoken = document.get("interview") or document.get("type") == "interview"
    hidden = _HIDDEN | {"place", "at"} if spoken else _HIDDEN
    return [(field_name(name), _words(name, value)) for name, value in document.items() if name not in hidden]


def is_sealed(document: Mapping[str, Any] | None) -> bool:
    """Whether only key holders could read what it is about."""
    return document is not None and document.get("class") == "custody"


def _words(name: str, value: Any) -> str:
    if isinstance(value, str):
        if name in CATALOGUES:
            return label(CATALOGUES[name], value)
        if name == "leader":
            return person_name(value)
        if name == "norms":
            return norm_name(value)
        if name == "at":
            return moment(value)
    if isinstance(value, list | tuple):
        return ", ".join(_words(name, each) for each in value) or plain_value(None)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_words('', each)}" for key, each in value.items()) or plain_value(None)
    return plain_value(value)[:_LONGEST]
