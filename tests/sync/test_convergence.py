"""Ten replicas that have met all others have the same leaves and read the same, whatever the order."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import revisions
from sync.wire import canonical
from tests.sync import replicas

ROOT = Path(__file__).parents[2]


def reading(replica: replicas.Replica, shuffle: int = 0) -> bytes:
    leaves = replica.leaves()
    random.Random(shuffle).shuffle(leaves)
    merged = revisions.merge(leaves)
    assert merged is not None
    return canonical([merged.rev, merged.doc, merged.conflicts])


SEEDS, ORDERS = st.integers(0, 2**32), st.permutations(range(replicas.REPLICAS))


def converge(seed: int, one: list[int], other: list[int], steps: int) -> None:
    everyone = replicas.history(seed, steps=steps)
    left, right = replicas.gather(everyone, one), replicas.gather(everyone, other)
    assert {leaf.rev for leaf in left.leaves()} == {leaf.rev for leaf in right.leaves()}
    assert reading(left, 1) == reading(right, 2)


@settings(max_examples=60, deadline=None)
@given(SEEDS, ORDERS, ORDERS)
def test_replicas_converge_whatever_the_order(seed: int, one: list[int], other: list[int]) -> None:
    converge(seed, one, other, 40)


@pytest.mark.long
@settings(max_examples=1000, deadline=None)
@given(SEEDS, ORDERS, ORDERS, st.integers(2, 200))
def test_replicas_converge_after_long_histories(
    seed: int, one: list[int], other: list[int], steps: int
) -> None:
    converge(seed, one, other, steps)


def settle(seed: int, steps: int) -> None:
    office = replicas.gather(replicas.history(seed, steps=steps), list(range(replicas.REPLICAS)))
    known = set(office.tree)
    office.write({"text": "решено"}, steps, settles=True)
    merged = revisions.merge(office.leaves())
    assert merged is not None
    assert (merged.conflicts, merged.doc["text"]) == ([], "решено")
    assert known < set(office.tree), "no revision is gone"


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_person_settles_what_ten_replicas_left_and_nothing_is_lost(seed: int) -> None:
    settle(seed, 40)


@pytest.mark.long
@settings(max_examples=500, deadline=None)
@given(SEEDS, st.integers(2, 200))
def test_a_person_settles_what_long_histories_left_and_nothing_is_lost(seed: int, steps: int) -> None:
    settle(seed, steps)


def test_replicas_that_only_read_make_no_revisions() -> None:
    everyone = replicas.history(7)
    before = {rev for replica in everyone for rev in replica.tree}
    for round_ in range(3):
        for index in range(replicas.REPLICAS):
            everyone[index].meet(everyone[(index + round_ + 1) % replicas.REPLICAS])
            reading(everyone[index])
    assert {rev for replica in everyone for rev in replica.tree} == before


@pytest.mark.parametrize("seed", range(replicas.HISTORIES))
def test_the_shared_vectors_are_these_histories(seed: int) -> None:
    cases = json.loads(replicas.VECTORS.read_text(encoding="utf-8"))["cases"]
    assert canonical(cases[seed]) == canonical(replicas.vector(seed))


@pytest.mark.long
def test_both_languages_read_five_hundred_histories_the_same(tmp_path: Path) -> None:
    cases = [replicas.vector(seed, steps=20 + seed % 180) for seed in range(1000, 1500)]
    assert sum(len(case["expect"]["conflicts"]) for case in cases) > 500
    histories = tmp_path / "histories.json"
    histories.write_text(json.dumps({"cases": cases}))
    command = ["node", "tests/sync/readings.mjs", str(histories)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == []
