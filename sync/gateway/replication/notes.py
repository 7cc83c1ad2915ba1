"""`_local` documents: the checkpoints that replicators keep in a channel. Never replicated, in no feed.

Whoever may read a channel may keep them there: a pull needs no more.
"""

from __future__ import annotations

from flask import Response, request

from sync.documents.contract import ReplicatedStore
from sync.gateway.replication import answers
from sync.gateway.replication.answers import CouchError

MOST_BYTES = 64 << 10


class Notes:
    def __init__(self, documents: ReplicatedStore) -> None:
        self._documents = documents

    def read(self, channel: str, name: str) -> Response:
        found = self._documents.local(channel, name)
        if found is None:
            raise CouchError(404, "not_found", "missing")
        rev, body = found
        head = answers.dumps({"_id": f"_local/{name}", "_rev": rev})
        rest = body.strip()[1:]
        return answers.raw(head[:-1] + (b"," if rest.strip() != b"}" else b"") + rest)

    def write(self, channel: str, name: str) -> Response:
        if not answers.well_formed(name):
            raise CouchError(400, "bad_request", "Document id must not be empty or too long")
        note = answers.json_body(MOST_BYTES)
        rev = _rev(note.pop("_rev", None))
        note.pop("_id", None)
        note.pop("_revisions", None)
        written = self._documents.put_local(channel, name, answers.dumps(note), rev)
        return answers.answer({"ok": True, "id": f"_local/{name}", "rev": written}, 201)

    def remove(self, channel: str, name: str) -> Response:
        self._documents.delete_local(channel, name, _rev(None))
        return answers.answer({"ok": True, "id": f"_local/{name}", "rev": "0-0"})


def _rev(given: object) -> str | None:
    """The revision this request follows: in the body, the query or `If-Match`."""
    for rev in (given, request.args.get("rev"), (request.headers.get("If-Match") or "").strip('"')):
        if isinstance(rev, str) and rev:
            return rev
    return None
