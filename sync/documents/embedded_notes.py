"""What the embedded store keeps beside documents: replicators' notes (`_local`), and how much a branch remembers.

Works inside the caller's transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from sync.documents.embedded_tables import limit as limit_table
from sync.documents.embedded_tables import note
from sync.errors import EditConflict, NotFound

REVS_LIMIT = 1000


def local(connection: Connection, channel: str, name: str) -> tuple[str, bytes] | None:
    here = (note.c.channel == channel, note.c.name == name)
    row = connection.execute(select(note.c.rev, note.c.body).where(*here)).one_or_none()
    return None if row is None else (f"0-{row.rev}", row.body.encode())


def put_local(connection: Connection, channel: str, name: str, body: bytes, rev: str | None) -> str:
    present = _present(connection, channel, name)
    if rev != (None if present is None else f"0-{present}"):
        raise EditConflict("Document update conflict.")
    following = (present or 0) + 1
    values = {"rev": following, "body": body.decode()}
    if present is None:
        connection.execute(insert(note).values(channel=channel, name=name, **values))
    else:
        here = (note.c.channel == channel, note.c.name == name)
        connection.execute(update(note).where(*here).values(**values))
    return f"0-{following}"


def delete_local(connection: Connection, channel: str, name: str, rev: str | None) -> None:
    present = _present(connection, channel, name)
    if present is None:
        raise NotFound("missing")
    if rev != f"0-{present}":
        raise EditConflict("Document update conflict.")
    connection.execute(delete(note).where(note.c.channel == channel, note.c.name == name))


def revs_limit(connection: Connection, channel: str) -> int:
    value = connection.scalar(select(limit_table.c.value).where(limit_table.c.channel == channel))
    return REVS_LIMIT if value is None else int(value)


def set_revs_limit(connection: Connection, channel: str, limit: int) -> None:
    connection.execute(delete(limit_table).where(limit_table.c.channel == channel))
    connection.execute(insert(limit_table).values(channel=channel, value=limit))


def _present(connection: Connection, channel: str, name: str) -> int | None:
    here = (note.c.channel == channel, note.c.name == name)
    value = connection.scalar(select(note.c.rev).where(*here))
    return None if value is None else int(value)
