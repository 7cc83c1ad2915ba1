"""What people write into a report, and where it stands.

Owns the `report` document of a visit: its sections, its photos that may leave the office, approvals,
and the status draft → returned or approved → sent. Everything is written through the engine; the
office's decision is also a `review` document.

    (none) ──save──► draft ──return──► returned ──save──► draft
                       └──approve──► approved ──send──► sent (the visit closes)
                                        └──return──► returned
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from ulid import ULID

from sync.authorization import Account
from sync.engine import SyncEngine
from sync.projections import tables
from webapp.reports.material import SECTIONS

EDITABLE = (None, "draft", "returned")
DECISIONS = {  # decision: from which states
    "returned": (None, "draft", "approved"),
    "approved": (None, "draft", "returned"),
    "sent": ("approved",),
}
HEADER = frozenset(
    {
        "_rev",
        "base",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "device",
        "conflicts",
        "resolves",
    }
)


class WrongStateError(ValueError):
    """The report does not stand where this is possible."""


class StaleError(ValueError):
    """Somebody saved another version meanwhile."""


@dataclass(frozen=True)
class Draft:
    """The report document as it stands; `rev` is empty before the first."""

    channel: str
    rev: str
    fields: dict[str, Any]

    @classmethod
    def load(cls, connection: Connection, channel: str, language: str) -> Draft:
        """The newest report document of the visit, or an empty one in `language`."""
        item = tables.item
        row = connection.execute(
            select(item.c.id, item.c.rev, item.c.body)
            .where(item.c.channel == channel, item.c.type == "report")
            .order_by(item.c.position.desc())
            .limit(1)
        ).first()
        if row is None:
            fields = {
                "_id": f"report:{ULID()}",
                "type": "report",
                "status": "draft",
                "language": language,
                "lang": language,
                "sections": dict.fromkeys(SECTIONS, ""),
                "approved_by": [],
                "photos": [],
                "note": "",
            }
            return cls(channel, "", fields)
        kept = {name: value for name, value in row.body.items() if name not in HEADER}
        return cls(channel, row.rev, kept | {"_id": row.id, "type": "report"})

    @property
    def status(self) -> str | None:
        """Where the report stands; None before anybody wrote anything."""
        return str(self.fields["status"]) if self.rev else None

    @property
    def editable(self) -> bool:
        """Whether sections may be written: an approved report is returned first."""
        return self.status in EDITABLE

    def save_sections(
        self, engine: SyncEngine, author: Account, sections: dict[str, str], language: str, seen: str
    ) -> None:
        """Write the sections. Raises `WrongStateError`, and `StaleError` where `seen` is not the newest revision."""
        if not self.editable:
            raise WrongStateError(self.status)
        if seen != self.rev:
            raise StaleError(self.rev)
        written = {name: sections.get(name, "") for name in SECTIONS}
        self._submit(
            engine,
            author,
            sections=written,
            status="draft",
            language=language,
            lang=language,
            # What was agreed to was another text.
            approved_by=[]
            if written != self.fields.get("sections")
            else self.fields.get("approved_by") or [],
        )

    def save_photos(self, engine: SyncEngine, author: Account, photos: list[str]) -> None:
        """Name the photos that were looked at and may leave the office. Raises `WrongStateError`."""
        if not self.editable:
            raise WrongStateError(self.status)
        self._submit(engine, author, photos=photos)

    def approve(self, engine: SyncEngine, author: Account) -> None:
        """A member of the team agrees. Agreeing twice changes nothing."""
        agreed = list(self.fields.get("approved_by") or [])
        if author.id not in agreed:
            self._submit(engine, author, approved_by=[*agreed, author.id])

    def decide(self, engine: SyncEngine, author: Account, decision: str, note: str) -> None:
        """The office's decision with its reason. Raises `WrongStateError`."""
        if self.status not in DECISIONS.get(decision, ()):
            raise WrongStateError(self.status)
        if decision != "sent":
            review = {
                "_id": f"review:{ULID()}",
                "type": "review",
                "recommendation": None,
                "visit": self.channel,
                "decision": decision,
                "note": note,
                "lang": author.language,
            }
            engine.submit("office", review, author=author)
        self._submit(engine, author, status=decision, note=note)
        if decision == "sent":
            self._close_visit(engine, author)

    def _submit(self, engine: SyncEngine, author: Account, **changes: Any) -> None:
        engine.submit(self.channel, self.fields | changes, author=author)

    def _close_visit(self, engine: SyncEngine, author: Account) -> None:
        document = f"visit:{self.channel.removeprefix('visit-').upper()}"
        visit = engine.read(self.channel, document)
        if visit is not None and visit.get("status") != "closed":
            kept = {name: value for name, value in visit.items() if name not in HEADER}
            engine.submit(self.channel, kept | {"_id": document, "status": "closed"}, author=author)
