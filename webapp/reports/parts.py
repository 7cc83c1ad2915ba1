"""The parts a report is made of.

Owns the typed shapes between the read model and the three kinds of file (Word, PDF, page). They hold
facts in every language they exist in and decide nothing: what leaves the office is decided in
outputs.py, how it reads in one language in manuscript.py. Custody content has no place in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Multi = Mapping[str, str]


@dataclass(frozen=True)
class Text:
    """Free text in the language it was written in (BCP 47; empty: not said)."""

    value: str
    lang: str


@dataclass(frozen=True)
class Facility:
    id: str
    name: Multi
    facility_type: Multi
    region: Multi
    authority: Multi
    address: Multi
    capacity: int | None


@dataclass(frozen=True)
class Member:
    """One of the team. `delivered`: has said that nothing more is to come."""

    account: str
    name: str
    part: str
    leader: bool
    delivered: bool
    no_tablet: bool


@dataclass(frozen=True)
class Access:
    access: str | None  # full, partial, refused; None: nothing said
    reason: Text | None


@dataclass(frozen=True)
class CategoryCount:
    """People interviewed of one category; `people` is None where a small number is suppressed."""

    category: Multi | None
    people: int | None


@dataclass(frozen=True)
class Numbers:
    """Counts of what the visit brought. None: suppressed, because it would give a small number away."""

    interviews: int | None
    people: int | None
    by_category: tuple[CategoryCount, ...]
    submissions: int | None
    notes: int | None
    photos: int | None
    recordings: int | None
    findings: int
    recommendations: int


@dataclass(frozen=True)
class Norm:
    """A library article. `title` is empty for a norm the library does not hold."""

    norm: str
    kind: str  # treaty, law, standard, guide
    title: Multi
    article: str
    heading: Multi | Text | None


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence behind a finding.

    `kind`: note, photo, sketch, document, answer, submission, interview, recording, testimony, event, erased
    or absent. `sharing` and `publication` are the interviewee's consent; True where none is needed.
    """

    kind: str
    id: str
    text: Text | None = None
    label: Multi | None = None
    answer: tuple[Multi | str, ...] = ()
    handle: str | None = None
    place: str | None = None
    at: str | None = None
    photo_number: int | None = None
    sharing: bool = True
    publication: bool = True


@dataclass(frozen=True)
class Finding:
    id: str
    number: int
    title: Text
    text: Text
    theme: Multi | None
    severity: Multi | None
    sources: tuple[Multi, ...]
    norms: tuple[Norm, ...]
    evidence: tuple[Evidence, ...]
    place: str | None
    combined: tuple[Text, ...]  # titles of the findings it combines; they are not listed by themselves

    @property
    def one_source(self) -> bool:
        """One source type only: such a finding is weak, and the report says so."""
        return len(self.sources) == 1


@dataclass(frozen=True)
class Reply:
    at: str
    sender: str
    text: Text
    claims: str | None


@dataclass(frozen=True)
class Recommendation:
    id: str
    number: int
    text: Text
    theme: Multi | None
    addressee: Multi | None
    addressee_name: str
    deadline: str | None
    priority: Multi | None
    status: str
    repeats: tuple[int, str] | None  # number and day of the recommendation it repeats
    repeats_any: bool
    findings: tuple[int, ...]  # numbers of the findings it answers
    replies: tuple[Reply, ...]


@dataclass(frozen=True)
class Verification:
    """What the visit found of an earlier recommendation."""

    number: int | None
    issued_on: str | None
    text: Text
    addressee: Multi | None
    status: str
    remark: Text | None
    replies: tuple[Reply, ...]


@dataclass(frozen=True)
class Answer:
    """One answer: `values` are choice labels, or raw words, numbers and dates."""

    label: Multi
    values: tuple[Multi | str, ...]
    kind: str  # the question's type


@dataclass(frozen=True)
class AnswerGroup:
    label: Multi | None  # None: questions outside any group, or unknown to the form
    instance: int | None  # which repeat, from 1
    known: bool
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Flag:
    label: Multi
    norm: Norm


@dataclass(frozen=True)
class FilledForm:
    id: str
    title: Multi
    author: str
    lang: str
    answered: int
    total: int
    complete: bool
    on_paper: str | None  # when it was filled in on paper
    groups: tuple[AnswerGroup, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class SignOff:
    at: str
    by: str
    without: tuple[str, ...]
    reason: Text | None


@dataclass(frozen=True)
class Dissent:
    name: str
    text: Text


@dataclass(frozen=True)
class Photo:
    """A photo. `content` is None while parts are missing; `reviewed`: looked at and fit to leave the office."""

    id: str
    number: int
    caption: Text | None
    place: str | None
    mime: str
    content: bytes | None
    reviewed: bool
    of_interview: bool


@dataclass(frozen=True)
class Section:
    """A part people write: summary, context or conclusions."""

    name: str
    text: Text


@dataclass(frozen=True)
class ReportMaterial:
    """Everything one report is made of; `output` says for whom it has been limited."""

    channel: str
    output: str  # internal, authority, public
    facility: Facility
    kind: Multi
    date_from: str
    date_to: str
    group: Multi | None
    team: tuple[Member, ...]
    access: Access
    objectives: Text | None
    status: str | None
    language: str
    sections: tuple[Section, ...]
    numbers: Numbers
    findings: tuple[Finding, ...]
    findings_withheld: int
    recommendations: tuple[Recommendation, ...]
    verifications: tuple[Verification, ...]
    forms: tuple[FilledForm, ...]
    signoff: SignOff | None
    dissents: tuple[Dissent, ...]
    approvals: tuple[str, ...]
    photos: tuple[Photo, ...]
    handles: tuple[str, ...]
