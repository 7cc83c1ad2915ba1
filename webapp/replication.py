"""Credentials of programs that replicate with us: an office's own CouchDB, a script, another server.

Owns the table and what a login with a secret stands for. A credential is random and its own; the office
password serves too, checked once and remembered for a short time, because Argon2 is made to be slow.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import click
from flask import Flask
from sqlalchemy import Boolean, Engine, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync.gateway.replication.access import Credential
from webapp import audit
from webapp.access import as_author
from webapp.accounts import password_fits
from webapp.models import AccountRow, Base, Instant, db, writing

REMEMBERED_SECONDS = 300.0
MOST_REMEMBERED = 1000


class ReplicationCredentialRow(Base):
    """A program's own secret for an account. `replicator`: it may bring what others wrote."""

    __tablename__ = "replication_credential"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    replicator: Mapped[bool] = mapped_column(Boolean, default=False)
    made_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True)
class _Remembered:
    account: str
    session_epoch: int
    ends: float

    def of(self, account: AccountRow, now: float) -> bool:
        """Whether this still holds: an account that was closed or has a new password has another epoch."""
        same = self.account == account.id and self.session_epoch == account.session_epoch
        return same and account.active and now < self.ends


class ReplicationCredentials:
    """What a login and its secret stand for; `fits` checks an office password, slowly."""

    def __init__(
        self,
        engine: Engine,
        fits: Callable[[AccountRow | None, str], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._fits = fits
        self._clock = clock
        self._key = secrets.token_bytes(32)  # What is remembered tells nobody a password.
        self._remembered: dict[str, _Remembered] = {}
        self._lock = threading.Lock()

    def __call__(self, login: str, secret: str) -> Credential | None:
        with Session(self._engine) as session:
            account = session.scalar(select(AccountRow).where(AccountRow.login == login.strip().lower()))
            row = session.get(ReplicationCredentialRow, digest(secret))
            if row is not None:
                own = account is not None and row.account_id == account.id and account.active
                if account is None or not own or row.revoked_at is not None:
                    return None
                return Credential(as_author(account), row.replicator)
            if not self._password_fits(account, login, secret):
                return None
            assert account is not None  # no password fits an account that is not there
            return Credential(as_author(account))

    def _password_fits(self, account: AccountRow | None, login: str, secret: str) -> bool:
        name = hmac.new(self._key, f"{login}\0{secret}".encode(), hashlib.sha256).hexdigest()
        with self._lock:
            known = self._remembered.get(name)
        if known is not None and account is not None and known.of(account, self._clock()):
            return True
        if not self._fits(account, secret) or account is None:
            return False
        with self._lock:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            ends = self._clock() + REMEMBERED_SECONDS
            self._remembered[name] = _Remembered(account.id, account.session_epoch, ends)
        return True


def digest(secret: str) -> str:
    # 160 random bits: a plain hash is enough, nothing can be guessed.
    return hashlib.sha256(secret.encode()).hexdigest()


def credentials(account_id: str) -> list[ReplicationCredentialRow]:
    """The account's credentials that hold, oldest first."""
    columns = ReplicationCredentialRow
    query = select(columns).where(columns.account_id == account_id, columns.revoked_at.is_(None))
    return list(db.session.scalars(query.order_by(columns.made_at, columns.name)))


def make_credential(account: AccountRow, name: str, *, replicator: bool, by: str | None = None) -> str:
    """A new secret of the account; only its hash is kept. `by`: who made it; None: the command line."""
    secret = secrets.token_hex(20)
    with writing() as write:
        write.add(
            ReplicationCredentialRow(
                digest=digest(secret),
                account_id=account.id,
                name=name,
                replicator=replicator,
                made_at=datetime.now(UTC),
            )
        )
    audit.record(
        "replication.credential",
        account=by,
        subject=account.id,
        detail={"name": name, "replicator": replicator},
    )
    return secret


def revoke_credential(account: AccountRow, name: str, *, by: str | None = None) -> int:
    """Withdraw the account's credentials of this name; how many there were."""
    columns = ReplicationCredentialRow
    with writing() as write:
        rows = write.scalars(
            select(columns).where(
                columns.account_id == account.id, columns.name == name, columns.revoked_at.is_(None)
            )
        ).all()
        for row in rows:
            row.revoked_at = datetime.now(UTC)
    if rows:
        audit.record("replication.revoked", account=by, subject=account.id, detail={"name": name})
    return len(rows)


def register(app: Flask) -> None:
    """`flask replication-credential` and `flask replication-revoke`."""

    @app.cli.command("replication-credential")
    @click.argument("login")
    @click.argument("name")
    @click.option("--replicator", is_flag=True, help="May bring documents that others wrote.")
    def credential(login: str, name: str, replicator: bool) -> None:
        """Make a secret with which a program replicates as LOGIN; it is shown once."""
        click.echo(make_credential(_account(login), name, replicator=replicator))

    @app.cli.command("replication-revoke")
    @click.argument("login")
    @click.argument("name")
    def revoke(login: str, name: str) -> None:
        """Withdraw the secrets of LOGIN that are called NAME."""
        click.echo(f"{revoke_credential(_account(login), name)} withdrawn")


def credentials_of(engine: Engine) -> ReplicationCredentials:
    """Credentials as this application checks them."""
    return ReplicationCredentials(engine, password_fits)


def _account(login: str) -> AccountRow:
    account = db.session.scalar(select(AccountRow).where(AccountRow.login == login))
    if account is None:
        raise click.ClickException(f"no account {login}")
    return account
