"""Tables `recommendation`, `recommendation_step` and `reply`.

A status is whatever was said last by a verification on site, a review of the office, or a later
recommendation that repeats this one. A reply is a claim of the authority and settles nothing; an
"unclear" verification leaves everything as it was.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from sync.projections import tables
from sync.projections.items import bodies
from sync.projections.readings import Batch, Reading, living, replace, text_of

_SETTLING = {"verification", "review", "repeat"}


def project(connection: Connection, batch: Batch) -> None:
    """Bring in recommendations of a visit channel, and what any channel says about recommendations."""
    if batch.channel.startswith("visit-") and batch.touches("recommendation", "visit"):
        _rows(connection, batch.channel)
    affected = _steps(connection, batch)
    if batch.channel == "office":
        readings = batch.of("reply")
        rows = [_reply(reading, doc) for reading, doc in living(readings)]
        replace(connection, tables.reply, [reading.id for reading in readings], rows)
    for id_ in sorted(affected):
        values = status_of(connection, id_)
        connection.execute(
            update(tables.recommendation).where(tables.recommendation.c.id == id_).values(**values)
        )


def _rows(connection: Connection, channel: str) -> None:
    """All of the channel's rows: numbers go by the order of making."""
    table, visit = tables.recommendation, tables.visit.c
    context = connection.execute(
        select(visit.facility, visit.date_to).where(visit.channel == channel)
    ).one_or_none()
    connection.execute(delete(table).where(table.c.channel == channel))
    rows = [
        {
            "id": doc["_id"],
            "channel": channel,
            "facility": context.facility if context else "",
            "number": number,
            "text": text_of(doc.get("text")),
            "theme": doc.get("theme"),
            "addressee": doc.get("addressee"),
            "addressee_name": text_of(doc.get("addressee_name")),
            "issued_on": context.date_to if context else doc["created_at"][:10],
            "deadline": doc.get("deadline"),
            "priority": doc.get("priority"),
            "repeats": doc.get("repeats"),
            **status_of(connection, doc["_id"]),
            "body": doc,
        }
        for number, doc in enumerate(bodies(connection, channel, "recommendation"), 1)
    ]
    if rows:
        connection.execute(insert(table), rows)


def _steps(connection: Connection, batch: Batch) -> set[str]:
    """Replace what the changed documents say about recommendations; the recommendations concerned."""
    types = {"event", "recommendation"} if batch.channel.startswith("visit-") else {"reply", "review"}
    readings = batch.of(*types)
    if not readings:
        return set()
    ids = [reading.id for reading in readings]
    table = tables.recommendation_step
    before = set(connection.scalars(select(table.c.recommendation).where(table.c.id.in_(ids))))
    rows = [row for reading, doc in living(readings) if (row := _step(batch.channel, reading, doc))]
    replace(connection, table, ids, rows)
    return before | {row["recommendation"] for row in rows}


def _step(channel: str, reading: Reading, doc: dict[str, Any]) -> dict[str, Any] | None:
    """What this document says about an earlier recommendation; None where it says nothing."""
    if reading.erased:
        return None
    said: dict[str, Any]
    if reading.type == "event" and doc.get("kind") == "verification":
        data = doc["data"]
        said = {"recommendation": data["recommendation"], "kind": "verification", "at": doc["at"]}
        said |= {"status": data["status"], "text": text_of(data.get("text"))}
    elif reading.type == "review" and doc.get("recommendation") and doc.get("status"):
        said = {"recommendation": doc["recommendation"], "kind": "review", "at": doc["created_at"]}
        said |= {"status": doc["status"], "text": text_of(doc.get("note"))}
    elif reading.type == "reply":
        said = {"recommendation": doc["recommendation"], "kind": "reply", "at": doc["at"]}
        said |= {"status": doc.get("claims"), "text": doc["text"]}
    elif reading.type == "recommendation" and doc.get("repeats") and doc["repeats"] != reading.id:
        said = {"recommendation": doc["repeats"], "kind": "repeat", "at": doc["created_at"]}
        said |= {"status": "repeated", "text": ""}
    else:
        return None
    return {"id": reading.id, "channel": channel, "by": doc["created_by"], **said}


def status_of(connection: Connection, recommendation: str) -> dict[str, Any]:
    """The status columns of a recommendation, from everything said about it."""
    table = tables.recommendation_step
    query = select(table).where(table.c.recommendation == recommendation).order_by(table.c.at, table.c.id)
    steps = connection.execute(query).all()
    settling = [step for step in steps if step.kind in _SETTLING and step.status not in (None, "unclear")]
    last = settling[-1] if settling else None
    replies = [step.at[:10] for step in steps if step.kind == "reply"]
    return {
        "status": last.status if last else "open",
        "status_at": last.at if last else None,
        "status_from": last.kind if last else None,
        "replied_at": max(replies, default=None),
    }


def _reply(reading: Reading, doc: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": reading.id,
        "recommendation": doc["recommendation"],
        "at": doc["at"],
        "sender": text_of(doc.get("from")),
        "text": text_of(doc.get("text")),
        "claims": doc.get("claims"),
    }
