"""In which order the tests of a run begin, and which of them go to one worker.

xdist's own groups (`xdist_group`) are names that it writes into a test's id; this pytest keeps the id to itself, and
they pass without a word.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

# Their tests share what takes longer to make than to use: a version of the whole tree with a tablet enrolled in it,
# the projected country.
TOGETHER = {"tests/browser/test_update.py", "tests/sync/test_projections.py"}
# The first worker fills the synthetic country for all that need it; what comes next needs none, so that nobody waits.
FIRST = "test_the_tablet_has_no_barriers"
# What takes longest comes early: an end on which one worker sits alone is the other's time lost.
EARLY = (
    "tests/simulation/",
    "tests/browser/test_stolen_tablet.py",
    "tests/browser/test_engine_",
    "tests/browser/test_kill.py",
    "tests/browser/test_playback.py",
    "tests/browser/test_room.py",
    "tests/browser/test_vaults.py",
    "tests/browser/test_recording.py",
)


def rank(nodeid: str) -> int:
    """Smaller begins sooner; equals stay as they were collected."""
    if FIRST in nodeid:
        return 0
    if nodeid.startswith(EARLY):
        return 1
    return 2 if nodeid.startswith("tests/browser/") else 3


class Scheduling(LoadScopeScheduling):
    """Each test by itself to the worker that is free, but for modules that stay together."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        super().__init__(config, log)  # type: ignore[arg-type]
        # In the order in which they are collected, not by the size of a scope.
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid
