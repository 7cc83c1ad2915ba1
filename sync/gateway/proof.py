"""Proving the archive: every accepted envelope, its receipt, and each device's chain (docs/protocol.md, section 4).

Owns the reading of the whole archive against the keys. Trusts no column that something signed can contradict, and
changes nothing. A restore from a backup leaves a whole chain here: it goes on from the last receipt that the
backup holds. Receipts given after the backup are then known to tablets only, and two of one `seq` may exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, select

from sync.authorization import Authorizer
from sync.database import reading
from sync.errors import AigaqError, BadRequest, BadSignature
from sync.gateway import sealing, tables
from sync.gateway.keys import ServerKeys
from sync.revisions import content_sha256
from sync.wire import canonical, parse_object, sha256_hex, unb64

_PAGE = 200


@dataclass(frozen=True)
class Flaw:
    """One thing that the archive cannot prove. `what` is one of the sentences in this module."""

    device: str
    envelope: str
    what: str


@dataclass(frozen=True)
class Proof:
    """What was looked at, and what is wrong with it."""

    envelopes: int
    erased: int  # envelopes whose bytes an erasure has emptied: their receipts stand
    devices: int
    flaws: tuple[Flaw, ...]


def prove(database: Engine, keys: ServerKeys, authorizer: Authorizer) -> Proof:
    """Check signatures, hashes, contents and chains of the whole archive. Raises StoreFailed."""
    public = _receipt_keys(keys)
    flaws: list[Flaw] = []
    envelopes = erased = 0
    ends: dict[str, tuple[int, str]] = {}  # device → its last seq so far, and that receipt's hash
    for row in _rows(database):
        envelopes += 1
        erased += row.sealed is None
        flaws += [Flaw(row.device, row.id, what) for what in _envelope_flaws(row, keys, authorizer)]
        if row.body is None and row.erased_document is not None:
            continue  # erased before it was acknowledged: nobody was promised anything, and nobody sends it again
        if row.body is None:
            flaws.append(
                Flaw(
                    row.device,
                    row.id,
                    "has no receipt: it gets one at the next start, or when it is sent again",
                )
            )
            continue
        seq, prev = ends.get(row.device, (0, ""))
        flaws += [Flaw(row.device, row.id, what) for what in _receipt_flaws(row, public, seq + 1, prev)]
        ends[row.device] = (row.seq, sha256_hex(row.body.encode()))
    flaws += [Flaw(row.device, row.envelope, "a receipt without its envelope") for row in _orphans(database)]
    return Proof(envelopes, erased, len(ends), tuple(flaws))


def _receipt_keys(keys: ServerKeys) -> dict[str, bytes]:
    """Public receipt keys by id, those retired included: what they signed stays signed."""
    content = keys.keyset["set"]
    retired = [row for row in content["retired"] if row["purpose"] == "receipt"]
    return {row["id"]: unb64(row["public"]) for row in (*retired, content["keys"]["receipt"])}


def _rows(database: Engine) -> Iterator[Row[Any]]:
    """Every archived envelope with its receipt, device by device in the order of `seq`; few in memory at once."""
    archived, receipt = tables.envelope.c, tables.receipt.c
    with reading(database) as connection:
        ids = connection.execute(
            select(archived.id)
            .outerjoin(tables.receipt, receipt.envelope == archived.id)
            .order_by(archived.device, receipt.seq.is_(None), receipt.seq, archived.id)
        ).scalars()
        ordered = list(ids)
        stubbed = (archived.channel == tables.erasure.c.channel) & (
            archived.document == tables.erasure.c.document
        )
        for start in range(0, len(ordered), _PAGE):
            page = ordered[start : start + _PAGE]
            query = (
                select(
                    tables.envelope,
                    receipt.body,
                    receipt.seq,
                    receipt.signature.label("receipt_signature"),
                    tables.erasure.c.document.label("erased_document"),
                )
                .outerjoin(tables.receipt, receipt.envelope == archived.id)
                .outerjoin(tables.erasure, stubbed)
                .where(archived.id.in_(page))
            )
            found = {row.id: row for row in connection.execute(query)}
            yield from (found[id_] for id_ in page)


def _orphans(database: Engine) -> list[Row[Any]]:
    receipt, archived = tables.receipt.c, tables.envelope.c
    query = select(receipt.device, receipt.envelope).outerjoin(
        tables.envelope, archived.id == receipt.envelope
    )
    with reading(database) as connection:
        return list(connection.execute(query.where(archived.id.is_(None))))


def _envelope_flaws(row: Row[Any], keys: ServerKeys, authorizer: Authorizer) -> Iterator[str]:
    """The envelope by itself: its bytes, its author's signature, its content."""
    device = authorizer.device(row.device)
    if device is None:
        yield "its device is not known here"
    else:
        try:
            message = f"aigaq/envelope/1\n{row.id}\n{row.sealed_sha256}".encode()
            sealing.verify(device.signing, unb64(row.signature), message)
        except (BadSignature, BadRequest):
            yield "its author's signature does not fit"
    if row.sealed is None:
        if row.erased_document is None:
            yield "its bytes are gone, and no erasure asked for that"
        return
    if sha256_hex(bytes(row.sealed)) != row.sealed_sha256 or len(row.sealed) != row.size:
        yield "its bytes are not those that arrived"
        return
    try:
        plain = parse_object(keys.open_envelope(row.key, row.id, bytes(row.sealed)))
    except AigaqError:
        yield "it does not open"
        return
    document = plain.get("document")
    if (
        not isinstance(document, dict)
        or plain.get("rev") != row.revision
        or (plain.get("channel"), document.get("_id")) != (row.channel, row.document)
    ):
        yield "the archive names another content than it holds"
    elif row.body is not None and content_sha256(document) != parse_object(row.body.encode()).get(
        "content_sha256"
    ):
        yield "the receipt is for another content"


def _receipt_flaws(row: Row[Any], public: dict[str, bytes], seq: int, prev: str) -> Iterator[str]:
    """The receipt by itself, and its place in the chain."""
    try:
        receipt = parse_object(row.body.encode())
        key = public[receipt["key"]]
        sealing.verify(key, unb64(row.receipt_signature), b"aigaq/receipt/1\n" + row.body.encode())
    except (BadSignature, BadRequest, KeyError):
        yield "the receipt is not signed by the organisation"
        return
    if canonical(receipt).decode() != row.body:
        yield "the receipt is not in its signed form"
    told = (receipt["envelope"], receipt["device"], receipt["sealed_sha256"], receipt["revision"])
    if told != (row.id, row.device, row.sealed_sha256, row.revision) or receipt["size"] != row.size:
        yield "the receipt is for another envelope"
    if receipt["seq"] != row.seq or row.seq != seq:
        yield "a receipt before this one is missing"
    if receipt["prev"] != prev:
        yield "the receipt does not follow the one before it"
