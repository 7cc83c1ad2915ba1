"""How long a test waits for what should come about, on the slowest machine; the one place that says so.

Nothing is asserted on time: who waits longer asserts no less, and a wait ends as soon as its condition holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

SECONDS = 60
MILLISECONDS = SECONDS * 1000

Value = TypeVar("Value")


def until(
    condition: Callable[[], Value],
    what: str = "it",
    *,
    pause: Callable[[float], object] = time.sleep,
    seconds: float = SECONDS,
) -> Value:
    """Wait until the condition's value is true; that value. `pause` takes seconds: where Playwright's page must go
    on meanwhile, the page's own. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come about"
        pause(0.05)
