"""What every document store promises. `tests/contracts` runs one suite on each.

A store keeps revision trees in channels, as CouchDB does, and hands out changes. It must not know
document types, classes or accounts. Stores: `sync.documents.embedded` (SQLite).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sync.revisions import Leaf


@dataclass(frozen=True)
class Incoming:
    """A revision on its way in, with its ancestors' ids newest first. `doc` holds `_id`, and no `_rev`."""

    rev: str
    doc: dict[str, Any]
    ancestors: tuple[str, ...] = ()
    deleted: bool = False

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
        Raises NotFound (no such channel), StoreFailed (nothing was stored).
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
        """The one feed over all channels: which of them have changes after `since`. None: all there are."""

    def purge(self, channel: str, document_id: str) -> None:
        """Remove the document and every revision of it without trace, bodies overwritten.

        No change tells of it: who purges tells the readers.
        """

    def renew_epoch(self, channel: str) -> str:
        """Give the channel a new epoch: called after a restore from a backup. Raises NotFound."""
