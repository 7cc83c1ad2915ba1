"""One visit's channel while it is being written: its id, its clock, its visit document.

Knows how to write into the channel and what time it is there; what people did on the visit is
`material.py`, what they concluded `conclusions.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from content.facilities import setting_of
from content.papers import Papers, timestamp
from content.people import Person
from content.recommendations import FollowUp
from content.schedule import Assignment
from content.sources import Item
from content.ulids import ulid
from content.wording import Wording

OPEN_DAYS = 30  # a younger visit may still be waiting for its report


@dataclass(frozen=True)
class Script:
    """What must happen at a visit instead of chance: templates by key, outcomes, deadlines in months."""

    templates: tuple[str, ...]
    outcomes: tuple[str, ...]
    months: tuple[int, ...]


@dataclass
class Scene:
    """Everything the visits of a country share."""

    papers: Papers
    follow_up: FollowUp
    random: Random
    catalogues: dict[str, list[Item]]
    zone: ZoneInfo
    today: date

    def label(self, catalogue: str, ident: str, language: str) -> str:
        """A catalogue item's label: shipped labels are complete."""
        return str(
            next(item["label"][language] for item in self.catalogues[catalogue] if item["id"] == ident)
        )


class VisitChannel:
    """A channel, its team and its clock."""

    def __init__(self, scene: Scene, assignment: Assignment, script: Script | None = None) -> None:
        self.scene, self.assignment, self.script = scene, assignment, script
        self.random = scene.random
        self.leader = assignment.team[0]
        self.language = self.leader.language
        self.words = Wording(self.random, self.language)
        self.setting = setting_of(assignment.facility)
        planned = min(assignment.first - timedelta(days=14), scene.today - timedelta(days=1))
        if assignment.unplanned:
            planned = assignment.first
        self.made_at = self._at(planned, 9 if not assignment.unplanned else 7)
        self.ulid = ulid(
            self.made_at, f"{scene.papers.seed}/visit/{assignment.facility['_id']}/{assignment.first}"
        )
        self.channel = f"visit-{self.ulid.lower()}"
        self.clock = datetime.combine(assignment.first, time(9, 40), scene.zone)
        self.handles: dict[str, int] = {}
        self.found = self.issued = 0
        self.theme = "protection"

    def write_visit(self) -> None:
        """The visit document itself; the only thing a coming visit has besides its brief."""
        assignment = self.assignment
        themes = [item["id"] for item in self.scene.catalogues["themes"] if item["parent"]]
        theme = self.scene.label("themes", self.random.choice(themes), self.language).lower()
        status = {"done": "closed", "today": "open", "coming": "planned"}[assignment.state]
        if assignment.state == "done" and (self.scene.today - assignment.last).days <= OPEN_DAYS:
            status = "open"  # its report is still being written
        fields = {
            "type": "visit",
            "_id": f"visit:{self.ulid}",
            "facility": assignment.facility["_id"],
            "kind": assignment.kind,
            "from": assignment.first.isoformat(),
            "to": assignment.last.isoformat(),
            "group": self.leader.group,
            "leader": self.leader.id,
            "team": [
                {"person": each.id, "part": self.words.part(number)}
                for number, each in enumerate(assignment.team)
            ],
            "objectives": self.words.say("objectives", assignment.kind, theme=theme),
            "status": status,
            "unplanned": assignment.unplanned,
            "recording": {"photo": True, "audio": True, "video": True}
            if assignment.state == "today"
            else None,
            "time_zone": str(self.scene.zone),
            "lang": self.language,
        }
        self.scene.papers.write(self.channel, self.leader.id, self.made_at, fields)

    def _event(self, kind: str, data: dict[str, Any], *, hours: int = 0) -> None:
        # Signed off next morning, but never after the country was built.
        at = min(self._now() + timedelta(hours=hours), self._at(self.scene.today, 0))
        fields = {"type": "event", "kind": kind, "at": timestamp(at), "data": data, "lang": self.language}
        self.scene.papers.write(self.channel, self.leader.id, at, fields)

    def _write(self, author: Person, fields: dict[str, Any]) -> str:
        return self.scene.papers.write(
            self.channel, author.id, self._now(), {**fields, "lang": self.language}
        )

    def _now(self) -> datetime:
        """The next moment of the visit: everything takes some minutes, long visits go on next day."""
        self.clock += timedelta(minutes=self.random.randint(3, 20))
        if self.clock.hour >= 17 and self.clock.date() < self.assignment.last:
            self.clock = self._at(self.clock.date() + timedelta(days=1), 9)
        return self.clock

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour, 0), self.scene.zone)
