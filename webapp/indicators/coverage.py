"""Coverage: which facilities of the mandate were visited, by what, and which wait longest.

Owns the counting over facilities: coverage = visited ÷ open in the mandate. A visit whose access was
refused covers nothing. Two queries; names are read only for the few that are listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from webapp.indicators.scope import Scope, facility, let_in, took_place, visit

OVERDUE_YEARS = 2
LISTED = 10


@dataclass(frozen=True)
class Share:
    """Visited of all: of a region, a type, an authority or the whole."""

    id: str
    visited: int
    facilities: int

    @property
    def percent(self) -> float:
        """Per cent; 0 where there is nothing to visit."""
        return 100 * self.visited / self.facilities if self.facilities else 0.0

    @property
    def step(self) -> int:
        """The tile's colour, 0 to 4; the page says where the steps are."""
        return sum(self.percent >= bound for bound in STEPS)


STEPS = (10.0, 20.0, 40.0, 60.0)  # per cent


@dataclass(frozen=True)
class Waiting:
    """A facility that waits for a visit; `last` is None where there never was one."""

    id: str
    name: dict[str, str]
    region: str
    last: str | None
    years: float | None


@dataclass(frozen=True)
class Coverage:
    """The whole, its parts, and who waits."""

    whole: Share
    by_region: list[Share]
    by_type: list[Share]
    by_authority: list[Share]
    never: int
    overdue: int
    waiting: list[Waiting]


def count_coverage(connection: Connection, scope: Scope) -> Coverage:
    """Coverage of the period over the facilities in the mandate on the reference day."""
    rows = connection.execute(
        select(facility.c.id, facility.c.region, facility.c.facility_type, facility.c.authority).where(
            *scope.in_mandate()
        )
    ).all()
    # The last visit up to the reference day also says whether the facility was visited in the period.
    last: dict[str, str] = {
        row.facility: row.last
        for row in connection.execute(
            select(visit.c.facility, func.max(visit.c.date_from).label("last"))
            .where(took_place(scope.today), let_in(), visit.c.date_from <= scope.span[1])
            .group_by(visit.c.facility)
        )
    }
    visited = {row.id for row in rows if last.get(row.id, "") >= scope.span[0]}
    bound = _years_before(scope.reference, OVERDUE_YEARS).isoformat()
    overdue = [row for row in rows if last.get(row.id, "") < bound]
    overdue.sort(key=lambda row: (last.get(row.id, ""), row.id))
    return Coverage(
        whole=Share("", len(visited), len(rows)),
        by_region=_shares(rows, "region", visited),
        by_type=_shares(rows, "facility_type", visited),
        by_authority=_shares(rows, "authority", visited),
        never=sum(1 for row in rows if row.id not in last),
        overdue=len(overdue),
        waiting=_name(connection, overdue[:LISTED], last, scope.reference),
    )


def _shares(rows: Any, column: str, visited: set[str]) -> list[Share]:
    counts: dict[str, list[int]] = {}
    for row in rows:
        count = counts.setdefault(getattr(row, column), [0, 0])
        count[0] += row.id in visited
        count[1] += 1
    return [Share(key, seen, every) for key, (seen, every) in counts.items()]


def _name(connection: Connection, rows: Any, last: dict[str, str], reference: date) -> list[Waiting]:
    ids = [row.id for row in rows]
    names = {
        row.id: row.name
        for row in connection.execute(select(facility.c.id, facility.c.name).where(facility.c.id.in_(ids)))
    }
    return [
        Waiting(
            id=row.id,
            name=names[row.id],
            region=row.region,
            last=last.get(row.id),
            years=(
                round((reference - date.fromisoformat(last[row.id][:10])).days / 365.25, 1)
                if row.id in last
                else None
            ),
        )
        for row in rows
    ]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - years, day=28)
