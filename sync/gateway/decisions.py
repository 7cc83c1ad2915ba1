"""A person's decision about what lies in quarantine (docs/protocol.md, section 4).

Owns what may be decided: hand back to the author's tablet, or keep as it is. Checking again is the outbox's. The
caller knows who may decide, and writes the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sync import schemas
from sync.clock import Clock, timestamp
from sync.gateway.outbox import Outbox
from sync.gateway.quarantine import KEPT, RETURNED, Decision, Quarantine


@dataclass(frozen=True)
class Held:
    """A quarantined envelope: its row, its document where it opens, and which of its fields break the schema."""

    row: dict[str, Any]
    document: dict[str, Any] | None
    problems: tuple[str, ...]

    @property
    def may_go_back(self) -> bool:
        """Whether its author can mend it by a further version."""
        kind = schemas.TYPES.get(self.row["type"])
        return kind is None or not kind.append_only


class Decisions:
    def __init__(self, quarantine: Quarantine, outbox: Outbox, clock: Clock) -> None:
        self._quarantine = quarantine
        self._outbox = outbox
        self._clock = clock

    def look(self, envelope: str) -> Held | None:
        """One quarantined envelope with what is in it; None where there is none, or nothing is left to decide."""
        row = self._quarantine.one(envelope)
        if row is None:
            return None
        document = self._outbox.look(envelope)
        return Held(row, document, tuple(sorted(schemas.problems(document))) if document else ())

    def hand_back(self, envelope: str, *, by: str, note: str) -> bool:
        """Make it a task on its author's tablet; whether it could be. What is only added to has no second version."""
        held = self.look(envelope)
        if held is None or not held.may_go_back:
            return False
        now = timestamp(self._clock.now())
        return self._quarantine.decide(envelope, Decision(RETURNED, note, by, now, held.problems))

    def keep(self, envelope: str, *, by: str, note: str) -> bool:
        """Leave it sealed in the archive, and out of everything else; whether it was there."""
        return self._quarantine.decide(envelope, Decision(KEPT, note, by, timestamp(self._clock.now())))
