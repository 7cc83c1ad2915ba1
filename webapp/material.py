"""What a visit has brought, arranged for its page.

Owns the reading of one channel's items into a timeline, the team's state and the tasks. Reads SQL
only. Keeps one rule of doing no harm: nothing here says where, or at what hour, an interview took place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from sync.projections import tables
from webapp.models import db
from webapp.sync_wiring import held_chunks

# What the timeline leaves to other places of the page, or to nobody.
ELSEWHERE = frozenset({"visit", "brief", "report", "consent"})
SEALED = frozenset({"identity", "testimony"})
KINDS: dict[str, frozenset[str]] = {
    "forms": frozenset({"submission"}),
    "notes": frozenset({"note"}),
    "media": frozenset({"medium", "testimony", "identity"}),
    "interviews": frozenset({"interview", "withdrawal"}),
    "findings": frozenset({"finding", "recommendation"}),
    "events": frozenset({"event"}),
}
SHOWN = 150


@dataclass(frozen=True)
class Entry:
    """One item of the timeline."""

    id: str
    type: str
    at: str
    author: str
    received_at: str | None
    erased: bool
    conflicts: list[dict[str, Any]]
    body: dict[str, Any]
    sealed: bool

    @property
    def spoken(self) -> bool:
        """Whether it is an interview, or belongs to one: its place and time would show who spoke."""
        return belongs_to_interview(self.type, self.body)

    @property
    def place(self) -> str:
        """Where it was noted; never for an interview and what belongs to one."""
        if self.spoken or self.sealed:
            return ""
        return str(self.body.get("place") or "")

    @property
    def day(self) -> str:
        """The day that the interview's own document names; else when it was captured."""
        return str(self.body.get("day") or self.at)


@dataclass(frozen=True)
class Member:
    """A member of the team and what has come from them."""

    person: str
    part: str
    items: int
    last: str | None
    finished_at: str | None
    no_tablet: bool
    leads: bool


@dataclass(frozen=True)
class Timeline:
    """A page of entries, and how many there are of each kind."""

    entries: list[Entry]
    counts: dict[str, int]
    total: int


@dataclass(frozen=True)
class Answer:
    """A question and its answer in words."""

    label: dict[str, str] | str
    value: Any  # str, or list of multi labels
    group: dict[str, str] | None
    instance: str = ""
    flags: list[dict[str, Any]] = field(default_factory=list)
    medium: str | None = None


def belongs_to_interview(type_: str, body: Mapping[str, Any]) -> bool:
    """An interview, or what was captured in it or about it."""
    if type_ == "interview" or body.get("interview"):
        return True
    return str(body.get("about") or "").startswith("interview:")


def timeline(channel: str, kind: str = "", everything: bool = False) -> Timeline:
    """The channel's items, newest arrival first. The device's clock is shown, not trusted for order."""
    item = tables.item
    counted = db.session.execute(
        select(item.c.type, func.count()).where(item.c.channel == channel).group_by(item.c.type)
    ).all()
    counts = {name: sum(count for type_, count in counted if type_ in types) for name, types in KINDS.items()}
    wanted = select(item).where(item.c.channel == channel, item.c.type.not_in(ELSEWHERE))
    if kind in KINDS:
        wanted = wanted.where(item.c.type.in_(KINDS[kind]))
    wanted = wanted.order_by(item.c.position.desc(), item.c.id.desc())
    if not everything:
        wanted = wanted.limit(SHOWN)
    entries = [_entry(row._mapping) for row in db.session.execute(wanted)]
    total = counts[kind] if kind in KINDS else sum(n for type_, n in counted if type_ not in ELSEWHERE)
    return Timeline(entries=entries, counts=counts, total=total)


def _entry(row: Mapping[Any, Any]) -> Entry:
    return Entry(
        id=row["id"],
        type=row["type"],
        at=row["body"].get("at") or row["at"],
        author=row["created_by"],
        received_at=row["received_at"],
        erased=row["erased"],
        conflicts=row["conflicts"],
        body=row["body"],
        sealed=row["class"] == "custody",
    )


def team(channel: str, leader: str) -> list[Member]:
    """Who takes part, with what has arrived from each; the leader first."""
    item, member = tables.item, tables.visit_member
    arrived = {
        row.created_by: (row.count_, row.last)
        for row in db.session.execute(
            select(
                item.c.created_by, func.count().label("count_"), func.max(item.c.received_at).label("last")
            )
            .where(item.c.channel == channel, item.c.type.not_in(("visit", "brief", "report")))
            .group_by(item.c.created_by)
        )
    }
    rows = db.session.execute(select(member).where(member.c.channel == channel)).all()
    found = []
    for row in rows:
        count, last = arrived.get(row.person, (0, None))
        found.append(
            Member(row.person, row.part, count, last, row.finished_at, row.no_tablet, row.person == leader)
        )
    return sorted(found, key=lambda each: (not each.leads, each.person))


def consents(channel: str) -> dict[str, dict[str, str]]:
    """For each interview what was answered last to each use: `given`, `refused` or `withdrawn`."""
    item = tables.item
    rows = db.session.execute(
        select(item.c.type, item.c.body).where(
            item.c.channel == channel, item.c.type.in_(("consent", "withdrawal")), ~item.c.erased
        )
    ).all()
    found: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda each: str(each.body.get("at"))):
        answer = "withdrawn" if row.type == "withdrawal" else "given" if row.body.get("given") else "refused"
        found.setdefault(str(row.body.get("interview")), {})[str(row.body.get("use"))] = answer
    return found


def held_parts(channel: str) -> dict[str, tuple[int, int]]:
    """For each medium how many of its parts have arrived, of how many."""
    rows = db.session.execute(select(tables.medium).where(tables.medium.c.channel == channel)).all()
    wanted = {part["sha256"] for row in rows for part in row.chunks or []}
    held = held_chunks(current_app.extensions["aigaq"], wanted)
    return {
        row.id: (sum(part["sha256"] in held for part in row.chunks or []), len(row.chunks or []))
        for row in rows
    }


def answers(submission: Mapping[str, Any], form: Mapping[str, Any] | None) -> list[Answer]:
    """A submission's answers in survey order, in words; unknown questions stand by their path."""
    values: Mapping[str, Any] = submission.get("answers") or {}
    questions = {question["path"]: question for question in (form or {}).get("questions", [])}
    order = {path: position for position, path in enumerate(questions)}
    flags: dict[str, list[dict[str, Any]]] = {}
    for flag in submission.get("flags") or []:
        flags.setdefault(flag.get("path", ""), []).append(flag)
    files: Mapping[str, str] = submission.get("files") or {}

    def key(path: str) -> tuple[Any, ...]:
        # A repeat's instances stay together: first where its group stands, then which instance.
        repeat = path.split("[", 1)[0] if "[" in path else path
        instance = tuple(int(number) for number in re.findall(r"\[(\d+)\]", path))
        return (order.get(repeat, len(order)), instance, order.get(plain(path), len(order)), path)

    found = []
    for path in sorted(values, key=key):
        question = questions.get(plain(path), {})
        group = questions.get(question.get("group") or "", {})
        found.append(
            Answer(
                label=question.get("label") or path.rsplit("/", 1)[-1],
                value=_in_words(values[path], question.get("choices")),
                group=group.get("label"),
                instance=" ".join(re.findall(r"\[(\d+)\]", path)),
                flags=flags.get(path, []),
                medium=files.get(values[path]) if isinstance(values[path], str) else None,
            )
        )
    return found


def plain(path: str) -> str:
    """A path without its repeat numbers."""
    return re.sub(r"\[\d+\]", "", path)


def _in_words(value: Any, choices: Iterable[Mapping[str, Any]] | None) -> Any:
    if not choices:
        return value
    labels = {choice["value"]: choice["label"] for choice in choices}
    chosen = value if isinstance(value, list) else str(value).split()
    return [labels.get(each, each) for each in chosen]
