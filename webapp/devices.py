"""Enrolled tablets, and the codes that enrol them.

Owns the `Authorizer` through which the sync engine knows accounts and devices, and the making and
redeeming of one-time codes (docs/protocol.md, section 2). Works in sessions of its own: the gateway
calls it in the middle of its own transactions.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy import Engine, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from sync.authorization import Account, Device, DeviceReport, NewDevice
from sync.database import reading
from sync.errors import CodeExpired, CodeUnknown
from sync.gateway.enrolment import ALPHABET, root_check
from webapp import audit
from webapp.access import as_author
from webapp.models import AccountRow, CodeRow, DeviceRow, StandingRow, writing

LIFETIME = timedelta(minutes=15)
KEPT = timedelta(days=1)  # so that a used or expired code is told apart from a mistyped one

# As tables, not as mapped rows: every request of a tablet asks for its device, and every chunk is a request.
_device, _account, _standing = (cast(Table, each.__table__) for each in (DeviceRow, AccountRow, StandingRow))
_DEVICE = (
    select(
        _device.c.name.label("device_name"),
        _device.c.signing,
        _device.c.upload,
        _device.c.revoked_at,
        *(_account.c[name] for name in ("id", "name", "initial", "role", "group_id", "language", "active")),
        _standing.c.may_deliver,
    )
    .join_from(_device, _account, _device.c.account_id == _account.c.id)
    .outerjoin(_standing, _standing.c.device_id == _device.c.id)
    .where(_device.c.id == bindparam("device"))
)


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class EnrolmentCode:
    """A code as a person sees it. `root` is the full fingerprint, for the QR code."""

    text: str  # XXXX-XXXX-XXXX
    root: str  # hex
    expires_at: datetime

    @property
    def fragment(self) -> str:
        """What follows `/app/#`: never sent to a server, removed by the app at once."""
        return f"code={self.text}&root={self.root}"


class Devices:
    """`sync.authorization.Authorizer` over the application's tables."""

    def __init__(self, engine: Engine, secret_key: str, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._key = hashlib.sha256(b"aigaq/enrolment-code/1\n" + secret_key.encode()).digest()
        self._now = clock

    def device(self, device_id: str) -> Device | None:
        """The enrolled device with this id, revoked ones and those of closed accounts included."""
        with reading(self._engine) as connection:
            row = connection.execute(_DEVICE, {"device": device_id}).first()
        if row is None:
            return None
        return Device(
            id=device_id,
            name=row.device_name,
            account=Account(row.id, row.name, row.initial, row.role, row.group_id, row.language),
            signing=row.signing,
            upload=row.upload,
            revoked=row.revoked_at is not None or not row.active,
            may_deliver=bool(row.may_deliver),
        )

    def issue(self, account_id: str, root: bytes, *, issued_by: str) -> EnrolmentCode:
        """A fresh code for `account_id`; `root` is the SHA-256 of the organisation root's public bytes."""
        secret = "".join(secrets.choice(ALPHABET) for _ in range(8))
        now = self._now()
        with writing(self._engine) as session:
            session.execute(delete(CodeRow).where(CodeRow.expires_at < now - KEPT))
            session.add(
                CodeRow(
                    digest=self._digest(secret), account_id=account_id, made_at=now, expires_at=now + LIFETIME
                )
            )
        audit.append(self._engine, "code.made", account=issued_by, subject=account_id)
        check = root_check(root)
        return EnrolmentCode(
            text=f"{secret[:4]}-{secret[4:]}-{check}", root=root.hex(), expires_at=now + LIFETIME
        )

    def redeem(self, secret: str, device: NewDevice) -> Account:
        """Enrol `device` with a code's secret. Raises CodeUnknown, or CodeExpired (also when used)."""
        now = self._now()
        with writing(self._engine) as session:
            row = session.get(CodeRow, self._digest(secret))
            if row is None:
                raise CodeUnknown("no such enrolment code")
            account = row.account
            if row.used_at is not None or row.expires_at <= now or not account.active:
                raise CodeExpired("the enrolment code has expired or was used")
            # Of two tablets holding one code only the first changes this row.
            taken = session.execute(
                update(CodeRow)
                .where(CodeRow.digest == row.digest, CodeRow.used_at.is_(None))
                .values(used_at=now)
            )
            if taken.rowcount != 1:  # type: ignore[attr-defined]
                raise CodeExpired("the enrolment code was used")
            known = session.get(DeviceRow, device.id)
            if known is None:
                session.add(_row(device, account.id, now))
            elif (known.account_id, known.signing, known.upload) != (
                account.id,
                device.signing,
                device.upload,
            ) or known.revoked_at is not None:
                raise CodeUnknown("the device is enrolled already")
            author = as_author(account)
        audit.append(self._engine, "device.enrolled", account=author.id, subject=device.id)
        return author

    def announced(self, device: NewDevice, account: Account) -> None:
        """Keep a device that its owner announced and nobody has confirmed yet."""
        with writing(self._engine) as session:
            if session.get(DeviceRow, device.id) is None:
                session.add(_row(device, account.id, self._now()))
        audit.append(self._engine, "device.announced", account=account.id, subject=device.id)

    def seen(self, device_id: str, *, clock_offset_ms: int | None, app_version: str | None) -> None:
        """Note that the device has just been heard of; what it does not say is kept."""
        values: dict[str, object] = {"seen_at": self._now()}
        if clock_offset_ms is not None:
            values["clock_offset_ms"] = clock_offset_ms
        if app_version:
            values["app_version"] = app_version[:80]
        with writing(self._engine) as session:
            session.execute(update(DeviceRow).where(DeviceRow.id == device_id).values(**values))

    def reported(self, device_id: str, report: DeviceReport) -> None:
        """Keep how the tablet says it stands; what it does not say is kept as it was."""
        said = {
            name: getattr(report, name)
            for name in ("keyset", "documents", "chunks", "bytes")
            if getattr(report, name) is not None
        }
        with writing(self._engine) as session:
            row = session.get(StandingRow, device_id)
            if row is None:
                row = StandingRow(device_id=device_id)
                session.add(row)
            row.reported_at = self._now()
            for name, value in said.items():
                setattr(row, name, value)
            if report.under is not None:
                row.under = list(report.under)
        self.seen(device_id, clock_offset_ms=report.clock_offset_ms, app_version=report.app_version)

    def let_deliver(self, device_id: str, allowed: bool) -> None:
        """Whether the tablet may bring in what it holds although it is withdrawn."""
        with writing(self._engine) as session:
            row = session.get(StandingRow, device_id)
            if row is None:
                session.add(StandingRow(device_id=device_id, may_deliver=allowed))
            else:
                row.may_deliver = allowed

    def audit(self, action: str, *, account: str | None, subject: str, detail: dict[str, object]) -> None:
        """Append one row to the audit log."""
        audit.append(self._engine, action, account=account, subject=subject, detail=detail)

    def account(self, account_id: str) -> Account | None:
        """The account with this id, or None."""
        with Session(self._engine) as session:
            row = session.get(AccountRow, account_id)
            return None if row is None else as_author(row)

    def _digest(self, secret: str) -> str:
        # Keyed: eight characters could be tried out from a stolen table, not without the server's secret.
        return hmac.new(self._key, normal(secret).encode(), hashlib.sha256).hexdigest()


def _row(device: NewDevice, account: str, now: datetime) -> DeviceRow:
    return DeviceRow(
        id=device.id,
        name=device.name[:200],
        account_id=account,
        signing=device.signing,
        upload=device.upload,
        app_version=device.app_version[:80],
        user_agent=device.user_agent[:500],
        enrolled_at=now,
        seen_at=now,
    )


def normal(secret: str) -> str:
    """A secret as typed, in its one form: capitals, no dashes, the letters people confuse made digits."""
    text = "".join(ch for ch in secret.upper() if ch.isalnum())
    return text.translate(str.maketrans("OIL", "011"))
