"""The office's list of tablets: how each stands, in which order, which ones.

Owns what counts as waiting, silent or outdated. Pure over rows that the page has read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.models import DeviceRow

# A tablet that delivers by itself reports every ten minutes while it is open; after so long somebody should ask.
SILENT = timedelta(days=7)
RIGHT_CLOCK_MS = 60_000

SHOWS = {
    "waiting": _l("something waits on it"),
    "quarantine": _l("something in quarantine"),
    "silent": _l("silent for a week"),
    "outdated": _l("older app or key set"),
    "shut-out": _l("shut out"),
}
ORDERS = {
    "seen": _l("last heard of"),
    "name": _l("name"),
    "person": _l("person"),
    "waiting": _l("most waiting"),
}


@dataclass(frozen=True)
class TabletLine:
    """One tablet as the page shows it."""

    row: DeviceRow
    quarantined: int
    stored: int
    current: bool | None  # whether its app is the one that is served; None: it did not say
    follows: bool | None  # whether it follows the key set in use

    @property
    def documents(self) -> int:
        return (self.row.standing.documents if self.row.standing else None) or 0

    @property
    def chunks(self) -> int:
        return (self.row.standing.chunks if self.row.standing else None) or 0

    @property
    def bytes(self) -> int:
        return (self.row.standing.bytes if self.row.standing else None) or 0

    @property
    def reported(self) -> bool:
        return self.row.standing is not None and self.row.standing.reported_at is not None

    @property
    def keyset(self) -> int | None:
        return self.row.standing.keyset if self.row.standing else None

    @property
    def may_deliver(self) -> bool:
        return self.row.standing is not None and self.row.standing.may_deliver

    @property
    def clock_right(self) -> bool | None:
        offset = self.row.clock_offset_ms
        return None if offset is None else abs(offset) < RIGHT_CLOCK_MS


def tablet_lines(
    rows: Iterable[DeviceRow],
    *,
    shell: str,
    keyset: int,
    quarantine: Iterable[dict[str, Any]],
    stored: dict[str, int],
) -> list[TabletLine]:
    """A line for each tablet. `shell`: the version that is served; `keyset`: the number in use."""
    held: dict[str, int] = {}
    for item in quarantine:
        held[item["device"]] = held.get(item["device"], 0) + 1
    lines = []
    for row in rows:
        number = row.standing.keyset if row.standing else None
        lines.append(
            TabletLine(
                row,
                held.get(row.id, 0),
                stored.get(row.id, 0),
                None if not row.app_version else row.app_version == shell,
                None if number is None else number >= keyset,
            )
        )
    return lines


def chosen_lines(lines: Iterable[TabletLine], show: str, order: str, now: datetime) -> list[TabletLine]:
    """Those that `show` names, in this order; those that are shut out last."""
    tests: dict[str, Callable[[TabletLine], bool]] = {
        "waiting": lambda line: line.documents + line.chunks > 0,
        "quarantine": lambda line: line.quarantined > 0,
        "silent": lambda line: line.row.seen_at is None or now - line.row.seen_at > SILENT,
        "outdated": lambda line: line.current is False or line.follows is False,
        "shut-out": lambda line: line.row.revoked_at is not None,
    }
    test = tests.get(show, lambda _line: True)
    keys: dict[str, Callable[[TabletLine], Any]] = {
        "name": lambda line: line.row.name.casefold(),
        "person": lambda line: line.row.account.name.casefold(),
        "waiting": lambda line: (-line.bytes, -line.documents),
        "seen": lambda line: -(line.row.seen_at.timestamp() if line.row.seen_at else 0),
    }
    key = keys.get(order, keys["seen"])
    return sorted(filter(test, lines), key=lambda line: (line.row.revoked_at is not None, key(line)))
