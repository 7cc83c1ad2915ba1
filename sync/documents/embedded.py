"""The embedded document store: one SQLite file, through SQLAlchemy Core, shared by several processes.

Keeps the contract of `sync.documents.contract`. Owns its tables and the one sequence that all channels
share, so that `updates` is a plain question. Durable on return (WAL, `synchronous=FULL`, BEGIN IMMEDIATE).
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from sync.database import drop_traces, open_database, reading, writing
from sync.documents.contract import Change, Changes, Incoming, Updates
from sync.documents.tree import Node, Tree
from sync.errors import BadRequest, NotFound
from sync.revisions import Leaf, winner_order

tables = MetaData()

channel_table = Table(
    "channel",
    tables,
    Column("name", String(80), primary_key=True),
    Column("epoch", String(32), nullable=False),
    Column("seq", Integer, nullable=False, index=True),  # of its latest change
    Column("deleted", Boolean, nullable=False),
)

document_table = Table(
    "document",
    tables,
    Column("channel", String(80), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("seq", Integer, nullable=False),
    Index("document_by_seq", "channel", "seq"),
)

revision_table = Table(
    "revision",
    tables,
    Column("channel", String(80), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("rev", String(48), primary_key=True),
    Column("parent", String(48)),
    Column("deleted", Boolean, nullable=False),
    Column("leaf", Boolean, nullable=False),
    Column("body", Text),  # null: a stub
)

counter_table = Table(
    "counter", tables, Column("name", String(10), primary_key=True), Column("value", Integer)
)

# SQLite takes at most 32,766 values in a statement; this keeps statements few and their plans small.
_IDS_AT_ONCE = 500


class EmbeddedStore:
    """See `DocumentStore`. `url` is SQLAlchemy's; the file and its tables are made where they are missing."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_database(url)
        with writing(self._engine) as connection:
            tables.create_all(connection)
            if connection.scalar(select(counter_table.c.value)) is None:
                connection.execute(insert(counter_table).values(name="seq", value=0))

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
            for table in (revision_table, document_table):
                connection.execute(delete(table).where(table.c.channel == channel))
            seq = self._advance(connection, 1)
            connection.execute(update(channel_table).where(found).values(deleted=True, seq=seq))
        drop_traces(self._engine)

    def put_revisions(self, channel: str, revisions: Sequence[Incoming]) -> list[bool]:
        if not revisions:
            return []
        # Serialised before the lock is taken: other writers wait for commits only.
        bodies = [
            json.dumps(incoming.doc, ensure_ascii=False, separators=(",", ":")) for incoming in revisions
        ]
        with writing(self._engine) as connection:
            self._epoch(connection, channel)
            trees = self._trees(connection, channel, {incoming.id for incoming in revisions})
            known = set(trees)
            new = [
                trees.setdefault(incoming.id, Tree()).add(incoming, body)
                for incoming, body in zip(revisions, bodies, strict=True)
            ]
            self._write(connection, channel, trees, known)
            return new

    def leaves(self, channel: str, document_id: str) -> list[Leaf]:
        return self.read(channel, [document_id]).get(document_id, [])

    def read(self, channel: str, document_ids: Sequence[str]) -> dict[str, list[Leaf]]:
        with reading(self._engine) as connection:
            trees = self._trees(connection, channel, set(document_ids), leaf_bodies=True)
        return {document_id: _leaves(tree) for document_id, tree in trees.items()}

    def changes(self, channel: str, since: str | None = None, limit: int = 1000) -> Changes:
        after = _sequence(since)
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
                select(channel_table).where(channel_table.c.seq > _sequence(since))
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

    def _epoch(self, connection: Connection, channel: str) -> str:
        columns = channel_table.c
        epoch = connection.scalar(select(columns.epoch).where(columns.name == channel, ~columns.deleted))
        if epoch is None:
            raise NotFound(f"no channel {channel}")
        return str(epoch)

    def _advance(self, connection: Connection, steps: int) -> int:
        """Take `steps` numbers of the sequence; the last of them."""
        value = int(connection.scalar(select(counter_table.c.value)) or 0) + steps
        connection.execute(update(counter_table).values(value=value))
        return value

    def _trees(
        self, connection: Connection, channel: str, ids: Iterable[str], *, leaf_bodies: bool = False
    ) -> dict[str, Tree]:
        """Revision trees of the documents that are there, with leaves' bodies only where asked for."""
        columns = revision_table.c
        nodes: dict[str, list[Node]] = defaultdict(list)
        wanted = [
            columns.id,
            columns.rev,
            columns.parent,
            columns.deleted,
            columns.leaf,
            columns.body.isnot(None),
        ]
        ordered = sorted(ids)
        for start in range(0, len(ordered), _IDS_AT_ONCE):
            found = (columns.channel == channel, columns.id.in_(ordered[start : start + _IDS_AT_ONCE]))
            for id_, rev, parent, deleted, leaf, has_body in connection.execute(
                select(*wanted).where(*found)
            ):
                nodes[id_].append(Node(rev, parent, deleted, None, has_body, leaf))
            if leaf_bodies:
                bodies = connection.execute(
                    select(columns.id, columns.rev, columns.body).where(*found, columns.leaf)
                )
                texts = {(id_, rev): body for id_, rev, body in bodies}
                for id_ in ordered[start : start + _IDS_AT_ONCE]:
                    for node in nodes.get(id_, ()):
                        node.body = texts.get((id_, node.rev))
        return {id_: Tree(found_nodes) for id_, found_nodes in nodes.items()}

    def _write(self, connection: Connection, channel: str, trees: dict[str, Tree], known: set[str]) -> None:
        inserts: list[dict[str, Any]] = []
        updates: list[dict[str, Any]] = []
        changed: list[str] = []
        for id_, tree in trees.items():
            for node in tree.touched():
                row = {"rev": node.rev, "parent": node.parent, "deleted": node.deleted, "leaf": node.leaf}
                if node.new:
                    inserts.append({**row, "channel": channel, "id": id_, "body": node.body})
                else:
                    updates.append(
                        {
                            **{f"new_{name}": value for name, value in row.items()},
                            "at_id": id_,
                            "text": node.body,
                        }
                    )
            if tree.touched():
                changed.append(id_)
        if inserts:
            connection.execute(insert(revision_table), inserts)
        if updates:
            connection.execute(_UPDATE_REVISION.where(revision_table.c.channel == channel), updates)
        if not changed:
            return
        last = self._advance(connection, len(changed))
        numbered = [
            {"channel": channel, "id": id_, "seq": seq}
            for seq, id_ in enumerate(changed, last - len(changed) + 1)
        ]
        old = [{"at_id": row["id"], "new_seq": row["seq"]} for row in numbered if row["id"] in known]
        fresh = [row for row in numbered if row["id"] not in known]
        if fresh:
            connection.execute(insert(document_table), fresh)
        if old:
            found = (document_table.c.channel == channel, document_table.c.id == bindparam("at_id"))
            connection.execute(update(document_table).where(*found).values(seq=bindparam("new_seq")), old)
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


def _leaves(tree: Tree) -> list[Leaf]:
    return winner_order(
        Leaf(node.rev, json.loads(node.body) if node.body else {}, node.deleted, tree.ancestors(node.rev))
        for node in tree.nodes.values()
        if node.leaf
    )


def _sequence(since: str | None) -> int:
    if since is None or since == "":
        return 0
    if not since.isascii() or not since.isdigit():
        raise BadRequest("a sequence this store never gave")
    return int(since)
