"""A report in one language, ready to be set.

Owns the way from `ReportMaterial` to the words that Word, PDF and page put down alike: one plain
dictionary of strings, lists and `Passage`s (wording.py). Decides nothing about who may see what (outputs.py has).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from webapp.reports.labels import Labels
from webapp.reports.outputs import INTERVIEWEE, SMALL
from webapp.reports.parts import (
    FilledForm,
    Finding,
    Photo,
    Recommendation,
    Reply,
    ReportMaterial,
    Verification,
)
from webapp.reports.wording import Wording, clean


def write(material: ReportMaterial, labels: Labels, today: date) -> dict[str, Any]:
    """The report in the labels' language: what the three templates are filled with."""
    return Writer(labels).report(material, today)


class Writer(Wording):
    """Writes the parts of a report, one language."""

    def report(self, material: ReportMaterial, today: date) -> dict[str, Any]:
        """The whole manuscript; docs/reports.md lists its names for whoever edits the templates."""
        say, facility = self.labels, material.facility
        internal = material.output == "internal"
        approved = material.status in ("approved", "sent")
        return {
            "labels": {name: clean(word) for name, word in say.words.items() if isinstance(word, str)},
            "language": say.language,
            "output": material.output,
            "internal": internal,
            "title": say["title"],
            "subtitle": say[f"output_{material.output}"],
            "facility": self.multi(facility.name),
            "dates": say.period(material.date_from, material.date_to),
            "kind": self.multi(material.kind),
            "draft_mark": "" if approved else say["draft"],
            "confidential_note": say["confidential_note"] if internal else "",
            "generated": say.say("generated", date=say.day(today.isoformat())),
            "facts": self.facts(material),
            "team": [
                {
                    "name": clean(member.name),
                    "part": clean(member.part) if internal else "",
                    "leader": member.leader,
                    "remark": say["leader"]
                    if member.leader
                    else say["no_tablet"]
                    if member.no_tablet
                    else "",
                }
                for member in material.team
            ],
            "objectives": self.passage(material.objectives),
            "sections": {
                section.name: {"heading": say[section.name], "text": self.passage(section.text)}
                for section in material.sections
            },
            "numbers": self.numbers(material),
            "categories": self.categories(material),
            "suppression": (
                say.say("suppression_note", n=SMALL)
                if any(count.people is None for count in material.numbers.by_category)
                else ""
            ),
            "findings": [self.finding(finding, internal) for finding in material.findings],
            "recommendations": [self.recommendation(each) for each in material.recommendations],
            "verifications": [self.verification(each) for each in material.verifications],
            "replies": [
                reply | {"number": str(each.number)}
                for each in material.recommendations
                for reply in self.replies(each.replies)
            ],
            "forms": [self.form(form) for form in material.forms],
            "flags": [
                {
                    "label": self.multi(flag.label),
                    "norm": self.norm(flag.norm),
                    "form": self.multi(form.title),
                }
                for form in material.forms
                for flag in form.flags
            ],
            "dissents": [
                {"name": clean(dissent.name), "text": self.passage(dissent.text)}
                for dissent in material.dissents
            ],
            "signoff": self.signoff(material),
            "approvals": [clean(name) for name in material.approvals],
            "photos": [self.photo(photo) for photo in material.photos],
        }

    def facts(self, material: ReportMaterial) -> list[dict[str, str]]:
        """Labelled facts of facility and visit; what is unknown is left out, access never is."""
        say, facility = self.labels, material.facility
        access = say[f"access_{material.access.access or 'none'}"]
        if material.access.reason:
            access = f"{access}. {say['reason']}: {self.passage(material.access.reason)}"
        rows = [
            ("facility", self.multi(facility.name)),
            ("facility_type", self.multi(facility.facility_type)),
            ("region", self.multi(facility.region)),
            ("authority", self.multi(facility.authority)),
            ("address", self.multi(facility.address)),
            ("capacity", "" if facility.capacity is None else say.number(facility.capacity)),
            ("kind", self.multi(material.kind)),
            ("dates", say.period(material.date_from, material.date_to)),
            ("group", self.multi(material.group)),
            ("access", access),
            ("status", say[f"status_{material.status or 'none'}"]),
        ]
        return [{"label": say[name], "value": value} for name, value in rows if value]

    def numbers(self, material: ReportMaterial) -> list[dict[str, str]]:
        """Labelled counts; a suppressed total says that it is."""
        say, numbers = self.labels, material.numbers
        rows = [
            (name, getattr(numbers, name))
            for name in (
                "interviews",
                "people",
                "findings",
                "recommendations",
                "submissions",
                "notes",
                "photos",
                "recordings",
            )
        ]
        shown = [(name, count) for name, count in rows if count is not None or name == "people"]
        return [
            {
                "label": say[f"number_{name}"],
                "value": say["total_hidden"] if count is None else say.number(count),
            }
            for name, count in shown
        ]

    def categories(self, material: ReportMaterial) -> list[dict[str, str]]:
        """People interviewed by category; a suppressed number reads "fewer than five"."""
        say = self.labels
        return [
            {
                "label": self.multi(count.category) or say["category_unknown"],
                "value": say.say("fewer_than", n=SMALL) if count.people is None else say.number(count.people),
            }
            for count in material.numbers.by_category
        ]

    def finding(self, finding: Finding, internal: bool) -> dict[str, Any]:
        """A finding with its sources, norms and evidence in words."""
        say = self.labels
        warning = say["one_source"] if finding.one_source else "" if finding.sources else say["no_source"]
        return {
            "number": str(finding.number),
            "title": self.passage(finding.title),
            "text": self.passage(finding.text),
            "theme": self.multi(finding.theme),
            "severity": self.multi(finding.severity),
            "place": clean(finding.place or "").replace(INTERVIEWEE, say["interviewee"]),
            "sources": "; ".join(self.multi(source) for source in finding.sources),
            "source_warning": warning,
            "norms": [self.norm(norm) for norm in finding.norms],
            "evidence": [self.evidence(each, internal) for each in finding.evidence],
            "combined": [str(self.passage(title)) for title in finding.combined],
        }

    def recommendation(self, each: Recommendation) -> dict[str, Any]:
        """A recommendation with everything that makes it a task."""
        say = self.labels
        repeats = ""
        if each.repeats:
            repeats = say.say("repeats", number=each.repeats[0], date=say.day(each.repeats[1]))
        elif each.repeats_any:
            repeats = say["repeats_unknown"]
        return {
            "number": str(each.number),
            "text": self.passage(each.text),
            "theme": self.multi(each.theme),
            "addressee": self.multi(each.addressee) or clean(each.addressee_name) or say["addressee_none"],
            "deadline": say.day(each.deadline) or say["deadline_none"],
            "priority": self.multi(each.priority),
            "status": say.choice("recommendation_status", each.status),
            "repeats": repeats,
            "findings": ", ".join(str(number) for number in each.findings),
            "replies": self.replies(each.replies),
        }

    def replies(self, replies: tuple[Reply, ...]) -> list[dict[str, Any]]:
        """Replies with who gave them, when, and what they claim."""
        return [
            {
                "date": self.labels.day(reply.at),
                "sender": clean(reply.sender),
                "text": self.passage(reply.text),
                "claims": self.labels.choice("recommendation_status", reply.claims) if reply.claims else "",
            }
            for reply in replies
        ]

    def verification(self, each: Verification) -> dict[str, Any]:
        """An earlier recommendation and what the visit found of it."""
        return {
            "number": str(each.number or ""),
            "issued": self.labels.day(each.issued_on),
            "text": self.passage(each.text),
            "addressee": self.multi(each.addressee),
            "result": self.labels.choice("recommendation_status", each.status),
            "remark": self.passage(each.remark),
            "replies": self.replies(each.replies),
        }

    def form(self, form: FilledForm) -> dict[str, Any]:
        """A filled form: its state, and answers group by group."""
        say = self.labels
        state = [say.say("form_state", answered=form.answered, total=form.total)]
        if not form.complete:
            state.append(say["form_incomplete"])
        if form.on_paper is not None:
            state.append(say.say("form_on_paper", date=say.day(form.on_paper)))
        groups = []
        for group in form.groups:
            heading = self.multi(group.label) if group.known else say["other_answers"]
            groups.append(
                {
                    "heading": f"{heading} {group.instance}".strip() if group.instance else heading,
                    "answers": [self.answer(answer, form.lang) for answer in group.answers],
                }
            )
        return {
            "title": self.multi(form.title),
            "author": clean(form.author),
            "state": "; ".join(state),
            "groups": groups,
        }

    def signoff(self, material: ReportMaterial) -> dict[str, Any]:
        """Who signed, without whom and why; inside the office also who has delivered."""
        say, signoff = self.labels, material.signoff
        internal = material.output == "internal"
        waiting = [member for member in material.team if not member.delivered and not member.no_tablet]
        delivered = [member for member in material.team if member.delivered]
        return {
            "words": (
                f"{say['signoff_by']}: {clean(signoff.by)}, {say.day(signoff.at)}"
                if signoff
                else say["signoff_none"]
            ),
            "without": ", ".join(clean(name) for name in signoff.without) if signoff else "",
            "reason": self.passage(signoff.reason if signoff else None),
            "delivered": ", ".join(clean(member.name) for member in delivered) if internal else "",
            "waiting": ", ".join(clean(member.name) for member in waiting) if internal else "",
        }

    def photo(self, photo: Photo) -> dict[str, Any]:
        """A photo's caption and number; the picture itself is put in by each file."""
        say = self.labels
        caption = self.passage(photo.caption)
        place = clean(photo.place or "")
        words = str(caption) if caption else say["photo_no_caption"]
        return {
            "id": photo.id,
            "number": str(photo.number),
            "caption": f"{say['photo']} {photo.number}. {words}" + (f" ({place})" if place else ""),
            "missing": say["photo_missing"] if photo.content is None else "",
        }
