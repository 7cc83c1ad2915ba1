"""What every document store promises. `tests/contracts` runs one suite on each.

A store keeps revision trees in channels, as CouchDB does, and hands out changes. It must not know
document types, classes or accounts. Stores: `sync.documents.embedded` (SQLite, PostgreSQL) and `sync.documents.couch`.

`DocumentStore` is what the product works with; `ReplicatedStore` adds what a front that speaks CouchDB's
protocol needs. There, documents pass as bytes: nobody between the store and the network parses them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sync.revisions import Leaf


@dataclass(frozen=True)
class Incoming:
    """A revision on its way in, with its ancestors' ids newest first. `doc` holds `_id`, and no `_rev`.

    `body`: the JSON of `doc` where the caller has it, so that it is not made twice.
    """

    rev: str
    doc: dict[str, Any]
    ancestors: tuple[str, ...] = ()
    deleted: bool = False
    body: bytes | None = None

    @property
    def id(self) -> str:
        return str(self.doc["_id"])


@dataclass(frozen=True)
class Change:
    """One document that changed, with all its leaves in winner order, deleted ones included.

    `seq` is opaque and can be given back as `since`. `position` grows from change to change within the
    channel (within the whole store where one database holds it) and is the same for every reader.
    """

    seq: str
    position: int
    id: str
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Changes:
    """Some changes, oldest first, and where to go on. `more`: asking again from `since` gives more at once."""

    changes: tuple[Change, ...]
    since: str
    more: bool


@dataclass(frozen=True)
class Updates:
    """Channels that changed, or were deleted, since a point; and where to go on."""

    changed: frozenset[str] = field(default_factory=frozenset)
    deleted: frozenset[str] = field(default_factory=frozenset)
    since: str = ""


class DocumentStore(Protocol):
    def create_channel(self, channel: str) -> bool:
        """Make the channel, with an epoch of its own; whether it was new."""

    def channels(self) -> list[str]:
        """Names of all channels, in ASCII order."""

    def epoch(self, channel: str) -> str:
        """What changes when the channel is restored from a backup or made anew: what a reader knew of it is void.

        Raises NotFound.
        """

    def delete_channel(self, channel: str) -> None:
        """Remove the channel with all that is in it; nothing where it does not exist."""

    def put_revisions(self, channel: str, revisions: Sequence[Incoming]) -> list[bool]:
        """Store revisions as given (CouchDB's `new_edits=false`); for each, whether it was new.

        All or none, durable on return. Idempotent: a revision that is there with its body stays as it is.
        Ancestors are merged into the tree that is there, as stubs where their bodies are unknown; what was a
        leaf and now has a child is no leaf any more; branches stay side by side.
        A different body under a known revision is not stored; a body for what is known by name only may be.
        Raises NotFound (no such channel), StoreFailed (nothing may be acknowledged. CouchDB has no transaction
        over a batch and may hold some of it: the same batch put again completes it).
        """

    def leaves(self, channel: str, document_id: str) -> list[Leaf]:
        """All leaves in winner order, deleted ones included; empty where there is no such document."""

    def read(self, channel: str, document_ids: Sequence[str]) -> dict[str, list[Leaf]]:
        """`leaves` of many documents in one go; those that are not there are left out."""

    def changes(self, channel: str, since: str | None = None, limit: int = 1000) -> Changes:
        """Documents changed after `since` (None: from the start), each once, at its latest change.

        A reader that goes on from `Changes.since`, or from any `Change.seq`, misses nothing that is committed
        later. Raises NotFound; BadRequest for a `since` this store never gave.
        """

    def updates(self, since: str | None = None) -> Updates:
        """The one feed over all channels: which of them have changes after `since`. None: all there are.

        A channel may be named that has none, never the other way about: one that this process has written may
        be named while the feed itself stands still (`since` comes back as it was given).
        """

    def purge(self, channel: str, document_id: str) -> None:
        """Remove the document and every revision of it without trace, bodies overwritten.

        No change tells of it: who purges tells the readers.
        """

    def renew_epoch(self, channel: str) -> str:
        """Give the channel a new epoch: called after a restore from a backup. Raises NotFound."""


@dataclass(frozen=True)
class FeedRow:
    """One document that changed, by names only: its leaves in winner order, and whether the winner is deleted."""

    seq: str
    id: str
    revs: tuple[str, ...]
    deleted: bool


@dataclass(frozen=True)
class Feed:
    """Some rows, and the place after the last of them. `pending`: rows after that place; None: not told."""

    rows: tuple[FeedRow, ...]
    last_seq: str
    pending: int | None


@dataclass(frozen=True)
class Gap:
    """Of the revisions asked about, those not here; and leaves here that may be ancestors of one of them."""

    missing: tuple[str, ...]
    possible_ancestors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """A revision to read. Without `rev` all leaves of the document."""

    id: str
    rev: str | None = None


@dataclass(frozen=True)
class Stored:
    """One stored revision. `json` is the document as CouchDB gives it.

    An object of UTF-8 JSON with `_id`, `_rev`, `_revisions` where asked for, and `_deleted: true` in a tombstone.
    """

    id: str
    rev: str
    deleted: bool
    json: bytes


@dataclass(frozen=True)
class Summary:
    """What is in a channel: documents whose winner lives, those whose winner is deleted, the last place."""

    living: int
    deleted: int
    last_seq: str


@dataclass(frozen=True)
class Listing:
    """Which documents, by id in UTF-8 byte order: exactly `ids` (in that order, also deleted ones), or a range.

    `start` and `end` are inclusive unless `end_excluded`; `descending` turns the order, and `start` stays where it begins.
    """

    ids: tuple[str, ...] | None = None
    start: str | None = None
    end: str | None = None
    end_excluded: bool = False
    descending: bool = False
    skip: int = 0
    limit: int | None = None
    bodies: bool = False


@dataclass(frozen=True)
class ListingRow:
    """A document's winner; `rev` is None where there is no such document. `json` as in `Stored`, where asked."""

    id: str
    rev: str | None
    deleted: bool = False
    json: bytes | None = None


class ReplicatedStore(DocumentStore, Protocol):
    """Every method raises NotFound where there is no such channel, and StoreFailed."""

    def put_edits(self, channel: str, revisions: Sequence[Incoming]) -> list[bool]:
        """`put_revisions` of those that still follow a leaf, or begin a document that is not there; for each, whether it was stored.

        One after the other: of two on the same parent the first is stored. The embedded store looks and writes in
        one transaction. CouchDB has none: two writers at the same moment may both be stored, as two branches.
        """

    def summary(self, channel: str) -> Summary:
        """Counts, and the place that `feed` calls now."""

    def feed(
        self,
        channel: str,
        since: str | None = None,
        limit: int = 1000,
        *,
        ids: Sequence[str] | None = None,
        descending: bool = False,
    ) -> Feed:
        """`changes` without bodies: the same order, the same meaning of `since`. Raises BadRequest.

        `ids`: only these documents. `descending`: newest first, from the end (`since` is then ignored).
        With a limit, `last_seq` is the last row's place; without rows it is not before `since`.
        """

    def missing(self, channel: str, revisions: Mapping[str, Sequence[str]]) -> dict[str, Gap]:
        """Per document with something missing, what; those of which nothing is missing are left out.

        An ancestor that is known by id only is not missing: its descendant is here.
        """

    def bulk_get(
        self, channel: str, wanted: Sequence[Wanted], *, revs: bool, latest: bool
    ) -> Iterator[bytes]:
        """The answer of CouchDB's `_bulk_get` in pieces: `{"results":[{"id":…,"docs":[{"ok":…} or {"error":…}]}, …]}`.

        One result per item, in order. `revs`: with `_revisions`. `latest`: instead of a revision that has
        been followed, the leaves that descend from it. A body that is not here is an `{"error": {"id", "rev",
        "error": "not_found", "reason": "missing"}}`. Raises before the first piece, not after it.
        """

    def revisions(
        self, channel: str, document_id: str, revs: Sequence[str] | None = None, *, latest: bool = False
    ) -> list[Stored]:
        """Named revisions, or all leaves in winner order, with `_revisions`. What is not here is left out.

        `latest` as in `bulk_get`; nothing is given twice.
        """

    def listing(self, channel: str, asked: Listing) -> list[ListingRow]:
        """Winners by id. A range leaves out documents whose winner is deleted."""

    def local(self, channel: str, name: str) -> tuple[str, bytes] | None:
        """A replicator's own note in the channel: its revision (`0-<n>`) and its JSON object, without `_id` and `_rev`.

        Notes are in no feed and are never replicated. `name` is without `_local/`.
        """

    def put_local(self, channel: str, name: str, body: bytes, rev: str | None) -> str:
        """Write a note over revision `rev` (None: there is none yet); its new revision. Raises EditConflict."""

    def delete_local(self, channel: str, name: str, rev: str | None) -> None:
        """Remove a note. Raises EditConflict, NotFound where there is none."""

    def revs_limit(self, channel: str) -> int:
        """How many revision ids a branch remembers, 1,000 at first; `put_revisions` forgets older ones."""

    def set_revs_limit(self, channel: str, limit: int) -> None:
        """Change it: at least 1. What is stored is cut when its document is next written."""
