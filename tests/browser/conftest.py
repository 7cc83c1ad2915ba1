"""Fixtures of browser tests: a seeded server of the test's own, and Playwright."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import OPEN_TABLETS
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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Leave a picture of every open tablet beside a failed test's other files."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.when != "call" or not report.failed:
        return
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    for number, tablet in enumerate(OPEN_TABLETS):
        with contextlib.suppress(Exception):
            tablet.page.screenshot(path=str(folder / f"failed-{number}.png"))
            report.sections.append(("tablet", f"{folder}/failed-{number}.png\n{tablet.errors}"))
