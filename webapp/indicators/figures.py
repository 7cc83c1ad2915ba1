"""The counts behind the indicators: visits, interviews, recommendations, timeliness.

Owns the SQL of these counts and nothing of how they are shown. One query a subject; medians are
taken here because SQLite has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from sqlalchemy import Connection, case, func, select

from sync.projections import tables
from sync.projections.visits import UNKNOWN_FACILITY
from webapp.indicators.scope import Scope, facility, visit

UNFINISHED = ("open", "partly", "not")
SMALL = 5


@dataclass(frozen=True)
class Visits:
    """Visits of the period; `earlier` of the same period a year before."""

    made: int
    earlier: int
    facilities: int  # distinct ones, got inside
    special: int
    refused: int
    partial: int
    returned: int  # reports that were sent back
    without_report: int  # ended, and no approved report yet


@dataclass(frozen=True)
class Recommendations:
    """Recommendations issued in the period and what became of them."""

    issued: int
    answered: int
    late: int
    by_status: dict[str, int]

    def implemented(self, *, partly: bool) -> int:
        """Implemented ones, with the partly implemented ones where `partly` says so."""
        return self.by_status.get("implemented", 0) + (self.by_status.get("partly", 0) if partly else 0)


@dataclass(frozen=True)
class Timeliness:
    """Medians in days, None where there is nothing to measure, each with how many were measured."""

    signoff: float | None
    signoff_of: int
    report: float | None
    report_of: int
    reply: float | None
    reply_of: int


@dataclass(frozen=True)
class Interviewed:
    """People interviewed: category id to number; None is a suppressed small number."""

    by_category: dict[str, int | None]
    people: int | None
    interviews: int


def count_visits(connection: Connection, scope: Scope, special_kinds: set[str]) -> Visits:
    """Visits of the period, in one query for both years."""
    rows = connection.execute(
        select(
            visit.c.facility,
            visit.c.kind,
            visit.c.access,
            visit.c.date_from,
            visit.c.date_to,
            visit.c.report_status,
        )
        .join(facility, facility.c.id == visit.c.facility, isouter=True)
        .where(*scope.visits((scope.earlier[0], scope.span[1])))
    ).all()
    now = [row for row in rows if row.date_from >= scope.span[0]]
    return Visits(
        made=len(now),
        earlier=sum(1 for row in rows if row.date_from <= scope.earlier[1]),
        facilities=len({row.facility for row in now if row.access != "refused"} - {UNKNOWN_FACILITY}),
        special=sum(1 for row in now if row.kind in special_kinds),
        refused=sum(1 for row in now if row.access == "refused"),
        partial=sum(1 for row in now if row.access == "partial"),
        returned=sum(1 for row in now if row.report_status == "returned"),
        without_report=sum(
            1
            for row in now
            if row.date_to < scope.today.isoformat() and row.report_status not in ("approved", "sent")
        ),
    )


def count_recommendations(connection: Connection, scope: Scope) -> Recommendations:
    """Recommendations issued in the period, grouped in SQL."""
    table = tables.recommendation
    late = (table.c.deadline < scope.today.isoformat()) & table.c.status.in_(UNFINISHED)
    rows = connection.execute(
        select(
            table.c.status,
            func.count().label("issued"),
            func.count(table.c.replied_at).label("answered"),
            func.sum(case((late, 1), else_=0)).label("late"),
        )
        .join(facility, facility.c.id == table.c.facility, isouter=True)
        .where(table.c.issued_on.between(*scope.dated), scope.in_region())
        .group_by(table.c.status)
    ).all()
    return Recommendations(
        issued=sum(row.issued for row in rows),
        answered=sum(row.answered for row in rows),
        late=sum(int(row.late or 0) for row in rows),
        by_status={row.status: row.issued for row in rows},
    )


def count_interviews(connection: Connection, scope: Scope, *, suppress: bool) -> Interviewed:
    """People interviewed by category; with `suppress` small numbers, and a total that gives them away, are hidden."""
    table = tables.interview
    rows = connection.execute(
        select(table.c.category, func.sum(table.c.people).label("people"), func.count().label("interviews"))
        .join(visit, visit.c.channel == table.c.channel)
        .join(facility, facility.c.id == visit.c.facility, isouter=True)
        .where(*scope.visits(scope.span))
        .group_by(table.c.category)
    ).all()
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row.category or ""] += int(row.people or 0)
    shown = {category: None if suppress and number < SMALL else number for category, number in counts.items()}
    hidden = any(number is None for number in shown.values())
    return Interviewed(
        by_category=shown,
        people=None if hidden else sum(counts.values()),
        interviews=sum(row.interviews for row in rows),
    )


def measure_time(connection: Connection, scope: Scope) -> Timeliness:
    """Medians of the period's visits and recommendations."""
    item, table = tables.item, tables.recommendation
    signed = connection.execute(
        select(visit.c.date_to, visit.c.signed_off_at)
        .join(facility, facility.c.id == visit.c.facility, isouter=True)
        .where(*scope.visits(scope.span), visit.c.signed_off_at.is_not(None))
    ).all()
    reported = connection.execute(
        select(visit.c.date_to, item.c.body["updated_at"].as_string())
        .join(item, (item.c.channel == visit.c.channel) & (item.c.type == "report"))
        .join(facility, facility.c.id == visit.c.facility, isouter=True)
        .where(*scope.visits(scope.span), visit.c.report_status.in_(("approved", "sent")))
    ).all()
    # The first reply: `replied_at` keeps the last one.
    replied = connection.execute(
        select(table.c.issued_on, func.min(tables.reply.c.at))
        .join(tables.reply, tables.reply.c.recommendation == table.c.id)
        .join(facility, facility.c.id == table.c.facility, isouter=True)
        .where(table.c.issued_on.between(*scope.dated), scope.in_region())
        .group_by(table.c.id, table.c.issued_on)
    ).all()
    signoff, report, reply = (_days(tuple(row) for row in rows) for rows in (signed, reported, replied))
    return Timeliness(
        signoff=median(signoff) if signoff else None,
        signoff_of=len(signoff),
        report=median(report) if report else None,
        report_of=len(report),
        reply=median(reply) if reply else None,
        reply_of=len(reply),
    )


def _days(pairs: Iterable[tuple[str | None, ...]]) -> list[int]:
    """Whole days between two days or moments; unreadable ones are left out, nothing is earlier than its cause."""
    found = []
    for first, last in pairs:
        try:
            days = (date.fromisoformat((last or "")[:10]) - date.fromisoformat((first or "")[:10])).days
        except ValueError:
            continue
        found.append(max(0, days))
    return found
