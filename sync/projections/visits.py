"""Tables `visit` and `visit_member`: the visit document, and what events and the report say of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from sync.projections import tables
from sync.projections.items import bodies
from sync.projections.readings import Batch, list_of, living, replace, text_of

# Of a visit that was begun where the register could not be read (docs/documents.md): no facility has this id.
UNKNOWN_FACILITY = "facility:unknown"


def project(connection: Connection, batch: Batch) -> None:
    """Make the visit's rows anew: every change in the channel shows in its version."""
    if batch.channel.startswith("visit-"):
        refresh(connection, batch.channel)


def project_decisions(connection: Connection, batch: Batch) -> None:
    """The office's decisions on reports are in its own channel; the visits they speak of follow."""
    readings = batch.of("review") if batch.channel == "office" else []
    if not readings:
        return
    table, ids = tables.report_decision, [reading.id for reading in readings]
    before = set(connection.scalars(select(table.c.channel).where(table.c.id.in_(ids))))
    rows = [
        {"id": reading.id, "channel": doc["visit"], "decision": doc["decision"], "at": doc["created_at"]}
        for reading, doc in living(readings)
        if doc.get("decision")
    ]
    replace(connection, table, ids, rows)
    for channel in sorted(before | {row["channel"] for row in rows}):
        refresh(connection, channel)


def refresh(connection: Connection, channel: str) -> None:
    """The channel's row from its items; none without a `visit` document."""
    documents = bodies(connection, channel, "visit")
    for table in (tables.visit, tables.visit_member):
        connection.execute(delete(table).where(table.c.channel == channel))
    if not documents:
        return
    visit = documents[0]
    events = sorted(bodies(connection, channel, "event"), key=lambda event: (event["at"], event["_id"]))
    item = tables.item.c
    newest = connection.execute(
        select(func.max(item.received_at), func.max(item.position)).where(item.channel == channel)
    ).one()
    access = _last(events, "access")
    signoff = _last(events, "signoff")
    row = {
        "channel": channel,
        "id": visit["_id"],
        "facility": visit["facility"],
        "kind": visit["kind"],
        "date_from": visit["from"],
        "date_to": visit["to"],
        "group_id": visit.get("group"),
        "leader": visit["leader"],
        "status": visit["status"],
        "unplanned": visit.get("unplanned") is True,
        "access": access["data"].get("access") if access else None,
        "signed_off_at": signoff["at"] if signoff else None,
        "report_status": _report_status(connection, channel),
        "received_last": newest[0],
        "version": newest[1] or 0,
        "body": visit,
    }
    connection.execute(insert(tables.visit), [row])
    members = _members(channel, visit, events)
    if members:
        connection.execute(insert(tables.visit_member), members)


def _report_status(connection: Connection, channel: str) -> str | None:
    """The report's own status, unless the office has decided on it since it was last written."""
    reports = sorted(bodies(connection, channel, "report"), key=lambda doc: (doc["updated_at"], doc["_id"]))
    if not reports:
        return None
    report = reports[-1]
    status = text_of(report.get("status"))
    table = tables.report_decision.c
    query = select(table.decision).where(table.channel == channel, table.at > report["updated_at"])
    decision = connection.scalar(query.order_by(table.at.desc(), table.id.desc()).limit(1))
    return decision if decision and status != "sent" else status


def _members(channel: str, visit: dict[str, Any], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    parts = {str(row.get("person")): text_of(row.get("part")) for row in list_of(visit.get("team"))}
    parts.setdefault(visit["leader"], "")
    finished = {event["created_by"]: event["at"] for event in events if event["kind"] == "finished"}
    without = {event["data"].get("person") for event in events if event["kind"] == "no_tablet"}
    return [
        {
            "channel": channel,
            "person": person,
            "part": part,
            "finished_at": finished.get(person),
            "no_tablet": person in without,
        }
        for person, part in parts.items()
    ]


def _last(events: list[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    return next((event for event in reversed(events) if event["kind"] == kind), None)
