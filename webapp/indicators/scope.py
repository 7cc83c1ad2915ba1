"""Which visits, facilities and papers a page of indicators counts.

Owns the year, the region, the day on which facilities are counted and the SQL conditions that follow
from them; figures.py and coverage.py count nothing outside them. A region is a filter on facilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, cast, func, or_, select, true

from sync.projections import tables

visit, facility = tables.visit, tables.facility


def took_place(today: date) -> ColumnElement[bool]:
    """A visit counts from its first day on, once it was opened or anything of it has arrived."""
    return (visit.c.date_from <= today.isoformat()) & or_(
        visit.c.status != "planned", visit.c.received_last.is_not(None)
    )


def let_in() -> ColumnElement[bool]:
    """A visit that got inside: access was not refused."""
    return or_(visit.c.access.is_(None), visit.c.access != "refused")


@dataclass(frozen=True)
class Scope:
    """One year up to `today`, all regions or one."""

    year: int
    region: str
    today: date

    @property
    def reference(self) -> date:
        """The day on which facilities are counted: today, or the last day of a past year."""
        return min(self.today, date(self.year, 12, 31))

    @property
    def span(self) -> tuple[str, str]:
        """First and last day of what is counted."""
        return f"{self.year:04}-01-01", self.reference.isoformat()

    @property
    def dated(self) -> tuple[str, str]:
        """The whole year: what a visit that still goes on has issued carries its last day, which may be to come."""
        return f"{self.year:04}-01-01", f"{self.year:04}-12-31"

    @property
    def earlier(self) -> tuple[str, str]:
        """The same period of the year before."""
        last = self.reference
        # The 29th of February has no counterpart: the period ends a day earlier.
        day = 28 if (last.month, last.day) == (2, 29) else last.day
        return f"{self.year - 1:04}-01-01", last.replace(year=self.year - 1, day=day).isoformat()

    def in_region(self) -> ColumnElement[bool]:
        """The condition on joined `facility` rows."""
        return facility.c.region == self.region if self.region else true()

    def visits(self, span: tuple[str, str]) -> list[ColumnElement[bool]]:
        """Conditions on `visit` joined with `facility`: took place, in the region, begun within `span`."""
        return [took_place(self.today), self.in_region(), visit.c.date_from.between(*span)]

    def in_mandate(self) -> list[ColumnElement[bool]]:
        """Conditions on `facility` rows: open on the reference day, in the region."""
        day = self.reference.isoformat()
        return [
            self.in_region(),
            or_(facility.c.opened.is_(None), facility.c.opened <= day),
            or_(facility.c.closed.is_(None), facility.c.closed > day),
        ]


def years(connection: Connection, today: date) -> list[int]:
    """Years in which visits began, newest first, and this year."""
    year = cast(func.substr(visit.c.date_from, 1, 4), Integer)
    query = select(year).where(visit.c.date_from <= today.isoformat()).distinct()
    found: set[int] = {row[0] for row in connection.execute(query)}
    return sorted(found | {today.year}, reverse=True)


def parse_scope(arguments: Any, today: date, regions: set[str]) -> Scope:
    """The scope a request asks for; what it asks wrongly becomes this year and all regions."""
    try:
        year = int(arguments.get("year", today.year))
    except ValueError:
        year = today.year
    region = str(arguments.get("region", ""))
    return Scope(
        year=year if 1990 <= year <= today.year else today.year,
        region=region if region in regions else "",
        today=today,
    )
