"""Devices that nobody has confirmed yet: the second vault of a person who forgot the words (docs/protocol.md, section 2).

    announced (by the old device's upload key) ─► unconfirmed ─► confirmed (an enrolment code was typed there)
                                                       └───────► withdrawn, as any device

Owns the table of announced devices. The upload key that announces lies on a tablet's disk and can be stolen with
it: so an unconfirmed device reads nothing, all it brings is archived, receipted and quarantined, and an account
has few of them. Who confirms is a person who could enrol a tablet for the account.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Engine, String, Table, func, insert, select, update

from sync.authorization import Authorizer, Device
from sync.clock import Clock, timestamp
from sync.database import reading, writing
from sync.errors import BadRequest, DeviceUnconfirmed, RateLimited, Refused
from sync.gateway.enrolment import parse_device
from sync.gateway.tables import durable

REASON = "unconfirmed-device"
MOST_UNCONFIRMED = 3  # of one account

announced = Table(
    "announced_device",
    durable,
    Column("device", String(40), primary_key=True),
    Column("account", String(80), nullable=False, index=True),
    Column("by", String(40), nullable=False),  # the device whose upload key announced it
    Column("at", String(30), nullable=False),
    Column("confirmed_at", String(30)),
)


class Provisional:
    """Announcing, and what follows from not being confirmed."""

    def __init__(self, database: Engine, authorizer: Authorizer, clock: Clock) -> None:
        self._database = database
        self._authorizer = authorizer
        self._clock = clock

    def announce(self, by: Device, body: dict[str, Any]) -> str:
        """Take note of a new device of the same account; its id. Announced again, nothing changes.

        Raises BadRequest, Refused (an unconfirmed device announces none, an id is taken), RateLimited (too many wait).
        """
        device = parse_device(body.get("device"))
        if device.id == by.id:
            raise BadRequest("a device does not announce itself")
        if by.id in self.unconfirmed([by.id]):
            raise Refused("a device that is not confirmed announces no other")
        known = self._authorizer.device(device.id)
        if known is not None:
            if (known.signing, known.upload, known.account.id) != (
                device.signing,
                device.upload,
                by.account.id,
            ):
                raise Refused("the device is enrolled already")
            return device.id
        columns = announced.c
        with writing(self._database) as connection:
            mine = (columns.account == by.account.id, columns.confirmed_at.is_(None))
            waiting = connection.scalar(select(func.count()).select_from(announced).where(*mine))
            if (waiting or 0) >= MOST_UNCONFIRMED:
                raise RateLimited("other devices of this account wait for confirmation", retry_after=3600)
            present = connection.scalar(select(columns.device).where(columns.device == device.id))
            if present is None:
                # Before the device: a crash between the two leaves it unconfirmed, never confirmed.
                now = timestamp(self._clock.now())
                row = {"device": device.id, "account": by.account.id, "by": by.id, "at": now}
                connection.execute(insert(announced).values(row))
        self._authorizer.announced(device, by.account)
        return device.id

    def unconfirmed(self, devices: Collection[str]) -> set[str]:
        """Those of the devices that wait for confirmation."""
        columns = announced.c
        query = select(columns.device).where(columns.device.in_(devices), columns.confirmed_at.is_(None))
        with reading(self._database) as connection:
            return set(connection.scalars(query))

    def require_confirmed(self, device: str) -> None:
        """Raises DeviceUnconfirmed: such a device reads nothing."""
        if self.unconfirmed([device]):
            raise DeviceUnconfirmed("the office has not confirmed this device")

    def confirm(self, device: str) -> bool:
        """Note that a code was typed on it; whether it had waited for that."""
        columns = announced.c
        own = (columns.device == device, columns.confirmed_at.is_(None))
        with writing(self._database) as connection:
            values = {"confirmed_at": timestamp(self._clock.now())}
            return connection.execute(update(announced).where(*own).values(**values)).rowcount > 0
