"""Quarantine: what broke a rule, and what a person decided about it (docs/protocol.md, section 4).

    held ──► released: it keeps the rules now, and is stored
         ──► returned: its author's tablet has it as a task ──► carried on: a version that follows it was stored
         ──► kept: it stays sealed in the archive, and out of everything else

Owns the standing of quarantined envelopes and the append-only list of decisions; the archive makes the rows.
Whatever is decided, the envelope and its receipt stay where they are, and another decision may follow.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, func, insert, select, update

from sync.database import reading, writing
from sync.gateway import tables
from sync.gateway.receipts import Envelope
from sync.wire import canonical, sha256_hex

RETURNED, KEPT, CARRIED_ON = "returned", "kept", "carried-on"
MOST_TOLD = 500  # of one tablet, newest first


@dataclass(frozen=True)
class Decision:
    """What a person decided, why, and which fields of the document the schema does not take."""

    decision: str
    note: str
    by: str | None
    at: str
    fields: tuple[str, ...] = ()


class Quarantine:
    def __init__(self, database: Engine) -> None:
        self._database = database

    def waiting(self, channel: str | None = None) -> list[dict[str, Any]]:
        """What waits for somebody, newest first; `decision` is `returned` where that is its author, else None."""
        return [row for row in self._rows(channel) if row["decision"] in (None, RETURNED)]

    def kept(self) -> list[dict[str, Any]]:
        """What a person decided to leave as it is, newest first."""
        return [row for row in self._rows() if row["decision"] == KEPT]

    def one(self, envelope: str) -> dict[str, Any] | None:
        """A row of `waiting` or `kept`; None where it is neither."""
        query = _standing().where(tables.quarantine.c.envelope == envelope)
        with reading(self._database) as connection:
            found = connection.execute(query).mappings().one_or_none()
        return dict(found) if found is not None and found["decision"] != CARRIED_ON else None

    def decide(self, envelope: str, decision: Decision) -> bool:
        """Write a decision down; whether there was something to decide."""
        if self.one(envelope) is None:
            return False
        with writing(self._database) as connection:
            _write(connection, envelope, decision)
        return True

    def carry_on(
        self, channel: str, revisions: Mapping[str, Collection[str]], *, but: Collection[str], now: str
    ) -> None:
        """Versions were stored, by the envelopes `but`; what waited under one of their documents' revisions waits no more."""
        columns = tables.quarantine.c
        query = (
            select(columns.envelope, columns.document, tables.envelope.c.revision)
            .join(tables.envelope, tables.envelope.c.id == columns.envelope)
            .where(columns.channel == channel, columns.document.in_(revisions), columns.released_at.is_(None))
        )
        with reading(self._database) as connection:
            rows = connection.execute(query).all()
        ready = [
            row.envelope
            for row in rows
            if row.revision in revisions[row.document] and row.envelope not in but
        ]
        if not ready:
            return
        with writing(self._database) as connection:
            for envelope in ready:
                _write(connection, envelope, Decision(CARRIED_ON, "", None, now))

    def told(self, device: str) -> dict[str, Any]:
        """How the device's own envelopes stand: `{digest, seq, items}`, the digest changing with anything of it.

        Its quarantined envelopes up to its receipt `seq` that are not among the items are out of quarantine.
        """
        columns, receipt = tables.quarantine.c, tables.receipt.c
        with reading(self._database) as connection:
            ever = connection.scalar(select(func.count()).where(columns.device == device)) or 0
            seq = connection.scalar(select(func.max(receipt.seq)).where(receipt.device == device)) or 0
            found = connection.execute(_standing().where(columns.device == device).limit(MOST_TOLD))
            rows = [dict(row) for row in found.mappings() if row["decision"] != CARRIED_ON]
        items = [
            {
                "envelope": row["envelope"],
                "channel": row["channel"],
                "document": row["document"],
                "reason": row["reason"],
                "decision": row["decision"],
                "note": row["note"] or "",
                "fields": row["fields"].split() if row["fields"] else [],
                "at": row["decided_at"] or row["at"],
            }
            for row in rows
        ]
        digest = sha256_hex(canonical([ever, items]))
        return {"digest": digest, "seq": seq, "items": items}

    def unreleased(self, channel: str) -> list[str]:
        """All envelopes of the channel that are here and not erased, whatever was decided."""
        return [row["envelope"] for row in self._rows(channel)]

    def sealed(self, envelope: str) -> Envelope | None:
        """A quarantined envelope as it came; None once erased or unknown."""
        query = (
            select(tables.envelope)
            .join(tables.quarantine, tables.quarantine.c.envelope == tables.envelope.c.id)
            .where(tables.envelope.c.id == envelope)
        )
        with reading(self._database) as connection:
            row = connection.execute(query).one_or_none()
        if row is None or row.sealed is None:
            return None
        return Envelope(row.id, row.key, row.device, bytes(row.sealed), row.signature)

    def settle(self, envelope: str, *, reason: str | None, now: str) -> None:
        """Take an envelope out of quarantine, or (with a reason) leave it there for that reason."""
        values: Mapping[str, Any] = {"reason": reason} if reason is not None else {"released_at": now}
        with writing(self._database) as connection:
            own = tables.quarantine.c.envelope == envelope
            connection.execute(update(tables.quarantine).where(own).values(**values))

    def waiting_under(self, key: str) -> int:
        """How many envelopes here, the kept ones too, are sealed to this transport key: to open them it is needed."""
        with reading(self._database) as connection:
            rows: Sequence[Any] = (
                connection.execute(_standing().where(tables.envelope.c.key == key)).mappings().all()
            )
        return sum(row["decision"] != CARRIED_ON for row in rows)

    def _rows(self, channel: str | None = None) -> list[dict[str, Any]]:
        query = _standing()
        if channel is not None:
            query = query.where(tables.quarantine.c.channel == channel)
        with reading(self._database) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _standing() -> Select[Any]:
    """What is not released and not erased, newest first, with what was last decided."""
    columns, decided = tables.quarantine.c, tables.quarantine_decision.c
    last = (
        select(decided.envelope, func.max(decided.serial).label("serial"))
        .group_by(decided.envelope)
        .subquery()
    )
    return (
        select(
            tables.quarantine,
            decided.decision,
            decided.note,
            decided.fields,
            decided.account.label("decided_by"),
            decided.at.label("decided_at"),
        )
        .join(tables.envelope, tables.envelope.c.id == columns.envelope)
        .outerjoin(last, last.c.envelope == columns.envelope)
        .outerjoin(tables.quarantine_decision, decided.serial == last.c.serial)
        .where(and_(columns.released_at.is_(None), tables.envelope.c.sealed.isnot(None)))
        .order_by(columns.at.desc(), columns.envelope)
    )


def _write(connection: Connection, envelope: str, decision: Decision) -> None:
    connection.execute(
        insert(tables.quarantine_decision).values(
            envelope=envelope,
            decision=decision.decision,
            note=decision.note,
            fields=" ".join(decision.fields),
            account=decision.by,
            at=decision.at,
        )
    )
