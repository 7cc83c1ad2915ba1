"""The one door from the web application into the sync engine (docs/server.md).

Owns how the rooms are put together. Everything written, by whichever way, is projected before the call
returns; if projecting fails the document is safe all the same, and the next `catch_up` brings it in.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Engine

from sync.authorization import Account, Authorizer, may_open_custody, may_read_visit
from sync.clock import Clock, system_clock, timestamp
from sync.database import drop_traces, drop_waiting_traces, writing
from sync.database import prepare as prepare_database
from sync.documents.contract import DocumentStore, Incoming
from sync.errors import AigaqError, NotFound, Refused, StoreFailed
from sync.evidence.days import Days
from sync.evidence.package import Packages
from sync.gateway.changes import ChangesStream
from sync.gateway.channels import Channels, visit_id
from sync.gateway.content_keys import ContentKey, ContentKeys
from sync.gateway.decisions import Decisions
from sync.gateway.erasure import Erasures
from sync.gateway.erasure_list import ErasureList
from sync.gateway.keys import ServerKeys
from sync.gateway.media import MediaStore, open_frames
from sync.gateway.nonces import Nonces
from sync.gateway.outbox import Outbox, Rooms
from sync.gateway.packs import LEAST_DOCUMENTS, Packs
from sync.gateway.provisional import Provisional
from sync.gateway.quarantine import Quarantine
from sync.gateway.receipts import Archive
from sync.gateway.released import ReleasedKeys
from sync.gateway.sessions import Sessions
from sync.gateway.tables import durable
from sync.gateway.traffic import Quota, Traffic
from sync.projections.projector import Projector
from sync.revisions import Leaf, merge, standing
from sync.rounds import Rounds
from sync.writing import Revision, check_place, check_right, prepare

_log = logging.getLogger(__name__)

_BATCH = 500
# The gateway's own hand: what it writes by itself (briefs) is by nobody.
GATEWAY = Account("gateway", "Aigaq", "", "analyst", None, "")


class SyncEngine:
    def __init__(
        self,
        *,
        documents: DocumentStore,
        database: Engine,
        media: MediaStore,
        keys: ServerKeys,
        authorizer: Authorizer,
        clock: Clock = system_clock,
        quota: Quota | None = None,
        erasure_list: ErasureList | None = None,
    ) -> None:
        prepare_database(database)
        with writing(database) as connection:
            durable.create_all(connection)
        self.documents, self.media, self.keys, self.authorizer, self.clock = (
            documents,
            media,
            keys,
            authorizer,
            clock,
        )
        self.archive = Archive(database, keys)
        self.held = Quarantine(database)
        self.content_keys = ContentKeys(database)
        self.released_keys = ReleasedKeys(database, clock)
        self.days = Days(database, keys, clock)
        self.packages = Packages(database, media, keys, self.days, authorizer, clock)
        self.channels = Channels(documents, database)
        self.erasures = Erasures(documents, database, media, authorizer, erasure_list)
        self.traffic = Traffic(database, quota or Quota(), clock)
        self.sessions = Sessions(database, authorizer, clock, Nonces(keys.nonce_key, clock), self.traffic)
        self.packs = Packs(documents, database, media, clock)
        self.changes = ChangesStream(
            documents, database, self.channels, self.content_keys, self.packs, clock, self.held
        )
        self.provisional = Provisional(database, authorizer, clock)
        rooms = Rooms(
            documents,
            self.archive,
            self.content_keys,
            self.channels,
            self.erasures,
            keys,
            authorizer,
            clock,
            self.provisional,
            self.held,
        )
        self.outbox = Outbox(rooms)
        self.decisions = Decisions(self.held, self.outbox, clock)
        self.erasures.quarantined = self.outbox.quarantined
        self.projector = Projector(documents, database, _Ledger(self.archive, self.erasures))
        self._projecting = Rounds(self.catch_up)
        for channel in ("reference", "office"):
            documents.create_channel(channel)
        drop_traces(database)  # of what an earlier process erased while somebody read
        self._resume_erasures()

    def submit(self, channel: str, document: dict[str, Any], *, author: Account) -> Revision:
        """Store a document written by the office, project it, and return what was stored.

        `_id` of an existing document: a further version of it; nothing new is written where nothing changed.
        `resolves` in it settles a conflict: the named revisions no longer take part in the reading. Raises Refused, BadDocument, NotFound (no such channel), StoreFailed.
        """
        check_place(channel, document)
        check_right(author, channel, document, self._card(channel))
        revision = self._write(channel, document, author)
        self._after_write()
        return revision

    def submit_many(self, channel: str, documents: Iterable[dict[str, Any]], *, author: Account) -> None:
        """Store many documents in few commits: seeding and imports. Header fields they bring are kept.

        All of them are checked before the first is stored. Raises Refused, BadDocument, NotFound, StoreFailed.
        """
        self.submit_channels({channel: documents}, author=author)

    def submit_channels(self, channels: Mapping[str, Iterable[dict[str, Any]]], *, author: Account) -> None:
        """`submit_many` for many channels, projected in one round: what hundreds of visits are seeded with."""
        self.channels.catch_up()
        ready = {name: self._ready(name, list(documents), author) for name, documents in channels.items()}
        for channel, rows in ready.items():
            self._make_channel(channel, rows)
            for start in range(0, len(rows), _BATCH):
                self._store(channel, rows[start : start + _BATCH])
        self._after_write()
        for channel, rows in ready.items():
            if len(rows) >= LEAST_DOCUMENTS:
                self.packs.prepare(channel)

    def read(self, channel: str, document_id: str) -> dict[str, Any] | None:
        """The merged reading of a document; None where there is none."""
        merged = merge(self._known(channel, [document_id]).get(document_id, []))
        return merged.doc if merged else None

    def versions(self, channel: str, document_id: str) -> list[Leaf]:
        """The leaves that take part in a document's reading, the winner first; empty where there is none."""
        return standing(self._known(channel, [document_id]).get(document_id, []))

    def photo(self, channel: str, medium_id: str) -> bytes | None:
        """The plaintext of a group-class medium; None while parts are missing, or where it is erased or custody.

        The caller decides who may see it. Raises Corrupt or WrongKey where the bytes are not what they should be.
        """
        document = self.read(channel, medium_id)
        key = self.content_keys.get(channel, medium_id)
        if (
            document is None
            or key is None
            or document.get("class") != "group"
            or key.document_class != "group"
        ):
            return None
        if document.get("state") not in ("complete", "interrupted"):
            return None
        chunks = [self.media.get(row["sha256"]) for row in document.get("chunks") or []]
        if not chunks or any(chunk is None for chunk in chunks):
            return None
        file = b"".join(chunk for chunk in chunks if chunk is not None)
        interrupted = document.get("frames") if document["state"] == "interrupted" else None
        return open_frames(key.material, medium_id, file, interrupted_after=interrupted)

    def receipts(self, channel: str) -> list[dict[str, Any]]:
        """Receipts of the channel's envelopes, oldest first: `{receipt, signature, document, type, carrier, quarantined?}`."""
        return self.archive.of_channel(channel)

    def quarantine(self) -> list[dict[str, Any]]:
        """What waits for a person, newest first: `{envelope, channel, document, type, device, author, reason, at, decision, note}`."""
        return self.held.waiting()

    def release(self, envelope: str) -> bool:
        """Check a quarantined envelope again, after its cause was mended; whether it is stored now."""
        released = self.outbox.settle(envelope)
        self._after_write()
        return released

    def content_key(self, channel: str, document_id: str, account: Account) -> ContentKey | None:
        """The key for an office page: group keys to the visit's readers, custody stanzas to key holders; logged.

        None where there is none or it was destroyed. Raises Refused.
        """
        key = self.content_keys.get(channel, document_id)
        if key is None:
            return None
        if key.document_class == "custody":
            if not may_open_custody(account):
                raise Refused("custody content is opened by key holders")
        else:
            card = self.channels.card(channel)
            if card is None or not may_read_visit(account, card):
                raise Refused("not a reader of this visit")
        action = "custody.opened" if key.document_class == "custody" else "key.read"
        self.authorizer.audit(action, account=account.id, subject=document_id, detail={"channel": channel})
        return key

    def deliver(self, body: dict[str, Any], *, carrier: str) -> list[dict[str, Any]]:
        """A batch of envelopes from a tablet: see `Outbox.deliver`. Projected before it returns."""
        answers = self.outbox.deliver(body, carrier=carrier)
        self._after_write()
        return answers

    def confirm_device(self, device: str) -> int:
        """A code was typed on an announced device: what it brought counts from now on; how much came out of quarantine."""
        if not self.provisional.confirm(device):
            return 0
        released = self.outbox.settle_device(device)
        self._after_write()
        return released

    def rebuild(self) -> int:
        """Drop the read model and fill it again from the documents; how many documents were read."""
        return self.projector.rebuild()

    def resume(self) -> int:
        """What a start begins with: finish deliveries that a crash cut off, then `catch_up`. Raises StoreFailed."""
        self.outbox.resume()
        return self.catch_up()

    def catch_up(self) -> int:
        """Project what is new and finish what a crash left undone; how many documents were read."""
        self.erasures.complete()
        drop_waiting_traces()
        self.days.close()
        self.packs.sweep_if_due()
        self.channels.catch_up()
        count = self.projector.catch_up()
        for channel in self.projector.due_briefs(self.clock.now().date()):
            self._brief(channel)
        return count + self.projector.catch_up()

    def version(self) -> int:
        """Grows with every projected change; live pages poll it."""
        return self.projector.version()

    def _resume_erasures(self) -> None:
        """Finish what a crash cut off, also between storing a withdrawal and writing down what it erases."""
        self.erasures.complete()
        for channel, withdrawal in self.projector.withdrawals():
            by, now = str(withdrawal["updated_by"]), timestamp(self.clock.now())
            self.erasures.request(channel, withdrawal, by=by, now=now)

    def _write(self, channel: str, document: dict[str, Any], author: Account) -> Revision:
        id_ = document.get("_id")
        leaves = self._known(channel, [id_]).get(id_, []) if isinstance(id_, str) else []
        incoming = prepare(document, leaves, author=author.id, clock=self.clock)
        if incoming is None:
            merged = merge(leaves)
            assert merged is not None  # `prepare` gives None only for what is there
            assert isinstance(id_, str)
            return Revision(channel, id_, merged.rev, merged.doc)
        self._make_channel(channel, [incoming])
        self._store(channel, [incoming])
        return Revision(channel, incoming.id, incoming.rev, incoming.doc)

    def _ready(self, channel: str, batch: list[dict[str, Any]], author: Account) -> list[Incoming]:
        """The revisions that documents with headers of their own become. Raises Refused, BadDocument."""
        card = self.channels.card(channel)
        is_visit = visit_id(channel) in {document.get("_id") for document in batch}
        for document in batch:
            check_place(channel, document)
            if not is_visit or document.get("type") == "visit":
                check_right(author, channel, document, card)
        known = self._known(channel, [str(document["_id"]) for document in batch if "_id" in document])
        ready: dict[str, Incoming] = {}
        for document in batch:
            leaves = known.get(str(document.get("_id")), [])
            incoming = prepare(document, leaves, author=author.id, clock=self.clock, keep_header=True)
            if incoming is not None:
                ready[incoming.id] = incoming
        return list(ready.values())

    def _store(self, channel: str, revisions: list[Incoming]) -> None:
        for incoming in revisions:
            if incoming.doc.get("type") == "medium":
                hashes = [row["sha256"] for row in incoming.doc["chunks"]]
                self.content_keys.note_chunks(channel, incoming.id, hashes)
        self.documents.put_revisions(channel, revisions)
        for incoming in revisions:
            if incoming.doc.get("type") == "withdrawal":
                now = timestamp(self.clock.now())
                self.erasures.request(channel, incoming.doc, by=incoming.doc["updated_by"], now=now)

    def _make_channel(self, channel: str, revisions: Iterable[Incoming]) -> None:
        """A visit's channel is made with its `visit` document, and by nothing else."""
        own = visit_id(channel)
        if own is not None and any(incoming.id == own for incoming in revisions):
            self.documents.create_channel(channel)

    def _known(self, channel: str, ids: list[str]) -> dict[str, list[Leaf]]:
        return self.documents.read(channel, ids)

    def _card(self, channel: str) -> Any:
        self.channels.catch_up()
        return self.channels.card(channel)

    def _after_write(self) -> None:
        try:
            self._projecting.ask()  # one round for all who wrote at the same time
        except AigaqError:
            # What was written is durable and may be acknowledged; the read model follows at the next chance.
            _log.exception("projecting failed")

    def _brief(self, channel: str) -> None:
        brief = self.projector.brief(channel, self.clock.now().date())
        if brief is None:
            return
        try:
            self._write(channel, brief, GATEWAY)
        except (NotFound, StoreFailed):
            _log.exception("the brief of %s could not be written", channel)


class _Ledger:
    """What projections ask of the gateway, without knowing it."""

    def __init__(self, archive: Archive, erasures: Erasures) -> None:
        self._archive = archive
        self._erasures = erasures

    def received(self, channel: str, documents: list[str]) -> dict[str, str]:
        return self._archive.received(channel, documents)

    def erased(self, channel: str, documents: list[str]) -> set[str]:
        return self._erasures.erased(channel, documents)
