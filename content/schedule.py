"""Which facility was visited when, by whom and why: three past years, this year's plan, what is coming.

Deals out assignments only; what a visit left behind is written by `material.py`. Dates hang on the
day the country is built for, so the newest visit is never older than a few days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from content.facilities import Fields
from content.people import Person

VISITS_A_YEAR = (120, 127, 133, 138)  # oldest first; the last is this year's plan
PAST_YEARS = 3
COMING_DAYS = (9, 23)


@dataclass(frozen=True)
class Assignment:
    """One group, one facility, one task, one or more days."""

    facility: Fields
    kind: str
    first: date
    last: date
    team: tuple[Person, ...]  # the leader first
    unplanned: bool
    state: str  # done, today, coming


@dataclass(frozen=True)
class Schedule:
    """All assignments in order of their first day, and this year's plan."""

    assignments: list[Assignment]
    plan: list[dict[str, Any]]


def make_schedule(
    random: Random, facilities: list[Fields], teams: dict[str, tuple[Person, ...]], today: date
) -> Schedule:
    """`teams` is each region's group, leader first; the first facility is the demo facility."""
    demo, others = facilities[0], facilities[1:]
    calendar = _Calendar(random, others, teams, today)
    for back, count in zip(range(PAST_YEARS, 0, -1), VISITS_A_YEAR, strict=False):
        for _ in range(count):
            calendar.add_past(today.year - back)
    plan = calendar.plan_year(VISITS_A_YEAR[-1])
    team = teams[demo["region"]]
    calendar.plan_item(plan, demo, today.month, "periodic")
    for days, kind in ((1020, "periodic"), (610, "periodic"), (246, "follow-up")):
        calendar.book(demo, kind, today - timedelta(days=days), team, length=2)
    calendar.book(demo, "periodic", today, team, length=2, state="today")
    nearby = [each for each in others if each["region"] == demo["region"] and not each["closed"]]
    # Those with a history: their briefs have something to say.
    nearby.sort(key=lambda each: -sum(past.facility is each for past in calendar.booked))
    for days, facility in zip(COMING_DAYS, nearby, strict=False):
        calendar.book(facility, "periodic", today + timedelta(days=days), team, length=1, state="coming")
    return Schedule(sorted(calendar.booked, key=lambda each: (each.first, each.facility["_id"])), plan)


class _Calendar:
    """Books assignments; remembers who was visited, so that kinds make sense."""

    def __init__(
        self, random: Random, facilities: list[Fields], teams: dict[str, tuple[Person, ...]], today: date
    ) -> None:
        self.random, self.facilities, self.teams, self.today = random, facilities, teams, today
        self.booked: list[Assignment] = []
        # A few facilities are visited again and again, most now and then, some never.
        self.interest = {each["_id"]: random.choice([0, 0, 1, 2, 3, 5, 8]) for each in facilities}

    def add_past(self, year: int) -> None:
        """One visit on a working day of `year`, at a facility that was open then."""
        first = _working_day(self.random, date(year, 1, 9), date(year, 12, 20))
        facility = self._pick(first)
        kind = self._kind(facility, first)
        self.book(
            facility,
            kind,
            first,
            self._team(facility),
            length=self._length(facility),
            unplanned=kind == "special",
        )

    def plan_year(self, count: int) -> list[dict[str, Any]]:
        """This year's plan; what of it is due by today has been visited, with a few specials besides."""
        items: list[dict[str, Any]] = []
        # Popular facilities come up again and again: draw until the plan is full.
        for _ in range(count * 20):
            if len(items) == count:
                break
            month = self.random.randint(1, 12)
            facility = self._pick(date(self.today.year, month, 1))
            if not self.plan_item(items, facility, month, self._kind(facility, self.today, special=False)):
                continue
            self._visit_planned(facility, items[-1])
        for _ in range(count * self.today.timetuple().tm_yday // 366 // 8):
            start, end = date(self.today.year, 1, 2), self.today - timedelta(days=2)
            if start < end:
                first = _working_day(self.random, start, end)
                facility = self._pick(first)
                self.book(facility, "special", first, self._team(facility), length=1, unplanned=True)
        return sorted(items, key=lambda item: (item["month"], item["facility"]))

    def plan_item(self, items: list[dict[str, Any]], facility: Fields, month: int, kind: str) -> bool:
        """Add a facility to the plan unless it is there already."""
        if any(item["facility"] == facility["_id"] for item in items):
            return False
        items.append(
            {
                "facility": facility["_id"],
                "month": month,
                "kind": kind,
                "group": self.teams[facility["region"]][0].group,
                "reasons": self._reasons(facility),
            }
        )
        return True

    def book(
        self,
        facility: Fields,
        kind: str,
        first: date,
        team: tuple[Person, ...],
        *,
        length: int,
        unplanned: bool = False,
        state: str = "done",
    ) -> None:
        last = first + timedelta(days=length - 1)
        if state == "done":
            last = min(last, self.today - timedelta(days=1))
        self.booked.append(Assignment(facility, kind, first, last, team, unplanned, state))

    def _visit_planned(self, facility: Fields, item: dict[str, Any]) -> None:
        start = date(self.today.year, item["month"], 1)
        end = min(start + timedelta(days=27), self.today - timedelta(days=2))
        # A tenth of what was due has slipped: the plan shows it as overdue.
        if start < end and self.random.random() < 0.9:
            first = _working_day(self.random, start, end)
            self.book(facility, item["kind"], first, self._team(facility), length=self._length(facility))

    def _pick(self, day: date) -> Fields:
        open_then = [
            each
            for each in self.facilities
            if (each["closed"] or "9999") > (day + timedelta(days=4)).isoformat()
            and self.interest[each["_id"]]
        ]
        return self.random.choices(open_then, [self.interest[each["_id"]] for each in open_then])[0]

    def _kind(self, facility: Fields, day: date, *, special: bool = True) -> str:
        if special and self.random.random() < 0.12:
            return "special"
        seen = any(each.facility["_id"] == facility["_id"] and each.first < day for each in self.booked)
        return (
            self.random.choices(["periodic", "intermediate", "follow-up"], [5, 2, 3])[0]
            if seen
            else "periodic"
        )

    def _team(self, facility: Fields) -> tuple[Person, ...]:
        """The region's group without the people of the demonstration: their tablets stay light."""
        team = tuple(person for person in self.teams[facility["region"]] if not person.demo)
        return team if self.random.random() < 0.7 else team[:2]

    def _length(self, facility: Fields) -> int:
        large = (facility["capacity"] or 0) > 250
        return self.random.choice([1, 2, 2, 3]) if large else self.random.choice([1, 1, 1, 2])

    def _reasons(self, facility: Fields) -> list[str]:
        earlier = [each.first for each in self.booked if each.facility["_id"] == facility["_id"]]
        reasons = ["never"] if not earlier else ["open"] if self.random.random() < 0.5 else []
        if earlier and (self.today - max(earlier)).days > 700:
            reasons.append("interval")
        if (facility["capacity"] or 0) > 500:
            reasons.append("size")
        if "child" in facility["holds"] or "patient" in facility["holds"]:
            reasons.append("vulnerable")
        return reasons or ["random"]


def _working_day(random: Random, start: date, end: date) -> date:
    day = start + timedelta(days=random.randint(0, (end - start).days))
    # Back to Friday, never forward: a visit must not slip past `end`.
    return max(start, day - timedelta(days=max(0, day.weekday() - 4)))
