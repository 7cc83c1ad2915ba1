"""Erasure: what a withdrawal destroys on the server (docs/protocol.md, section 7).

Owns the `erasure` rows and the order of destruction. It is written down first, then done, and done again
after a crash until it is complete; a document that arrives only afterwards is not stored.

    requested ──► key destroyed, chunks gone, archived bytes emptied ──► document replaced by its stub ──► done
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from sync.authorization import Authorizer
from sync.database import drop_traces, reading, writing
from sync.documents.contract import DocumentStore, Incoming
from sync.errors import NotFound, StoreFailed
from sync.gateway import content_keys, released, tables
from sync.gateway.erasure_list import ErasureList, Withdrawn
from sync.gateway.media import MediaStore
from sync.gateway.receipts import empty_envelopes
from sync.gateway.traffic import give_back
from sync.revisions import Leaf, generation, revision_id, winner
from sync.wire import is_sha256

_log = logging.getLogger(__name__)

# A store that cannot purge is not asked at every write.
RETRY_SECONDS = 60.0
# What a person can take back. A visit, an event or a report is nobody's testimony.
ERASABLE = frozenset({"interview", "identity", "testimony", "medium", "note", "submission", "finding"})
# What stays readable of an erased document: no text, no place, no answer.
_HEADER = ("_id", "type", "schema", "class", "created_at", "created_by", "updated_at", "updated_by", "device")
_STAYS = {
    "interview": ("handle", "category", "day"),
    "medium": ("kind", "mime", "interview", "at"),
    "identity": ("interview",),
    "testimony": ("interview",),
    "submission": ("form", "form_version"),
}


def stub_of(document: dict[str, Any]) -> dict[str, Any]:
    """What stays of an erased document."""
    type_ = str(document.get("type"))
    kept = {name: document[name] for name in (*_HEADER, *_STAYS.get(type_, ())) if name in document}
    return {**kept, "device": "office", "erased": True}


def _subject(document: dict[str, Any]) -> str | None:
    """What a document is about: the interview it was made of, as a rule."""
    subject = document.get("interview") or document.get("about")
    return subject if isinstance(subject, str) else None


class Erasures:
    def __init__(
        self,
        documents: DocumentStore,
        database: Engine,
        media: MediaStore,
        authorizer: Authorizer,
        listed: ErasureList | None = None,
    ) -> None:
        self._documents = documents
        self._database = database
        self._media = media
        self._authorizer = authorizer
        # When to try again what the store could not do, by channel and document.
        self._again: dict[Any, float] = {}
        self._listed = listed
        # Documents of a channel that broke a rule: they are in the archive, and in no store.
        self.quarantined: Callable[[str], Iterable[dict[str, Any]]] = lambda _channel: ()

    def request(self, channel: str, withdrawal: dict[str, Any], *, by: str, now: str) -> list[str]:
        """Write down what a stored withdrawal erases, and erase it; the documents' ids. Idempotent.

        With an interview goes what was made of it and is here already: who withdrew may not have known it all.
        """
        if self._listed is not None:
            self._listed.note(Withdrawn(channel, withdrawal, by, now))
        ids = [
            id_
            for id_ in dict.fromkeys(withdrawal.get("erases") or [])
            if isinstance(id_, str) and id_.partition(":")[0] in ERASABLE and len(id_) <= 200
        ]
        asked = set(ids) - self.erased(channel, ids)
        if not asked:
            return ids
        interviews = {id_ for id_ in asked if id_.startswith("interview:")}
        row = {
            "channel": channel,
            "withdrawal": withdrawal["_id"],
            "requested_by": by,
            "at": now,
            "done": False,
        }
        asked |= self._write_down(row, [*ids, *self._made_of(channel, interviews)])
        # Once more: what was on its way into the store meanwhile had been asked about before the rows were there.
        asked |= self._write_down(row, self._made_of(channel, interviews))
        ids += sorted(asked - set(ids))
        detail: dict[str, object] = {"channel": channel, "documents": sorted(asked)}
        self._authorizer.audit("erasure", account=by, subject=withdrawal["_id"], detail=detail)
        self.complete()
        return ids

    def _write_down(self, row: dict[str, Any], ids: Sequence[str]) -> set[str]:
        """Those of the documents that were not to be erased before."""
        columns = tables.erasure.c
        with writing(self._database) as connection:
            here = (columns.channel == row["channel"], columns.document.in_(ids))
            known = set(connection.scalars(select(columns.document).where(*here)))
            new = sorted(set(ids) - known)
            if new:
                rows = [{**row, "document": id_, "stub": None} for id_ in new]
                connection.execute(insert(tables.erasure), rows)
        return set(new)

    def _made_of(self, channel: str, interviews: set[str]) -> list[str]:
        """What names one of these interviews, in the store or in quarantine."""
        if not interviews:
            return []
        found = {str(doc["_id"]) for doc in self.quarantined(channel) if _subject(doc) in interviews}
        since, more = None, True
        while more:
            try:
                page = self._documents.changes(channel, since)
            except NotFound:
                break
            for change in page.changes:
                if any(_subject(leaf.doc) in interviews for leaf in change.leaves if not leaf.deleted):
                    found.add(change.id)
            since, more = page.since, page.more
        return sorted(id_ for id_ in found if id_.partition(":")[0] in ERASABLE and len(id_) <= 200)

    def replay(self, listed: ErasureList) -> int:
        """Withdraw once more what a list says was withdrawn, of which a backup may know nothing; how many withdrawals.

        May be cut off and called again. Raises BadRequest where the list is none.
        """
        withdrawals = listed.withdrawals()
        for row in withdrawals:
            with suppress(
                NotFound
            ):  # the backup is older than the visit: its tablets will be told all the same
                if not self._documents.leaves(row.channel, str(row.document["_id"])):
                    rev = revision_id(None, row.document)
                    self._documents.put_revisions(row.channel, [Incoming(rev, row.document)])
            self.request(row.channel, row.document, by=row.by, now=row.at)
        self._refuse_chunks(listed.chunks())
        return len(withdrawals)

    def complete(self) -> int:
        """Carry out what is written down and not done; how many documents were erased now.

        Where the document store cannot, the rest is done all the same, and this tried again after a while: `pending`.
        """
        columns = tables.erasure.c
        with reading(self._database) as connection:
            rows = connection.execute(select(columns.channel, columns.document).where(~columns.done)).all()
        tried, done = 0, 0
        for row in rows:
            if time.monotonic() < self._again.get(row, 0.0):
                continue
            tried += 1
            try:
                self._erase(row.channel, row.document)
            except StoreFailed as error:
                self._again[row] = time.monotonic() + RETRY_SECONDS
                _log.error("%s in %s is not yet erased: %s", row.document, row.channel, error.message)
            else:
                self._again.pop(row, None)
                done += 1
        if tried:
            drop_traces(self._database)
        return done

    def pending(self) -> list[dict[str, Any]]:
        """What is to be erased and is not yet, oldest first: `{channel, document, withdrawal, requested_by, at}`."""
        columns = tables.erasure.c
        query = select(
            columns.channel, columns.document, columns.withdrawal, columns.requested_by, columns.at
        ).where(~columns.done)
        with reading(self._database) as connection:
            return [
                dict(row._mapping) for row in connection.execute(query.order_by(columns.at, columns.document))
            ]

    def erased(self, channel: str, documents: Sequence[str]) -> set[str]:
        """Which of these documents are erased, or are to be."""
        columns = tables.erasure.c
        query = select(columns.document).where(columns.channel == channel, columns.document.in_(documents))
        with reading(self._database) as connection:
            return set(connection.scalars(query))

    def follow(self, channel: str, document: dict[str, Any]) -> bool:
        """Erase what belongs to an erased interview and comes only now, under the same withdrawal; whether it does."""
        interview, id_ = _subject(document), str(document["_id"])
        if interview is None or id_.partition(":")[0] not in ERASABLE:
            return False
        columns = tables.erasure.c
        query = select(columns.withdrawal, columns.requested_by, columns.at)
        with reading(self._database) as connection:
            row = connection.execute(
                query.where(columns.channel == channel, columns.document == interview)
            ).first()
        if row is None:
            return False
        with writing(self._database) as connection:
            own = {"channel": channel, "document": id_, "stub": None, "done": False}
            connection.execute(insert(tables.erasure).values({**own, **row._mapping}))
        detail: dict[str, object] = {"channel": channel, "documents": [id_]}
        self._authorizer.audit("erasure", account=row.requested_by, subject=row.withdrawal, detail=detail)
        self._erase(channel, id_)
        return True

    def refuse(self, channel: str, document: dict[str, Any]) -> None:
        """A document that was erased before it arrived: its chunks go too."""
        chunks = [row for row in document.get("chunks") or [] if isinstance(row, dict)]
        hashes = [row["sha256"] for row in chunks if is_sha256(row.get("sha256"))]
        with writing(self._database) as connection:
            gone = content_keys.give_up_chunks(connection, channel, str(document["_id"]), hashes)
        self._drop(gone, self._carrier(channel, str(document["_id"])))

    def _refuse_chunks(self, hashes: set[str]) -> None:
        with writing(self._database) as connection:
            gone = content_keys.refuse_chunks(connection, hashes)
        self._drop(gone)

    def _drop(self, hashes: Sequence[str], carrier: str | None = None) -> None:
        if self._listed is not None:
            self._listed.note_chunks(hashes)
        freed = sum(self._media.delete(sha256) for sha256 in hashes)
        if carrier and freed:
            # A crash before this line counts too much as stored, never too little.
            with writing(self._database) as connection:
                give_back(connection, carrier, freed)

    def _carrier(self, channel: str, document: str) -> str | None:
        """Who delivered the document last: as a rule its chunks, too."""
        archived = tables.envelope.c
        query = select(archived.carrier).where(archived.channel == channel, archived.document == document)
        with reading(self._database) as connection:
            return connection.scalar(query.order_by(archived.received_at.desc()).limit(1))

    def _erase(self, channel: str, document: str) -> None:
        try:
            leaves = self._documents.leaves(channel, document)
        except NotFound:
            leaves = []
        with writing(self._database) as connection:
            stub = self._written_stub(connection, channel, document, leaves)
            content_keys.destroy(connection, channel, document)
            released.destroy(connection, channel, [document])
            gone = content_keys.give_up_chunks(connection, channel, document)
            archived = tables.envelope.c
            empty_envelopes(connection, archived.channel == channel, archived.document == document)
        self._drop(gone, self._carrier(channel, document))
        if stub is not None:
            # The stub is written down above: a crash between these two lines loses nothing that should stay.
            try:
                self._documents.purge(channel, document)
            finally:
                # Also over what could not be purged: readers and replicas see the stub, and only the store's
                # own files still hold what was there before.
                self._documents.put_revisions(channel, [stub])
        with writing(self._database) as connection:
            columns = tables.erasure.c
            done = (columns.channel == channel, columns.document == document)
            connection.execute(update(tables.erasure).where(*done).values(done=True))

    def _written_stub(
        self, connection: Connection, channel: str, document: str, leaves: Sequence[Leaf]
    ) -> Incoming | None:
        """The revision that replaces the document: a child of the winner, so that replicas follow it."""
        columns = tables.erasure.c
        row = (columns.channel == channel, columns.document == document)
        text = connection.scalar(select(columns.stub).where(*row))
        if text is None and leaves:
            last = winner(leaves)
            doc = stub_of(last.doc)
            rev = revision_id(last.rev, doc)
            text = json.dumps({"rev": rev, "doc": doc, "ancestors": [last.rev, *last.ancestors]})
            connection.execute(update(tables.erasure).where(*row).values(stub=text))
        if text is None:
            return None
        stub = json.loads(text)
        ancestors = tuple(sorted(stub["ancestors"], key=generation, reverse=True))
        return Incoming(stub["rev"], stub["doc"], ancestors)
