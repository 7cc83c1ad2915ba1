"""What a device has sent lately: nonces it has used, and how much (docs/protocol.md, section 3).

Owns these three tables. A counter of a nonce is spent once, over all processes; a stolen upload key cannot
fill the disk. What is kept here is bounded: by the quota, the nonces' life and two days of hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, String, Table, delete, select, text

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


# As text, which both databases read: for every chunk they run, and composing them costs more than running them.
_SPEND = text(
    "INSERT INTO used_nonce (nonce, counter, ends_at) VALUES (:nonce, :counter, :ends_at) ON CONFLICT DO NOTHING"
)
_COUNT = text(
    "INSERT INTO device_hour (device, hour, requests, bytes) VALUES (:device, :hour, 1, :bytes)"
    " ON CONFLICT (device, hour) DO UPDATE"
    " SET requests = device_hour.requests + 1, bytes = device_hour.bytes + excluded.bytes"
    " RETURNING requests, bytes"
)
_KEEP = text(
    "INSERT INTO device_stored (device, bytes) VALUES (:device, :bytes)"
    " ON CONFLICT (device) DO UPDATE SET bytes = device_stored.bytes + excluded.bytes RETURNING bytes"
)


_GIVE_BACK = text(
    "UPDATE device_stored SET bytes = CASE WHEN bytes > :bytes THEN bytes - :bytes ELSE 0 END WHERE device = :device"
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

    def admit(self, device: str, use: Use, size: int, *, stores: bool = False) -> None:
        """Spend the use and count the request, and its bytes as kept where it `stores` them.

        Raises NonceNeeded where it was used before, RateLimited.
        """
        now = self._clock.now()
        with passing(self._database) as connection:
            row = {"nonce": use.nonce, "counter": use.counter, "ends_at": timestamp(use.ends)}
            if connection.execute(_SPEND, row).rowcount != 1:
                raise NonceNeeded("the nonce was used before")
            self._count(connection, device, now, size)
            self._keep(connection, device, size, stores=stores)
            if use.counter == 1:
                _forget(connection, now)

    def not_stored(self, device: str, size: int) -> None:
        """Take back what was counted as kept: the server had it already, or would not have it."""
        with passing(self._database) as connection:
            connection.execute(_KEEP, {"device": device, "bytes": -size})

    def totals(self) -> dict[str, int]:
        """Bytes stored by device."""
        with reading(self._database) as connection:
            return {row.device: row.bytes for row in connection.execute(select(device_stored))}

    def _count(self, connection: Connection, device: str, now: datetime, size: int) -> None:
        """Raises RateLimited, and the transaction is rolled back: a refused request is not counted."""
        row = {"device": device, "hour": now.strftime("%Y-%m-%dT%H"), "bytes": size}
        hour = connection.execute(_COUNT, row).one()
        quota = self._quota
        if _over(hour.requests, quota.requests_per_hour) or _over(hour.bytes, quota.bytes_per_hour):
            raise RateLimited("more than a device may send in an hour", 3600 - now.minute * 60 - now.second)

    def _keep(self, connection: Connection, device: str, size: int, *, stores: bool) -> None:
        """Raises RateLimited where the device may not store that much more."""
        if stores:
            kept = connection.execute(_KEEP, {"device": device, "bytes": size}).scalar_one()
        else:
            columns = device_stored.c
            kept = size + (connection.scalar(select(columns.bytes).where(columns.device == device)) or 0)
        if _over(kept, self._quota.bytes_stored):
            raise RateLimited("more than a device may store", FULL_RETRY_SECONDS)


def give_back(connection: Connection, device: str, size: int) -> None:
    """Bytes that a device brought are kept no longer; nothing where it is none (an office's courier)."""
    if size:
        connection.execute(_GIVE_BACK, {"device": device, "bytes": size})


def _over(value: int, limit: int) -> bool:
    return limit > 0 and value > limit


def _forget(connection: Connection, now: datetime) -> None:
    connection.execute(delete(used_nonce).where(used_nonce.c.ends_at < timestamp(now)))
    oldest = (now - HOURS_KEPT).strftime("%Y-%m-%dT%H")
    connection.execute(delete(device_hour).where(device_hour.c.hour < oldest))
