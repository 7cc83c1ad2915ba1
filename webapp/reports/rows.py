"""What the read model holds of one visit.

Owns the SQL of a report. Bodies of custody documents are never selected: of those only id, type and
kind are known here, so nothing built on it can show them (invariant 6). Items of a visit come in the
order of projection, which is the server's and not a tablet's clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from sync.projections import tables


@dataclass(frozen=True)
class Item:
    """A group-class document of the visit. `body` is empty once erased."""

    id: str
    type: str
    at: str
    created_by: str
    erased: bool
    body: dict[str, Any]


@dataclass(frozen=True)
class VisitRows:
    """One visit's rows. `sealed` gives the type or medium kind of each custody document."""

    visit: RowMapping
    facility: RowMapping | None
    members: list[RowMapping]
    items: dict[str, Item]
    sealed: dict[str, str]
    interviews: list[RowMapping]
    findings: list[RowMapping]
    recommendations: list[RowMapping]
    photos: list[RowMapping]

    @classmethod
    def load(cls, connection: Connection, channel: str) -> VisitRows | None:
        """The rows of `channel`; None where there is no such visit."""
        visit = (
            connection.execute(select(tables.visit).where(tables.visit.c.channel == channel))
            .mappings()
            .first()
        )
        if visit is None:
            return None
        facility = (
            connection.execute(select(tables.facility).where(tables.facility.c.id == visit["facility"]))
            .mappings()
            .first()
        )
        item = tables.item
        readable = connection.execute(
            select(item.c.id, item.c.type, item.c.at, item.c.created_by, item.c.erased, item.c.body)
            .where(item.c.channel == channel, item.c["class"] != "custody")
            .order_by(item.c.position)
        )
        items = {
            row.id: Item(row.id, row.type, row.at, row.created_by, row.erased, {} if row.erased else row.body)
            for row in readable
        }
        custody = connection.execute(
            select(item.c.id, item.c.type).where(item.c.channel == channel, item.c["class"] == "custody")
        )
        sealed = {row.id: row.type for row in custody}
        media = [row for row in _of_channel(connection, tables.medium, channel) if not row["erased"]]
        sealed.update({row["id"]: row["kind"] for row in media if row["class"] == "custody"})
        return cls(
            visit=visit,
            facility=facility,
            members=_of_channel(connection, tables.visit_member, channel),
            items=items,
            sealed=sealed,
            interviews=_of_channel(connection, tables.interview, channel),
            findings=_of_channel(connection, tables.finding, channel),
            recommendations=sorted(
                _of_channel(connection, tables.recommendation, channel),
                key=lambda row: (row["number"], row["id"]),
            ),
            photos=[row for row in media if row["class"] != "custody" and row["kind"] in ("photo", "sketch")],
        )

    def of(self, *types: str) -> list[Item]:
        """Documents of these types that are not erased."""
        return [item for item in self.items.values() if item.type in types and not item.erased]

    def events(self, kind: str) -> list[Item]:
        """Events of one kind, oldest first."""
        return [item for item in self.of("event") if item.body.get("kind") == kind]


def _of_channel(connection: Connection, table: Any, channel: str) -> list[RowMapping]:
    return list(connection.execute(select(table).where(table.c.channel == channel)).mappings())


def recommendations_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, RowMapping]:
    """Recommendations of any visit, by id."""
    wanted = sorted(set(ids))
    table = tables.recommendation
    rows = connection.execute(select(table).where(table.c.id.in_(wanted))).mappings() if wanted else ()
    return {row["id"]: row for row in rows}


def replies_by_recommendation(connection: Connection, ids: Iterable[str]) -> dict[str, list[RowMapping]]:
    """Replies to each of these recommendations, oldest first."""
    wanted = sorted(set(ids))
    found: dict[str, list[RowMapping]] = {}
    if wanted:
        table = tables.reply
        query = select(table).where(table.c.recommendation.in_(wanted)).order_by(table.c.at, table.c.id)
        for row in connection.execute(query).mappings():
            found.setdefault(row["recommendation"], []).append(row)
    return found
