"""How a relational database is opened so that a commit is durable and several processes can share it.

Owns SQLite's settings (WAL, `synchronous=FULL`, explicit BEGIN) and `writing`, the one way to open a
write transaction. Knows no table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from sync.errors import StoreFailed

# A writer holds the lock for milliseconds; a seeding batch for a second or two.
BUSY_MILLISECONDS = 30_000


def open_database(url: str) -> Engine:
    """An engine for `url`, prepared."""
    engine = create_engine(url)
    prepare(engine)
    return engine


def prepare(engine: Engine) -> None:
    """Set SQLite up for durability and sharing; does nothing to other databases, or the second time."""
    if engine.dialect.name != "sqlite" or event.contains(engine, "connect", _connected):
        return
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)


def _connected(connection: Any, record: object) -> None:
    # The driver must not begin transactions by itself: it does so late, and never IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    # WAL's usual NORMAL may lose the last commits with the power: what was receipted must stay.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # Erased content must not stay readable in free pages.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begun(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once if another process wrote in between,
    # however long the busy timeout: a writer says so from the start.
    immediate = connection.get_execution_options().get("aigaq_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed and durable on leaving, rolled back on an error.

    Raises StoreFailed where the database does.
    """
    try:
        with engine.connect().execution_options(aigaq_writes=True) as connection, connection.begin():
            yield connection
    except SQLAlchemyError as error:
        raise StoreFailed(str(error)) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction: everything read in it is of one moment. Raises StoreFailed."""
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except SQLAlchemyError as error:
        raise StoreFailed(str(error)) from error


def drop_traces(engine: Engine) -> None:
    """Fold SQLite's write-ahead log into the file and cut it: `secure_delete` does not reach into the log.

    For after an erasure. Waits for readers as long as a writer would; nothing to do on other databases.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        # Outside any transaction, or it would wait for its own.
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
