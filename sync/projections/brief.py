"""The `brief` of a visit, made from the read model: its pack on the tablet (docs/documents.md).

Owns which visits need one and what is in it. Reads SQL only; the engine submits what is made here.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from sync.projections import tables
from sync.projections.readings import text_of

MOST_FINDINGS = 100
# What is partly or not implemented is asked about again at the next visit, until it is done or repeated.
UNFINISHED = ("open", "partly", "not")
_HEADER = frozenset(
    {
        "type",
        "schema",
        "class",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "device",
        "base",
        "resolves",
    }
)


def due(connection: Connection, today: date) -> list[str]:
    """Channels of coming visits whose brief is missing, or tells of another facility than it should."""
    visit, item = tables.visit.c, tables.item.c
    coming = connection.execute(
        select(visit.channel, tables.facility.c.body.label("facility"))
        .join(tables.facility, tables.facility.c.id == visit.facility)
        .where(visit.status != "closed", visit.date_to >= today.isoformat())
        .order_by(visit.channel)
    ).all()
    written = connection.execute(select(item.channel, item.body).where(item.type == "brief")).all()
    briefs = {row.channel: row.body for row in written}
    return [
        row.channel
        for row in coming
        if row.channel not in briefs or card(briefs[row.channel].get("facility") or {}) != card(row.facility)
    ]


def compose(connection: Connection, channel: str, today: date) -> dict[str, Any] | None:
    """The brief's fields; None where visit or facility are not here."""
    visits = tables.visit.c
    visit = connection.execute(select(tables.visit).where(visits.channel == channel)).one_or_none()
    if visit is None:
        return None
    facilities = select(tables.facility.c.body).where(tables.facility.c.id == visit.facility)
    facility = connection.scalar(facilities)
    if facility is None:
        return None
    earlier = connection.execute(
        select(tables.visit)
        .where(visits.facility == visit.facility, visits.channel != channel, visits.date_to < visit.date_from)
        .order_by(visits.date_to.desc(), visits.channel)
    ).all()
    return {
        "_id": f"brief:{visit.id.partition(':')[2]}",
        "type": "brief",
        "facility": card(facility),
        "earlier": [
            {"visit": row.channel, "kind": row.kind, "from": row.date_from, "to": row.date_to}
            for row in earlier
        ],
        "findings": _findings(connection, {row.channel: row.date_to for row in earlier}),
        "recommendations": _recommendations(connection, visit, today),
        "answers": _answers(connection, earlier),
    }


def card(facility: dict[str, Any]) -> dict[str, Any]:
    """A facility document's own fields."""
    return {name: value for name, value in facility.items() if name not in _HEADER}


def _findings(connection: Connection, dates: dict[str, str]) -> list[dict[str, Any]]:
    """Final findings of earlier visits that are not combined into another, newest visit first."""
    finding = tables.finding.c
    rows = connection.execute(
        select(tables.finding).where(
            finding.channel.in_(list(dates)), finding.status == "final", finding.combined_into.is_(None)
        )
    ).all()
    rows = sorted(rows, key=lambda row: str(row.id))
    rows.sort(key=lambda row: dates[row.channel], reverse=True)
    return [
        {
            "id": row.id,
            "visit": row.channel,
            "date": dates[row.channel],
            "title": row.title,
            "theme": row.theme,
            "severity": row.severity,
        }
        for row in rows[:MOST_FINDINGS]
    ]


def _recommendations(connection: Connection, visit: Row[Any], today: date) -> list[dict[str, Any]]:
    """The opening checklist: what is not yet implemented at this facility, oldest first."""
    table = tables.recommendation.c
    rows = connection.execute(
        select(tables.recommendation)
        .where(table.facility == visit.facility, table.channel != visit.channel, table.status.in_(UNFINISHED))
        .order_by(table.issued_on, table.channel, table.number)
    ).all()
    return [
        {
            "id": row.id,
            "visit": row.channel,
            "date": row.issued_on,
            "number": row.number,
            "text": row.text,
            "lang": row.body.get("lang"),
            "addressee": row.addressee,
            "deadline": row.deadline,
            "status": row.status,
            "overdue": row.deadline is not None and row.deadline < today.isoformat(),
        }
        for row in rows
    ]


def _answers(connection: Connection, earlier: list[Any] | Any) -> dict[str, dict[str, Any]]:
    """For each form and question, the newest earlier answer and its date."""
    dates = {row.channel: row.date_to for row in earlier}
    item = tables.item.c
    rows = connection.execute(
        select(item.channel, item.id, item.body).where(
            item.channel.in_(list(dates)), item.type == "submission", ~item.erased
        )
    ).all()
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda each: (dates[each.channel], str(each.id))):
        form = text_of(row.body.get("form")).removeprefix("form:")
        answers = found.setdefault(form, {})
        for path, value in (row.body.get("answers") or {}).items():
            answers[path] = {"value": value, "date": dates[row.channel]}
    return found
