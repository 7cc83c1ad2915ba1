"""Who is asking: delivering by the upload key, reading by a session (docs/protocol.md, section 3).

Owns challenges and reading sessions, stored hashed. A session ends with its time, with the device's
revocation, or with the account.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select

from sync.authorization import Authorizer, Device
from sync.clock import Clock, timestamp
from sync.database import reading, writing
from sync.errors import BadRequest, BadSignature, DeviceRevoked, SessionExpired, UnknownDevice
from sync.gateway import sealing, tables
from sync.wire import b64, sha256_hex, unb64

CHALLENGE_LIFETIME = timedelta(minutes=5)
SESSION_LIFETIME = timedelta(hours=12)


@dataclass(frozen=True)
class Signed:
    """A delivering request, as its headers and body say it."""

    device: str
    digest: str
    signature: str
    method: str
    path: str
    body: bytes


class Sessions:
    def __init__(self, database: Engine, authorizer: Authorizer, clock: Clock) -> None:
        self._database = database
        self._authorizer = authorizer
        self._clock = clock

    def delivering(self, request: Signed) -> Device:
        """The device that signed the request. Raises UnknownDevice, DeviceRevoked, BadSignature, BadRequest."""
        device = self._device(request.device)
        if request.digest != content_digest(request.body):
            raise BadRequest("Content-Digest does not fit the body")
        try:
            signature = unb64(request.signature)
        except BadRequest as error:
            raise BadSignature("not base64url") from error
        message = sealing.upload_message(request.method, request.path, request.body)
        sealing.verify(device.upload, signature, message)
        return device

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

    def open(self, device_id: str, nonce: str, signature: bytes) -> tuple[str, datetime, Device]:
        """A token, when it ends, and the device. Raises UnknownDevice, DeviceRevoked, SessionExpired, BadSignature."""
        device = self._device(device_id)
        now = self._clock.now()
        columns = tables.challenge.c
        with writing(self._database) as connection:
            own = (columns.digest == _digest(nonce), columns.device == device_id)
            expires = connection.scalar(select(columns.expires_at).where(*own))
            connection.execute(delete(tables.challenge).where(*own))
        if expires is None or expires < timestamp(now):
            raise SessionExpired("the challenge is used or too old")
        sealing.verify(device.signing, signature, sealing.session_message(device_id, nonce))
        token, ends = b64(secrets.token_bytes(32)), now + SESSION_LIFETIME
        with writing(self._database) as connection:
            connection.execute(delete(tables.session).where(tables.session.c.expires_at < timestamp(now)))
            row = {"digest": _digest(token), "device": device_id, "expires_at": timestamp(ends)}
            connection.execute(insert(tables.session).values(row))
        return token, ends, device

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
        device = self._authorizer.device(device_id)
        if device is None:
            raise UnknownDevice("no such device")
        if device.revoked:
            raise DeviceRevoked("the office has withdrawn this device")
        return device


def content_digest(body: bytes) -> str:
    """The `Content-Digest` header (RFC 9530) of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def _digest(secret: str) -> str:
    # Random tokens of 192 bits and more: a plain hash is enough, nothing can be guessed.
    return sha256_hex(secret.encode())
