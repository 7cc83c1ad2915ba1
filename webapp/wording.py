"""Words for the types, kinds and events of documents, as pages show them.

Owns the mapping from codes to sentences; no page writes a code of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from babel.dates import get_month_names
from flask import Flask, g
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sync.projections import tables
from webapp.catalogues import Item, person_name
from webapp.languages import multi
from webapp.models import db
from webapp.quarantine_words import REASONS

TYPES = {
    "note": _l("Note"),
    "medium": _l("Recording or photo"),
    "identity": _l("Identity"),
    "testimony": _l("Testimony"),
    "submission": _l("Form"),
    "interview": _l("Interview"),
    "withdrawal": _l("Withdrawal of consent"),
    "finding": _l("Finding"),
    "recommendation": _l("Recommendation"),
    "event": _l("Event"),
    "visit": _l("Visit"),
    "report": _l("Report"),
    "consent": _l("Consent"),
}
MEDIA = {
    "photo": _l("Photo"),
    "sketch": _l("Sketch"),
    "document": _l("Document"),
    "original": _l("Uncovered photo"),
    "audio": _l("Audio recording"),
    "video": _l("Video recording"),
    "appeal": _l("Video appeal"),
}
KINDS = {
    "forms": _l("Forms"),
    "notes": _l("Notes"),
    "media": _l("Photos and recordings"),
    "interviews": _l("Interviews"),
    "findings": _l("Findings and recommendations"),
    "events": _l("Events"),
}
USES = {
    "interview": _l("interview"),
    "recording": _l("recording"),
    "sharing": _l("sharing"),
    "publication": _l("publication"),
}
FIELDS = {
    "title": _l("Title"),
    "text": _l("Text"),
    "theme": _l("Theme"),
    "severity": _l("Severity"),
    "summary": _l("Summary"),
    "place": _l("Place"),
    "deadline": _l("Deadline"),
    "addressee": _l("Addressee"),
    "addressee_name": _l("Addressee"),
    "priority": _l("Priority"),
    "status": _l("Status"),
    "caption": _l("Caption"),
    "objectives": _l("Objectives"),
    "at": _l("When"),
    "day": _l("Day"),
    "kind": _l("Kind"),
    "category": _l("Category"),
    "handle": _l("Handle"),
    "themes": _l("Themes"),
    "source": _l("Source"),
    "sources": _l("Sources"),
    "norms": _l("Norms"),
    "evidence": _l("Evidence"),
    "media": _l("Photos and recordings"),
    "answers": _l("Answers"),
    "form": _l("Form"),
    "interview": _l("Interview"),
    "about": _l("About"),
    "people": _l("People"),
    "use": _l("Use"),
    "reason": _l("Reason"),
    "erases": _l("Destroys"),
    "facility": _l("Facility"),
    "leader": _l("Leader"),
    "team": _l("Team"),
    "findings": _l("Findings"),
    "given": _l("Given"),
}
ICONS = {
    "note": "note",
    "submission": "form",
    "interview": "interview",
    "finding": "flag",
    "recommendation": "target",
    "event": "clock",
    "withdrawal": "erase",
    "testimony": "seal",
    "identity": "seal",
}
MEDIA_ICONS = {
    "photo": "photo",
    "sketch": "sketch",
    "document": "paper",
    "original": "lock",
    "audio": "mic",
    "video": "video",
    "appeal": "appeal",
}


def type_name(kind: str) -> str:
    """A document type in words."""
    return str(TYPES.get(kind, kind))


def medium_name(kind: str) -> str:
    """A medium's kind in words."""
    return str(MEDIA.get(kind, kind))


def kind_name(kind: str) -> str:
    """A kind of material in words."""
    return str(KINDS[kind])


def use_name(use: str) -> str:
    """What consent was given for, in words."""
    return str(USES.get(use, use))


def quarantine_reason(reason: str) -> str:
    """Why something is in quarantine, in words."""
    return str(REASONS.get(reason, reason))


def field_name(field: str) -> str:
    """A field in words; an unforeseen one by its code."""
    return str(FIELDS.get(field, field))


def type_icon(entry: Any) -> str:
    """The icon of a timeline entry."""
    if entry.type == "medium":
        return MEDIA_ICONS.get(entry.body.get("kind", ""), "photo")
    return ICONS.get(entry.type, "paper")


def event_words(body: Mapping[str, Any]) -> str:
    """An event as a sentence; an unknown kind by its name."""
    data: Mapping[str, Any] = body.get("data") or {}
    reason = str(data.get("reason") or data.get("text") or "")
    access = {
        "full": _("Access in full"),
        "partial": _("Access in part"),
        "refused": _("Access refused"),
    }
    verified = {
        "implemented": _("An earlier recommendation is implemented"),
        "partly": _("An earlier recommendation is implemented in part"),
        "not": _("An earlier recommendation is not implemented"),
        "unclear": _("Whether an earlier recommendation is implemented stays unclear"),
    }
    kind = str(body.get("kind", ""))
    say: dict[str, Callable[[], str]] = {
        "arrival": lambda: _("Arrived at the facility"),
        "departure": lambda: _("Left the facility"),
        "access": lambda: access.get(str(data.get("access")), _("Access")),
        "admission": lambda: _admission(data),
        "custody_gap": lambda: _("A tablet was out of the team’s hands"),
        "verification": lambda: verified.get(str(data.get("status")), _("An earlier recommendation")),
        "comment": lambda: _("Comment"),
        "finished": lambda: _("Has nothing more to add"),
        "no_tablet": lambda: _("Had no tablet on this visit"),
        "signoff": lambda: _("Signed the visit off"),
        "dissent": lambda: _("Dissenting opinion"),
    }
    sentence = say.get(kind, lambda: kind)()
    return f"{sentence}: {reason}" if reason else str(sentence)


def _admission(data: Mapping[str, Any]) -> str:
    who = str(data.get("who") or "")
    if data.get("subject") == "person":
        who = person_name(who)
    if data.get("admitted"):
        return str(_("Let in: %(who)s", who=who))
    return str(_("Not let in: %(who)s", who=who))


def norm_name(norm: str | None) -> str:
    """`mandela/44` as the library calls it: «Mandela Rules, 44»."""
    if not norm:
        return ""
    slug, _slash, article = norm.partition("/")
    short = multi(_shorts().get(f"library:{slug}")) or slug
    return f"{short}, {article}" if article else short


def _shorts() -> dict[str, dict[str, str]]:
    if "library_shorts" not in g:
        rows = db.session.execute(select(tables.library.c.id, tables.library.c.short))
        g.library_shorts = {row.id: row.short for row in rows}
    found: dict[str, dict[str, str]] = g.library_shorts
    return found


def month_name(month: int) -> str:
    """A month's own name, with a capital."""
    name: str = get_month_names("wide", context="stand-alone", locale=get_locale() or "ru")[month]
    return name[:1].upper() + name[1:]


def plain_value(value: Any) -> str:
    """An answer or a field's value as text."""
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, Mapping):
        return multi(value)
    if isinstance(value, list | tuple):
        return ", ".join(plain_value(each) for each in value)
    return str(value)


def options(items: Iterable[Item]) -> list[tuple[str, str]]:
    """Catalogue items as the options of a select."""
    return [(item.id, str(item)) for item in items]


def pairs(values: Iterable[str]) -> list[tuple[str, str]]:
    """Plain values as the options of a select."""
    return [(value, value) for value in values]


def register(app: Flask) -> None:
    """Make the words available to templates."""
    app.jinja_env.filters.update(
        plain_value=plain_value,
        options=options,
        pairs=pairs,
        registered=lambda endpoint: endpoint in app.view_functions,
    )
    app.jinja_env.globals.update(
        type_name=type_name,
        medium_name=medium_name,
        kind_name=kind_name,
        use_name=use_name,
        quarantine_reason=quarantine_reason,
        type_icon=type_icon,
        field_name=field_name,
        event_words=event_words,
        norm_name=norm_name,
        month_name=month_name,
    )
