"""What became of a recommendation: replies of authorities, reviews of the office, checks on site.

Owns the open recommendations of every facility while the country is being built. A reply is a claim:
it settles nothing here; a review or a check at a later visit does.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from content.papers import Papers
from content.people import Person
from content.wording import Wording

OUTCOMES = ("implemented", "partly", "not", "open")
OUTCOME_SHARES = (44, 20, 16, 20)


@dataclass
class Tracked:
    """A recommendation on its way. `outcome` is what will turn out to be true of it."""

    id: str
    channel: str
    facility: str
    number: int
    text: str
    language: str
    theme: str
    addressee: str
    addressee_name: str
    deadline: date
    issued: date
    outcome: str
    answered: bool = True  # whether a reply and a review will ever come
    reviewed: bool = True
    certain: bool = False  # the review follows the reply without fail
    status: str = "open"
    repeated: bool = False


@dataclass
class FollowUp:
    """Recommendations by facility, and the office's papers that are still to be written."""

    papers: Papers
    random: Random
    analysts: list[Person]
    zone: ZoneInfo
    today: date
    open: dict[str, list[Tracked]] = field(default_factory=dict)
    _due: list[tuple[date, int, Callable[[date], None]]] = field(default_factory=list)
    _count: int = 0

    def outcome(self) -> str:
        return self.random.choices(OUTCOMES, OUTCOME_SHARES)[0]

    def add(self, each: Tracked) -> None:
        """Track a recommendation that has just been issued."""
        self.open.setdefault(each.facility, []).append(each)
        if not each.answered:
            return
        likely = 0.15 if each.outcome == "open" else 0.8
        if self.random.random() < likely or each.outcome == "implemented":
            self._later(
                each.issued + timedelta(days=self.random.randint(35, 130)), lambda day: self._reply(each, day)
            )
        elif each.outcome == "not" and self.random.random() < 0.5:
            self._later(each.deadline + timedelta(days=100), lambda day: self._review(each, day))

    def unsettled(self, facility: str) -> list[Tracked]:
        """What nobody has reviewed or checked yet, oldest first."""
        return [each for each in self.open.get(facility, []) if each.status == "open" and not each.repeated]

    def advance(self, day: date) -> None:
        """Write everything that was due before `day`."""
        while self._due and self._due[0][0] < day:
            due, _, act = heapq.heappop(self._due)
            act(due)

    def decide(self, channel: str, day: date, decision: str, note: str) -> None:
        """The office's decision on a visit's report."""
        fields = {
            "type": "review",
            "recommendation": None,
            "visit": channel,
            "decision": decision,
            "note": note,
        }
        self._office(day, fields)

    def later(self, day: date, act: Callable[[date], None]) -> None:
        """Do `act` when the time comes; never after today."""
        self._later(day, act)

    def _later(self, day: date, act: Callable[[date], None]) -> None:
        self._count += 1
        if day < self.today:
            heapq.heappush(self._due, (day, self._count, act))

    def _reply(self, each: Tracked, day: date) -> None:
        claims = each.outcome if each.outcome != "open" else self.random.choice(["partly", "not"])
        # Authorities tend to see their own work kindly.
        if claims == "partly" and self.random.random() < 0.3:
            claims = "implemented"
        wording = Wording(self.random, each.language)
        fields = {
            "type": "reply",
            "recommendation": each.id,
            "visit": each.channel,
            "at": day.isoformat(),
            "from": each.addressee_name,
            "text": wording.say("reply", claims),
            "claims": claims,
            "lang": each.language,
        }
        self._office(day, fields)
        if each.reviewed and each.outcome != "open" and (each.certain or self.random.random() < 0.75):
            self._later(
                day + timedelta(days=self.random.randint(4, 25)), lambda later: self._review(each, later)
            )

    def _review(self, each: Tracked, day: date) -> None:
        if each.status != "open":
            return
        each.status = each.outcome
        wording = Wording(self.random, each.language)
        fields = {
            "type": "review",
            "recommendation": each.id,
            "visit": each.channel,
            "status": each.outcome,
            "note": wording.say("review"),
            "lang": each.language,
        }
        self._office(day, fields)

    def _office(self, day: date, fields: Mapping[str, object]) -> None:
        at = datetime.combine(day, time(10, self.random.randrange(60)), self.zone)
        self.papers.write("office", self.random.choice(self.analysts).id, at, dict(fields))
