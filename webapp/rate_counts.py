"""Counts of failed attempts in SQL, so that a limit holds over all processes of the server.

Owns the table and the storage that Flask-Limiter counts in (its own kinds are memory or further servers).
Counts may be lost with the power and are gone with their window: they are worth nothing afterwards.
"""

from __future__ import annotations

import time
from typing import Any

from limits.storage import Storage
from sqlalchemy import Column, Engine, Float, Integer, MetaData, String, Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from sync.database import passing, reading
from sync.errors import StoreFailed

counts = MetaData()

attempt = Table(
    "rate_count",
    counts,
    Column("key", String(300), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("ends_at", Float, nullable=False, index=True),  # seconds since 1970
)


class SqlCounts(Storage):
    """Flask-Limiter's storage over a database of ours: `storage_uri="aigaq+sql://"`."""

    STORAGE_SCHEME = ["aigaq+sql"]  # noqa: RUF012 - the library reads it from the class

    def __init__(
        self, uri: str | None = None, wrap_exceptions: bool = False, *, engine: Engine, **_options: Any
    ) -> None:
        super().__init__(uri, wrap_exceptions)
        self._engine = engine
        with passing(engine) as connection:
            counts.create_all(connection)

    @property
    def base_exceptions(self) -> type[Exception]:
        return StoreFailed

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window that begins with the first attempt; the count of this window."""
        now = time.time()
        with passing(self._engine) as connection:
            dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
            new = dialect.insert(attempt).values(key=key[:300], count=amount, ends_at=now + expiry)
            over = attempt.c.ends_at <= now
            fresh = {
                "count": case((over, amount), else_=attempt.c.count + amount),
                "ends_at": case((over, now + expiry), else_=attempt.c.ends_at),
            }
            upsert = new.on_conflict_do_update(index_elements=["key"], set_=fresh).returning(attempt.c.count)
            count = connection.execute(upsert).scalar_one()
            if count == amount:
                connection.execute(delete(attempt).where(attempt.c.ends_at <= now))
        return int(count)

    def get(self, key: str) -> int:
        row = self._row(key)
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._row(key)
        return float(row[1]) if row else time.time()

    def check(self) -> bool:
        self._row("")
        return True

    def reset(self) -> int | None:
        with passing(self._engine) as connection:
            return int(connection.execute(delete(attempt)).rowcount)

    def clear(self, key: str) -> None:
        with passing(self._engine) as connection:
            connection.execute(delete(attempt).where(attempt.c.key == key[:300]))

    def _row(self, key: str) -> tuple[int, float] | None:
        query = select(attempt.c.count, attempt.c.ends_at).where(
            attempt.c.key == key[:300], attempt.c.ends_at > time.time()
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return (row[0], row[1]) if row else None
