"""Who replicates, and which channels are theirs (docs/protocol.md, "Replication").

HTTP basic with an account's replication credential or office password; a tablet's reading token. Owns
the two questions "may read", "may make"; what may be written is `intake`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from sync.authorization import OFFICE_READERS, Account, Device, VisitCard, may_read_visit, on_tablet
from sync.engine import SyncEngine
from sync.errors import Refused, SessionExpired
from sync.gateway.channels import visit_id
from sync.gateway.replication.answers import CouchError, no_database


@dataclass(frozen=True)
class Credential:
    """What a login and its secret stand for. `replicator`: it may bring what others wrote."""

    account: Account
    replicator: bool = False


# A login and a secret; None where they do not fit each other.
Credentials = Callable[[str, str], Credential | None]


@dataclass(frozen=True)
class Caller:
    """Who asks. `device`: a tablet in its reading session, which reads and delivers elsewhere."""

    account: Account
    replicator: bool = False
    device: Device | None = None


class Doors:
    def __init__(self, engine: SyncEngine, credentials: Credentials) -> None:
        self._engine = engine
        self._credentials = credentials

    def caller(self) -> Caller:
        """Who sent this request. Raises CouchError (401), SessionExpired, DeviceRevoked."""
        caller = self.known()
        if caller is None:
            raise CouchError(401, "unauthorized", "You are not authorized to access this db.")
        return caller

    def known(self) -> Caller | None:
        """Like `caller`; None for who says nothing of themselves."""
        given = request.authorization
        if given is None:
            return None
        if given.type == "bearer" and given.token:
            device = self._engine.sessions.reading(given.token)
            return Caller(device.account, device=device)
        if given.type != "basic":
            raise SessionExpired("sign in with HTTP basic or a reading token")
        credential = self._credentials(given.username or "", given.password or "")
        if credential is None:
            raise SessionExpired("Name or password is incorrect.")
        return Caller(credential.account, credential.replicator)

    def card(self, channel: str) -> VisitCard | None:
        """What is known of a visit's channel, as of now."""
        if visit_id(channel) is None:
            return None
        self._engine.channels.catch_up()
        return self._engine.channels.card(channel)

    def check_read(self, caller: Caller, channel: str) -> VisitCard | None:
        """The visit's card, if the channel is one. Raises CouchError (404), Refused (403)."""
        if channel == "reference":
            return None
        if channel == "office":
            if caller.replicator or (caller.device is None and caller.account.role in OFFICE_READERS):
                return None
            raise Refused("You are not allowed to access this db.")
        card = self.card(channel)
        if not self._reads_visit(caller, channel, card):
            raise no_database()
        return card

    def check_make(self, caller: Caller, channel: str) -> None:
        """Raises Refused: a visit's channel is made with its visit document; a replicator may bring one."""
        if not caller.replicator or visit_id(channel) is None:
            raise Refused("a channel is made with its visit, by a tablet or in the office")

    def readable(self, caller: Caller) -> list[str]:
        """Names of all channels this caller may read."""
        found = []
        for channel in self._engine.documents.channels():
            try:
                self.check_read(caller, channel)
            except (CouchError, Refused):
                continue
            found.append(channel)
        return found

    def _reads_visit(self, caller: Caller, channel: str, card: VisitCard | None) -> bool:
        if visit_id(channel) is None:
            return False
        if caller.replicator:
            return True
        if card is None:
            return False
        if caller.device is not None:
            return on_tablet(caller.account, card, self._engine.clock.now().date())
        return may_read_visit(caller.account, card)
