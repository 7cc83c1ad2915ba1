"""Who may do what, as the sync engine sees it.

`sync` never imports the web application: accounts and devices live there, and reach the engine
through the `Authorizer` that the composition root passes in. The rules themselves (roles, channels,
teams, types) are here, so that the gateway and the office's own writes obey the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Account:
    """A person who may sign in. `group` is a `catalogue:groups` id, or None for the office."""

    id: str
    name: str
    initial: str
    role: str  # monitor, leader, analyst, keyholder, council, admin
    group: str | None
    language: str


@dataclass(frozen=True)
class Device:
    """An enrolled tablet: its owner and its two public P-256 keys (raw uncompressed points)."""

    id: str
    name: str
    account: Account
    signing: bytes
    upload: bytes
    revoked: bool


@dataclass(frozen=True)
class NewDevice:
    """What a tablet says of itself when it enrols."""

    id: str
    name: str
    signing: bytes
    upload: bytes
    app_version: str
    user_agent: str


class Authorizer(Protocol):
    """What the engine asks of the application that owns accounts and devices."""

    def device(self, device_id: str) -> Device | None:
        """The enrolled device with this id, revoked ones included."""

    def redeem(self, secret: str, device: NewDevice) -> Account:
        """Enrol `device` with a code's eight-character secret.

        Raises `sync.errors.CodeUnknown` or `sync.errors.CodeExpired` (also when used before).
        """

    def seen(self, device_id: str, *, clock_offset_ms: int | None, app_version: str | None) -> None:
        """Note that the device has just been heard of."""

    def audit(self, action: str, *, account: str | None, subject: str, detail: dict[str, object]) -> None:
        """Append one row to the audit log. `subject` is an id, never content."""
