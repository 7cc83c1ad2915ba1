"""Table `plan_item`: the year's plan, one row per facility."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert

from sync.projections import tables
from sync.projections.readings import Batch, list_of


def project(connection: Connection, batch: Batch) -> None:
    """Replace the years whose plan changed. A facility stands once in a year: at its latest entry."""
    if batch.channel != "office":
        return
    for reading in batch.of("plan"):
        if reading.doc is None:
            continue
        year = reading.doc["year"]
        connection.execute(delete(tables.plan_item).where(tables.plan_item.c.year == year))
        rows = {item["facility"]: _row(year, item) for item in reading.doc["items"]}
        if rows:
            connection.execute(insert(tables.plan_item), list(rows.values()))


def _row(year: int, item: dict[str, Any]) -> dict[str, Any]:
    return {
        "year": year,
        "facility": item["facility"],
        "month": item["month"],
        "kind": item["kind"],
        "group_id": item.get("group"),
        "reasons": list_of(item.get("reasons")),
    }
