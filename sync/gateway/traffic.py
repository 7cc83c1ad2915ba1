"""What a device has sent lately: nonces it has used, and how much (docs/protocol.md, section 3).

Owns these three tables. A counter of a nonce is spent once, over all processes; a stolen upload key cannot
fill the disk. What is kept here is bounded: by the quota, the nonces' life and two days of hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from sync.clock import Clock, timestamp
from sync.database import passing, reading
from sync.errors import NonceNeeded, RateLimited
from sync.gateway.tables import durable

HOURS_KEPT = timedelta(days=2)
# A full allowance does not empty by itself: ask rarely, until the office has raised it.
FULL_RETRY_SECONDS = 3600

used_nonce = Table(
    "used_nonce",
    durable,
    Column("nonce", String(60), primary_key=True),
    Column("counter", Integer, primary_key=True),
    Column("ends_at", String(30), nullable=False, index=True),
)

device_hour = Table(
    "device_hour",
    durable,
    Column("device", String(40), primary_key=True),
    Column("hour", String(13), primary_key=True),  # 2026-05-12T09
    Column("requests", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)

device_stored = Table(
    "device_stored",
    durable,
    Column("device", String(40), primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)


@dataclass(frozen=True)
class Quota:
    """What one device may send; 0 means without limit."""

    requests_per_hour: int = 20_000
    bytes_per_hour: int = 20 << 30
    bytes_stored: int = 200 << 30


@dataclass(frozen=True)
class Use:
    """One use of a nonce."""

    nonce: str
    counter: int
    ends: datetime


class Traffic:
    def __init__(self, database: Engine, quota: Quota, clock: Clock) -> None:
        self._database = database
        self._quota = quota
        self._clock = clock

    def admit(self, device: str, use: Use, size: int) -> None:
        """Spend the use and count the request. Raises NonceNeeded where it was used before, RateLimited."""
        now = self._clock.now()
        with passing(self._database) as connection:
            row = {"nonce": use.nonce, "counter": use.counter, "ends_at": timestamp(use.ends)}
            statement = _insert(connection, used_nonce).values(row).on_conflict_do_nothing()
            if connection.execute(statement).rowcount != 1:
                raise NonceNeeded("the nonce was used before")
            self._count(connection, device, now, size)
            if use.counter == 1:
                _forget(connection, now)

    def stored(self, device: str, size: int) -> None:
        """Count bytes that the device has made the server keep."""
        with passing(self._database) as connection:
            new = _insert(connection, device_stored).values(device=device, bytes=size)
            more = {"bytes": device_stored.c.bytes + new.excluded.bytes}
            connection.execute(new.on_conflict_do_update(index_elements=["device"], set_=more))

    def totals(self) -> dict[str, int]:
        """Bytes stored by device."""
        with reading(self._database) as connection:
            return {row.device: row.bytes for row in connection.execute(select(device_stored))}

    def _count(self, connection: Connection, device: str, now: datetime, size: int) -> None:
        """Raises RateLimited, and the transaction is rolled back: a refused request is not counted."""
        row = {"device": device, "hour": now.strftime("%Y-%m-%dT%H"), "requests": 1, "bytes": size}
        new = _insert(connection, device_hour).values(row)
        columns = device_hour.c
        more = {"requests": columns.requests + 1, "bytes": columns.bytes + new.excluded.bytes}
        upsert = new.on_conflict_do_update(index_elements=["device", "hour"], set_=more)
        hour = connection.execute(upsert.returning(columns.requests, columns.bytes)).one()
        quota = self._quota
        if _over(hour.requests, quota.requests_per_hour) or _over(hour.bytes, quota.bytes_per_hour):
            raise RateLimited("more than a device may send in an hour", 3600 - now.minute * 60 - now.second)
        kept = connection.scalar(select(device_stored.c.bytes).where(device_stored.c.device == device)) or 0
        if _over(kept + size, quota.bytes_stored):
            raise RateLimited("more than a device may store", FULL_RETRY_SECONDS)


def _over(value: int, limit: int) -> bool:
    return limit > 0 and value > limit


def _forget(connection: Connection, now: datetime) -> None:
    connection.execute(delete(used_nonce).where(used_nonce.c.ends_at < timestamp(now)))
    oldest = (now - HOURS_KEPT).strftime("%Y-%m-%dT%H")
    connection.execute(delete(device_hour).where(device_hour.c.hour < oldest))


def _insert(connection: Connection, table: Table) -> Any:
    """INSERT with ON CONFLICT, which both databases have and SQL's standard has not."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
