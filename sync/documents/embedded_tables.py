"""Tables of the embedded store, and how an older file is brought up to them.

Owns names and columns. `document.leaves` repeats what `revision` says, so that a feed reads one table.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    insert,
    inspect,
    select,
    text,
    update,
)

from sync.revisions import generation

tables = MetaData()

channel = Table(
    "channel",
    tables,
    Column("name", String(80), primary_key=True),
    Column("epoch", String(32), nullable=False),
    Column("seq", Integer, nullable=False, index=True),  # of its latest change
    Column("deleted", Boolean, nullable=False),
)

document = Table(
    "document",
    tables,
    Column("channel", String(80), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column(
        "leaves", Text, nullable=False, server_default=""
    ),  # revision ids in winner order, one space between
    Column("deleted", Boolean, nullable=False, server_default="0"),  # of the winner
    Index("document_by_seq", "channel", "seq"),
)

revision = Table(
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

counter = Table("counter", tables, Column("name", String(10), primary_key=True), Column("value", Integer))

note = Table(  # `_local` documents: a replicator's checkpoints
    "note",
    tables,
    Column("channel", String(80), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("rev", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

limit = Table(  # channels that remember more or fewer revision ids than usual
    "revs_limit",
    tables,
    Column("channel", String(80), primary_key=True),
    Column("value", Integer, nullable=False),
)

BY_CHANNEL = (revision, document, note, limit)


def make(connection: Connection) -> None:
    """Make what is missing; fill `leaves` where a file was written before there was such a column."""
    inspector = inspect(connection)
    older = inspector.has_table("document") and "leaves" not in {
        column["name"] for column in inspector.get_columns("document")
    }
    tables.create_all(connection)
    if older:
        connection.execute(text("ALTER TABLE document ADD COLUMN leaves TEXT NOT NULL DEFAULT ''"))
        connection.execute(text("ALTER TABLE document ADD COLUMN deleted BOOLEAN NOT NULL DEFAULT '0'"))
        _fill_leaves(connection)
    if connection.scalar(select(counter.c.value)) is None:
        connection.execute(insert(counter).values(name="seq", value=0))


def winner_first(leaf: tuple[str, bool]) -> tuple[bool, int, str]:
    """Sort key of `(rev, deleted)`, to be used in reverse: the order of `sync.revisions.winner_order`."""
    rev, deleted = leaf
    return (not deleted, generation(rev), rev.partition("-")[2])


def _fill_leaves(connection: Connection) -> None:
    columns = revision.c
    found: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
    query = select(columns.channel, columns.id, columns.rev, columns.deleted).where(columns.leaf)
    for channel_name, id_, rev, deleted in connection.execute(query):
        found[channel_name, id_].append((rev, deleted))
    rows = []
    for (channel_name, id_), leaves in found.items():
        leaves.sort(key=winner_first, reverse=True)
        names = " ".join(rev for rev, _ in leaves)
        rows.append(
            {"at_channel": channel_name, "at_id": id_, "new_leaves": names, "new_deleted": leaves[0][1]}
        )
    if rows:
        here = (document.c.channel == bindparam("at_channel"), document.c.id == bindparam("at_id"))
        fill = update(document).where(*here)
        connection.execute(
            fill.values(leaves=bindparam("new_leaves"), deleted=bindparam("new_deleted")), rows
        )
