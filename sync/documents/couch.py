"""The document store on CouchDB (3.3 and later), one database per channel (ADR 10).

Keeps the contract of `sync.documents.contract`; what replicators ask is in `couch_front`. Several
processes may share one server: nothing is remembered here that another process would need. A batch is
not one transaction in CouchDB: where it fails half-way some of it is stored, nothing is acknowledged,
and the same batch put again completes it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

from sync.documents.contract import Change, Changes, Gap, Incoming, Updates
from sync.documents.couch_channels import CouchChannels
from sync.documents.couch_front import IDS_AT_ONCE, REVISIONS_AT_ONCE, CouchFront
from sync.documents.couch_rows import Outgoing, ancestors, outgoing
from sync.documents.couch_server import CouchServer, Place
from sync.documents.tree import follows
from sync.errors import NotFound, StoreFailed
from sync.revisions import Leaf, content
from sync.wire import canonical

_log = logging.getLogger(__name__)

# A request of a few megabytes keeps CouchDB's memory and the time to repeat it small.
_DOCUMENTS_AT_ONCE, _BYTES_AT_ONCE = 500, 4_000_000
_COMPACTION_SECONDS = 10


class CouchStore(CouchFront):
    """See `ReplicatedStore`. `url`: `couchdb+http(s)://user:password@host:port/prefix`.

    `admin`: `user:password` of a server administrator, who alone may make and remove databases, purge, and
    follow all of them; the documents themselves pass through `url`'s account. Without it that account does all.
    """

    def __init__(self, url: str, *, admin: str | None = None) -> None:
        place = Place.parse(url)
        server = CouchServer(place)
        self._admin = CouchServer(place.as_account(admin)) if admin else server
        super().__init__(server, CouchChannels(server, self._admin), self._admin)

    def close(self) -> None:
        """Give the connections back."""
        self._server.close()
        self._admin.close()

    def create_channel(self, channel: str) -> bool:
        return self._channels.create(channel)

    def channels(self) -> list[str]:
        return self._channels.names()

    def epoch(self, channel: str) -> str:
        return self._channels.epoch(channel)

    def renew_epoch(self, channel: str) -> str:
        return self._channels.renew_epoch(channel)

    def delete_channel(self, channel: str) -> None:
        self._channels.delete(channel)

    def put_revisions(self, channel: str, revisions: Sequence[Incoming]) -> list[bool]:
        if not revisions:
            return []
        # All are made ready before the first is sent: what cannot be stored stops the batch here.
        ready = [outgoing(incoming) for incoming in revisions]
        first: dict[tuple[str, str], Outgoing] = {}
        for each in ready:
            first.setdefault(each.key, each)
        held = self._held(channel, list(first))
        new = {key for key in first if key not in held}
        self._send(channel, [each for key, each in first.items() if key in new or _adds(each, held[key])])
        answers = []
        for each in ready:
            answers.append(each.key in new)
            new.discard(each.key)
        return answers

    def put_edits(self, channel: str, revisions: Sequence[Incoming]) -> list[bool]:
        known = self.read(channel, list({incoming.id for incoming in revisions}))
        tips = {id_: {leaf.rev for leaf in leaves} for id_, leaves in known.items()}
        following = []
        for incoming in revisions:
            if follows(incoming, tips.get(incoming.id)):
                tips.setdefault(incoming.id, set()).difference_update(incoming.ancestors[:1])
                tips[incoming.id].add(incoming.rev)
                following.append(incoming)
        stored = dict(zip(map(id, following), self.put_revisions(channel, following), strict=True))
        return [stored.get(id(incoming), False) for incoming in revisions]

    def leaves(self, channel: str, document_id: str) -> list[Leaf]:
        return self.read(channel, [document_id]).get(document_id, [])

    def read(self, channel: str, document_ids: Sequence[str]) -> dict[str, list[Leaf]]:
        found: dict[str, list[Leaf]] = {}
        wanted = sorted({id_ for id_ in document_ids if id_ and not id_.startswith("_")})
        for start in range(0, len(wanted), IDS_AT_ONCE):
            try:
                rows = self._rows(channel, None, ids=wanted[start : start + IDS_AT_ONCE])
            except NotFound:
                return {}
            found |= self._bodies(channel, rows)
        return found

    def changes(self, channel: str, since: str | None = None, limit: int = 1000) -> Changes:
        rows = self._rows(channel, since, limit=limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        rows = [row for row in rows if not row["id"].startswith("_design/")] if not more else rows
        bodies = self._bodies(channel, rows)
        changes = tuple(
            Change(str(row["seq"]), _number(str(row["seq"])), row["id"], tuple(bodies[row["id"]]))
            for row in rows
            if row["id"] in bodies
        )
        return Changes(changes, str(rows[-1]["seq"]) if rows else (since or "0"), more)

    def updates(self, since: str | None = None) -> Updates:
        return self._channels.updates(since)

    def purge(self, channel: str, document_id: str) -> None:
        database = self._channels.database(channel)
        for _ in range(10):
            leaves = self.leaves(channel, document_id)
            if not leaves:
                break
            # An ancestor cannot be purged by itself, and goes with the last leaf that stands on it.
            body = {document_id: [leaf.rev for leaf in leaves]}
            self._admin.post(database, "_purge", body=body, expect=(201,))
        else:
            raise StoreFailed(f"{document_id} grows while it is purged")
        self._compact(database)

    def _compact(self, database: str) -> None:
        """Have the file written anew without what was purged: until then its bytes lie in the old one."""
        answer = self._admin.post(database, "_compact", body={}, expect=(200, 202, 404))
        deadline = time.monotonic() + _COMPACTION_SECONDS
        while answer.status != 404 and self._admin.get(database).json().get("compact_running"):
            if time.monotonic() > deadline:
                _log.warning("%s is still being compacted; purged bytes go when it ends", database)
                return
            time.sleep(0.05)

    def _held(self, channel: str, keys: list[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
        """Of these revisions, those that are here, as they are stored; {} for what is known as an ancestor only."""
        by_id: dict[str, list[str]] = {}
        for id_, rev in keys:
            by_id.setdefault(id_, []).append(rev)
        gaps: dict[str, Gap] = {}
        ids = list(by_id)
        for start in range(0, len(ids), REVISIONS_AT_ONCE):
            gaps |= self.missing(channel, {id_: by_id[id_] for id_ in ids[start : start + REVISIONS_AT_ONCE]})
        known: dict[tuple[str, str], dict[str, Any]] = {
            (id_, rev): {} for id_, rev in keys if id_ not in gaps or rev not in gaps[id_].missing
        }
        told = {(doc["_id"], doc["_rev"]): doc for doc in self._documents(channel, list(known))}
        return {**known, **told}

    def _send(self, channel: str, batch: list[Outgoing]) -> None:
        for part in _parts(batch):
            body = b'{"new_edits":false,"docs":[' + b",".join(each.body for each in part) + b"]}"
            answer = self._post(channel, "_bulk_docs", body=body, expect=(201, 202))
            if answer.status == 202:
                # Fewer copies than a quorum: it may be lost with one machine.
                raise StoreFailed(f"{channel}: written without a quorum")
            refused = [row for row in answer.json() if "error" in row]
            if refused:
                told = "; ".join(
                    f"{row.get('id')} {row.get('rev', '')}: {row['error']}" for row in refused[:20]
                )
                raise StoreFailed(f"{channel}: {len(refused)} revisions were refused: {told}")
            self._channels.note_written(channel)


def _adds(each: Outgoing, stored: dict[str, Any]) -> bool:
    """Whether a revision that is here brings history that is not. Tells of a body that is not the one here."""
    if not stored:
        # CouchDB's compaction drops ancestors' bodies: one that comes after its child is not worth a place.
        return False
    if canonical(content(stored)) != canonical(content(each.incoming.doc)):
        _log.warning("%s came again as %s with another body; the first one stays", *each.key)
        return False
    return len(each.incoming.ancestors) > len(ancestors(stored))


def _parts(batch: list[Outgoing]) -> Iterator[list[Outgoing]]:
    part: list[Outgoing] = []
    size = 0
    for each in batch:
        if part and (len(part) >= _DOCUMENTS_AT_ONCE or size + len(each.body) > _BYTES_AT_ONCE):
            yield part
            part, size = [], 0
        part.append(each)
        size += len(each.body)
    if part:
        yield part


def _number(sequence: str) -> int:
    return int(sequence.partition("-")[0])
