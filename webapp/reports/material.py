"""Collects everything a report is made of, from the read model.

Owns the assembly: one visit's rows, resolved and in order. It writes nothing, judges nothing and
limits nothing (outputs.py does); photos come decrypted through the engine and stay in memory.
"""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import Connection, RowMapping

from sync.errors import AigaqError
from webapp.reports.answers import fill_form
from webapp.reports.catalogues import Catalogues
from webapp.reports.evidence import Consents, EvidenceReader
from webapp.reports.parts import (
    Access,
    CategoryCount,
    Dissent,
    Facility,
    Finding,
    Member,
    Multi,
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
from webapp.reports.rows import Item, VisitRows, recommendations_by_id, replies_by_recommendation

SECTIONS = ("summary", "context", "conclusions")


class Archive(Protocol):
    """What a report asks of the sync engine."""

    def read(self, channel: str, document_id: str) -> dict[str, Any] | None: ...
    def photo(self, channel: str, medium_id: str) -> bytes | None: ...


class VisitNotFoundError(LookupError):
    """There is no visit in this channel."""


def collect(connection: Connection, channel: str, engine: Archive) -> ReportMaterial:
    """Everything of one visit, for the internal output. Raises `VisitNotFoundError`."""
    rows = VisitRows.load(connection, channel)
    if rows is None:
        raise VisitNotFoundError(channel)
    return Collection(connection, rows, Catalogues.load(connection), engine).material()


class Collection:
    """One visit being collected."""

    def __init__(
        self, connection: Connection, rows: VisitRows, catalogues: Catalogues, engine: Archive
    ) -> None:
        self.connection = connection
        self.rows = rows
        self.catalogues = catalogues
        self.engine = engine
        reports = rows.of("report")
        self.report = reports[-1].body if reports else {}

    def material(self) -> ReportMaterial:
        """The whole material, in the report's order."""
        visit, body = self.rows.visit, self.rows.visit["body"]
        photos = self.photos()
        findings, numbers = self.findings(photos)
        verified = self.rows.events("verification")
        own = [row["id"] for row in self.rows.recommendations]
        earlier = [str((item.body.get("data") or {}).get("recommendation")) for item in verified]
        replies = replies_by_recommendation(self.connection, [*own, *earlier])
        recommendations = self.recommendations(numbers, replies)
        return ReportMaterial(
            channel=visit["channel"],
            output="internal",
            facility=self.facility(),
            kind=self.catalogues.label("visit_kinds", visit["kind"]) or {},
            date_from=visit["date_from"],
            date_to=visit["date_to"],
            group=self.catalogues.label("groups", visit["group_id"]),
            team=self.team(),
            access=self.access(),
            objectives=_text(body.get("objectives"), body.get("lang")),
            status=visit["report_status"] or self.report.get("status"),
            language=str(self.report.get("language") or ""),
            sections=self.sections(),
            numbers=self.numbers(len(findings), len(recommendations)),
            findings=findings,
            findings_withheld=0,
            recommendations=recommendations,
            verifications=self.verifications(verified, replies),
            forms=tuple(fill_form(item, self.catalogues) for item in self.rows.of("submission")),
            signoff=self.signoff(),
            dissents=tuple(
                Dissent(
                    name=self.catalogues.person(item.created_by),
                    text=_said((item.body.get("data") or {}).get("text"), item.body.get("lang")),
                )
                for item in self.rows.events("dissent")
            ),
            approvals=tuple(
                self.catalogues.person(account) for account in self.report.get("approved_by") or ()
            ),
            photos=photos,
            handles=tuple(sorted({row["handle"] for row in self.rows.interviews if row["handle"]})),
        )

    def facility(self) -> Facility:
        """The facility's card; one that the office does not know yet is named as it was typed, or by its id."""
        row = self.rows.facility
        if row is None:
            name = {"": self.rows.visit["body"].get("facility_name") or self.rows.visit["facility"]}
            return Facility(self.rows.visit["facility"], name, {}, {}, {}, {}, None)
        label = self.catalogues.label
        return Facility(
            id=row["id"],
            name=row["name"],
            facility_type=label("facility_types", row["facility_type"]) or {},
            region=label("regions", row["region"]) or {},
            authority=label("authorities", row["authority"]) or {},
            address=row["body"].get("address") or {},
            capacity=row["capacity"],
        )

    def team(self) -> tuple[Member, ...]:
        """The leader first, then by name."""
        leader = self.rows.visit["leader"]
        members = [
            Member(
                account=row["person"],
                name=self.catalogues.person(row["person"]),
                part=row["part"],
                leader=row["person"] == leader,
                delivered=row["finished_at"] is not None,
                no_tablet=row["no_tablet"],
            )
            for row in self.rows.members
        ]
        return tuple(sorted(members, key=lambda member: (not member.leader, member.name)))

    def access(self) -> Access:
        """The last word on access, with its reason."""
        events = self.rows.events("access")
        last = events[-1] if events else None
        data = (last.body.get("data") or {}) if last else {}
        reason = _text(data.get("reason"), last.body.get("lang")) if last else None
        return Access(access=self.rows.visit["access"] or data.get("access"), reason=reason)

    def sections(self) -> tuple[Section, ...]:
        """What people wrote into the draft; an unwritten section has empty text."""
        written = self.report.get("sections") or {}
        lang = self.report.get("lang") or self.report.get("language")
        return tuple(Section(name, _said(written.get(name), lang)) for name in SECTIONS)

    def numbers(self, findings: int, recommendations: int) -> Numbers:
        """Counts of everything that was received and not erased."""
        people: dict[str | None, int] = {}
        interviews = [row for row in self.rows.interviews if not self._erased(row["id"])]
        for row in interviews:
            people[row["category"]] = people.get(row["category"], 0) + row["people"]
        counts = [
            CategoryCount(self.catalogues.label("categories", category), count)
            for category, count in people.items()
        ]
        order = list(self.catalogues.labels.get("categories", {}))
        position = {id(self.catalogues.labels["categories"][item]): at for at, item in enumerate(order)}
        counts.sort(key=lambda count: position.get(id(count.category), len(order)))
        return Numbers(
            interviews=len(interviews),
            people=sum(people.values()),
            by_category=tuple(counts),
            submissions=len(self.rows.of("submission")),
            notes=len(self.rows.of("note")),
            photos=sum(1 for row in self.rows.photos if row["kind"] == "photo"),
            recordings=sum(1 for kind in self.rows.sealed.values() if kind in ("audio", "video", "appeal")),
            findings=findings,
            recommendations=recommendations,
        )

    def photos(self) -> tuple[Photo, ...]:
        """Photos and sketches in the order they arrived, numbered from 1, decrypted."""
        order = {document: place for place, document in enumerate(self.rows.items)}
        rows = sorted(self.rows.photos, key=lambda row: (order.get(row["id"], len(order)), row["id"]))
        reviewed = set(self.report.get("photos") or ())
        channel = self.rows.visit["channel"]
        return tuple(
            Photo(
                id=row["id"],
                number=number,
                caption=_text(row["body"].get("caption"), row["body"].get("lang")),
                place=None if row["body"].get("interview") else row["body"].get("place") or None,
                mime=row["mime"],
                content=self._photo(channel, row["id"]),
                reviewed=row["id"] in reviewed,
                of_interview=bool(row["body"].get("interview")),
            )
            for number, row in enumerate(rows, 1)
        )

    def _photo(self, channel: str, medium: str) -> bytes | None:
        try:
            return self.engine.photo(channel, medium)
        except AigaqError:
            return None  # one damaged photo must not keep a report from being made

    def findings(self, photos: tuple[Photo, ...]) -> tuple[tuple[Finding, ...], dict[str, int]]:
        """Final findings, the gravest first, and the number each got; combined ones count as their combination."""
        reader = EvidenceReader(
            self.rows, self.catalogues, Consents.read(self.rows), {photo.id: photo for photo in photos}
        )
        order = {item: place for place, item in enumerate(self.catalogues.labels.get("severities", {}))}
        arrived = {document: place for place, document in enumerate(self.rows.items)}
        standing = {
            row["id"]
            for row in self.rows.findings
            if row["status"] == "final" and not self._erased(row["id"])
        }
        # A finding combined into a draft still stands by itself: otherwise neither would be listed.
        final = [
            row
            for row in self.rows.findings
            if row["id"] in standing and row["combined_into"] not in standing
        ]
        final.sort(
            key=lambda row: (-order.get(row["severity"], -1), arrived.get(row["id"], len(arrived)), row["id"])
        )
        numbers = {row["id"]: number for number, row in enumerate(final, 1)}
        into = {row["id"]: row["combined_into"] for row in self.rows.findings if row["combined_into"]}
        for source in into:
            target: str | None = source
            for _ in range(len(into)):  # chains of combinations end; a loop of them must too
                target = into.get(target or "", target)
            if target in numbers:
                numbers[source] = numbers[target]
        return tuple(self._finding(row, numbers[row["id"]], reader) for row in final), numbers

    def _erased(self, document: str) -> bool:
        item = self.rows.items.get(document)
        return item is not None and item.erased

    def _finding(self, row: RowMapping, number: int, reader: EvidenceReader) -> Finding:
        body = row["body"]
        item = Item(row["id"], "finding", "", "", False, body)
        combined = [other for other in self.rows.findings if other["combined_into"] == row["id"]]
        return Finding(
            id=row["id"],
            number=number,
            title=_said(row["title"], body.get("lang")),
            text=_said(body.get("text"), body.get("lang")),
            theme=self.catalogues.label("themes", row["theme"]),
            severity=self.catalogues.label("severities", row["severity"]),
            sources=tuple(self.catalogues.label("sources", source) or {} for source in row["sources"] or ()),
            norms=tuple(self.catalogues.norm(norm) for norm in row["norms"] or ()),
            evidence=reader.read_all(item),
            place=body.get("place") or None,
            combined=tuple(_said(other["title"], other["body"].get("lang")) for other in combined),
        )

    def recommendations(
        self, numbers: dict[str, int], replies: dict[str, list[RowMapping]]
    ) -> tuple[Recommendation, ...]:
        """By number, each with its addressee, deadline and replies."""
        repeated = recommendations_by_id(
            self.connection, [row["repeats"] for row in self.rows.recommendations if row["repeats"]]
        )
        found = []
        for row in self.rows.recommendations:
            if self._erased(row["id"]):
                continue
            earlier = repeated.get(row["repeats"] or "")
            cited = {numbers[finding] for finding in row["body"].get("findings") or () if finding in numbers}
            found.append(
                Recommendation(
                    id=row["id"],
                    number=row["number"],
                    text=_said(row["text"], row["body"].get("lang")),
                    theme=self.catalogues.label("themes", row["theme"]),
                    addressee=self.catalogues.label("authorities", row["addressee"]),
                    addressee_name=row["addressee_name"],
                    deadline=row["deadline"],
                    priority=self.catalogues.label("priorities", row["priority"]),
                    status=row["status"],
                    repeats=(earlier["number"], earlier["issued_on"]) if earlier else None,
                    repeats_any=bool(row["repeats"]),
                    findings=tuple(sorted(cited)),
                    replies=self.replies(replies.get(row["id"], [])),
                )
            )
        return tuple(found)

    def replies(self, rows: list[RowMapping]) -> tuple[Reply, ...]:
        """Replies with the language they are in, which only the document knows."""
        found = []
        for row in rows:
            document = self.engine.read("office", row["id"]) or {}
            text = _said(row["text"], document.get("lang"))
            found.append(Reply(at=row["at"], sender=row["sender"], text=text, claims=row["claims"]))
        return tuple(found)

    def verifications(
        self, events: list[Item], replies: dict[str, list[RowMapping]]
    ) -> tuple[Verification, ...]:
        """What the visit found of earlier recommendations; the last word on each one stands."""
        last = {str((event.body.get("data") or {}).get("recommendation")): event for event in events}
        earlier = recommendations_by_id(self.connection, last)
        found = []
        for document, event in last.items():
            row, data = earlier.get(document), event.body.get("data") or {}
            found.append(
                Verification(
                    number=row["number"] if row else None,
                    issued_on=row["issued_on"] if row else None,
                    text=_said(row["text"], row["body"].get("lang")) if row else Text(document, ""),
                    addressee=self._addressee(row),
                    status=str(data.get("status") or "unclear"),
                    remark=_text(data.get("text"), event.body.get("lang")),
                    replies=self.replies(replies.get(document, [])),
                )
            )
        return tuple(sorted(found, key=lambda each: (each.issued_on or "", each.number or 0)))

    def _addressee(self, row: RowMapping | None) -> Multi | None:
        if row is None:
            return None
        return self.catalogues.label("authorities", row["addressee"]) or {"": row["addressee_name"]}

    def signoff(self) -> SignOff | None:
        """The last sign-off: who delivered is in the team, without whom and why is here."""
        events = self.rows.events("signoff")
        if not events:
            return None
        last = events[-1]
        data = last.body.get("data") or {}
        return SignOff(
            at=last.body.get("at") or last.at,
            by=self.catalogues.person(last.created_by),
            without=tuple(self.catalogues.person(str(account)) for account in data.get("without") or ()),
            reason=_text(data.get("reason"), last.body.get("lang")),
        )


def _said(value: object, lang: object) -> Text:
    return Text(str(value or ""), str(lang or ""))


def _text(value: object, lang: object) -> Text | None:
    return Text(str(value), str(lang or "")) if value else None
