"""Revisions in the form in which CouchDB takes and gives them.

Pure: JSON in, values out. Owns `_rev`, `_revisions`, `_deleted` and what of a document CouchDB would
refuse. Knows no server.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sync.documents.contract import Incoming
from sync.errors import BadRequest
from sync.revisions import Leaf, content, generation
from sync.wire import mend

# One refused document fails CouchDB's whole batch, so none may leave that it would refuse.
_OWN = frozenset({"_id", "_rev", "_revisions", "_deleted", "_attachments"})


@dataclass(frozen=True)
class Outgoing:
    """A revision ready for `_bulk_docs`."""

    incoming: Incoming
    body: bytes

    @property
    def key(self) -> tuple[str, str]:
        return self.incoming.id, self.incoming.rev


def outgoing(incoming: Incoming) -> Outgoing:
    """Raises BadRequest for names that are CouchDB's own, TypeError for what is not JSON."""
    if not incoming.id or incoming.id.startswith("_"):
        raise BadRequest(f"{incoming.id[:80]!r} cannot be a document's id")
    if foreign := [name for name in incoming.doc if name.startswith("_") and name not in _OWN]:
        raise BadRequest(f"{incoming.id}: names that start with _ belong to the store: {foreign}")
    body = incoming.body
    if body is None or not incoming.doc.keys().isdisjoint(_OWN - {"_id"}):
        body = dumps(mend(content(incoming.doc)) if _is_json(incoming.doc) else incoming.doc)
    head: dict[str, Any] = {"_rev": incoming.rev, "_revisions": revisions(incoming.rev, incoming.ancestors)}
    if incoming.deleted:
        head["_deleted"] = True
    return Outgoing(incoming, dumps(head)[:-1] + b"," + body.lstrip()[1:])


def revisions(rev: str, ancestors: Iterable[str]) -> dict[str, Any]:
    """CouchDB's `_revisions`. It can only say a history without gaps: what follows a gap is left out."""
    start, ids = generation(rev), [rev.partition("-")[2]]
    for ancestor in ancestors:
        if generation(ancestor) != start - len(ids):
            break
        ids.append(ancestor.partition("-")[2])
    return {"start": start, "ids": ids}


def ancestors(document: dict[str, Any]) -> tuple[str, ...]:
    """Ids from the parent to the root, of a document that was read with `revs=true`."""
    told = document.get("_revisions") or {"start": 0, "ids": []}
    start = int(told["start"])
    return tuple(f"{start - back}-{id_}" for back, id_ in enumerate(told["ids"]) if back)


def leaf(document: dict[str, Any]) -> Leaf:
    """A document that was read with `revs=true`."""
    return Leaf(
        document["_rev"], content(document), bool(document.get("_deleted", False)), ancestors(document)
    )


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _is_json(document: dict[str, Any]) -> bool:
    """Whether `mend` can walk it; what it cannot is a mistake of the caller's and raises TypeError in `dumps`."""
    json.dumps(document)
    return True
