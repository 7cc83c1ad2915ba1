"""The projector: the store's changes into the read model, page by page.

Owns checkpoints: a page and how far it brought us are committed together, so that a crash repeats
nothing and skips nothing, and several processes may project side by side. `rebuild` gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from sync.database import drop_traces, reading, writing
from sync.documents.contract import Change, DocumentStore
from sync.errors import BadRequest, NotFound
from sync.projections import brief, evidence, findings, items, plans, recommendations, reference, visits
from sync.projections.readings import Batch, Ledger, Reading
from sync.projections.tables import checkpoint, item, read_model
from sync.revisions import merge

PAGE = 500
# The checkpoint of the feed over all channels; its position is the read model's version.
ALL = "*"

# In this order: later ones read what earlier ones wrote.
PROJECTIONS: tuple[Callable[[Connection, Batch], None], ...] = (
    reference.project,
    items.project,
    visits.project,
    visits.project_decisions,
    findings.project,
    recommendations.project,
    evidence.project,
    plans.project,
)


class Projector:
    def __init__(self, documents: DocumentStore, database: Engine, ledger: Ledger) -> None:
        self._documents = documents
        self._database = database
        self._ledger = ledger
        self._briefs_may_be_due = True
        with writing(database) as connection:
            read_model.create_all(connection)

    def catch_up(self) -> int:
        """Project everything that changed since the last time; how many documents were read."""
        with reading(self._database) as connection:
            since = _since(connection, ALL)
        updates = self._documents.updates(since)
        if since == updates.since and not updates.changed:
            return 0
        # The reference channel first: the rest refers to it.
        order = sorted(
            updates.changed, key=lambda channel: (channel != "reference", channel == "office", channel)
        )
        count = sum(self._channel(channel) for channel in order)
        if since == updates.since and count == 0:
            return 0
        with writing(self._database) as connection:
            for channel in updates.deleted:
                _forget(connection, channel)
            _save(connection, ALL, updates.since, _position(connection, ALL) + count + len(updates.deleted))
        return count

    def rebuild(self) -> int:
        """Empty every table and fill it again; how many documents were read."""
        with writing(self._database) as connection:
            version = _position(connection, ALL)
            for table in reversed(read_model.sorted_tables):
                connection.execute(delete(table))
            # Pages that watch the version must see it grow.
            _save(connection, ALL, "", version + 1)
        self._briefs_may_be_due = True
        return self.catch_up()

    def version(self) -> int:
        """Grows with every projected change."""
        with reading(self._database) as connection:
            return _position(connection, ALL)

    def due_briefs(self, today: date) -> list[str]:
        """Channels whose brief must be made; asked again only after something it depends on has changed."""
        if not self._briefs_may_be_due:
            return []
        self._briefs_may_be_due = False
        with reading(self._database) as connection:
            return brief.due(connection, today)

    def brief(self, channel: str, today: date) -> dict[str, object] | None:
        """The fields of a visit's brief, or None where they cannot be known yet."""
        with reading(self._database) as connection:
            return brief.compose(connection, channel, today)

    def withdrawals(self) -> list[tuple[str, dict[str, Any]]]:
        """Every withdrawal that has been projected, with its channel."""
        query = select(item.c.channel, item.c.body).where(item.c.type == "withdrawal").order_by(item.c.id)
        with reading(self._database) as connection:
            return [(row.channel, row.body) for row in connection.execute(query)]

    def _channel(self, channel: str) -> int:
        count, more = 0, True
        while more:
            with writing(self._database) as connection:
                # Read again under the write lock: another process may have gone on from the same place.
                since = _since(connection, channel)
                try:
                    page = self._documents.changes(channel, since, PAGE)
                except BadRequest:
                    page = self._documents.changes(channel, None, PAGE)
                except NotFound:
                    return count
                erased = bool(page.changes) and self._project(connection, channel, page.changes)
                if page.changes:
                    _save(connection, channel, page.since, page.changes[-1].position)
            if erased:
                drop_traces(self._database)
            count, more = count + len(page.changes), page.more
        return count

    def _project(self, connection: Connection, channel: str, changes: tuple[Change, ...]) -> bool:
        """Project one page; whether rows were overwritten by an erasure."""
        ids = [change.id for change in changes]
        received, erased = self._ledger.received(channel, ids), self._ledger.erased(channel, ids)
        batch = Batch(
            channel,
            tuple(_reading(change, received.get(change.id), change.id in erased) for change in changes),
        )
        for project in PROJECTIONS:
            project(connection, batch)
        if batch.touches("visit", "facility", "brief"):
            self._briefs_may_be_due = True
        return bool(erased)


def _reading(change: Change, received_at: str | None, erased: bool) -> Reading:
    merged = merge(change.leaves)
    if merged is None:
        return Reading(change.id, None, change.leaves[0].rev, [], change.position, received_at, erased)
    return Reading(change.id, merged.doc, merged.rev, merged.conflicts, change.position, received_at, erased)


def _since(connection: Connection, channel: str) -> str | None:
    return (
        connection.scalar(select(checkpoint.c.since).where(checkpoint.c.channel == channel).with_for_update())
        or None
    )


def _position(connection: Connection, channel: str) -> int:
    return int(connection.scalar(select(checkpoint.c.position).where(checkpoint.c.channel == channel)) or 0)


def _save(connection: Connection, channel: str, since: str, position: int) -> None:
    connection.execute(delete(checkpoint).where(checkpoint.c.channel == channel))
    connection.execute(insert(checkpoint).values(channel=channel, since=since, position=position))


def _forget(connection: Connection, channel: str) -> None:
    """Take a deleted channel out of every table."""
    for table in read_model.sorted_tables:
        if "channel" in table.c:
            connection.execute(delete(table).where(table.c.channel == channel))
