"""The embedded document store: one SQLite file, through SQLAlchemy Core, shared by several processes.

Keeps the contract of `sync.documents.contract`. Owns writing and the one sequence that all channels
share, so that `updates` is a plain question. Durable on return (WAL, `synchronous=FULL`, BEGIN IMMEDIATE).
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Text, bindparam, case, delete, func, insert, select, update

from sync.database import drop_traces, open_database, reading, writing
from sync.documents import embedded_bodies, embedded_feed, embedded_notes
from sync.documents.contract import (
    Change,
    Changes,
    Feed,
    Gap,
    Incoming,
    Listing,
    ListingRow,
    Stored,
    Summary,
    Updates,
    Wanted,
)
from sync.documents.embedded_tables import BY_CHANNEL, make
from sync.documents.embedded_tables import channel as channel_table
from sync.documents.embedded_tables import counter as counter_table
from sync.documents.embedded_tables import document as document_table
from sync.documents.embedded_tables import revision as revision_table
from sync.documents.tree import Node, Tree, follows
from sync.errors import BadRequest, NotFound
from sync.revisions import Leaf
from sync.wire import mend_text

# SQLite takes at most 32,766 values in a statement; this keeps statements few and their plans small.
_IDS_AT_ONCE = 500


class EmbeddedStore:
    """See `ReplicatedStore`. `url` is SQLAlchemy's; the file and its tables are made where they are missing."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_database(url)
        with writing(self._engine) as connection:
            make(connection)

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    def create_channel(self, channel: str) -> bool:
        with writing(self._engine) as connection:
            row = connection.execute(
                select(channel_table).where(channel_table.c.name == channel)
            ).one_or_none()
            if row is not None and not row.deleted:
                return False
            seq = self._advance(connection, 1)
            values = {"name": channel, "epoch": secrets.token_hex(8), "seq": seq, "deleted": False}
            if row is None:
                connection.execute(insert(channel_table).values(values))
            else:
                connection.execute(
                    update(channel_table).where(channel_table.c.name == channel).values(values)
                )
            return True

    def channels(self) -> list[str]:
        query = select(channel_table.c.name).where(~channel_table.c.deleted).order_by(channel_table.c.name)
        with reading(self._engine) as connection:
            return list(connection.scalars(query))

    def epoch(self, channel: str) -> str:
        with reading(self._engine) as connection:
            return self._epoch(connection, channel)

    def renew_epoch(self, channel: str) -> str:
        with writing(self._engine) as connection:
            self._epoch(connection, channel)
            epoch = secrets.token_hex(8)
            connection.execute(
                update(channel_table).where(channel_table.c.name == channel).values(epoch=epoch)
            )
            return epoch

    def delete_channel(self, channel: str) -> None:
        with writing(self._engine) as connection:
            found = channel_table.c.name == channel
            if connection.scalar(select(channel_table.c.deleted).where(found)) is not False:
                return
            for table in BY_CHANNEL:
                connection.execute(delete(table).where(table.c.channel == channel))
            seq = self._advance(connection, 1)
            connection.execute(update(channel_table).where(found).values(deleted=True, seq=seq))
        drop_traces(self._engine)

    def put_revisions(self, channel: str, revisions: Sequence[Incoming]) -> list[bool]:
        return self._put(channel, revisions, following=False)

    def put_edits(self, channel: str, revisions: Sequence[Incoming]) -> list[bool]:
        return self._put(channel, revisions, following=True)

    def _put(self, channel: str, revisions: Sequence[Incoming], *, following: bool) -> list[bool]:
        """For each revision whether it was new. `following`: those that follow no leaf are left out."""
        if not revisions:
            return []
        # Serialised before the lock is taken: other writers wait for commits only.
        bodies = [_body(incoming) for incoming in revisions]
        with writing(self._engine) as connection:
            self._epoch(connection, channel)
            trees = self._trees(connection, channel, {incoming.id for incoming in revisions})
            known = set(trees)
            limit = embedded_notes.revs_limit(connection, channel)
            new = []
            for incoming, body in zip(revisions, bodies, strict=True):
                there = trees.get(incoming.id)
                tips = [node.rev for node in there.leaves()] if following and there is not None else None
                if following and not follows(incoming, tips):
                    new.append(False)
                    continue
                tree = trees.setdefault(incoming.id, Tree())
                # Longer than what is remembered: it would be cut again at once.
                new.append(tree.add(incoming, body, incoming.ancestors[: limit - 1]))
            for tree in trees.values():
                tree.stem(limit)
            self._write(connection, channel, trees, known)
            return new

    def leaves(self, channel: str, document_id: str) -> list[Leaf]:
        return self.read(channel, [document_id]).get(document_id, [])

    def read(self, channel: str, document_ids: Sequence[str]) -> dict[str, list[Leaf]]:
        with reading(self._engine) as connection:
            trees = self._trees(connection, channel, set(document_ids), leaf_bodies=True)
        return {document_id: _leaves(tree) for document_id, tree in trees.items()}

    def changes(self, channel: str, since: str | None = None, limit: int = 1000) -> Changes:
        after = embedded_feed.sequence(since)
        with reading(self._engine) as connection:
            self._epoch(connection, channel)
            documents = document_table.c
            page = connection.execute(
                select(documents.id, documents.seq)
                .where(documents.channel == channel, documents.seq > after)
                .order_by(documents.seq)
                .limit(limit + 1)
            ).all()
            more, page = len(page) > limit, page[:limit]
            trees = self._trees(connection, channel, {row.id for row in page}, leaf_bodies=True)
        changes = tuple(Change(str(row.seq), row.seq, row.id, tuple(_leaves(trees[row.id]))) for row in page)
        return Changes(changes, changes[-1].seq if changes else str(after), more)

    def updates(self, since: str | None = None) -> Updates:
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(channel_table).where(channel_table.c.seq > embedded_feed.sequence(since))
            ).all()
            now = connection.scalar(select(counter_table.c.value))
        return Updates(
            frozenset(row.name for row in rows if not row.deleted),
            frozenset(row.name for row in rows if row.deleted),
            str(now),
        )

    def purge(self, channel: str, document_id: str) -> None:
        with writing(self._engine) as connection:
            for table in (revision_table, document_table):
                connection.execute(delete(table).where(table.c.channel == channel, table.c.id == document_id))
        drop_traces(self._engine)

    # What a front that speaks CouchDB's protocol needs: bytes and names, from one read transaction each.

    def summary(self, channel: str) -> Summary:
        with reading(self._engine) as connection:
            self._epoch(connection, channel)
            return embedded_feed.summary(connection, channel)

    def feed(
        self,
        channel: str,
        since: str | None = None,
        limit: int = 1000,
        *,
        ids: Sequence[str] | None = None,
        descending: bool = False,
    ) -> Feed:
        with reading(self._engine) as connection:
            self._epoch(connection, channel)
            if ids is not None:
                return embedded_feed.of_documents(connection, channel, since, limit, ids, descending)
            if descending:
                return embedded_feed.newest_first(connection, channel, limit)
            return embedded_feed.page(connection, channel, since, limit)

    def missing(self, channel: str, revisions: Mapping[str, Sequence[str]]) -> dict[str, Gap]:
        with reading(self._engine) as connection:
            self._epoch(connection, channel)
            return embedded_feed.missing(connection, channel, revisions)

    def bulk_get(
        self, channel: str, wanted: Sequence[Wanted], *, revs: bool, latest: bool
    ) -> Iterator[bytes]:
        with reading(self._engine) as connection:
            self._epoch(connection, channel)
            return iter(embedded_bodies.bulk_get(connection, channel, wanted, revs=revs, latest=latest))

    def revisions(
        self, channel: str, document_id: str, revs: Sequence[str] | None = None, *, latest: bool = False
    ) -> list[Stored]:
        with reading(self._engine) as connection:
            self._epoch(connection, channel)
            return embedded_bodies.revisions(connection, channel, document_id, revs, latest=latest)

    def listing(self, channel: str, asked: Listing) -> list[ListingRow]:
        with reading(self._engine) as connection:
            self._epoch(connection, channel)
            return embedded_bodies.listing(connection, channel, asked)

    def local(self, channel: str, name: str) -> tuple[str, bytes] | None:
        with reading(self._engine) as connection:
            self._epoch(connection, channel)
            return embedded_notes.local(connection, channel, name)

    def put_local(self, channel: str, name: str, body: bytes, rev: str | None) -> str:
        with writing(self._engine) as connection:
            self._epoch(connection, channel)
            return embedded_notes.put_local(connection, channel, name, body, rev)

    def delete_local(self, channel: str, name: str, rev: str | None) -> None:
        with writing(self._engine) as connection:
            self._epoch(connection, channel)
            embedded_notes.delete_local(connection, channel, name, rev)

    def revs_limit(self, channel: str) -> int:
        with reading(self._engine) as connection:
            self._epoch(connection, channel)
            return embedded_notes.revs_limit(connection, channel)

    def set_revs_limit(self, channel: str, limit: int) -> None:
        if limit < 1:
            raise BadRequest("a branch remembers one revision at least")
        with writing(self._engine) as connection:
            self._epoch(connection, channel)
            embedded_notes.set_revs_limit(connection, channel, limit)

    def _epoch(self, connection: Connection, channel: str) -> str:
        columns = channel_table.c
        epoch = connection.scalar(select(columns.epoch).where(columns.name == channel, ~columns.deleted))
        if epoch is None:
            raise NotFound(f"no channel {channel}")
        return str(epoch)

    def _advance(self, connection: Connection, steps: int) -> int:
        """Take `steps` numbers of the sequence; the last of them."""
        value = int(connection.scalar(select(counter_table.c.value).with_for_update()) or 0) + steps
        connection.execute(update(counter_table).values(value=value))
        return value

    def _trees(
        self, connection: Connection, channel: str, ids: Iterable[str], *, leaf_bodies: bool = False
    ) -> dict[str, Tree]:
        """Revision trees of the documents that are there, with leaves' bodies only where asked for."""
        columns = revision_table.c
        nodes: dict[str, list[Node]] = defaultdict(list)
        query = select(
            columns.id,
            columns.rev,
            columns.parent,
            columns.deleted,
            columns.leaf,
            columns.body.isnot(None),
            case((columns.leaf, columns.body)) if leaf_bodies else columns.parent,
        )
        ordered = sorted(ids)
        for start in range(0, len(ordered), _IDS_AT_ONCE):
            found = (columns.channel == channel, columns.id.in_(ordered[start : start + _IDS_AT_ONCE]))
            for id_, rev, parent, deleted, leaf, has_body, body in connection.execute(query.where(*found)):
                text = body if leaf_bodies else None
                nodes[id_].append(
                    Node(rev, parent, deleted, text, bool(has_body), leaf, (parent, deleted, leaf))
                )
        return {id_: Tree(found_nodes) for id_, found_nodes in nodes.items()}

    def _write(self, connection: Connection, channel: str, trees: dict[str, Tree], known: set[str]) -> None:
        inserts: list[dict[str, Any]] = []
        updates: list[dict[str, Any]] = []
        forgotten: list[dict[str, Any]] = []
        changed: list[tuple[str, Tree]] = []
        for id_, tree in trees.items():
            touched = tree.touched()
            for node in touched:
                row = {"rev": node.rev, "parent": node.parent, "deleted": node.deleted, "leaf": node.leaf}
                if node.was is None:
                    inserts.append({**row, "channel": channel, "id": id_, "body": node.body})
                else:
                    named = {f"new_{name}": value for name, value in row.items()}
                    updates.append({**named, "at_id": id_, "text": node.body})
            forgotten += [{"at_id": id_, "at_rev": rev} for rev in tree.forgotten]
            if touched or tree.forgotten:
                changed.append((id_, tree))
        if inserts:
            connection.execute(insert(revision_table), inserts)
        if updates:
            connection.execute(_UPDATE_REVISION.where(revision_table.c.channel == channel), updates)
        if forgotten:
            connection.execute(_FORGET_REVISION.where(revision_table.c.channel == channel), forgotten)
        if changed:
            self._number(connection, channel, changed, known)

    def _number(
        self, connection: Connection, channel: str, changed: list[tuple[str, Tree]], known: set[str]
    ) -> None:
        """Give each changed document the next number of the sequence."""
        last = self._advance(connection, len(changed))
        fresh: list[dict[str, Any]] = []
        old: list[dict[str, Any]] = []
        for seq, (id_, tree) in enumerate(changed, last - len(changed) + 1):
            leaves = tree.leaves()
            names, deleted = " ".join(node.rev for node in leaves), leaves[0].deleted
            if id_ in known:
                old.append({"at_id": id_, "new_seq": seq, "new_leaves": names, "new_deleted": deleted})
            else:
                fresh.append({"channel": channel, "id": id_, "seq": seq, "leaves": names, "deleted": deleted})
        if fresh:
            connection.execute(insert(document_table), fresh)
        if old:
            connection.execute(_UPDATE_DOCUMENT.where(document_table.c.channel == channel), old)
        connection.execute(update(channel_table).where(channel_table.c.name == channel).values(seq=last))


# `coalesce`: a node that was read without its body keeps the body it has.
_UPDATE_REVISION = (
    update(revision_table)
    .where(revision_table.c.id == bindparam("at_id"), revision_table.c.rev == bindparam("new_rev"))
    .values(
        parent=bindparam("new_parent"),
        deleted=bindparam("new_deleted"),
        leaf=bindparam("new_leaf"),
        body=func.coalesce(bindparam("text", type_=Text), revision_table.c.body),
    )
)
_FORGET_REVISION = delete(revision_table).where(
    revision_table.c.id == bindparam("at_id"), revision_table.c.rev == bindparam("at_rev")
)
_UPDATE_DOCUMENT = (
    update(document_table)
    .where(document_table.c.id == bindparam("at_id"))
    .values(seq=bindparam("new_seq"), leaves=bindparam("new_leaves"), deleted=bindparam("new_deleted"))
)


def _body(incoming: Incoming) -> str:
    if incoming.body is not None:
        return incoming.body.decode()
    return mend_text(json.dumps(incoming.doc, ensure_ascii=False, separators=(",", ":")))


def _leaves(tree: Tree) -> list[Leaf]:
    return [
        Leaf(node.rev, json.loads(node.body) if node.body else {}, node.deleted, tree.ancestors(node.rev))
        for node in tree.leaves()
    ]
