"""The read model after a large replicated batch: brought up soon, not before each answer.

    asked ──► quiet for a second, or five seconds after the first ──► projected, once for all batches

Owns when. What is stored is durable before this is asked; after a crash the engine catches up as it starts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sync.errors import AigaqError

QUIET_SECONDS = 1.0
LATEST_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Following:
    def __init__(self, catch_up: Callable[[], object]) -> None:
        self._catch_up = catch_up
        self._lock = threading.Lock()
        self._running = False
        self._first = self._last = 0.0

    def ask(self) -> None:
        """Have the read model follow soon."""
        with self._lock:
            self._last = time.monotonic()
            if self._running:
                return
            self._running, self._first = True, self._last
        threading.Thread(target=self._run, name="replication-following", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._lock:
                due = min(self._last + QUIET_SECONDS, self._first + LATEST_SECONDS)
                wait = due - time.monotonic()
                if wait <= 0:
                    self._running = False  # Who asks from here on is not served by this round.
                    break
            time.sleep(wait)
        try:
            self._catch_up()
        except AigaqError:
            _log.exception("projecting failed")
