"""What may leave the office: the three outputs of a report.

Owns the limits. *Internal* is the material as it is. *Authority* and *public* are built field by
field from what they may show, so that a field added later stays inside until someone decides
otherwise. They never show handles, raw answers, places and times of interviews or photos nobody
looked at; *public* also suppresses small numbers of interviewees. Pure: no database, no language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from webapp.reports.parts import (
    Access,
    CategoryCount,
    Dissent,
    Evidence,
    Finding,
    Member,
    Numbers,
    Photo,
    Recommendation,
    Reply,
    ReportMaterial,
    Section,
    SignOff,
    Text,
    Verification,
)

OUTPUTS = ("internal", "authority", "public")
SMALL = 5  # numbers of interviewees below this are not published

# Where a handle stood in free text; the manuscript puts words in the report's language there.
INTERVIEWEE = "\ue000"

DASHES = r"\-" "\u2010\u2011\u2012\u2013\u2014\u2212"


class UnknownOutputError(ValueError):
    """The report has no such output."""


def limit(material: ReportMaterial, output: str) -> ReportMaterial:
    """The material as `output` may show it. Raises `UnknownOutputError`."""
    if output not in OUTPUTS:
        raise UnknownOutputError(output)
    if output == "internal":
        return material
    return Limits(output, hide_handles(material.handles)).apply(material)


def hide_handles(handles: tuple[str, ...]) -> Callable[[Text], Text]:
    """A function that takes these handles out of free text, however they were typed."""
    if not handles:
        return lambda text: text
    pattern = re.compile(
        "|".join(_spellings(handle) for handle in sorted(handles, key=len, reverse=True)), re.I
    )
    return lambda text: Text(pattern.sub(INTERVIEWEE, text.value), text.lang)


def _spellings(handle: str) -> str:
    """`Б-5` also as `Б–5`, `Б 5`, `Б5`, but not inside `АБ-5` or `Б-51`."""
    gap = rf"[\s{DASHES}]"
    parts = [re.escape(part) for part in re.split(f"{gap}+", handle.strip()) if part]
    return rf"(?<!\w){f'{gap}*'.join(parts)}(?!\w)"


@dataclass(frozen=True)
class Limits:
    """One output that leaves the office."""

    output: str  # authority, public
    hide: Callable[[Text], Text]

    def apply(self, material: ReportMaterial) -> ReportMaterial:
        """A material made of nothing but what this output may show."""
        shown = [finding for finding in material.findings if self._consented(finding)]
        numbers = {finding.number: place for place, finding in enumerate(shown, 1)}
        photos = tuple(
            replace(self._photo(photo), number=place)
            for place, photo in enumerate(
                (p for p in material.photos if p.reviewed and not p.of_interview), 1
            )
        )
        photo_numbers = {photo.id: photo.number for photo in photos}
        return ReportMaterial(
            channel=material.channel,
            output=self.output,
            facility=material.facility,
            kind=material.kind,
            date_from=material.date_from,
            date_to=material.date_to,
            group=material.group,
            team=tuple(
                Member(member.account, member.name, "", member.leader, delivered=True, no_tablet=False)
                for member in material.team
            ),
            access=Access(material.access.access, self._maybe(material.access.reason)),
            objectives=None,
            status=material.status,
            language=material.language,
            sections=tuple(Section(section.name, self.hide(section.text)) for section in material.sections),
            numbers=self._numbers(material.numbers, findings=len(shown)),
            findings=tuple(
                self._finding(finding, numbers[finding.number], photo_numbers) for finding in shown
            ),
            findings_withheld=len(material.findings) - len(shown),
            recommendations=tuple(self._recommendation(each, numbers) for each in material.recommendations),
            verifications=tuple(self._verification(each) for each in material.verifications),
            forms=(),
            signoff=SignOff(material.signoff.at[:10], material.signoff.by, (), None)
            if material.signoff
            else None,
            dissents=tuple(Dissent(dissent.name, self.hide(dissent.text)) for dissent in material.dissents),
            approvals=material.approvals,
            photos=photos,
            handles=(),
        )

    def _allowed(self, evidence: Evidence) -> bool:
        return evidence.sharing if self.output == "authority" else evidence.sharing and evidence.publication

    def _consented(self, finding: Finding) -> bool:
        """A finding that rests on nothing but what people did not agree to share stays inside."""
        personal = [each for each in finding.evidence if each.kind not in ("absent", "erased")]
        return not personal or any(self._allowed(each) for each in personal)

    def _finding(self, finding: Finding, number: int, photos: dict[str, int]) -> Finding:
        told = any(each.kind == "interview" or not each.sharing for each in finding.evidence)
        kinds: dict[str, Evidence] = {}
        for each in finding.evidence:
            if not self._allowed(each) or each.kind in ("absent", "erased", "recording", "testimony"):
                continue
            photo = photos.get(each.id)
            if each.kind in ("photo", "sketch") and photo is None:
                continue
            # Only that there is such evidence; a photo also by its number in this output.
            key = f"photo {photo}" if photo else each.kind
            kinds[key] = Evidence(kind=each.kind, id="", photo_number=photo)
        return Finding(
            id="",
            number=number,
            title=self.hide(finding.title),
            text=self.hide(finding.text),
            theme=finding.theme,
            severity=finding.severity,
            sources=finding.sources,
            norms=finding.norms,
            evidence=tuple(kinds.values()),
            # Where something was seen may be told to who must mend it; where someone spoke, to nobody.
            place=self._place(finding.place) if self.output == "authority" and not told else None,
            combined=tuple(self.hide(title) for title in finding.combined),
        )

    def _recommendation(self, each: Recommendation, numbers: dict[int, int]) -> Recommendation:
        return Recommendation(
            id="",
            number=each.number,
            text=self.hide(each.text),
            theme=each.theme,
            addressee=each.addressee,
            addressee_name=each.addressee_name,
            deadline=each.deadline,
            priority=each.priority,
            status=each.status,
            repeats=each.repeats,
            repeats_any=each.repeats_any,
            findings=tuple(numbers[finding] for finding in each.findings if finding in numbers),
            replies=tuple(self._reply(reply) for reply in each.replies),
        )

    def _reply(self, reply: Reply) -> Reply:
        return Reply(reply.at, reply.sender, self.hide(reply.text), reply.claims)

    def _verification(self, each: Verification) -> Verification:
        return Verification(
            number=each.number,
            issued_on=each.issued_on,
            text=self.hide(each.text),
            addressee=each.addressee,
            status=each.status,
            remark=self._maybe(each.remark),
            replies=tuple(self._reply(reply) for reply in each.replies),
        )

    def _photo(self, photo: Photo) -> Photo:
        return Photo(
            photo.id, photo.number, self._maybe(photo.caption), None, photo.mime, photo.content, True, False
        )

    def _numbers(self, numbers: Numbers, *, findings: int) -> Numbers:
        counts, interviews, people = numbers.by_category, numbers.interviews, numbers.people
        if self.output == "public":
            counts = tuple(
                CategoryCount(count.category, count.people if (count.people or 0) >= SMALL else None)
                for count in counts
            )
            # A total next to all categories but one would give the hidden one away.
            if any(count.people is None for count in counts) or (people or 0) < SMALL:
                people = interviews = None
        return Numbers(
            interviews=interviews,
            people=people,
            by_category=counts,
            submissions=None,
            notes=None,
            photos=None,
            recordings=None,
            findings=findings,
            recommendations=numbers.recommendations,
        )

    def _place(self, place: str | None) -> str | None:
        return self.hide(Text(place, "")).value if place else None

    def _maybe(self, text: Text | None) -> Text | None:
        return self.hide(text) if text else None
