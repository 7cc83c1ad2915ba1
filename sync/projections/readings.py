"""What projections work with: merged readings of a batch of documents of one channel.

Owns `Reading`, `Batch` and the way rows are replaced. Knows no table of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Table, delete, insert

_AT_ONCE = 500


class Ledger(Protocol):
    """What the gateway knows beside documents."""

    def received(self, channel: str, documents: list[str]) -> dict[str, str]:
        """When the newest accepted envelope of each document arrived; not for what the office wrote."""

    def erased(self, channel: str, documents: list[str]) -> set[str]:
        """Which of them are erased."""


@dataclass(frozen=True)
class Reading:
    """One document as it reads now. `doc` is None where every leaf is deleted."""

    id: str
    doc: dict[str, Any] | None
    rev: str
    conflicts: list[dict[str, Any]]
    position: int
    received_at: str | None
    erased: bool

    @property
    def type(self) -> str:
        return str(self.doc.get("type")) if self.doc else self.id.partition(":")[0]


@dataclass(frozen=True)
class Batch:
    """Readings of one channel, in the order of their change."""

    channel: str
    readings: tuple[Reading, ...]

    def of(self, *types: str) -> list[Reading]:
        return [reading for reading in self.readings if reading.type in types]

    def touches(self, *types: str) -> bool:
        return any(reading.type in types for reading in self.readings)


def living(readings: Iterable[Reading]) -> list[tuple[Reading, dict[str, Any]]]:
    """Readings that still are documents, with their bodies."""
    return [(reading, reading.doc) for reading in readings if reading.doc is not None]


def replace(connection: Connection, table: Table, ids: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Put `rows` in the place of those with these ids (the table's `id` column)."""
    for start in range(0, len(ids), _AT_ONCE):
        connection.execute(delete(table).where(table.c.id.in_(ids[start : start + _AT_ONCE])))
    if rows:
        connection.execute(insert(table), list(rows))


def text_of(value: Any) -> str:
    """A text column's value: what is missing, or of another kind, is empty."""
    return value if isinstance(value, str) else ""


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def count_of(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
