"""The document store on CouchDB (3.3 and later), one database per channel (ADR 10).

Keeps the contract of `sync.documents.contract`; what replicators ask is in `couch_front`. Several
processes may share one server: nothing is remembered here that another process would need. A batch is
not one transaction in CouchDB: where it fails half-way some of it is stored, nothing is acknowledged,
and the same batch put again completes it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

from sync.documents.contract import Change, Changes, Incoming, Updates
from sync.documents.couch_channels import CouchChannels
from sync.documents.couch_front import CouchFront
from sync.documents.couch_rows import Outgoing, ancestors, leaf, outgoing
from sync.documents.couch_server import CouchServer, Place
from sync.errors import BadRequest, NotFound, StoreFailed
from sync.revisions import Leaf, content, winner_order
from sync.wire import canonical

_log = logging.getLogger(__name__)

# A request of a few megabytes keeps CouchDB's memory and the time to repeat it small.
_DOCUMENTS_AT_ONCE, _BYTES_AT_ONCE = 500, 4_000_000
# `[couchdb] changes_doc_ids_optimization_threshold`: with more ids CouchDB reads the whole feed.
_IDS_AT_ONCE = 100
_REVISIONS_AT_ONCE = 1000
_COMPACTION_SECONDS = 10
_SEQUENCE = re.compile(r"[0-9]+(-[A-Za-z0-9_-]+)?")


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

    def leaves(self, channel: str, document_id: str) -> list[Leaf]:
        return self.read(channel, [document_id]).get(document_id, [])

    def read(self, channel: str, document_ids: Sequence[str]) -> dict[str, list[Leaf]]:
        found: dict[str, list[Leaf]] = {}
        wanted = sorted({id_ for id_ in document_ids if id_ and not id_.startswith("_")})
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            try:
                rows = self._rows(channel, None, ids=wanted[start : start + _IDS_AT_ONCE])
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
        """Of these revisions, those whose bodies are here, as they are stored."""
        by_id: dict[str, list[str]] = {}
        for id_, rev in keys:
            by_id.setdefault(id_, []).append(rev)
        missing: dict[str, Any] = {}
        ids = list(by_id)
        for start in range(0, len(ids), _REVISIONS_AT_ONCE):
            body = {id_: by_id[id_] for id_ in ids[start : start + _REVISIONS_AT_ONCE]}
            missing |= self._post(channel, "_revs_diff", body=body).json()
        there = [(id_, rev) for id_, rev in keys if rev not in missing.get(id_, {"missing": ()})["missing"]]
        return {(doc["_id"], doc["_rev"]): doc for doc in self._documents(channel, there)}

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

    def _rows(
        self, channel: str, since: str | None, *, limit: int | None = None, ids: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Rows of `_changes`, each with all leaves' ids."""
        if since and not _SEQUENCE.fullmatch(since):
            raise BadRequest("a sequence this store never gave")
        params: dict[str, str | int] = {"style": "all_docs", "since": since or "0"}
        body: dict[str, Any] = {}
        if ids is not None:
            params["filter"], body = "_doc_ids", {"doc_ids": ids}
        if limit is not None:
            params["limit"] = limit
        answer = self._post(channel, "_changes", body=body, expect=(200, 400), **params)
        if answer.status == 400:
            raise BadRequest("a sequence this store never gave")
        rows: list[dict[str, Any]] = answer.json()["results"]
        return rows

    def _bodies(self, channel: str, rows: list[dict[str, Any]]) -> dict[str, list[Leaf]]:
        """All leaves of the rows' documents; those purged since the rows were read are left out."""
        keys = [(row["id"], change["rev"]) for row in rows for change in row["changes"]]
        found: dict[str, list[Leaf]] = {}
        for document in self._documents(channel, keys):
            found.setdefault(document["_id"], []).append(leaf(document))
        return {id_: winner_order(leaves) for id_, leaves in found.items()}

    def _documents(self, channel: str, keys: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
        """Revisions whose bodies are here, with their ancestry."""
        for start in range(0, len(keys), _REVISIONS_AT_ONCE):
            docs = [{"id": id_, "rev": rev} for id_, rev in keys[start : start + _REVISIONS_AT_ONCE]]
            answer = self._post(channel, "_bulk_get", body={"docs": docs}, revs="true")
            for result in answer.json()["results"]:
                yield from (row["ok"] for row in result["docs"] if "ok" in row)


def _adds(each: Outgoing, stored: dict[str, Any]) -> bool:
    """Whether a revision that is here brings history that is not. Tells of a body that is not the one here."""
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
