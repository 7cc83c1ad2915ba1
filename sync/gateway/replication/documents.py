"""Single documents and bulk requests: `_revs_diff`, `_bulk_get`, `_bulk_docs`, `_all_docs`, `GET|PUT|DELETE /<channel>/<id>`.

Owns the shapes of these requests and answers. Bodies go from the store to the answer as bytes; only a single
document that is asked for without its history is parsed.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from flask import Response, request

from sync.clock import milliseconds
from sync.documents.contract import Listing, ReplicatedStore, Stored, Wanted
from sync.engine import SyncEngine
from sync.errors import TooLarge
from sync.gateway.replication import answers
from sync.gateway.replication.access import Caller
from sync.gateway.replication.answers import CouchError
from sync.gateway.replication.writes import Writes
from sync.revisions import is_revision
from sync.wire import new_ulid

MOST_BYTES = 16 << 20
MOST_DOCUMENTS = 10_000
MOST_REVISIONS = 1000  # of one document in one question
_SAFE_INTEGER = 2**53 - 1
_STATUS = {"conflict": 409, "forbidden": 403, "bad_request": 400, "doc_validation": 400}


class Documents:
    def __init__(self, engine: SyncEngine, documents: ReplicatedStore, writes: Writes) -> None:
        self._engine = engine
        self._documents = documents
        self._writes = writes

    def revs_diff(self, channel: str) -> Response:
        asked = answers.json_body(MOST_BYTES)
        if len(asked) > MOST_DOCUMENTS:
            raise TooLarge("too many documents")
        for revs in asked.values():
            if not isinstance(revs, list) or len(revs) > MOST_REVISIONS or not all(map(is_revision, revs)):
                raise CouchError(400, "bad_request", "Invalid rev format")
        found = {}
        for id_, gap in self._documents.missing(channel, asked).items():
            found[id_] = {"missing": list(gap.missing)}
            if gap.possible_ancestors:
                found[id_]["possible_ancestors"] = list(gap.possible_ancestors)
        return answers.answer(found)

    def bulk_get(self, channel: str) -> Response:
        wanted = _wanted(answers.json_body(MOST_BYTES).get("docs"))
        pieces = self._documents.bulk_get(
            channel, wanted, revs=answers.flag("revs"), latest=answers.flag("latest")
        )
        return answers.raw(pieces)

    def bulk_docs(self, channel: str, caller: Caller) -> Response:
        answers.check_json()
        body = _parse(answers.body(MOST_BYTES))
        docs, new_edits = body.get("docs"), body.get("new_edits", True)
        if not isinstance(docs, list):
            raise CouchError(400, "bad_request", "POST body must include `docs` parameter.")
        if not isinstance(new_edits, bool):
            raise CouchError(400, "bad_request", "`new_edits` parameter must be a boolean.")
        if len(docs) > MOST_DOCUMENTS:
            raise TooLarge("too many documents")
        if not new_edits:
            return answers.answer(self._writes.replicate(channel, caller, docs), 201)
        return answers.answer(self._writes.edit(channel, caller, list(map(self._named, docs))), 201)

    def create(self, channel: str, caller: Caller) -> Response:
        """`POST /<channel>`: one document; without `_id` it gets one of its type."""
        document = self._named(answers.json_body(MOST_BYTES))
        (row,) = self._writes.edit(channel, caller, [document])
        return _written(row)

    def write(self, channel: str, document_id: str, caller: Caller) -> Response:
        if request.mimetype.startswith("multipart/"):
            raise CouchError(403, "forbidden", "attachments are not taken: media travel as chunks")
        answers.check_json()
        document = _parse(answers.body(MOST_BYTES))
        if document.get("_id", document_id) != document_id:
            raise CouchError(400, "bad_request", "Document id must match id in URL")
        document["_id"] = document_id
        if not answers.flag("new_edits", True):
            refused = self._writes.replicate(channel, caller, [document])
            rev = document.get("_rev") or _first(document)
            return _written(refused[0] if refused else {"ok": True, "id": document_id, "rev": rev})
        rev = _followed()
        if rev is not None:
            document["_rev"] = rev
        (row,) = self._writes.edit(channel, caller, [document])
        return _written(row)

    def remove(self, channel: str, document_id: str, caller: Caller) -> Response:
        rev = _followed()
        if rev is None:
            raise CouchError(409, "conflict", "Document update conflict.")
        tombstone = {"_id": document_id, "_rev": rev, "_deleted": True}
        (row,) = self._writes.edit(channel, caller, [tombstone])
        return _written(row, status=200)

    def read(self, channel: str, document_id: str) -> Response:
        open_revs = request.args.get("open_revs")
        if open_revs is not None:
            return self._open_revs(channel, document_id, open_revs)
        rev = request.args.get("rev")
        if rev is not None and not is_revision(rev):
            raise CouchError(400, "bad_request", "Invalid rev format")
        leaves = self._documents.revisions(channel, document_id)
        if not leaves:
            raise CouchError(404, "not_found", "missing")
        found = leaves[0]
        if rev is not None:
            named = self._documents.revisions(channel, document_id, [rev], latest=answers.flag("latest"))
            if not named:
                raise CouchError(404, "not_found", "missing")
            found = named[0]
        elif found.deleted:
            raise CouchError(404, "not_found", "deleted")
        return answers.answer(_shown(found, leaves), ETag=f'"{found.rev}"')

    def listing(self, channel: str) -> Response:
        asked = _listing()
        rows = self._documents.listing(channel, asked)
        total = self._documents.summary(channel).living
        lines = []
        for row in rows:
            if row.rev is None:
                lines.append(answers.dumps({"key": row.id, "error": "not_found"}))
                continue
            value: dict[str, Any] = {"rev": row.rev, **({"deleted": True} if row.deleted else {})}
            line = answers.dumps({"id": row.id, "key": row.id, "value": value})
            lines.append(line[:-1] + b',"doc":' + (row.json or b"null") + b"}" if asked.bodies else line)
        head = f'{{"total_rows":{total},"offset":{asked.skip},"rows":[\n'.encode()
        return answers.raw(head + b",\n".join(lines) + b"\n]}\n")

    def _open_revs(self, channel: str, document_id: str, asked: str) -> Response:
        revs: list[str] | None = None
        if asked != "all":
            revs = answers.json_argument("open_revs")
            if not isinstance(revs, list) or len(revs) > MOST_REVISIONS or not all(map(is_revision, revs)):
                raise CouchError(400, "bad_request", "Invalid rev format")
        latest = answers.flag("latest")
        found = self._documents.revisions(channel, document_id, revs, latest=latest)
        if revs is None and not found:
            raise CouchError(404, "not_found", "missing")
        here = {stored.rev for stored in found}
        absent = [rev for rev in revs or [] if rev not in here]
        if latest and absent:
            # What was followed is answered by its leaves.
            gap = self._documents.missing(channel, {document_id: absent}).get(document_id)
            absent = list(gap.missing) if gap else []
        parts = [stored.json if answers.flag("revs") else _plain(stored) for stored in found]
        if _wants_multipart():
            return _multipart(parts, absent)
        rows = [b'{"ok":' + part + b"}" for part in parts]
        rows += [answers.dumps({"missing": rev}) for rev in absent]
        return answers.raw(b"[" + b",".join(rows) + b"]")

    def _named(self, document: Any) -> Any:
        """A document without an id gets one of its type."""
        if not isinstance(document, dict) or "_id" in document or not isinstance(document.get("type"), str):
            return document
        return {"_id": f"{document['type']}:{new_ulid(milliseconds(self._engine.clock.now()))}", **document}


def _wanted(docs: object) -> list[Wanted]:
    if not isinstance(docs, list):
        raise CouchError(400, "bad_request", "Missing JSON list of 'docs'.")
    if len(docs) > MOST_DOCUMENTS:
        raise TooLarge("too many documents")
    wanted = []
    for item in docs:
        id_, rev = (item.get("id"), item.get("rev")) if isinstance(item, dict) else (None, None)
        if not isinstance(id_, str) or not (rev is None or is_revision(rev)):
            raise CouchError(
                400, "bad_request", "each of 'docs' needs an id, and a valid rev where it has one"
            )
        wanted.append(Wanted(id_, rev))
    return wanted


def _parse(data: bytes) -> dict[str, Any]:
    """The body's object, its numbers mended; each document's strings are when it is taken in."""
    try:
        value = json.loads(data, parse_constant=_no_constant, parse_int=_integer, parse_float=_double)
    except (ValueError, RecursionError) as error:
        raise CouchError(400, "bad_request", "invalid UTF-8 JSON") from error
    if not isinstance(value, dict):
        raise CouchError(400, "bad_request", "Request body must be a JSON object")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _integer(text: str) -> int | float:
    """As every browser reads it: beyond 2^53 a double."""
    value = int(text)
    return value if -_SAFE_INTEGER <= value <= _SAFE_INTEGER else _double(text)


def _double(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number that JSON cannot carry")
    return value


def _followed() -> str | None:
    rev = request.args.get("rev") or (request.headers.get("If-Match") or "").strip('"')
    return rev or None


def _first(document: dict[str, Any]) -> str:
    revisions = document["_revisions"]
    return f"{revisions['start']}-{revisions['ids'][0]}"


def _written(row: dict[str, Any], status: int = 201) -> Response:
    if row.get("ok"):
        return answers.answer(row, status, ETag=f'"{row["rev"]}"')
    return answers.refusal(_STATUS.get(row["error"], 400), row["error"], row["reason"])


def _plain(stored: Stored) -> bytes:
    document = json.loads(stored.json)
    document.pop("_revisions", None)
    return answers.dumps(document)


def _shown(found: Stored, leaves: Sequence[Stored]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(found.json)
    history = document["_revisions"]
    if not answers.flag("revs"):
        document.pop("_revisions")
    if answers.flag("revs_info"):
        start = history["start"]
        document["_revs_info"] = [
            {"rev": f"{start - index}-{id_}", "status": "available" if index == 0 else "missing"}
            for index, id_ in enumerate(history["ids"])
        ]
    others = [leaf.rev for leaf in leaves if not leaf.deleted and leaf.rev != found.rev]
    if answers.flag("conflicts") and others:
        document["_conflicts"] = others
    return document


def _wants_multipart() -> bool:
    """Only who names it gets it: CouchDB's replicator does."""
    return any(kind == "multipart/mixed" and quality > 0 for kind, quality in request.accept_mimetypes)


def _multipart(parts: Sequence[bytes], absent: Sequence[str]) -> Response:
    boundary = secrets.token_hex(16)
    opening = f"\r\n--{boundary}\r\nContent-Type: application/json".encode()
    pieces = [opening + b"\r\n\r\n" + part for part in parts]
    pieces += [opening + b'; error="true"\r\n\r\n' + answers.dumps({"missing": rev}) for rev in absent]
    body = b"".join(pieces)[2:] + f"\r\n--{boundary}--".encode()
    return Response(body, mimetype=f'multipart/mixed; boundary="{boundary}"')


def _listing() -> Listing:
    body = answers.json_body(MOST_BYTES) if request.method == "POST" and request.content_length else {}

    def given(*names: str) -> Any:
        for name in names:
            value = body[name] if name in body else answers.json_argument(name)
            if value is not None:
                return value
        return None

    keys, key = given("keys"), given("key")
    if keys is None and key is not None:
        keys = [key]
    if keys is not None and (
        not isinstance(keys, list)
        or len(keys) > MOST_DOCUMENTS
        or not all(isinstance(id_, str) for id_ in keys)
    ):
        raise CouchError(400, "bad_request", "`keys` must be an array of strings.")
    start, end = given("start_key", "startkey"), given("end_key", "endkey")
    limit, skip = given("limit"), given("skip") or 0
    if not all(value is None or isinstance(value, str) for value in (start, end)):
        raise CouchError(400, "query_parse_error", "startkey and endkey are ids")
    if not all(value is None or (isinstance(value, int) and value >= 0) for value in (limit, skip)):
        raise CouchError(400, "query_parse_error", "limit and skip are numbers")
    return Listing(
        ids=None if keys is None else tuple(keys),
        start=start,
        end=end,
        end_excluded=given("inclusive_end") is False,
        descending=given("descending") is True,
        skip=skip,
        limit=limit,
        bodies=given("include_docs") is True,
    )
