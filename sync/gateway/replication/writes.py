"""Writing a batch of brought documents: checked one by one, stored together, projected and audited.

Owns the order: content keys' and chunks' owners are noted before the revisions, erasures are asked for after
them; the read model follows before the answer, or soon after a large batch. The batch leaves one line in the audit log.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sync.clock import timestamp
from sync.documents.contract import Incoming, ReplicatedStore
from sync.engine import SyncEngine
from sync.errors import AigaqError
from sync.gateway.channels import visit_id
from sync.gateway.replication import intake
from sync.gateway.replication.access import Caller, Doors
from sync.gateway.replication.following import Following
from sync.gateway.replication.intake import Brought, Place, RowRefused
from sync.gateway.replication.watch import Watch
from sync.revisions import Leaf, revision_id

_log = logging.getLogger(__name__)
# Of a batch's ids, so many are named in the audit log.
_NAMED = 20
# Smaller batches are a person's work, and in the read model before the answer; larger ones are copied in bulk.
PROJECTED_AT_ONCE = 50
_URGENT = frozenset({"visit", "withdrawal"})


class Writes:
    def __init__(self, engine: SyncEngine, documents: ReplicatedStore, doors: Doors, watch: Watch) -> None:
        self._engine = engine
        self._documents = documents
        self._doors = doors
        self._watch = watch
        self._following = Following(engine.catch_up)
        # Two writers that follow the same revision: one of them is told of the conflict. The store sees to it where
        # it can; where it cannot (CouchDB's replication has no such question), at least in this process.
        self._editing = threading.Lock()

    def replicate(self, channel: str, caller: Caller, given: Sequence[object]) -> list[dict[str, Any]]:
        """Store revisions as they are (`new_edits=false`); a row per document that was refused."""
        refused: list[dict[str, Any]] = []
        brought = self._parsed(given, refused, new_edits=False)
        place = self._place(channel, caller, brought)
        storing: list[Incoming] = []
        for document in brought:
            try:
                intake.check(document, caller, place, self._owns(caller))
                self._check_withdrawn(channel, document)
                assert document.rev is not None  # `parse_document` gives one for revisions as they are
                storing.append(intake.incoming(document, document.rev, document.ancestors))
            except RowRefused as error:
                refused.append(_row(document.id, document.rev, error))
                self._drop_chunks(channel, document, place)
        new = self._store(channel, storing)
        refused += self._forged(
            channel, [item for item, fresh in zip(storing, new, strict=True) if not fresh]
        )
        self._finish(channel, caller, storing, refused)
        return refused

    def edit(self, channel: str, caller: Caller, given: Sequence[object]) -> list[dict[str, Any]]:
        """Store documents as further revisions of what their `_rev` names; a row per document, in order."""
        refused: list[dict[str, Any]] = []
        parsed = [self._parsed([document], refused, new_edits=True) for document in given]
        brought = [document for one in parsed for document in one]
        rows = iter(refused[:])
        answered: list[dict[str, Any]] = []
        storing: list[Incoming] = []
        with self._editing:
            place = self._place(channel, caller, brought)
            leaves = self._documents.read(channel, list({document.id for document in brought}))
            for one in parsed:
                if not one:
                    answered.append(next(rows))
                    continue
                try:
                    incoming = self._followed(one[0], caller, place, leaves.get(one[0].id, []))
                    self._check_withdrawn(channel, one[0])
                except RowRefused as error:
                    refused.append(_row(one[0].id, None, error))
                    answered.append(refused[-1])
                    continue
                # Of two of one id in a batch the second follows what is no leaf any more.
                leaves[incoming.id] = [Leaf(incoming.rev, incoming.doc, incoming.deleted, incoming.ancestors)]
                storing.append(incoming)
                answered.append({"ok": True, "id": incoming.id, "rev": incoming.rev})
            lost = self._store_edits(channel, storing)
        if lost:  # Another process was quicker.
            late = RowRefused("conflict", "Document update conflict.")
            rows_lost = {(incoming.id, incoming.rev): _row(incoming.id, None, late) for incoming in lost}
            answered = [rows_lost.get((row["id"], row.get("rev", "")), row) for row in answered]
            refused += rows_lost.values()
            storing = [incoming for incoming in storing if incoming not in lost]
        self._finish(channel, caller, storing, refused)
        return answered

    def _followed(self, document: Brought, caller: Caller, place: Place, leaves: Sequence[Leaf]) -> Incoming:
        """The revision that follows, checked. Raises RowRefused."""
        incoming = _next(document, leaves)
        followed = replace(document, rev=incoming.rev, ancestors=incoming.ancestors)
        intake.check(followed, caller, place, self._owns(caller))
        return incoming

    def _check_withdrawn(self, channel: str, document: Brought) -> None:
        """What was made of a withdrawn interview and comes only now goes with it. Raises RowRefused."""
        if visit_id(channel) and not document.deleted and self._engine.erasures.follow(channel, document.doc):
            self._engine.erasures.refuse(channel, document.doc)
            raise RowRefused("forbidden", "erased: what it was made of was erased on a person's wish")

    def _parsed(
        self, given: Iterable[object], refused: list[dict[str, Any]], *, new_edits: bool
    ) -> list[Brought]:
        brought = []
        for document in given:
            try:
                brought.append(intake.parse_document(document, new_edits=new_edits))
            except RowRefused as error:
                known = document if isinstance(document, dict) else {}
                refused.append(_row(known.get("_id"), known.get("_rev"), error))
        return brought

    def _place(self, channel: str, caller: Caller, brought: Sequence[Brought]) -> Place:
        ids = list(dict.fromkeys(document.id for document in brought))
        erased = self._engine.erasures.erased(channel, ids) if visit_id(channel) else set()
        creators: dict[str, list[str]] = {}
        if not caller.replicator and visit_id(channel):
            creators = {
                id_: [str(leaf.doc.get("created_by")) for leaf in leaves]
                for id_, leaves in self._documents.read(channel, ids).items()
            }
        return Place(channel, self._doors.card(channel), creators, frozenset(erased))

    def _owns(self, caller: Caller) -> intake.Owns:
        def owns(device_id: str) -> bool:
            device = self._engine.authorizer.device(device_id)
            return device is not None and not device.revoked and device.account.id == caller.account.id

        return owns

    def _store(self, channel: str, storing: Sequence[Incoming]) -> list[bool]:
        self._note_chunks(channel, storing)
        return self._documents.put_revisions(channel, storing) if storing else []

    def _store_edits(self, channel: str, storing: Sequence[Incoming]) -> list[Incoming]:
        """Those that did not follow a leaf any more when it came to storing them."""
        self._note_chunks(channel, storing)
        stored = self._documents.put_edits(channel, storing) if storing else []
        return [incoming for incoming, here in zip(storing, stored, strict=True) if not here]

    def _note_chunks(self, channel: str, storing: Sequence[Incoming]) -> None:
        for incoming in storing:
            if incoming.doc.get("type") == "medium" and not incoming.deleted:
                hashes = [row["sha256"] for row in incoming.doc["chunks"]]
                self._engine.content_keys.note_chunks(channel, incoming.id, hashes)

    def _forged(self, channel: str, known: Sequence[Incoming]) -> list[dict[str, Any]]:
        """A row for each revision that is here with another content: CouchDB would ignore it silently."""
        rows = []
        for incoming in known:
            for stored in self._documents.revisions(channel, incoming.id, [incoming.rev]):
                if not intake.same_content(stored.json, incoming):
                    error = RowRefused("forbidden", "this revision is here with another content")
                    rows.append(_row(incoming.id, incoming.rev, error))
        return rows

    def _drop_chunks(self, channel: str, document: Brought, place: Place) -> None:
        if document.id in place.erased:
            self._engine.erasures.refuse(channel, document.doc)

    def _finish(
        self, channel: str, caller: Caller, stored: Sequence[Incoming], refused: Sequence[dict[str, Any]]
    ) -> None:
        """What follows from what was stored. It is durable already: nothing here may fail the answer."""
        if stored:
            self._watch.tell(channel)
            try:
                self._follow(channel, stored)
            except AigaqError:
                _log.exception("what follows a replicated batch failed")
        if stored or refused:
            detail: dict[str, object] = {"stored": len(stored), "refused": len(refused)}
            if refused:
                detail["refused_ids"] = [str(row.get("id")) for row in refused[:_NAMED]]
            self._engine.authorizer.audit(
                "replication.written", account=caller.account.id, subject=channel, detail=detail
            )

    def _follow(self, channel: str, stored: Sequence[Incoming]) -> None:
        engine = self._engine
        for incoming in stored:
            if incoming.doc.get("type") == "withdrawal":
                by, now = str(incoming.doc["updated_by"]), timestamp(engine.clock.now())
                engine.erasures.request(channel, incoming.doc, by=by, now=now)
        if any(incoming.id == visit_id(channel) for incoming in stored):
            engine.channels.catch_up()
            engine.outbox.settle_channel(channel)
        if len(stored) <= PROJECTED_AT_ONCE or any(each.doc.get("type") in _URGENT for each in stored):
            engine.catch_up()
        else:
            self._following.ask()


def _next(document: Brought, leaves: Sequence[Leaf]) -> Incoming:
    """The revision that follows. Raises RowRefused for a conflict."""
    parent = next((leaf for leaf in leaves if leaf.rev == document.rev), None)
    if document.rev is None and leaves and leaves[0].deleted:
        parent = leaves[0]  # Made anew: on top of the tombstone.
    if parent is None and (leaves or document.rev is not None):
        raise RowRefused("conflict", "Document update conflict.")
    rev = revision_id(parent.rev if parent else None, document.doc, deleted=document.deleted)
    ancestors = (parent.rev, *parent.ancestors) if parent else ()
    return intake.incoming(document, rev, ancestors)


def _row(id_: object, rev: object, error: RowRefused) -> dict[str, Any]:
    row: dict[str, Any] = {"id": id_ if isinstance(id_, str) else None}
    if isinstance(rev, str):
        row["rev"] = rev
    return {**row, "error": error.error, "reason": error.reason}
