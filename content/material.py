"""What happened on a visit: arrival, checks of earlier recommendations, interviews, notes, findings.

Writes the documents of a channel in the order in which people would have made them.
"""

from __future__ import annotations

from typing import Any

from content.conclusions import Advice, Conclusions
from content.papers import timestamp
from content.recommendations import Tracked
from content.wording import Template

REFUSED, PARTIAL = 0.02, 0.05  # shares of visits


class Visit(Conclusions):
    """A visit from its planning to its report."""

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
