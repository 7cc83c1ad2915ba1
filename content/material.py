"""What one visit left behind: the visit, events, interviews, notes, findings, recommendations, report.

Writes the documents of a channel in the order in which people would have made them. It knows the
facility and the team; what becomes of a recommendation later is `recommendations.py`.
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
from content.recommendations import FollowUp, Tracked
from content.schedule import Assignment
from content.sources import Item
from content.ulids import ulid
from content.wording import Template, Wording

REFUSED, PARTIAL, RETURNED = 0.02, 0.05, 0.13  # shares of visits
DEFAULT_MONTHS = 3
OPEN_DAYS = 30  # a younger visit may still be waiting for its report


@dataclass(frozen=True)
class Script:
    """What must happen at a visit instead of chance: templates by key, outcomes, deadlines in months."""

    templates: tuple[str, ...]
    outcomes: tuple[str, ...]
    months: tuple[int, ...]


@dataclass(frozen=True)
class Advice:
    """A recommendation before it has a number. `to` is an authority, or `own`: the facility itself."""

    text: str
    findings: list[str]
    theme: str
    to: str
    months: int
    priority: str
    repeats: str | None = None


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


class Visit:
    """One visit's channel while it is being written."""

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

    def write_material(self) -> None:
        """Everything from arrival to the report."""
        self._event("arrival", {})
        chance = 1.0 if self.script else self.random.random()
        if chance < REFUSED:
            self._refused()
        else:
            partial = chance < REFUSED + PARTIAL
            reason = self.words.say("partial") if partial else ""
            self._event("access", {"access": "partial" if partial else "full", "reason": reason})
            repeats = self._verify()
            interviews = self._interviews()
            notes = self._notes()
            findings = self._findings(interviews + notes)
            self._recommend(findings, repeats)
        self._event("departure", {})
        self._event("signoff", {"without": [], "reason": "", "checks": []}, hours=11)
        self._report()

    def _refused(self) -> None:
        say = self.words
        reason = say.say("refused", "reasons")
        self._event("access", {"access": "refused", "reason": reason})
        self.found = 1
        finding = self._write(
            self.leader,
            {
                "type": "finding",
                "title": say.say("refused", "title"),
                "text": say.say("refused", "text", minutes=self.random.choice([40, 50, 90]), reason=reason),
                "theme": "inspections",
                "severity": "critical",
                "sources": ["authorities", "observation"],
                "evidence": [],
                "norms": ["opcat/20"],
                "place": "",
                "combines": [],
                "status": "final",
                "rule": None,
            },
        )
        self._issue(Advice(say.say("refused", "recommend"), [finding], "inspections", "own", 1, "urgent"))

    def _verify(self) -> list[Tracked]:
        """Check what is still open at this facility; returns what will be recommended again."""
        again = []
        for each in self.scene.follow_up.unsettled(self.assignment.facility["_id"])[:6]:
            outcome = (
                each.outcome if each.outcome != "open" else self.random.choice(["not", "partly", "unclear"])
            )
            data = {"recommendation": each.id, "status": outcome, "text": self.words.say("verified", outcome)}
            self._event("verification", data)
            each.status = "open" if outcome == "unclear" else outcome
            if outcome == "not" and not self.script and self.random.random() < 0.5:
                again.append(each)
        return again

    def _interviews(self) -> list[str]:
        count = 4 if self.script else self.random.choice([2, 2, 3, 3, 4])
        return [self._interview() for _ in range(count)]

    def _interview(self) -> str:
        author = self.random.choice(self.assignment.team)
        self.handles[author.id] = self.handles.get(author.id, 0) + 1
        category = self.random.choice([*self.assignment.facility["holds"] * 3, "staff", "family"])
        theme = self.random.choice(["food", "health", "contacts", "complaints", "accommodation"])
        child = None
        if category == "child":
            child = {
                "assent": True,
                "adult_consent": False,
                "why_none": self.words.say("why_none"),
                "present": "",
            }
        label = self.scene.label("themes", theme, self.language).lower()
        return self._write(
            author,
            {
                "type": "interview",
                "handle": f"{author.initial}-{self.handles[author.id]}",
                "category": category,
                "day": self.clock.date().isoformat(),
                "summary": self.words.say("interview", theme=label),
                "themes": [theme],
                "people": self.random.choice([1, 1, 1, 1, 3, 5]),
                "child": child,
            },
        )

    def _notes(self) -> list[str]:
        notes = []
        for _ in range(3 if self.script else self.random.choice([0, 0, 1, 1])):
            fields: dict[str, Any] = {
                "type": "note",
                "text": self.words.say("note"),
                "place": self.words.place(self.setting),
                "theme": None,
                "source": "observation",
                "at": timestamp(self._now()),
                "media": [],
                "about": None,
                "on_paper": None,
            }
            notes.append(self._write(self.random.choice(self.assignment.team), fields))
        return notes

    def _findings(self, evidence: list[str]) -> list[tuple[Template, str]]:
        if self.script:
            templates = self.words.named_templates(self.script.templates)
        else:
            templates = self.words.templates(self.setting, self.random.choice([2, 2, 3, 3]))
        return [(template, self._finding(template, evidence)) for template in templates]

    def _finding(self, template: Template, evidence: list[str]) -> str:
        self.found += 1
        self.theme = template["theme"]
        return self._write(
            self.random.choice(self.assignment.team),
            {
                "type": "finding",
                "title": self.random.choice(template["title"]),
                "text": self.words.tell(template),
                "theme": template["theme"],
                "severity": self.random.choice(template["severity"]),
                "sources": list(self.random.choice(template["sources"])),
                "evidence": self.random.sample(evidence, min(len(evidence), self.random.choice([1, 2]))),
                "norms": list(template["norms"]),
                "place": self.words.place(self.setting),
                "combines": [],
                "status": "final",
                "rule": None,
            },
        )

    def _recommend(self, findings: list[tuple[Template, str]], repeats: list[Tracked]) -> None:
        for template, finding in findings:
            # The scripted visits have one recommendation for each finding: outcomes match by number.
            for entry in template["recommend"][: 1 if self.script else None]:
                text = self.random.choice(entry["text"])
                self._issue(
                    Advice(
                        text, [finding], template["theme"], entry["to"], entry["months"], entry["priority"]
                    )
                )
        for each in repeats:
            each.repeated = True
            text = self.words.say("again", text=each.text)
            self._issue(Advice(text, [], each.theme, each.addressee, DEFAULT_MONTHS, "high", repeats=each.id))

    def _issue(self, advice: Advice) -> None:
        facility, months = self.assignment.facility, advice.months
        outcome = self.scene.follow_up.outcome()
        if self.script:
            outcome, months = self.script.outcomes[self.issued], self.script.months[self.issued]
        addressee, name = facility["authority"], facility["name"][self.language]
        if advice.to not in ("own", addressee):
            addressee, name = advice.to, self.scene.label("authorities", advice.to, self.language)
        deadline = _months_after(self.assignment.last, months)
        fields = {
            "type": "recommendation",
            "text": advice.text,
            "findings": advice.findings,
            "theme": advice.theme,
            "addressee": addressee,
            "addressee_name": name,
            "deadline": deadline.isoformat(),
            "priority": advice.priority,
            "repeats": advice.repeats,
        }
        ident = self._write(self.leader, fields)
        self.issued += 1
        self.scene.follow_up.add(
            Tracked(
                id=ident,
                channel=self.channel,
                facility=facility["_id"],
                number=self.issued,
                text=advice.text,
                language=self.language,
                theme=advice.theme,
                addressee=addressee,
                addressee_name=name,
                deadline=deadline,
                issued=self.assignment.last,
                outcome=outcome,
                answered=not (self.script and outcome == "open"),
                reviewed=not self.script or outcome == "implemented",
            )
        )

    def _report(self) -> None:
        last, today = self.assignment.last, self.scene.today
        age = (today - last).days
        young = "draft" if age <= 6 else self.random.choice(["returned", "approved"])
        status = young if age <= OPEN_DAYS else "sent"
        written = min(last + timedelta(days=self.random.randint(2, 12)), today - timedelta(days=1))
        facility = self.assignment.facility
        slots = {
            "facility": facility["name"][self.language],
            "capacity": facility["capacity"],
            "people": sum(self.handles.values()),
            "findings": self.found,
            "recommendations": self.issued,
            "theme": self.scene.label("themes", self.theme, self.language).lower(),
        }
        fields = {
            "type": "report",
            "status": status,
            "language": self.language,
            "sections": {
                name: self.words.say(name, **slots) for name in ("summary", "context", "conclusions")
            },
            "approved_by": [each.id for each in self.assignment.team]
            if status in ("approved", "sent")
            else [],
            "lang": self.language,
        }
        self.scene.papers.write(self.channel, self.leader.id, self._at(written, 22), fields)
        if status != "draft":
            self._decide(written, status)

    def _decide(self, written: date, status: str) -> None:
        """The office returns some reports before it approves them."""
        follow_up, day = self.scene.follow_up, written + timedelta(days=self.random.randint(1, 4))
        if status == "returned" or self.random.random() < RETURNED:
            note = self.words.say("returned")
            follow_up.later(day, lambda due: follow_up.decide(self.channel, due, "returned", note))
            day += timedelta(days=self.random.randint(2, 7))
        if status != "returned":
            approved = self.words.say("approved")
            follow_up.later(day, lambda due: follow_up.decide(self.channel, due, "approved", approved))

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


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    # The 31st of a shorter month is its last day: step back until the date exists.
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
