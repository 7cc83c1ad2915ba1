"""Table `item`: every document of every visit channel, merged. Other tables are made from it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select

from sync.projections import tables
from sync.projections.readings import Batch, living


def project(connection: Connection, batch: Batch) -> None:
    """Replace the rows of what changed in a visit channel."""
    if not batch.channel.startswith("visit-"):
        return
    item = tables.item
    ids = [reading.id for reading in batch.readings]
    connection.execute(delete(item).where(item.c.channel == batch.channel, item.c.id.in_(ids)))
    rows = [
        {
            "channel": batch.channel,
            "id": reading.id,
            "type": reading.type,
            "class": str(doc.get("class")),
            "at": str(doc.get("at") or doc.get("created_at") or ""),
            "created_by": str(doc.get("created_by")),
            "received_at": reading.received_at,
            "position": reading.position,
            "rev": reading.rev,
            "conflicts": reading.conflicts,
            "erased": reading.erased,
            "body": doc,
        }
        for reading, doc in living(batch.readings)
    ]
    if rows:
        connection.execute(insert(item), rows)


def bodies(connection: Connection, channel: str, *types: str) -> list[dict[str, Any]]:
    """Bodies of a channel's documents of these types that are not erased, by id: the order of their making."""
    item = tables.item.c
    query = (
        select(item.body).where(item.channel == channel, item.type.in_(types), ~item.erased).order_by(item.id)
    )
    return list(connection.scalars(query))
