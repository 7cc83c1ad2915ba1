"""Who may do what, as the sync engine sees it.

`sync` never imports the web application: accounts and devices live there, and reach the engine
through the `Authorizer` that the composition root passes in. The rules themselves (roles, channels,
teams, types) are here, so that the gateway and the office's own writes obey the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

# Who plans and leads; who reads everything the office may; who opens custody content.
LEADING = frozenset({"leader", "analyst"})
OFFICE_READERS = frozenset({"analyst", "keyholder"})
OFFICE_WRITERS = frozenset({"analyst"})
FIELD = frozenset({"monitor", "leader"})

# A closed visit stays on its team's tablets for this long after its last day.
RELEASED_AFTER = timedelta(days=7)

# Only who wrote it goes on writing it; of the rest of a visit's types any member does.
OWN_ONLY = frozenset({"submission", "note", "interview", "identity", "testimony", "medium"})
# Never written by a tablet: the gateway makes it.
SERVER_ONLY = frozenset({"brief"})


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
    # A revoked device reads nothing; what it holds it may still bring in where the office says so.
    may_deliver: bool = False


@dataclass(frozen=True)
class DeviceReport:
    """How a tablet says it stands; None: it did not say."""

    app_version: str = ""  # of the shell that runs
    keyset: int | None = None  # number of the key set it follows
    documents: int | None = None  # envelopes that no receipt has come for
    chunks: int | None = None
    bytes: int | None = None
    under: tuple[str, ...] | None = None  # transport keys that these envelopes are sealed to
    clock_offset_ms: int | None = None  # server minus tablet


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

    def announced(self, device: NewDevice, account: Account) -> None:
        """Keep a device that its owner announced and nobody has confirmed yet."""

    def seen(self, device_id: str, *, clock_offset_ms: int | None, app_version: str | None) -> None:
        """Note that the device has just been heard of."""

    def reported(self, device_id: str, report: DeviceReport) -> None:
        """Keep how the device says it stands; it has just been heard of."""

    def audit(self, action: str, *, account: str | None, subject: str, detail: dict[str, object]) -> None:
        """Append one row to the audit log. `subject` is an id, never content."""


@dataclass(frozen=True)
class VisitCard:
    """What authorisation knows of a visit: its people, its group, whether it is over."""

    channel: str
    leader: str
    members: frozenset[str]
    group: str | None
    status: str
    date_to: str

    @classmethod
    def of(cls, channel: str, document: Mapping[str, Any]) -> VisitCard:
        """The card of a `visit` document. The leader is a member whether or not the team lists them."""
        team = document.get("team") or []
        members = {str(row.get("person")) for row in team if isinstance(row, dict)}
        leader = str(document.get("leader") or "")
        group = document.get("group")
        return cls(
            channel,
            leader,
            frozenset((members | {leader}) - {""}),
            str(group) if group else None,
            str(document.get("status") or ""),
            str(document.get("to") or ""),
        )


def on_tablet(account: Account, card: VisitCard, today: date) -> bool:
    """Whether the visit's channel belongs on this person's tablet: a member, and not closed and released."""
    if account.id not in card.members:
        return False
    if card.status != "closed":
        return True
    try:
        return date.fromisoformat(card.date_to) + RELEASED_AFTER >= today
    except ValueError:
        return True


def may_read_visit(account: Account, card: VisitCard) -> bool:
    """Whether the office's pages show this visit's group-class material to the account."""
    if account.role in OFFICE_READERS or account.id in card.members:
        return True
    return account.role in FIELD and account.group is not None and account.group == card.group


def may_open_custody(account: Account) -> bool:
    """Whether the account is given custody stanzas: key holders, whose browsers hold the key to them."""
    return account.role == "keyholder"


def may_lead(account: Account) -> bool:
    """Whether the account may make and change visits."""
    return account.role in LEADING


def may_write_type(account: Account, type_: str, card: VisitCard | None) -> bool:
    """Whether a member's tablet may write this type in the visit; types nobody knows are kept."""
    if type_ in SERVER_ONLY:
        return False
    if type_ == "visit":
        return may_lead(account)
    if type_ == "report":
        return may_lead(account) or (card is not None and account.id == card.leader)
    return True
