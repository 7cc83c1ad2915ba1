"""What a replicator brings, document by document: taken apart, checked, and stored or refused by itself.

Owns the form of a document on its way in and the rules for it; they are the outbox's (`gateway.rules`), but
for revision ids, which may be of foreign making. A refused document never fails its batch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import schemas
from sync.authorization import FIELD, VisitCard
from sync.documents.contract import Incoming
from sync.errors import AigaqError, BadDocument, BadRequest, Refused, RuleBroken
from sync.gateway import rules
from sync.gateway.receipts import Contents
from sync.gateway.replication import answers
from sync.gateway.replication.access import Caller
from sync.gateway.rules import Delivery
from sync.revisions import content, is_revision
from sync.wire import canonical, mend
from sync.writing import OFFICE_DEVICE, check_place, check_right

MOST_ANCESTORS = 10_000
# The store's own members; `_attachments` may be there and empty.
_KNOWN = frozenset({"_id", "_rev", "_revisions", "_deleted", "_attachments", "_local_seq", "_revs_info"})
_DEEP = 90
_TAIL = re.compile(r"[0-9a-f]{32}")

# Whether a device is this account's.
Owns = Callable[[str], bool]


class RowRefused(Exception):  # noqa: N818 (a row of CouchDB's answer, not a failure)
    """This document is not stored; the others are."""

    def __init__(self, error: str, reason: str) -> None:
        super().__init__(reason)
        self.error = error
        self.reason = reason


@dataclass(frozen=True)
class Brought:
    """A document as it was brought. `rev` is the revision it is, or the one it follows (`new_edits`)."""

    id: str
    rev: str | None
    ancestors: tuple[str, ...]
    deleted: bool
    doc: dict[str, Any]
    body: bytes


def parse_document(given: object, *, new_edits: bool) -> Brought:
    """One document of `_bulk_docs`. Raises RowRefused."""
    if not isinstance(given, dict):
        raise RowRefused("bad_request", "Document must be a JSON object")
    id_ = given.get("_id")
    if not isinstance(id_, str) or not answers.well_formed(id_):
        raise RowRefused("bad_request", "Document id must be a string of 1 to 200 characters")
    if id_.startswith("_"):
        raise RowRefused("forbidden", "design documents and other names that begin with _ are not taken")
    if given.get("_attachments"):
        raise RowRefused("forbidden", "attachments are not taken: media travel as chunks")
    deleted, rev = given.get("_deleted", False), given.get("_rev")
    if not isinstance(deleted, bool):
        raise RowRefused("bad_request", "_deleted must be true or false")
    if rev is not None and not is_revision(rev):
        raise RowRefused("bad_request", "Invalid rev format")
    doc = {"_id": id_}
    for name, value in given.items():
        if not name.startswith("_"):
            doc[name] = value
        elif name not in _KNOWN:
            raise RowRefused("doc_validation", f"Bad special document member: {name}")
    ancestors: tuple[str, ...] = ()
    if not new_edits:
        rev, ancestors = _history(rev, given.get("_revisions"))
    doc, body = _mended(doc)
    return Brought(id_, rev, ancestors, deleted, doc, body)


def _history(rev: str | None, revisions: object) -> tuple[str, tuple[str, ...]]:
    """The revision and its ancestors, as `_revisions` tells them. Raises RowRefused."""
    if revisions is None:
        if rev is None:
            raise RowRefused("bad_request", "new_edits=false needs _rev or _revisions")
        return rev, ()
    start, ids = (
        (revisions.get("start"), revisions.get("ids")) if isinstance(revisions, dict) else (None, None)
    )
    if (
        not isinstance(start, int)
        or isinstance(start, bool)
        or not isinstance(ids, list)
        or not 1 <= len(ids) <= min(start, MOST_ANCESTORS)
        or not all(isinstance(id_, str) and _TAIL.fullmatch(id_) for id_ in ids)
    ):
        raise RowRefused("bad_request", "Invalid _revisions")
    chain = [f"{start - index}-{id_}" for index, id_ in enumerate(ids)]
    if (rev is not None and rev != chain[0]) or not is_revision(chain[0]):
        raise RowRefused("bad_request", "_rev is not what _revisions says")
    return chain[0], tuple(chain[1:])


def _mended(doc: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The document as it can be stored and read by every browser, and its JSON. Raises RowRefused."""
    try:
        text = json.dumps(doc, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        body = text.encode()
        if body.count(b"{") + body.count(b"[") < _DEEP:
            return doc, body  # Well-formed and shallow, and its numbers are mended already.
    except ValueError:
        pass  # A lone surrogate, or no number at all: `mend` says which.
    except RecursionError as error:
        raise RowRefused("bad_request", "nested too deeply") from error
    try:
        mended: dict[str, Any] = mend(doc)
    except BadRequest as error:
        raise RowRefused("bad_request", error.message) from error
    return mended, answers.dumps(mended)


@dataclass(frozen=True)
class Place:
    """Where documents are to be stored, and what is known of it."""

    channel: str
    card: VisitCard | None
    creators: Mapping[str, Sequence[str]]  # of the documents that are there: who made their leaves
    erased: frozenset[str]


def check(brought: Brought, caller: Caller, place: Place, owns: Owns) -> None:
    """The rules for one document in its place. Raises RowRefused."""
    try:
        if caller.device is not None:
            raise Refused("a tablet delivers sealed envelopes: POST /sync/outbox")
        if brought.id in place.erased:
            raise RuleBroken("erased", "this document was erased on a person's wish")
        if brought.deleted:
            _check_tombstone(brought, caller, place)
        else:
            _check_document(brought, caller, place, owns)
    except BadDocument as error:
        raise RowRefused("forbidden", f"schema: {error.message}") from error
    except RuleBroken as error:
        raise RowRefused("forbidden", f"{error.reason}: {error.message}") from error
    except AigaqError as error:
        raise RowRefused("forbidden", error.message) from error


def _check_tombstone(brought: Brought, caller: Caller, place: Place) -> None:
    # By the id's prefix: a tombstone need not say what it buries.
    type_ = brought.id.partition(":")[0]
    kind = schemas.TYPES.get(type_)
    if schemas.channel_family(place.channel) == "visit" or (kind is not None and kind.family == "visit"):
        raise RuleBroken("deletes-evidence", "evidence is withdrawn, not deleted")
    if not caller.replicator:
        check_right(caller.account, place.channel, {**brought.doc, "type": type_}, place.card)


def _check_document(brought: Brought, caller: Caller, place: Place, owns: Owns) -> None:
    rules.check_document(brought.doc)
    check_place(place.channel, brought.doc)
    contents = Contents(place.channel, brought.doc, brought.rev or "", "")
    rules.check_visit(contents)
    rules.check_append_only(contents, brought.ancestors)
    if caller.replicator:
        return
    document, author = brought.doc, caller.account
    if document["updated_by"] != author.id:
        raise RuleBroken("author-mismatch", "it names another author")
    if document["device"] != OFFICE_DEVICE and not owns(document["device"]):
        raise RuleBroken("author-mismatch", "it names another device")
    delivery = Delivery(contents, brought.ancestors, False, (), True)
    if author.role in FIELD and schemas.channel_family(place.channel) == "visit":
        rules.check_author(delivery, author, document["device"], place.card)
    else:
        check_right(author, place.channel, document, place.card)
    rules.check_history(delivery, author, place.creators.get(brought.id, ()))


def incoming(brought: Brought, rev: str, ancestors: tuple[str, ...]) -> Incoming:
    """The revision to store."""
    return Incoming(rev, brought.doc, ancestors, brought.deleted, brought.body)


def same_content(stored: bytes, brought: Incoming) -> bool:
    """Whether a stored revision's JSON holds what was brought."""
    document: dict[str, Any] = json.loads(stored)
    deleted = document.pop("_deleted", False)
    return deleted == brought.deleted and canonical(content(document)) == canonical(brought.doc)
