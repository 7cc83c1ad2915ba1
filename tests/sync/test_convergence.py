"""Ten replicas that have met all others have the same leaves and read the same, whatever the order."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import revisions
from sync.wire import canonical
from tests.sync import replicas


def reading(replica: replicas.Replica, shuffle: int = 0) -> bytes:
    leaves = replica.leaves()
    random.Random(shuffle).shuffle(leaves)
    merged = revisions.merge(leaves)
    assert merged is not None
    return canonical([merged.rev, merged.doc, merged.conflicts])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.permutations(range(replicas.REPLICAS)),
    st.permutations(range(replicas.REPLICAS)),
)
def test_replicas_converge_whatever_the_order(seed: int, one: list[int], other: list[int]) -> None:
    everyone = replicas.history(seed)
    left, right = replicas.gather(everyone, one), replicas.gather(everyone, other)
    assert {leaf.rev for leaf in left.leaves()} == {leaf.rev for leaf in right.leaves()}
    assert reading(left, 1) == reading(right, 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_a_person_settles_what_ten_replicas_left_and_nothing_is_lost(seed: int) -> None:
    office = replicas.gather(replicas.history(seed), list(range(replicas.REPLICAS)))
    known = set(office.tree)
    office.write({"text": "решено"}, 59, settles=True)
    merged = revisions.merge(office.leaves())
    assert merged is not None
    assert (merged.conflicts, merged.doc["text"]) == ([], "решено")
    assert known < set(office.tree), "no revision is gone"


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
