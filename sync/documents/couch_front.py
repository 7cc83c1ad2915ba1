"""What replicators ask of a channel, asked on of CouchDB (`ReplicatedStore`).

Documents pass as bytes. CouchDB's answers are taken as they are; where another server leaves gaps
(`pouchdb-server`: pending, deleted counts, order of leaves, ancestors by id) they are filled here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sync.documents.contract import (
    Feed,
    FeedRow,
    Gap,
    Listing,
    ListingRow,
    Stored,
    Summary,
    Wanted,
)
from sync.documents.couch_channels import EPOCH, CouchChannels
from sync.documents.couch_rows import dumps, leaf
from sync.documents.couch_server import Answer, CouchServer
from sync.errors import BadRequest, EditConflict, NotFound
from sync.revisions import Leaf, winner_order

# `[couchdb] changes_doc_ids_optimization_threshold`: with more ids CouchDB reads the whole feed.
IDS_AT_ONCE = 100
REVISIONS_AT_ONCE = 1000
_SEQUENCE = re.compile(r"[0-9]+(-[A-Za-z0-9_-]+)?")


class CouchFront:
    def __init__(self, server: CouchServer, channels: CouchChannels, admin: CouchServer) -> None:
        self._server = server
        self._channels = channels
        self._admin = admin

    def summary(self, channel: str) -> Summary:
        told = self._ask("GET", channel).json()
        deleted = told.get("doc_del_count")
        if deleted is None:
            deleted = sum(row.deleted for row in self.feed(channel, limit=1_000_000).rows)
        return Summary(int(told["doc_count"]), int(deleted), str(told["update_seq"]))

    def feed(
        self,
        channel: str,
        since: str | None = None,
        limit: int = 1000,
        *,
        ids: Sequence[str] | None = None,
        descending: bool = False,
    ) -> Feed:
        params: dict[str, str | int] = {"style": "all_docs", "limit": limit}
        if descending:
            params["descending"] = "true"
        else:
            params["since"] = since or "0"
        body: dict[str, Any] = {}
        if ids is not None:
            params["filter"], body = "_doc_ids", {"doc_ids": list(ids)}
        answer = self._post(channel, "_changes", body=body, expect=(200, 400), **params)
        if answer.status == 400:
            raise BadRequest("a sequence this store never gave")
        told = answer.json()
        rows = tuple(
            FeedRow(
                str(row["seq"]),
                row["id"],
                tuple(change["rev"] for change in row["changes"]),
                bool(row.get("deleted", False)),
            )
            for row in told["results"]
        )
        last = rows[-1].seq if rows and len(rows) >= limit else str(told["last_seq"])
        return Feed(self._ordered(channel, rows), last, told.get("pending"))

    def missing(self, channel: str, revisions: Mapping[str, Sequence[str]]) -> dict[str, Gap]:
        gaps: dict[str, Gap] = {}
        if not self._server.is_couchdb():
            # Such a server knows leaves and bodies only, and is asked for ancestors one by one. What is not there
            # at all (nearly everything that a replicator brings) is found out with one question.
            present = self._present(channel, list(revisions))
            gaps = {id_: Gap(tuple(revs)) for id_, revs in revisions.items() if revs and id_ not in present}
            revisions = {id_: revs for id_, revs in revisions.items() if id_ in present}
            if not revisions:
                return gaps
        body = {id_: list(revs) for id_, revs in revisions.items()}
        told = self._post(channel, "_revs_diff", body=body).json()
        known = {} if self._server.is_couchdb() else self._known(channel, list(told))
        for id_, row in told.items():
            lacking = tuple(rev for rev in row["missing"] if rev not in known.get(id_, ()))
            if lacking:
                gaps[id_] = Gap(lacking, tuple(row.get("possible_ancestors", ())))
        return gaps

    def bulk_get(
        self, channel: str, wanted: Sequence[Wanted], *, revs: bool, latest: bool
    ) -> Iterator[bytes]:
        docs = [{"id": each.id, **({"rev": each.rev} if each.rev else {})} for each in wanted]
        params: dict[str, str | int] = {
            name: "true" for name, asked in (("revs", revs), ("latest", latest)) if asked
        }
        if self._server.is_couchdb():
            status, pieces = self._server.stream(
                self._channels.database(channel),
                "_bulk_get",
                body={"docs": docs},
                expect=(200, 404),
                **params,
            )
            if status == 404:
                raise NotFound(f"no channel {channel}")
            return pieces
        return iter([self._bulk_got(channel, wanted, params)])

    def revisions(
        self, channel: str, document_id: str, revs: Sequence[str] | None = None, *, latest: bool = False
    ) -> list[Stored]:
        params: dict[str, str | int] = {"revs": "true"}
        if latest:
            params["latest"] = "true"
        if revs is None:
            answer = self._ask("GET", channel, document_id, expect=(200, 404), open_revs="all", **params)
            if answer.status == 404:
                return []
            rows = answer.json()
        else:
            body = {"docs": [{"id": document_id, "rev": rev} for rev in revs]}
            results = self._post(channel, "_bulk_get", body=body, expect=(200,), **params).json()["results"]
            rows = [row for result in results for row in result["docs"]]
        found = {row["ok"]["_rev"]: row["ok"] for row in rows if "ok" in row}
        order = (
            [each.rev for each in winner_order(map(leaf, found.values()))] if revs is None else list(found)
        )
        return [
            Stored(document_id, rev, bool(found[rev].get("_deleted", False)), dumps(found[rev]))
            for rev in order
        ]

    def listing(self, channel: str, asked: Listing) -> list[ListingRow]:
        body: dict[str, Any] = {"include_docs": asked.bodies}
        if asked.ids is not None:
            body["keys"] = list(asked.ids)
        if asked.start is not None:
            body["startkey"] = asked.start
        if asked.end is not None:
            body["endkey"], body["inclusive_end"] = asked.end, not asked.end_excluded
        if asked.descending:
            body["descending"] = True
        if asked.skip:
            body["skip"] = asked.skip
        if asked.limit is not None:
            body["limit"] = asked.limit
        rows = self._post(channel, "_all_docs", body=body).json()["rows"]
        return [_listed(row, bodies=asked.bodies) for row in rows]

    def local(self, channel: str, name: str) -> tuple[str, bytes] | None:
        if name == EPOCH:
            return None
        answer = self._ask("GET", channel, "_local", name, expect=(200, 404))
        if answer.status == 404:
            return None
        note = answer.json()
        rev = str(note.pop("_rev"))
        note.pop("_id", None)
        return rev, dumps(note)

    def put_local(self, channel: str, name: str, body: bytes, rev: str | None) -> str:
        if name == EPOCH:
            raise EditConflict("this note is the store's own")
        note = {**json.loads(body), **({"_rev": rev} if rev else {})}
        answer = self._ask("PUT", channel, "_local", name, body=note, expect=(201, 409))
        if answer.status == 409:
            raise EditConflict("another revision of the note stands")
        return str(answer.json()["rev"])

    def delete_local(self, channel: str, name: str, rev: str | None) -> None:
        found = self.local(channel, name)
        if found is None:
            raise NotFound("no such note")
        if rev is not None and rev != found[0]:
            raise EditConflict("another revision of the note stands")
        answer = self._ask("DELETE", channel, "_local", name, expect=(200, 404, 409), rev=found[0])
        if answer.status == 409:
            raise EditConflict("another revision of the note stands")

    def revs_limit(self, channel: str) -> int:
        return int(self._ask("GET", channel, "_revs_limit").json())

    def set_revs_limit(self, channel: str, limit: int) -> None:
        if limit < 1:
            raise BadRequest("at least one revision is remembered")
        self._admin.put(self._channels.database(channel), "_revs_limit", body=limit, expect=(200,))

    def _post(
        self, channel: str, *path: str, body: Any, expect: tuple[int, ...] = (200,), **params: str | int
    ) -> Answer:
        return self._ask("POST", channel, *path, body=body, expect=expect, **params)

    def _ask(
        self,
        method: str,
        channel: str,
        *path: str,
        body: Any = None,
        expect: tuple[int, ...] = (200,),
        **params: str | int,
    ) -> Answer:
        """One request to the channel's database. Raises NotFound where there is none."""
        database = self._channels.database(channel)
        answer = self._server.ask(method, (database, *path), body, (*expect, 404), params)
        if answer.status == 404 and (404 not in expect or _no_database(answer)):
            raise NotFound(f"no channel {channel}")
        return answer

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
        for start in range(0, len(keys), REVISIONS_AT_ONCE):
            docs = [{"id": id_, "rev": rev} for id_, rev in keys[start : start + REVISIONS_AT_ONCE]]
            answer = self._post(channel, "_bulk_get", body={"docs": docs}, revs="true")
            for result in answer.json()["results"]:
                yield from (row["ok"] for row in result["docs"] if "ok" in row)

    def _ordered(self, channel: str, rows: tuple[FeedRow, ...]) -> tuple[FeedRow, ...]:
        """Rows whose leaves are in winner order, also from a server that orders them otherwise."""
        if self._server.is_couchdb() or not any(len(row.revs) > 1 for row in rows):
            return rows
        return tuple(
            row
            if len(row.revs) == 1
            else FeedRow(
                row.seq, row.id, tuple(each.rev for each in self.revisions(channel, row.id)), row.deleted
            )
            for row in rows
        )

    def _present(self, channel: str, ids: Sequence[str]) -> set[str]:
        """Those of these documents that are there, deleted or not."""
        told = self._post(channel, "_all_docs", body={"keys": list(ids)}).json()["rows"] if ids else []
        return {row["id"] for row in told if "error" not in row}

    def _known(self, channel: str, ids: Sequence[str]) -> dict[str, set[str]]:
        """Every revision id of these documents, which are there; bodies or not."""
        known: dict[str, set[str]] = {}
        for start in range(0, len(ids), IDS_AT_ONCE):
            rows = self._rows(channel, None, ids=list(ids[start : start + IDS_AT_ONCE]))
            for id_, leaves in self._bodies(channel, rows).items():
                known[id_] = {rev for each in leaves for rev in (each.rev, *each.ancestors)}
        return known

    def _bulk_got(self, channel: str, wanted: Sequence[Wanted], params: Mapping[str, str | int]) -> bytes:
        """`bulk_get` from a server that groups its results and has other words for what is missing."""
        if all(each.rev for each in wanted) and len({each.id for each in wanted}) == len(wanted):
            docs_asked = [{"id": each.id, "rev": each.rev} for each in wanted]
            plain = self._ask(
                "POST", channel, "_bulk_get", body={"docs": docs_asked}, expect=(200,), **params
            ).body
            # Nothing to group; and where the word is nowhere, nothing is missing: the bytes are right as they are.
            if b'"missing"' not in plain and b'"error"' not in plain:
                return plain
        results = []
        for each in wanted:
            found = self.revisions(
                channel, each.id, [each.rev] if each.rev else None, latest="latest" in params
            )
            docs: list[dict[str, Any]] = [{"ok": json.loads(stored.json)} for stored in found]
            if "revs" not in params:
                for row in docs:
                    row["ok"].pop("_revisions", None)
            gone = {"id": each.id, "rev": each.rev or "undefined", "error": "not_found", "reason": "missing"}
            results.append({"id": each.id, "docs": docs or [{"error": gone}]})
        return dumps({"results": results})


def _no_database(answer: Answer) -> bool:
    reason = str(answer.json().get("reason", ""))
    return reason not in ("missing", "deleted")


def _listed(row: dict[str, Any], *, bodies: bool) -> ListingRow:
    value = row.get("value")
    if not value or "rev" not in value:
        return ListingRow(str(row["key"]), None)
    document = row.get("doc") if bodies else None
    return ListingRow(
        row["id"], value["rev"], bool(value.get("deleted", False)), dumps(document) if document else None
    )
