"""Limits on guessing hold over all processes, and only failures count."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from sync.database import open_database
from tests.webapp.conftest import config
from webapp import create_app
from webapp.rate_counts import SqlCounts


def test_two_processes_count_together(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    stores = [SqlCounts("aigaq+sql://", engine=open_database(url)) for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(lambda number: stores[number % 2].incr("a", 60), range(20)))
    assert sorted(counted) == list(range(1, 21))
    assert stores[0].get("a") == stores[1].get("a") == 20
    assert stores[0].get("b") == 0
    stores[0].clear("a")
    assert stores[1].get("a") == 0


def test_a_window_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqlCounts("aigaq+sql://", engine=open_database(f"sqlite:///{tmp_path / 'x.sqlite'}"))
    now = time.time()
    monkeypatch.setattr("webapp.rate_counts.time.time", lambda: now)
    assert [store.incr("a", 60), store.incr("a", 60)] == [1, 2]
    assert store.get_expiry("a") == pytest.approx(now + 60)
    monkeypatch.setattr("webapp.rate_counts.time.time", lambda: now + 61)
    assert store.get("a") == 0
    assert store.incr("a", 60) == 1
    assert store.check()
    assert store.reset() == 1


def test_guessing_enrolment_codes_ends_for_every_process(tmp_path: Path) -> None:
    settings = replace(config(tmp_path), rate_limits=True)
    clients = [create_app(settings).test_client() for _ in range(2)]
    body = {"code": "AAAA-AAAA-AAAA", "device": {}}
    answers = [clients[number % 2].post("/sync/enrol", json=body).status_code for number in range(12)]
    assert answers == [404] * 10 + [429] * 2
