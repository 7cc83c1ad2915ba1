"""Many tablets at once on one engine: everybody is answered, chains are whole, what was acknowledged is projected."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from sync.database import open_database, reading, turn, writing
from sync.errors import StoreFailed
from sync.gateway import tables
from sync.projections.tables import item
from sync.rounds import Rounds
from sync.wire import canonical, sha256_hex
from tests.fakes import Tablet
from tests.personas import BOB
from tests.sync.conftest import World, build

# More than a pool of connections has by default: threads that wait for their turn must not hold any.
CROWD = 24


def notes(tablet: Tablet, count: int) -> list[dict[str, Any]]:
    return [
        tablet.document("note", text=str(number), place=None, theme=None, source=None, media=[])
        for number in range(count)
    ]


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        start.wait(60)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(120) for future in [pool.submit(run, job) for job in jobs]]


def test_a_crowd_is_answered_and_its_chains_are_whole(world: World, alice: Tablet, visit: str) -> None:
    tablets = [world.tablet(BOB) for _ in range(CROWD // 2)]
    batches = []
    for tablet in tablets:
        for _ in range(2):  # two batches of one tablet at once: a courier carries the one
            batches.append((tablet, [tablet.envelope(visit, document) for document in notes(tablet, 3)]))
    answers = at_once([lambda batch=batch: world.deliver(batch[0], *batch[1]) for batch in batches])
    assert all("receipt" in answer and "quarantined" not in answer for given in answers for answer in given)
    rows = [row["receipt"] for row in world.engine.receipts(visit)]
    for tablet in tablets:
        chain = [receipt for receipt in rows if receipt["device"] == tablet.id]
        assert [receipt["seq"] for receipt in chain] == list(range(1, 7))
        before = ["", *(sha256_hex(canonical(receipt)) for receipt in chain)]
        assert [receipt["prev"] for receipt in chain] == before[:-1]


def test_one_envelope_brought_by_two_at_once_has_one_receipt(world: World, alice: Tablet, visit: str) -> None:
    envelopes = [alice.envelope(visit, document) for document in notes(alice, 5)]
    answers = at_once([lambda: world.deliver(alice, *envelopes) for _ in range(6)])
    assert all(given == answers[0] for given in answers)
    with reading(world.engine.archive._database) as connection:
        query = select(func.count()).select_from(tables.receipt)
        ids = [envelope["id"] for envelope in envelopes]
        assert connection.scalar(query.where(tables.receipt.c.envelope.in_(ids))) == 5


def test_what_is_acknowledged_is_projected_however_many_come(world: World, alice: Tablet, visit: str) -> None:
    tablets = [world.tablet(BOB) for _ in range(8)]
    missing: list[str] = []

    def deliver(tablet: Tablet) -> None:
        documents = notes(tablet, 2)
        world.deliver(tablet, *(tablet.envelope(visit, document) for document in documents))
        with reading(world.engine.archive._database) as connection:
            ids = [document["_id"] for document in documents]
            here = set(connection.scalars(select(item.c.id).where(item.c.id.in_(ids))))
        missing.extend(set(ids) - here)

    at_once([lambda tablet=tablet: deliver(tablet) for tablet in tablets])
    assert missing == []


def test_two_processes_share_the_chains(world: World, alice: Tablet, visit: str) -> None:
    other = build(world.folder, clock=world.clock, authorizer=world.authorizer)
    tablets = [world.tablet(BOB) for _ in range(3)]
    jobs: list[Callable[[], Any]] = []
    for tablet in tablets:
        for engine in (world.engine, other.engine, world.engine, other.engine):
            envelopes = [tablet.envelope(visit, document) for document in notes(tablet, 2)]
            jobs.append(
                lambda engine=engine, envelopes=envelopes, tablet=tablet: engine.deliver(
                    {"envelopes": envelopes}, carrier=tablet.id
                )
            )
    assert all("receipt" in answer for given in at_once(jobs) for answer in given)
    rows = [row["receipt"] for row in world.engine.receipts(visit)]
    for tablet in tablets:
        assert [row["seq"] for row in rows if row["device"] == tablet.id] == list(range(1, 9))


def test_one_round_of_work_serves_all_who_asked_before_it_began() -> None:
    begun, go, done = threading.Event(), threading.Event(), []

    def work() -> None:
        begun.set()
        assert go.wait(60)
        done.append(1)

    rounds = Rounds(work)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(rounds.ask)
        assert begun.wait(60)
        others = [pool.submit(rounds.ask) for _ in range(8)]
        while rounds._asked < 9:
            threading.Event().wait(0.01)
        go.set()
        for future in (first, *others):
            future.result(60)
    assert len(done) == 2


def test_a_round_that_fails_is_tried_by_the_next(tmp_path: Path) -> None:
    tries = []

    def work() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise StoreFailed("once")

    rounds = Rounds(work)
    with pytest.raises(StoreFailed):
        rounds.ask()
    rounds.ask()
    assert len(tries) == 2


def test_who_waits_for_a_turn_holds_no_connection(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/x.sqlite")
    waiting = threading.Event()

    def write() -> None:
        waiting.set()
        with writing(engine):
            pass

    with ThreadPoolExecutor(1) as pool, turn(engine):
        future = pool.submit(write)
        assert waiting.wait(60)
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert not future.done()
    future.result(60)
