"""Document types: which schema, class and channel each has (docs/documents.md).

Owns the registry. Knows no store and no account. A type that is not registered is kept as it comes;
a schema number above the registered one is a newer application's and is left alone (`newer-schema`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from marshmallow import Schema

from sync.schemas import evidence, office, reference, visits
from sync.schemas.compiled import Check, compiled
from sync.schemas.evidence import MEDIUM_CLASS
from sync.schemas.header import Header


@dataclass(frozen=True)
class DocumentType:
    """One registered type. `family` is the kind of channel: `reference`, `office` or `visit`."""

    name: str
    family: str
    number: int
    schema: Schema
    # None: by the medium's kind.
    document_class: str | None
    append_only: bool = False

    @cached_property
    def surely_valid(self) -> Check:
        """True for a document in which the schema finds no problem, without asking it; False: ask it."""
        return compiled(self.schema)


def _types() -> dict[str, DocumentType]:
    rows: list[tuple[str, str, type[Schema], str | None]] = [
        ("catalogue", "reference", reference.Catalogue, "group"),
        ("facility", "reference", reference.Facility, "group"),
        ("form", "reference", reference.Form, "group"),
        ("library", "reference", reference.Library, "group"),
        ("person", "reference", reference.Person, "group"),
        ("plan", "office", office.Plan, "office"),
        ("reply", "office", office.Reply, "office"),
        ("review", "office", office.Review, "office"),
        ("visit", "visit", visits.Visit, "group"),
        ("brief", "visit", visits.Brief, "group"),
        ("event", "visit", visits.Event, "group"),
        ("submission", "visit", evidence.Submission, "group"),
        ("note", "visit", evidence.Note, "group"),
        ("interview", "visit", evidence.Interview, "group"),
        ("consent", "visit", evidence.Consent, "group"),
        ("withdrawal", "visit", evidence.Withdrawal, "group"),
        ("identity", "visit", evidence.Sealed, "custody"),
        ("testimony", "visit", evidence.Sealed, "custody"),
        ("medium", "visit", evidence.Medium, None),
        ("finding", "visit", visits.Finding, "group"),
        ("recommendation", "visit", visits.Recommendation, "group"),
        ("report", "visit", visits.Report, "group"),
    ]
    append_only = {"event", "consent", "withdrawal"}
    return {
        name: DocumentType(name, family, 1, schema(), document_class, name in append_only)
        for name, family, schema, document_class in rows
    }


TYPES = _types()
SCHEMAS = {name: kind.schema for name, kind in TYPES.items()}
_UNKNOWN = Header()


def channel_family(channel: str) -> str:
    """`reference`, `office`, or `visit` for every `visit-<ulid>`; `unknown` for anything else."""
    if channel in ("reference", "office"):
        return channel
    return "visit" if channel.startswith("visit-") else "unknown"


def class_of(document: dict[str, Any]) -> str:
    """The class this document must have. Unknown types say it themselves."""
    kind = TYPES.get(str(document.get("type")))
    if kind is None:
        return str(document.get("class") or "group")
    return kind.document_class or MEDIUM_CLASS.get(str(document.get("kind")), "custody")


def is_newer(document: dict[str, Any]) -> bool:
    """Whether a newer application wrote this: its schema number is above ours."""
    kind = TYPES.get(str(document.get("type")))
    number = document.get("schema")
    return (
        kind is not None and isinstance(number, int) and not isinstance(number, bool) and number > kind.number
    )


def problems(document: dict[str, Any]) -> dict[str, Any]:
    """What breaks the schema, field by field; empty where nothing does. Does not change the document."""
    kind = TYPES.get(str(document.get("type")))
    if kind is not None and kind.surely_valid(document) and document.get("class") == class_of(document):
        return {}
    found: dict[str, Any] = dict((kind.schema if kind else _UNKNOWN).validate(document))
    if not found and document.get("class") != class_of(document):
        found["class"] = [f"must be {class_of(document)}"]
    return found
