"""The outbox: what happens to a batch of sealed envelopes (docs/protocol.md, section 4).

    parsed ─► signature ─► opened ─► archived ─► checked ─► keys, revision stored ─► receipt
                                        ▲            └────► quarantined ───────────────┘
    every arrow may be the last one before a crash: sent again, or at the next start, the batch goes on where it stopped

Owns that order. A receipt is signed only after the archive and the document store have committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sync.authorization import Account, Authorizer, Device
from sync.clock import Clock, timestamp
from sync.documents.contract import DocumentStore, Incoming
from sync.errors import (
    AigaqError,
    BadRequest,
    BadSignature,
    Corrupt,
    RuleBroken,
    TooLarge,
    UnknownDevice,
    Unsealable,
    WrongKey,
)
from sync.gateway import rules, sealing
from sync.gateway.channels import Channels, visit_id
from sync.gateway.content_keys import ContentKeys
from sync.gateway.erasure import Erasures
from sync.gateway.keys import ServerKeys
from sync.gateway.provisional import REASON, Provisional
from sync.gateway.quarantine import Quarantine
from sync.gateway.receipts import Archive, Envelope, Verdict
from sync.gateway.rules import Delivery
from sync.revisions import content_sha256
from sync.wire import is_ulid, parse_object, unb64

MOST_ENVELOPES = 100
MOST_BYTES = 8 << 20

# A change of the visit's team or its arrival may settle these by itself.
SETTLED_BY_VISIT = frozenset({"no-channel", "not-your-channel"})


@dataclass(frozen=True)
class Opened:
    """An envelope whose signature fits and whose seal opened."""

    envelope: Envelope
    author: Account
    delivery: Delivery
    clock_offset_ms: int | None


@dataclass(frozen=True)
class Rooms:
    """What the outbox works with."""

    documents: DocumentStore
    archive: Archive
    content_keys: ContentKeys
    channels: Channels
    erasures: Erasures
    keys: ServerKeys
    authorizer: Authorizer
    clock: Clock
    provisional: Provisional
    quarantine: Quarantine


class Outbox:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def deliver(self, body: dict[str, Any], *, carrier: str) -> list[dict[str, Any]]:
        """One answer per envelope, in order: a receipt, or `{"id", "error"}` for what cannot be stored at all.

        Raises BadRequest and TooLarge for the request as a whole, StoreFailed where nothing may be acknowledged.
        """
        rows = body.get("envelopes")
        if not isinstance(rows, list):
            raise BadRequest("no list of envelopes")
        if len(rows) > MOST_ENVELOPES:
            raise TooLarge("more than 100 envelopes")
        answers: dict[int, dict[str, Any]] = {}
        opened: dict[int, Opened] = {}
        devices: dict[str, Device | None] = {}  # of one batch: its envelopes have one author as a rule
        for index, row in enumerate(rows):
            try:
                opened[index] = self._open(row, devices)
            except AigaqError as error:
                id_ = row.get("id") if isinstance(row, dict) else None
                answers[index] = {"id": id_ if isinstance(id_, str) else None, "error": error.code}
        receipts = self._accept(list(opened.values()), carrier)
        for index, item in opened.items():
            answers[index] = receipts[item.envelope.id]
        self._note_devices(opened.values())
        return [answers[index] for index in range(len(rows))]

    def resume(self) -> int:
        """Go on with what a crash left archived without a receipt; how many there were.

        Nobody may ever send it again: its tablet can be lost, or hold a receipt that a restore took from here.
        """
        opened = []
        for envelope in self._rooms.archive.unanswered():
            device = self._rooms.authorizer.device(envelope.device)
            try:
                if device is not None:
                    opened.append(self._opened(envelope, device.account))
            except Unsealable:
                continue  # its transport key was given up since: the archive's proof names it
        self._accept(opened, carrier="")  # who brought them is in the archive
        return len(opened)

    def settle(self, envelope: str, *, vouched: bool = False) -> bool:
        """Check a quarantined envelope again; whether it is out of quarantine now.

        `vouched`: its device was just confirmed. An unplanned visit begun there holds what was captured without
        knowing any other visit, so that it is let in whatever the author's role.
        """
        item = self._held(envelope)
        if item is None:
            return False
        if vouched and item.delivery.contents.document.get("unplanned") is True:
            item = replace(item, author=replace(item.author, role="leader"))
        reason = self._store([item])[item.envelope.id]
        self._rooms.quarantine.settle(envelope, reason=reason, now=self._now())
        return reason is None

    def look(self, envelope: str) -> dict[str, Any] | None:
        """The document in a quarantined envelope; None where it is erased, unknown, or its transport key was given up."""
        item = self._held(envelope)
        return item.delivery.contents.document if item else None

    def quarantined(self, channel: str) -> list[dict[str, Any]]:
        """The documents of all that is in a channel's quarantine and opens."""
        found = (self.look(envelope) for envelope in self._rooms.quarantine.unreleased(channel))
        return [document for document in found if document is not None]

    def _held(self, envelope: str) -> Opened | None:
        found = self._rooms.quarantine.sealed(envelope)
        device = self._rooms.authorizer.device(found.device) if found else None
        if found is None or device is None:
            return None
        try:
            return self._opened(found, device.account)
        except Unsealable:
            return None

    def settle_device(self, device: str) -> int:
        """Look again at what waited for the device's confirmation, visits first; how many came out."""
        waiting = [
            row
            for row in self._rooms.quarantine.waiting()
            if (row["device"], row["reason"]) == (device, REASON)
        ]
        waiting.sort(key=lambda row: (row["type"] != "visit", row["envelope"]))
        return sum(self.settle(row["envelope"], vouched=row["type"] == "visit") for row in waiting)

    def settle_channel(self, channel: str) -> int:
        """Look again at what waited for this visit or its team; how many came out."""
        waiting = [
            row for row in self._rooms.quarantine.waiting(channel) if row["reason"] in SETTLED_BY_VISIT
        ]
        return sum(self.settle(row["envelope"]) for row in reversed(waiting))

    def _open(self, row: Any, devices: dict[str, Device | None]) -> Opened:
        """Raises UnknownDevice, BadSignature or Unsealable."""
        if not isinstance(row, dict) or not is_ulid(row.get("id")):
            raise Unsealable("not an envelope")
        name = row.get("device")
        if isinstance(name, str) and name not in devices:
            devices[name] = self._rooms.authorizer.device(name)
        device = devices.get(name) if isinstance(name, str) else None
        if device is None:
            raise UnknownDevice("no such device")
        try:
            sealed, signature = unb64(row.get("sealed")), unb64(row.get("signature"))
        except BadRequest as error:
            raise BadSignature("not base64url") from error
        # A revoked device still signed what it captured: a colleague's tablet may carry it in.
        sealing.verify(device.signing, signature, sealing.envelope_message(row["id"], sealed))
        envelope = Envelope(row["id"], str(row.get("key")), device.id, sealed, row["signature"])
        return self._opened(envelope, device.account)

    def _opened(self, envelope: Envelope, author: Account) -> Opened:
        try:
            plain = parse_object(self._rooms.keys.open_envelope(envelope.key, envelope.id, envelope.sealed))
        except (BadRequest, WrongKey, Corrupt) as error:
            raise Unsealable(str(error)) from error
        document = plain.get("document")
        texts = [
            plain.get("channel"),
            plain.get("rev"),
            document.get("_id") if isinstance(document, dict) else None,
        ]
        if not isinstance(document, dict) or not all(
            isinstance(text, str) and 0 < len(text) <= 200 for text in texts
        ):
            raise Unsealable("it opens, and is no document")
        offset = plain.get("clock_offset_ms")
        delivery = rules.parse_delivery(plain, content_sha256(document))
        clock_offset = offset if isinstance(offset, int) and abs(offset) < 2**53 else None
        return Opened(envelope, author, delivery, clock_offset)

    def _accept(self, opened: Sequence[Opened], carrier: str) -> dict[str, dict[str, Any]]:
        """Receipts by envelope id."""
        now = self._now()
        archive = self._rooms.archive
        answers = archive.receipts([item.envelope for item in opened])
        new = {item.envelope.id: item for item in opened if item.envelope.id not in answers}
        pairs = [(item.envelope, item.delivery.contents) for item in new.values()]
        for taken in archive.add(pairs, carrier=carrier, now=now) if pairs else ():
            answers[taken] = {"id": taken, "error": BadSignature.code}
            del new[taken]
        # A batch is processed visits first: what else is in it may need the channel they make.
        visits = [item for item in new.values() if item.delivery.contents.type == "visit"]
        others = [item for item in new.values() if item.delivery.contents.type != "visit"]
        reasons: dict[str, str | None] = {}
        for item in visits:
            reasons |= self._store([item])
        reasons |= self._store(others)
        erased = self._erased(new.values())
        verdicts = [_verdict(new[id_], reason, erased) for id_, reason in reasons.items()]
        answers |= archive.acknowledge(verdicts, now=now) if verdicts else {}
        for item in visits:
            if reasons[item.envelope.id] is None:
                self.settle_channel(item.delivery.contents.channel)
        return answers

    def _erased(self, items: Iterable[Opened]) -> set[tuple[str, str]]:
        """Channel and id of those documents that are erased by now."""
        documents: dict[str, list[str]] = {}
        for item in items:
            documents.setdefault(item.delivery.contents.channel, []).append(item.delivery.contents.id)
        erased = self._rooms.erasures.erased
        return {(channel, id_) for channel, ids in documents.items() for id_ in erased(channel, ids)}

    def _store(self, items: Sequence[Opened]) -> dict[str, str | None]:
        """Store what keeps the rules; for each envelope the reason why it was not, or None."""
        reasons: dict[str, str | None] = {}
        groups: dict[str, list[Opened]] = {}
        unconfirmed = self._rooms.provisional.unconfirmed({item.envelope.device for item in items})
        for item in items:
            waits = item.envelope.device in unconfirmed
            reasons[item.envelope.id] = REASON if waits else _broken(rules.check_content, item.delivery)
            if reasons[item.envelope.id] is None:
                groups.setdefault(item.delivery.contents.channel, []).append(item)
        for channel, group in groups.items():
            self._rooms.channels.catch_up()
            card = self._rooms.channels.card(channel)
            for item in group:
                reasons[item.envelope.id] = _broken(
                    rules.check_author, item.delivery, item.author, item.envelope.device, card
                )
            self._store_channel(
                channel, [item for item in group if reasons[item.envelope.id] is None], reasons
            )
        return reasons

    def _store_channel(self, channel: str, items: Sequence[Opened], reasons: dict[str, str | None]) -> None:
        if not items:
            return
        rooms = self._rooms
        if any(item.delivery.contents.id == visit_id(channel) for item in items):
            rooms.documents.create_channel(channel)
        ids = [item.delivery.contents.id for item in items]
        known, erased = rooms.documents.read(channel, ids), rooms.erasures.erased(channel, ids)
        creators = {
            id_: [str(leaf.doc.get("created_by")) for leaf in leaves] for id_, leaves in known.items()
        }
        storing: list[Opened] = []
        for item in items:
            id_ = item.delivery.contents.id
            reason = _broken(rules.check_history, item.delivery, item.author, creators.get(id_, []))
            reasons[item.envelope.id] = reason
            if reason is not None:
                continue
            creators.setdefault(id_, [str(item.delivery.contents.document["created_by"])])
            if id_ not in erased and rooms.erasures.follow(channel, item.delivery.contents.document):
                erased.add(id_)
            if id_ in erased:
                rooms.erasures.refuse(channel, item.delivery.contents.document)
            else:
                storing.append(item)
        # Keys and chunks before the revision: nobody may meet a document whose key is yet to come.
        rooms.content_keys.add(channel, [key for item in storing for key in item.delivery.keys])
        for item in storing:
            if item.delivery.contents.type == "medium":
                self._note_chunks(channel, item.delivery.contents.document)
        rooms.documents.put_revisions(channel, [_incoming(item.delivery) for item in storing])
        stored = {item.envelope.id for item in storing}
        rooms.quarantine.carry_on(channel, _lineage(storing), but=stored, now=self._now())
        for item in storing:
            if item.delivery.contents.type == "withdrawal":
                document = item.delivery.contents.document
                rooms.erasures.request(channel, document, by=item.author.id, now=self._now())

    def _note_chunks(self, channel: str, document: dict[str, Any]) -> None:
        self._rooms.content_keys.note_chunks(
            channel, document["_id"], [row["sha256"] for row in document["chunks"]]
        )

    def _note_devices(self, opened: Iterable[Opened]) -> None:
        offsets = {item.envelope.device: item.clock_offset_ms for item in opened}
        for device, offset in offsets.items():
            self._rooms.authorizer.seen(device, clock_offset_ms=offset, app_version=None)

    def _now(self) -> str:
        return timestamp(self._rooms.clock.now())


def _verdict(item: Opened, reason: str | None, erased: set[tuple[str, str]]) -> Verdict:
    contents = item.delivery.contents
    return Verdict(item.envelope, contents, item.author.id, reason, (contents.channel, contents.id) in erased)


def _lineage(items: Iterable[Opened]) -> dict[str, set[str]]:
    """Documents with the revisions that what was stored of them is, or follows."""
    lineage: dict[str, set[str]] = {}
    for item in items:
        contents = item.delivery.contents
        lineage.setdefault(contents.id, set()).update((contents.rev, *item.delivery.ancestors))
    return lineage


def _incoming(delivery: Delivery) -> Incoming:
    return Incoming(delivery.contents.rev, delivery.contents.document, delivery.ancestors)


def _broken(check: Callable[..., None], *arguments: Any) -> str | None:
    """The reason of the rule that `check` finds broken, or None."""
    try:
        check(*arguments)
    except RuleBroken as broken:
        return broken.reason
    return None
