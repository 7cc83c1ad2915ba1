"""Errors of the sync engine: one root, and one stable code each.

Codes that reach a tablet are those of docs/protocol.md; the rest (`bad-document`, `store-failed`,
`wrong-key`, `corrupt`) stay on the server. Foreign exceptions are wrapped where they enter.
"""

from __future__ import annotations

# ruff: noqa: N818 (these names are words of the protocol)


class AigaqError(Exception):
    """Root of all errors of the engine. `code` is stable, `message` is for people and logs."""

    code = "server-error"
    status = 500

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.code)
        self.message = message or self.code


class BadRequest(AigaqError):
    """The request itself cannot be understood."""

    code, status = "bad-request", 400


class TooLarge(AigaqError):
    """A body, a batch or a chunk is over its limit."""

    code, status = "too-large", 413


class Refused(AigaqError):
    """Known, understood, and not allowed."""

    code, status = "forbidden", 403


class NotFound(AigaqError):
    """No such thing, or not for this account: the two look alike on purpose."""

    code, status = "not-found", 404


class EditConflict(AigaqError):
    """The revision that was to be followed is not the present one."""

    code, status = "conflict", 409


class RateLimited(AigaqError):
    """More than a device may send for now. `retry_after`: seconds until it may be worth while."""

    code, status = "rate-limited", 429

    def __init__(self, message: str = "", retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NonceNeeded(AigaqError):
    """A delivering request without a nonce of ours, or with one that is too old or was used: the answer brings one."""

    code, status = "nonce-needed", 401


class DeviceUnconfirmed(AigaqError):
    """The device was announced, and nobody has confirmed it yet."""

    code, status = "device-unconfirmed", 403


class CodeUnknown(AigaqError):
    """No enrolment code has this secret."""

    code, status = "code-unknown", 404


class CodeExpired(AigaqError):
    """The enrolment code is too old or was used before."""

    code, status = "code-expired", 410


class SessionExpired(AigaqError):
    """No valid reading session: unlock and sign a new challenge."""

    code, status = "session-expired", 401


class DeviceRevoked(AigaqError):
    code, status = "device-revoked", 403


class UnknownDevice(AigaqError):
    code, status = "unknown-device", 401


class BadSignature(AigaqError):
    code, status = "bad-signature", 401


class Unsealable(AigaqError):
    """An envelope that does not open, or opens to something that is no envelope's content."""

    code, status = "unsealable", 422


class HashMismatch(AigaqError):
    """Bytes do not have the hash they were announced by."""

    code, status = "hash-mismatch", 422


class RuleBroken(AigaqError):
    """What a known device delivered breaks a rule: it is quarantined for `reason`, never bounced."""

    code, status = "quarantined", 200

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class BadDocument(AigaqError):
    """A document of the office's own that its schema refuses. `problems` maps field to messages."""

    code, status = "bad-document", 422

    def __init__(self, message: str, problems: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or {}


class StoreFailed(AigaqError):
    """A store did not commit. Nothing may be acknowledged."""

    code = "store-failed"


class WrongKey(AigaqError):
    """Well-formed ciphertext that this key does not open."""

    code, status = "wrong-key", 422


class Corrupt(AigaqError):
    """Ciphertext that is not even well-formed: cut short, or with impossible lengths."""

    code, status = "corrupt", 422


class TimestampRefused(AigaqError):
    """No timestamp came, or it is not over these bytes."""

    code = "timestamp-refused"
    status = 502


class NotEvidence(AigaqError):
    """A file that is no evidence package at all, so nothing can be said about it."""

    code = "not-evidence"
    status = 400
