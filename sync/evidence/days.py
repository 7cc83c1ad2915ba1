"""Days of receipts, each closed into a Merkle root that joins all devices (docs/evidence.md).

    receipts of a day ─► tree ─► signed statement, which names the one before ─► RFC 3161 timestamp

Owns the statements. A closed day never changes; a receipt that was signed late comes into the next one. Whoever
holds one statement (or its timestamp) can later show that no receipt of that day was changed, left out or added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from sync.clock import Clock, timestamp
from sync.database import reading, writing
from sync.evidence import merkle, tables
from sync.gateway import tables as gateway
from sync.gateway.keys import ServerKeys
from sync.wire import canonical, parse_object, sha256_hex

# Asks an authority for a timestamp over bytes: the DER of its answer. Raises TimestampRefused.
Stamper = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Day:
    """A closed day as it was signed. `token`: an RFC 3161 answer over `canonical(body)`, or None."""

    body: dict[str, Any]
    signature: str
    token: bytes | None

    @property
    def number(self) -> int:
        return int(self.body["number"])


@dataclass(frozen=True)
class Place:
    """Where a receipt stands in a closed day, and the way to the root."""

    day: int
    index: int
    size: int
    path: tuple[bytes, ...]

    def wire(self) -> dict[str, Any]:
        return {
            "day": self.day,
            "index": self.index,
            "size": self.size,
            "path": [step.hex() for step in self.path],
        }


class Days:
    def __init__(self, database: Engine, keys: ServerKeys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._looked = ""

    def close(self) -> Day | None:
        """Close what has come before today (UTC) and is in no day yet; None where there is nothing.

        Several processes may call it at once. Asks the database once a day.
        """
        today = timestamp(self._clock.now())[:10]
        if self._looked == today:
            return None
        with writing(self._database) as connection:
            closed = self._close(connection, today)
        self._looked = today
        return closed

    def _close(self, connection: Connection, today: str) -> Day | None:
        archived, receipt = gateway.envelope.c, gateway.receipt.c
        rows = connection.execute(
            select(receipt.envelope, receipt.body, archived.received_at)
            .join(gateway.envelope, archived.id == receipt.envelope)
            .outerjoin(tables.day_receipt, tables.day_receipt.c.envelope == receipt.envelope)
            .where(tables.day_receipt.c.envelope.is_(None), archived.received_at < today)
            .order_by(receipt.device, receipt.seq)
        ).all()
        if not rows:
            return None
        last = self._last(connection)
        body = {
            "number": last.number + 1 if last else 1,
            "closed_at": timestamp(self._clock.now()),
            "from": min(row.received_at for row in rows),
            "to": max(row.received_at for row in rows),
            "receipts": len(rows),
            "root": merkle.root([merkle.leaf_hash(row.body.encode()) for row in rows]).hex(),
            "prev": sha256_hex(canonical(last.body)) if last else "",
            "key": self._keys.receipt_id,
        }
        signed = canonical(body)
        signature = self._keys.sign_day(signed, body["key"])
        connection.execute(
            insert(tables.day).values(number=body["number"], body=signed.decode(), signature=signature)
        )
        connection.execute(
            insert(tables.day_receipt),
            [
                {"envelope": row.envelope, "day": body["number"], "position": position}
                for position, row in enumerate(rows)
            ],
        )
        return Day(body, signature, None)

    def _last(self, connection: Connection) -> Day | None:
        row = connection.execute(
            select(tables.day).order_by(tables.day.c.number.desc()).limit(1)
        ).one_or_none()
        return None if row is None else _day(row)

    def stamp(self, stamper: Stamper, authority: str) -> int:
        """Have every closed day that has none timestamped, oldest first; how many were.

        Raises what `stamper` raises; days stamped before stay stamped.
        """
        count = 0
        for day in self.all():
            if day.token is not None:
                continue
            token = stamper(canonical(day.body))
            with writing(self._database) as connection:
                own = tables.day.c.number == day.number
                connection.execute(update(tables.day).where(own).values(token=token, authority=authority))
            count += 1
        return count

    def all(self) -> list[Day]:
        """Every closed day, oldest first."""
        with reading(self._database) as connection:
            return [_day(row) for row in connection.execute(select(tables.day).order_by(tables.day.c.number))]

    def waiting(self) -> int:
        """Receipts that no closed day holds yet."""
        with reading(self._database) as connection:
            held = connection.scalar(select(func.count()).select_from(tables.day_receipt)) or 0
            return int(connection.scalar(select(func.count()).select_from(gateway.receipt)) or 0) - int(held)

    def places(self, envelopes: list[str]) -> dict[str, Place]:
        """Where the receipts of these envelopes stand; without those whose day is not closed."""
        columns = tables.day_receipt.c
        found: dict[str, Place] = {}
        with reading(self._database) as connection:
            rows = connection.execute(select(tables.day_receipt).where(columns.envelope.in_(envelopes))).all()
            for number in {row.day for row in rows}:
                leaves = self._leaves(connection, number)
                for row in (each for each in rows if each.day == number):
                    path = tuple(merkle.proof(leaves, row.position))
                    found[row.envelope] = Place(number, row.position, len(leaves), path)
        return found

    def _leaves(self, connection: Connection, number: int) -> list[bytes]:
        columns = tables.day_receipt.c
        bodies = connection.scalars(
            select(gateway.receipt.c.body)
            .join(tables.day_receipt, columns.envelope == gateway.receipt.c.envelope)
            .where(columns.day == number)
            .order_by(columns.position)
        )
        return [merkle.leaf_hash(body.encode()) for body in bodies]


def _day(row: Any) -> Day:
    return Day(parse_object(row.body.encode()), row.signature, row.token)
