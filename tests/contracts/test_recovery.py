"""Whoever writes may die at any moment: what was acknowledged is there, and the store goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sync.documents.contract import Incoming, ReplicatedStore
from sync.revisions import revision_id
from tests import patience
from tests.contracts.conftest import CHANNEL, Target, on_embedded_stores
from tests.contracts.servers import postgres_binaries, postgres_cluster, pouchdb_server

ROOT = Path(__file__).parent.parent.parent

# Writes batches without end, and says the last number of each as soon as the store has acknowledged it.
WRITER = """
import sys
from tests.contracts.conftest import CHANNEL, open_store
from tests.contracts.test_recovery import note
store = open_store(sys.argv[1])
number = int(sys.argv[2])
while True:
    store.put_revisions(CHANNEL, [note(n) for n in range(number, number + 5)])
    number += 5
    print(number, flush=True)
"""


def note(number: int) -> Incoming:
    document = {"_id": f"note:{number:06}", "text": "x" * 500, "number": number}
    return Incoming(revision_id(None, document), document)


def killed_after(url: str, first: int, batches: int, *, last_words: float = 0.0) -> int:
    """Run a writer, kill it after so many batches; the number below which all was acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, url, str(first)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    done = first
    for _ in range(batches):
        done = int(process.stdout.readline())
    time.sleep(last_words)  # so that it dies somewhere inside a batch
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate(timeout=patience.SECONDS)
    return max([done, *(int(line) for line in rest.split())])


@on_embedded_stores  # a writer's death says nothing of another server's store
def test_what_a_killed_writer_was_told_is_there(store: ReplicatedStore, target: Target) -> None:
    acknowledged = 0
    for round_ in range(4):
        acknowledged = killed_after(target.url, acknowledged, 3 + round_, last_words=round_ / 700)
        reader = target.open()
        found = {change.id for change in reader.changes(CHANNEL, limit=100_000).changes}
        assert found >= {note(number).id for number in range(acknowledged)}
        # A batch is there whole or not at all, and the next writer is not kept waiting.
        assert len(found) % 5 == 0
        store.put_revisions(CHANNEL, [note(number) for number in range(acknowledged, len(found))])
        acknowledged = max(acknowledged, len(found))


@pytest.mark.long
@pytest.mark.timeout(1800)
@on_embedded_stores
def test_what_many_killed_writers_were_told_is_there(store: ReplicatedStore, target: Target) -> None:
    acknowledged = 0
    for round_ in range(40):
        acknowledged = killed_after(target.url, acknowledged, 5, last_words=round_ / 3000)
        found = {change.id for change in target.open().changes(CHANNEL, limit=100_000).changes}
        assert found >= {note(number).id for number in range(acknowledged)}
        acknowledged = -(-len(found) // 5) * 5


def test_what_postgresql_acknowledged_outlives_its_own_death() -> None:
    if postgres_binaries() is None:
        pytest.skip("this machine has no PostgreSQL (Debian's package postgresql)")
    with postgres_cluster() as cluster:
        target = Target("postgresql", cluster.create("documents"))
        store = target.open()
        store.create_channel(CHANNEL)
        stop, told = threading.Event(), []

        def write() -> None:
            number = 0
            while not stop.is_set():
                try:
                    store.put_revisions(CHANNEL, [note(number)])
                except Exception:  # the server is gone: what was not acknowledged may be lost
                    return
                told.append(number)
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        while len(told) < 50:
            time.sleep(0.01)
        cluster.stop(signal.SIGQUIT)
        stop.set()
        writer.join()
        cluster.start()
        again = target.open()
        found = {change.id for change in again.changes(CHANNEL, limit=100_000).changes}
        assert found >= {note(number).id for number in told}
        again.close()  # type: ignore[attr-defined]


def test_a_batch_that_was_cut_is_completed_by_putting_it_again(tmp_path: Path) -> None:
    """CouchDB has no transaction over a batch: half of it may be there, and the same batch again brings the rest."""
    with pouchdb_server(tmp_path / "pouch") as url:
        target = Target("pouchdb-server", f"couchdb+{url}/t-")
        store = target.open()
        store.create_channel(CHANNEL)
        batch = [note(number) for number in range(40)]
        store.put_revisions(CHANNEL, batch[:17])
        assert store.put_revisions(CHANNEL, batch) == [False] * 17 + [True] * 23
        assert len(store.changes(CHANNEL).changes) == 40
