"""Who is asking: delivering by the upload key, reading by a session (docs/protocol.md, section 3).

Owns challenges and reading sessions, stored hashed, and the order in which a delivering request is checked:
a nonce is spent, and the quota charged, only by a request whose signature fits. A session ends with its
time, with the device's revocation, or with the account.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from sync.authorization import Authorizer, Device, DeviceReport
from sync.clock import Clock, timestamp
from sync.database import reading, writing
from sync.errors import DeviceRevoked, SessionExpired, UnknownDevice
from sync.gateway import sealing, tables
from sync.gateway.nonces import Nonces
from sync.gateway.signatures import RequestHeaders, parse_request
from sync.gateway.standing import parse_report
from sync.gateway.traffic import Traffic, Use
from sync.wire import b64, canonical, sha256_hex

CHALLENGE_LIFETIME = timedelta(minutes=5)
SESSION_LIFETIME = timedelta(hours=12)


@dataclass(frozen=True)
class Delivering:
    """A delivering request that was let in."""

    device: Device
    next_nonce: str | None  # for the requests to come, where the present one will soon be worth nothing


@dataclass(frozen=True)
class Opened:
    """A reading session."""

    token: str
    ends: datetime
    device: Device
    report: DeviceReport


class Sessions:
    def __init__(
        self, database: Engine, authorizer: Authorizer, clock: Clock, nonces: Nonces, traffic: Traffic
    ) -> None:
        self._database = database
        self._authorizer = authorizer
        self._clock = clock
        self._nonces = nonces
        self._traffic = traffic

    def delivering(self, request: RequestHeaders, *, stores: bool = False) -> Delivering:
        """Who signed the request, once its nonce is spent. `stores`: the body is for keeping, and counted so.

        Raises UnknownDevice, DeviceRevoked, BadSignature, BadRequest, NonceNeeded, RateLimited.
        """
        device = self._known(request.device)
        if device.revoked and not device.may_deliver:
            raise DeviceRevoked("the office has withdrawn this device")
        claim = parse_request(request)
        sealing.verify(device.upload, claim.signature, claim.message)
        nonce, counter, ends = self._nonces.read(device.id, claim.nonce)
        self._traffic.admit(device.id, Use(nonce, counter, ends), len(request.body), stores=stores)
        due = self._nonces.is_due(ends, counter)
        return Delivering(device, self._nonces.issue(device.id) if due else None)

    def nonce(self, device_id: str) -> str:
        """For signing delivering requests; whoever asks, it is worth something to this device's key only."""
        return self._nonces.issue(device_id)

    def challenge(self, device_id: str) -> str:
        """A nonce to sign, good once and for five minutes. Raises UnknownDevice, DeviceRevoked."""
        self._device(device_id)
        nonce = b64(secrets.token_bytes(24))
        now = self._clock.now()
        with writing(self._database) as connection:
            connection.execute(delete(tables.challenge).where(tables.challenge.c.expires_at < timestamp(now)))
            expires = timestamp(now + CHALLENGE_LIFETIME)
            row = {"digest": _digest(nonce), "device": device_id, "expires_at": expires}
            connection.execute(insert(tables.challenge).values(row))
        return nonce

    def open(self, device_id: str, nonce: str, signature: bytes, report: Any) -> Opened:
        """A session. Raises UnknownDevice, DeviceRevoked, SessionExpired, BadSignature, BadRequest."""
        parsed = parse_report(report)
        device = self._device(device_id)
        now = self._clock.now()
        columns = tables.challenge.c
        with writing(self._database) as connection:
            own = (columns.digest == _digest(nonce), columns.device == device_id)
            expires = connection.scalar(select(columns.expires_at).where(*own))
            connection.execute(delete(tables.challenge).where(*own))
        if expires is None or expires < timestamp(now):
            raise SessionExpired("the challenge is used or too old")
        sealing.verify(
            device.signing, signature, sealing.session_message(device_id, nonce, canonical(report))
        )
        token, ends = b64(secrets.token_bytes(32)), now + SESSION_LIFETIME
        with writing(self._database) as connection:
            connection.execute(delete(tables.session).where(tables.session.c.expires_at < timestamp(now)))
            row = {"digest": _digest(token), "device": device_id, "expires_at": timestamp(ends)}
            connection.execute(insert(tables.session).values(row))
        return Opened(token, ends, device, parsed)

    def reading(self, token: str) -> Device:
        """The device of a bearer token. Raises SessionExpired, DeviceRevoked."""
        columns = tables.session.c
        query = select(columns.device).where(
            columns.digest == _digest(token), columns.expires_at >= timestamp(self._clock.now())
        )
        with reading(self._database) as connection:
            device_id = connection.scalar(query)
        if device_id is None:
            raise SessionExpired("unlock to go on")
        return self._device(device_id)

    def _device(self, device_id: str) -> Device:
        device = self._known(device_id)
        if device.revoked:
            raise DeviceRevoked("the office has withdrawn this device")
        return device

    def _known(self, device_id: str) -> Device:
        device = self._authorizer.device(device_id)
        if device is None:
            raise UnknownDevice("no such device")
        return device


def _digest(secret: str) -> str:
    # Random tokens of 192 bits and more: a plain hash is enough, nothing can be guessed.
    return sha256_hex(secret.encode())
