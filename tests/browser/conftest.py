"""Fixtures of browser tests: a seeded server of the test's own, and Playwright."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.server import Server, seed


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """An instance folder filled with the synthetic country, made once for all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    instance = shared / "seeded"
    with (shared / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (instance / "done").exists():
            instance.mkdir(exist_ok=True)
            seed(instance)
            (instance / "done").touch()
    return instance


@pytest.fixture
def server(seeded: Path, tmp_path: Path) -> Iterator[Server]:
    """A running application with the synthetic country, this test's own."""
    made = Server(seeded, tmp_path / "instance").start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started
