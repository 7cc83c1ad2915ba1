"""Fixtures of browser tests: a seeded server of the test's own, and a tablet that is enrolled already."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.chromium import OPEN_TABLETS, Tablet
from tests.browser.engine_gateway import EngineGateway
from tests.browser.enrolled import Enrolled, enrol_once
from tests.browser.monitor import Monitor
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
def gateway() -> Iterator[EngineGateway]:
    """A gateway that does what a test tells it."""
    made = EngineGateway().start()
    yield made
    made.stop()


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Iterator[Tablet]:
    """A tablet on which nothing is yet, not open."""
    made = Tablet(playwright, tmp_path / "profile")
    yield made
    made.close()


@pytest.fixture
def server(seeded: Path, tmp_path: Path) -> Iterator[Server]:
    """A running application with the synthetic country, this test's own."""
    made = Server(seeded, tmp_path / "instance").start()
    yield made
    made.kill()  # nothing is read of it any more


@pytest.fixture(scope="session")
def enrolled(playwright: Playwright, seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Enrolled:
    """The leader's tablet, enrolled once for all tests of a worker: each copies it."""
    return enrol_once(playwright, seeded, tmp_path_factory.mktemp("enrolled"))


@pytest.fixture
def office(enrolled: Enrolled, tmp_path: Path) -> Iterator[Server]:
    """The enrolled tablet's server, not running."""
    made = enrolled.server(tmp_path)
    yield made
    made.kill()


@pytest.fixture
def leader(enrolled: Enrolled, playwright: Playwright, tmp_path: Path) -> Iterator[Monitor]:
    """The leader of today's visit inside the facility, unlocked, with no network."""
    monitor = enrolled.monitor(playwright, tmp_path)
    monitor.start_cold()
    monitor.page.wait_for_selector("aq-home .today .btn")
    monitor.arrive()
    yield monitor
    if monitor.tablet.context:
        monitor.tablet.close()


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
