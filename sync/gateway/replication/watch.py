"""Waiting for a channel to change: one look at the store on behalf of all who wait in this process.

Owns the counters and the thread that looks while somebody waits. Whoever writes in this process says so at
once; what other processes write is seen within a quarter of a second.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from sync.documents.contract import DocumentStore
from sync.errors import AigaqError, RateLimited

POLL_SECONDS = 0.25
# Every waiter holds a thread of the server's; the others must stay free for tablets.
MOST_WAITERS = 12

_log = logging.getLogger(__name__)


class Watch:
    def __init__(self, documents: DocumentStore, *, most: int = MOST_WAITERS) -> None:
        self._documents = documents
        self._most = most
        self._changed = threading.Condition()
        self._counts: Counter[str] = Counter()
        self._waiters = 0
        self._looking = False
        self._since: str | None = None

    def enter(self) -> Callable[[], None]:
        """Be counted among who waits, until the answer is called. Raises RateLimited where there are too many."""
        with self._changed:
            if self._waiters >= self._most:
                raise RateLimited("too many feeds are open; ask again later")
            if not self._looking:
                # From here on nothing is missed: what changes later is seen by the first look.
                self._since = self._documents.updates(self._since).since
                self._looking = True
                threading.Thread(target=self._look, name="replication-watch", daemon=True).start()
            self._waiters += 1
        return self._leave

    def _leave(self) -> None:
        with self._changed:
            self._waiters -= 1

    def count(self, channel: str) -> int:
        """A number that grows when the channel changes. Take it before reading, then `wait` on it."""
        with self._changed:
            return self._counts[channel]

    def wait(self, channel: str, count: int, seconds: float) -> bool:
        """Return when the channel has changed since `count` was taken (True), or the time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: self._counts[channel] != count, max(0.0, seconds))

    def tell(self, channel: str) -> None:
        """The channel has just changed."""
        with self._changed:
            self._counts[channel] += 1
            self._changed.notify_all()

    def _look(self) -> None:
        while True:
            time.sleep(POLL_SECONDS)
            with self._changed:
                if not self._waiters:
                    self._looking = False
                    return
            try:
                updates = self._documents.updates(self._since)
            except AigaqError:
                _log.exception("the store did not say what changed")
                continue
            with self._changed:
                if updates.since != self._since:
                    self._since = updates.since
                    self._counts.update(updates.changed | updates.deleted)
                    self._changed.notify_all()
