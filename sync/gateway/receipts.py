"""The archive of envelopes, their signed receipts, and what is put into quarantine (docs/protocol.md, section 4).

Owns the tables of envelopes and receipts, and makes the rows of quarantine. An envelope's row is append-only but for its sealed bytes, which an erasure
empties. Receipts of a device form a chain: `seq` without gaps, `prev` the hash of the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, select, update

from sync.database import reading, writing
from sync.gateway import tables
from sync.gateway.keys import ServerKeys
from sync.gateway.traffic import give_back
from sync.wire import canonical, parse_object, sha256_hex

# The quarantine row of a receipt's envelope, as long as it waits there.
_WAITING = and_(
    tables.quarantine.c.envelope == tables.receipt.c.envelope, tables.quarantine.c.released_at.is_(None)
)


@dataclass(frozen=True)
class Envelope:
    """A sealed envelope as it came, its signature verified."""

    id: str
    key: str
    device: str
    sealed: bytes
    signature: str


@dataclass(frozen=True)
class Contents:
    """What was in it, so far as rows need to name it."""

    channel: str
    document: dict[str, Any]
    rev: str
    content_sha256: str

    @property
    def id(self) -> str:
        return str(self.document["_id"])

    @property
    def type(self) -> str:
        return str(self.document.get("type") or "")[:80]


@dataclass(frozen=True)
class Verdict:
    """What became of an envelope: stored, or quarantined for `reason`. `erased`: its bytes are not kept."""

    envelope: Envelope
    contents: Contents
    author: str
    reason: str | None
    erased: bool = False


class Archive:
    """Envelopes, receipts, quarantine: one database."""

    def __init__(self, database: Engine, keys: ServerKeys) -> None:
        self._database = database
        self._keys = keys

    def receipts(self, envelopes: Sequence[Envelope]) -> dict[str, dict[str, Any]]:
        """Answers already given to these very envelopes."""
        archived, receipt = tables.envelope.c, tables.receipt.c
        query = (
            select(
                receipt.envelope,
                receipt.body,
                receipt.signature,
                archived.sealed_sha256,
                tables.quarantine.c.reason,
            )
            .join(tables.envelope, archived.id == receipt.envelope)
            .outerjoin(tables.quarantine, _WAITING)
            .where(receipt.envelope.in_([envelope.id for envelope in envelopes]))
        )
        hashes = {envelope.id: sha256_hex(envelope.sealed) for envelope in envelopes}
        with reading(self._database) as connection:
            rows = connection.execute(query).all()
        return {
            row.envelope: _answer(row.body, row.signature, row.reason)
            for row in rows
            if row.sealed_sha256 == hashes[row.envelope]
        }

    def unanswered(self) -> list[Envelope]:
        """What was archived and never got its receipt, oldest first; without what an erasure has emptied since."""
        archived = tables.envelope.c
        query = (
            select(tables.envelope)
            .outerjoin(tables.receipt, tables.receipt.c.envelope == archived.id)
            .where(tables.receipt.c.envelope.is_(None), archived.sealed.is_not(None))
            .order_by(archived.received_at, archived.id)
        )
        with reading(self._database) as connection:
            return [
                Envelope(row.id, row.key, row.device, bytes(row.sealed), row.signature)
                for row in connection.execute(query)
            ]

    def add(self, opened: Sequence[tuple[Envelope, Contents]], *, carrier: str, now: str) -> set[str]:
        """Keep envelopes, durable on return; ids that are taken by another envelope's bytes."""
        columns = tables.envelope.c
        ids = [envelope.id for envelope, _ in opened]
        with writing(self._database) as connection:
            query = select(columns.id, columns.sealed_sha256).where(columns.id.in_(ids))
            known = {row.id: row.sealed_sha256 for row in connection.execute(query)}
            present = set(known)
            rows: dict[str, dict[str, Any]] = {}
            taken: set[str] = set()
            for envelope, contents in opened:
                row = _archive_row(envelope, contents, carrier, now)
                if known.setdefault(envelope.id, row["sealed_sha256"]) != row["sealed_sha256"]:
                    taken.add(envelope.id)
                    continue
                rows.setdefault(envelope.id, row)
            fresh = [row for id_, row in rows.items() if id_ not in present]
            if fresh:
                connection.execute(insert(tables.envelope), fresh)
        return taken

    def acknowledge(self, verdicts: Sequence[Verdict], *, now: str) -> dict[str, dict[str, Any]]:
        """Receipts for envelopes whose documents are stored or quarantined; the same one for whoever asks again."""
        answers: dict[str, dict[str, Any]] = {}
        rows: list[dict[str, Any]] = []
        held: list[dict[str, Any]] = []
        with writing(self._database) as connection:
            known = _known_answers(connection, [verdict.envelope.id for verdict in verdicts])
            chains = _Chains(connection, verdicts)
            for verdict in verdicts:
                envelope = verdict.envelope
                if envelope.id in known:
                    answers[envelope.id] = known[envelope.id]
                    continue
                body, seq = chains.next(verdict, self._keys.receipt_id)
                signature = self._keys.sign_receipt(body, self._keys.receipt_id)
                text = body.decode()
                rows.append(
                    {
                        "envelope": envelope.id,
                        "device": envelope.device,
                        "seq": seq,
                        "body": text,
                        "signature": signature,
                    }
                )
                if verdict.reason is not None:
                    held.append(_quarantine_row(verdict, now))
                answers[envelope.id] = known[envelope.id] = _answer(text, signature, verdict.reason)
            if rows:
                connection.execute(insert(tables.receipt), rows)
            if held:
                connection.execute(insert(tables.quarantine), held)
            erased = [verdict.envelope.id for verdict in verdicts if verdict.erased]
            if erased:
                empty_envelopes(connection, tables.envelope.c.id.in_(erased))
        return answers

    def of_channel(self, channel: str) -> list[dict[str, Any]]:
        """Receipts of all envelopes of a channel, oldest first, each with its document's id."""
        archived = tables.envelope.c
        query = (
            select(
                tables.receipt, archived.document, archived.type, archived.carrier, tables.quarantine.c.reason
            )
            .join(tables.envelope, archived.id == tables.receipt.c.envelope)
            .outerjoin(tables.quarantine, _WAITING)
            .where(archived.channel == channel)
            .order_by(archived.received_at, tables.receipt.c.device, tables.receipt.c.seq)
        )
        with reading(self._database) as connection:
            rows = connection.execute(query).all()
        return [
            {
                **_answer(row.body, row.signature, row.reason),
                "document": row.document,
                "type": row.type,
                "carrier": row.carrier,
            }
            for row in rows
        ]

    def received(self, channel: str, documents: Sequence[str]) -> dict[str, str]:
        """When the newest accepted envelope of each document arrived."""
        archived = tables.envelope.c
        query = (
            select(archived.document, func.max(archived.received_at))
            .outerjoin(tables.quarantine, tables.quarantine.c.envelope == archived.id)
            .where(archived.channel == channel, archived.document.in_(documents))
            .where(tables.quarantine.c.envelope.is_(None) | tables.quarantine.c.released_at.isnot(None))
            .group_by(archived.document)
        )
        with reading(self._database) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}


def empty_envelopes(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Erase the sealed bytes of archived envelopes; who delivered them has that much less stored."""
    archived = tables.envelope.c
    here = (*which, archived.sealed.isnot(None))
    sizes = select(archived.carrier, func.sum(archived.size)).where(*here).group_by(archived.carrier)
    for carrier, size in connection.execute(sizes).all():
        # It was counted as it came, in base64.
        give_back(connection, carrier, size * 4 // 3)
    connection.execute(update(tables.envelope).where(*here).values(sealed=None))


class _Chains:
    """The devices' chains of receipts, continued within one write transaction: writers come one after another."""

    def __init__(self, connection: Connection, verdicts: Sequence[Verdict]) -> None:
        archived, receipt = tables.envelope.c, tables.receipt.c
        ids = [verdict.envelope.id for verdict in verdicts]
        found = connection.execute(select(archived.id, archived.received_at).where(archived.id.in_(ids)))
        self._received = {row.id: row.received_at for row in found}
        self._last: dict[str, tuple[int, str]] = {}
        for device in {verdict.envelope.device for verdict in verdicts}:
            own = select(receipt.seq, receipt.body).where(receipt.device == device)
            last = connection.execute(own.order_by(receipt.seq.desc()).limit(1)).one_or_none()
            self._last[device] = (last.seq, sha256_hex(last.body.encode())) if last else (0, "")

    def next(self, verdict: Verdict, key: str) -> tuple[bytes, int]:
        """The next receipt of the envelope's device, as it is signed, and its number."""
        envelope, contents = verdict.envelope, verdict.contents
        seq, prev = self._last[envelope.device]
        body = canonical(
            {
                "envelope": envelope.id,
                "sealed_sha256": sha256_hex(envelope.sealed),
                "revision": contents.rev,
                "content_sha256": contents.content_sha256,
                "size": len(envelope.sealed),
                "device": envelope.device,
                "received_at": self._received[envelope.id],
                "seq": seq + 1,
                "prev": prev,
                "key": key,
            }
        )
        self._last[envelope.device] = (seq + 1, sha256_hex(body))
        return body, seq + 1


def _known_answers(connection: Connection, envelopes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Receipts that these envelopes have already, as they were answered."""
    receipt = tables.receipt.c
    query = (
        select(receipt.envelope, receipt.body, receipt.signature, tables.quarantine.c.reason)
        .outerjoin(tables.quarantine, _WAITING)
        .where(receipt.envelope.in_(envelopes))
    )
    rows = connection.execute(query)
    return {row.envelope: _answer(row.body, row.signature, row.reason) for row in rows}


def _answer(body: str, signature: str, reason: str | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"receipt": parse_object(body.encode()), "signature": signature}
    if reason is not None:
        answer["quarantined"] = reason
    return answer


def _archive_row(envelope: Envelope, contents: Contents, carrier: str, now: str) -> dict[str, Any]:
    return {
        "id": envelope.id,
        "device": envelope.device,
        "key": envelope.key,
        "sealed": envelope.sealed,
        "sealed_sha256": sha256_hex(envelope.sealed),
        "signature": envelope.signature,
        "size": len(envelope.sealed),
        "carrier": carrier,
        "received_at": now,
        "channel": contents.channel[:80],
        "document": contents.id[:200],
        "type": contents.type,
        "revision": contents.rev[:60],
    }


def _quarantine_row(verdict: Verdict, now: str) -> dict[str, Any]:
    contents = verdict.contents
    return {
        "envelope": verdict.envelope.id,
        "channel": contents.channel[:80],
        "document": contents.id[:200],
        "type": contents.type,
        "device": verdict.envelope.device,
        "author": verdict.author,
        "reason": verdict.reason,
        "at": now,
        "released_at": None,
    }
