"""Items that a key holder has released to one author, for a time (docs/adr/0018-release-by-one-time-words.md).

    open ──(time is up, ended early, or erased)──► ended: the box is destroyed, the row stays

Owns `custody_release`. A row's box is the item's content key under words that only the key holder's browser made and
the author was told: the server cannot open it, and without the box the words open nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, insert, or_, select, update

from sync.clock import Clock, milliseconds, timestamp
from sync.database import reading, writing
from sync.gateway import tables
from sync.wire import new_ulid


@dataclass(frozen=True)
class Released:
    """A release that stands."""

    id: str
    channel: str
    document: str
    account: str
    by: str
    wrapped: dict[str, Any]
    ends_at: str


class ReleasedKeys:
    def __init__(self, database: Engine, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, channel: str, document: str, *, account: str, by: str, wrapped: dict[str, Any], ends_at: str
    ) -> str:
        """Keep a box for this account until `ends_at`; the release's id."""
        row = {
            "id": new_ulid(milliseconds(self._clock.now())),
            "channel": channel,
            "document": document,
            "account": account,
        }
        with writing(self._database) as connection:
            connection.execute(
                insert(tables.custody_release).values(
                    {**row, "released_by": by, "box": json.dumps(wrapped), "ends_at": ends_at}
                )
            )
        return row["id"]

    def standing(self, *, account: str | None = None, id_: str | None = None) -> list[Released]:
        """Releases that stand now, of this account or all. What is over by the clock is destroyed on the way."""
        columns, now = tables.custody_release.c, timestamp(self._clock.now())
        late = (columns.box.isnot(None), columns.ends_at <= now)
        with reading(self._database) as connection:
            over = connection.scalar(select(columns.id).where(*late).limit(1)) is not None
        if over:
            with writing(self._database) as connection:
                connection.execute(update(tables.custody_release).where(*late).values(box=None))
        query = select(tables.custody_release).where(columns.box.isnot(None), columns.ends_at > now)
        if account is not None:
            query = query.where(columns.account == account)
        if id_ is not None:
            query = query.where(columns.id == id_)
        with reading(self._database) as connection:
            rows = connection.execute(query.order_by(columns.ends_at)).all()
        return [
            Released(
                row.id,
                row.channel,
                row.document,
                row.account,
                row.released_by,
                json.loads(row.box),
                row.ends_at,
            )
            for row in rows
        ]

    def end(self, id_: str) -> bool:
        """Destroy a release's box before its time; whether it stood."""
        if not self.standing(id_=id_):
            return False
        with writing(self._database) as connection:
            columns = tables.custody_release.c
            connection.execute(update(tables.custody_release).where(columns.id == id_).values(box=None))
        return True


def destroy(connection: Connection, channel: str, documents: list[str]) -> None:
    """No release opens these documents any more: they are erased."""
    columns = tables.custody_release.c
    named = or_(*(columns.document == document for document in documents))
    connection.execute(
        update(tables.custody_release).where(columns.channel == channel, named).values(box=None)
    )
