"""How a relational database is opened so that a commit is durable and several processes can share it.

Owns SQLite's settings (WAL, `synchronous=FULL`, explicit BEGIN), PostgreSQL's, and `writing`, the one way
to open a write transaction: on both, writers come one after another (ADR 11). Knows no table.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, String, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.compiler import compiles

from sync.errors import StoreFailed

# A writer holds the lock for milliseconds; a seeding batch for a second or two.
BUSY_MILLISECONDS = 30_000
# A page reads for milliseconds; whoever downloads for minutes must not hold an erasure's answer up.
READERS_MILLISECONDS = 1_000
# Databases whose log still holds what was erased.
_uncut: WeakSet[Engine] = WeakSet()
# PostgreSQL's advisory lock that stands for "I write" in this database: "aigaq" in ASCII.
_WRITERS = 0x6169676171


def open_database(url: str) -> Engine:
    """An engine for `url`, prepared."""
    engine = create_engine(url, **pool_options(url))
    prepare(engine)
    return engine


def pool_options(url: str) -> dict[str, Any]:
    """How many connections an engine for `url` may have at once.

    As many as its threads ask for, and they are what bounds them: who writes may read beside it, and of
    threads that each hold one connection and wait for another none would ever get it.
    """
    return {} if make_url(url).database in (None, "", ":memory:") else {"pool_size": 8, "max_overflow": -1}


def prepare(engine: Engine) -> None:
    """Set SQLite or PostgreSQL up for durability and sharing; does nothing the second time."""
    if engine.dialect.name == "sqlite":
        connected, begun = _connected, _begun
    elif engine.dialect.name == "postgresql":
        connected, begun = _connected_postgresql, _begun_postgresql
    else:
        raise ValueError(f"Aigaq runs on SQLite and PostgreSQL, not on {engine.dialect.name}")
    if not event.contains(engine, "connect", connected):
        event.listen(engine, "connect", connected)
        event.listen(engine, "begin", begun)
        engine.update_execution_options(aigaq_turns=threading.Lock())


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


def _connected_postgresql(connection: Any, record: object) -> None:
    # The driver is wanted by those only who use such a database.
    from psycopg.types.string import StrDumperUnknown

    class WithoutNul(StrDumperUnknown):
        """JSON's strings may hold NUL, PostgreSQL's text may not. Documents are kept escaped, as they are."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\x00", "\ufffd"))

    connection.adapters.register_dumper(str, WithoutNul)
    with connection.cursor() as cursor:
        # What a cluster's administrator may have relaxed for others: a commit is on the disk before it is told.
        cursor.execute("SET synchronous_commit TO ON")
        cursor.execute(f"SET lock_timeout TO {BUSY_MILLISECONDS}")
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        )
        collation, encoding = cursor.fetchone()
    connection.commit()
    if encoding != "UTF8" or collation not in ("C", "C.UTF-8", "C.utf8", "POSIX"):
        # Ids sort by their bytes everywhere else: in SQLite, in CouchDB, on tablets.
        raise ValueError(
            f"the database sorts by {collation} in {encoding}; make it with "
            "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        )


def _begun_postgresql(connection: Connection) -> None:
    # As SQLite's BEGIN IMMEDIATE. A sequence taken earlier and committed later would be missed by a reader
    # who has gone past it; chains of receipts and read-then-write would need locks of their own.
    if connection.get_execution_options().get("aigaq_writes", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


@compiles(String, "postgresql")
def _without_length(type_: String, compiler: Any, **rest: Any) -> str:
    # Lengths say what to expect. SQLite does not keep them, and PostgreSQL would refuse a whole page of the
    # read model for one long title.
    return "VARCHAR"


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """The write turn among the threads of this process, taken before a connection is.

    A database lets writers of several processes wait by asking again and again, whoever came first; threads
    here wait in line, and wake at once. Raises StoreFailed after as long as the database would wait.
    """
    turns: threading.Lock | None = engine.get_execution_options().get("aigaq_turns")
    if turns is None:
        yield
        return
    if not turns.acquire(timeout=BUSY_MILLISECONDS / 1000):
        raise StoreFailed("no turn to write")
    try:
        yield
    finally:
        turns.release()


@contextmanager
def passing(engine: Engine) -> Iterator[Connection]:
    """One write transaction that all processes see at once, but that may be lost with the power.

    For what is worth nothing after a restart (which nonce was used, how much came this hour): no wait for
    the disk. What is committed durably later takes it along. Raises StoreFailed.
    """
    try:
        with turn(engine), engine.connect().execution_options(aigaq_writes=True) as connection:
            _set_synchronous(connection, "NORMAL")
            try:
                with connection.begin():
                    if connection.dialect.name == "postgresql":
                        connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
                    yield connection
            finally:
                # The connection goes back to the pool, where the next one needs every commit on the disk.
                _set_synchronous(connection, "FULL")
    except SQLAlchemyError as error:
        raise StoreFailed(str(error)) from error


def _set_synchronous(connection: Connection, level: str) -> None:
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA synchronous={level}")
        cursor.close()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed and durable on leaving, rolled back on an error.

    Raises StoreFailed where the database does.
    """
    try:
        with (
            turn(engine),
            engine.connect().execution_options(aigaq_writes=True) as connection,
            connection.begin(),
        ):
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

    For after an erasure. Waits a moment for readers; where one goes on reading, `drop_waiting_traces` cuts it
    later. Nothing to do on other databases.
    """
    if engine.dialect.name != "sqlite":
        return
    _uncut.add(engine)
    drop_waiting_traces()


def drop_waiting_traces() -> None:
    """Cut the logs that `drop_traces` could not cut because somebody was reading."""
    for engine in list(_uncut):
        with engine.connect() as connection:
            # Outside any transaction, or it would wait for its own.
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={READERS_MILLISECONDS}")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
            cursor.close()
        if not busy:
            _uncut.discard(engine)
