"""Work that many threads ask for at once, done once for all who asked before it began.

Owns the tickets. What one round does covers everybody whose request came before its start, so that nobody
returns before the work has been done after their asking, and nobody waits for more than two rounds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Rounds:
    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._turn = threading.Lock()
        self._tickets = threading.Lock()
        self._asked = 0
        self._covered = 0

    def ask(self) -> None:
        """Return after the work has been done once, from its beginning, since this call. Raises what it raises.

        Where a round fails, each of those who waited for it makes a try of their own.
        """
        with self._tickets:
            self._asked += 1
            ticket = self._asked
        with self._turn:
            if self._covered >= ticket:
                return
            with self._tickets:
                covers = self._asked
            self._work()
            self._covered = covers
