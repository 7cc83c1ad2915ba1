"""Accounts, devices, enrolment codes and the audit log: what lives in SQL and is not a document.

Owns these four tables and nothing else; they are not droppable (docs/architecture.md, invariant 1).
The audit log is append-only: the database itself refuses to change or remove a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    event,
    text,
)
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from sync.database import turn

db = SQLAlchemy()

ROLES = ("monitor", "leader", "analyst", "keyholder", "council", "admin")


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, aware in Python on every database (SQLite keeps no zone)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Root of the application's own tables."""


class AccountRow(Base):
    """A person who may sign in. Without `password_hash` nobody can."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # ULID
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    initial: Mapped[str] = mapped_column(String(4))
    role: Mapped[str] = mapped_column(String(20))
    group_id: Mapped[str | None] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(12), default="ru")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    # Grows when sessions must end: signing out, a new password, a closed account.
    session_epoch: Mapped[int] = mapped_column(Integer, default=0)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)


class DeviceRow(Base):
    """An enrolled tablet. Its keys are raw P-256 points; a revoked device stays listed."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    signing: Mapped[bytes] = mapped_column(LargeBinary)
    upload: Mapped[bytes] = mapped_column(LargeBinary)
    app_version: Mapped[str] = mapped_column(String(80), default="")
    user_agent: Mapped[str] = mapped_column(Text, default="")
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    clock_offset_ms: Mapped[int | None] = mapped_column(Integer)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    account: Mapped[AccountRow] = relationship(lazy="joined")
    standing: Mapped[StandingRow | None] = relationship(lazy="joined", uselist=False)


class StandingRow(Base):
    """How a tablet said it stands, last; and what the office lets a withdrawn one do."""

    __tablename__ = "device_standing"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    reported_at: Mapped[datetime | None] = mapped_column(Instant)
    keyset: Mapped[int | None] = mapped_column(Integer)
    documents: Mapped[int | None] = mapped_column(Integer)
    chunks: Mapped[int | None] = mapped_column(Integer)
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    under: Mapped[list[str] | None] = mapped_column(JSON)  # transport keys of what waits there
    may_deliver: Mapped[bool] = mapped_column(Boolean, default=False)


class CodeRow(Base):
    """A one-time enrolment code, kept as a keyed hash."""

    __tablename__ = "enrolment_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    account: Mapped[AccountRow] = relationship(lazy="joined")


class AuditRow(Base):
    """One act: who, what, on which id. Never content."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    account_id: Mapped[str | None] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


def _refuse_changes(table: Any, connection: Connection, **_options: object) -> None:
    for verb in ("UPDATE", "DELETE"):
        name = f"audit_no_{verb.lower()}"
        if connection.dialect.name == "sqlite":
            connection.execute(
                text(
                    f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table.name} "
                    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
                )
            )
        else:
            connection.execute(
                text(
                    f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
                )
            )
            connection.execute(
                text(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table.name} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
                )
            )


event.listen(AuditRow.__table__, "after_create", _refuse_changes)


@contextmanager
def writing(engine: Engine | None = None) -> Iterator[Session]:
    """A session that writes: committed on leaving, rolled back on an error.

    Apart from the request's own session, which only reads: a transaction that has read an older
    state cannot write any more once somebody else has.
    """
    database = engine or db.engine
    with turn(database), Session(database.execution_options(aigaq_writes=True)) as session, session.begin():
        yield session
