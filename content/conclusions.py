"""What a visit's people concluded: recommendations, and the report with the office's decision on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from content.recommendations import Tracked
from content.visit_channel import OPEN_DAYS, VisitChannel
from content.wording import Template

RETURNED = 0.13  # share of reports
DEFAULT_MONTHS = 3


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


class Conclusions(VisitChannel):
    """Writes recommendations and the report."""

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
                certain=self.script is not None,
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


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    # The 31st of a shorter month is its last day: step back until the date exists.
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
