"""Nonces of delivering requests: the server's own time, given out to be signed (docs/protocol.md, section 3).

    issued ──► used with counters 1 … 256, each once ──► too old after 15 minutes, or used up

Owns making and reading them. A nonce is not stored: it carries its time and a tag under a key that all
processes of this server share, so any of them reads what another gave out. Which counters were used is
`traffic`'s to remember. A tablet's clock is asked for nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sync.clock import Clock, milliseconds
from sync.errors import BadRequest, NonceNeeded
from sync.wire import b64, unb64

LIFETIME = timedelta(minutes=15)
# From here on an answer brings the next nonce along, so that a long upload is never held up by a refusal.
RENEWED_AFTER = timedelta(minutes=5)
MOST_USES = 256
RENEWED_FROM = 128

_TIME, _RANDOM, _TAG = 6, 10, 16


class Nonces:
    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def issue(self, device: str) -> str:
        """A fresh nonce for this device; any other device's request with it is refused."""
        head = milliseconds(self._clock.now()).to_bytes(_TIME) + secrets.token_bytes(_RANDOM)
        return b64(head + self._tag(device, head))

    def read(self, device: str, claimed: str) -> tuple[str, int, datetime]:
        """Nonce, counter, and when the nonce ends, of `<nonce>.<counter>`. Raises NonceNeeded."""
        nonce, dot, digits = claimed.partition(".")
        if not dot or not digits.isdigit() or len(digits) > 4 or not 1 <= int(digits) <= MOST_USES:
            raise NonceNeeded("sign with a nonce of this server")
        ends = self._ends(device, nonce)
        if ends <= self._clock.now():
            raise NonceNeeded("the nonce is too old")
        return nonce, int(digits), ends

    def is_due(self, ends: datetime, counter: int) -> bool:
        """Whether the answer should bring the next nonce along."""
        return counter >= RENEWED_FROM or self._clock.now() > ends - LIFETIME + RENEWED_AFTER

    def _ends(self, device: str, nonce: str) -> datetime:
        try:
            raw = unb64(nonce)
        except BadRequest as error:
            raise NonceNeeded("not a nonce") from error
        head, tag = raw[:-_TAG], raw[-_TAG:]
        if len(raw) != _TIME + _RANDOM + _TAG or not hmac.compare_digest(tag, self._tag(device, head)):
            raise NonceNeeded("not a nonce of this server for this device")
        return datetime.fromtimestamp(int.from_bytes(head[:_TIME]) / 1000, UTC) + LIFETIME

    def _tag(self, device: str, head: bytes) -> bytes:
        message = b"aigaq/nonce/1\n" + device.encode() + b"\n" + head
        return hmac.new(self._key, message, hashlib.sha256).digest()[:_TAG]
