"""Whatever happens to documents, a store says the same as the pure model of `sync.revisions`."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.documents.contract import Incoming, ReplicatedStore
from sync.revisions import Leaf, leaf_revisions, revision_id, winner_order
from tests.contracts.conftest import CHANNEL, Target

VECTORS = Path(__file__).parent.parent / "vectors"
_channels = itertools.count()


@dataclass
class Model:
    """Revision trees as plain dictionaries: what a store must hold after the same puts in any order."""

    parents: dict[str, dict[str, str | None]] = field(default_factory=dict)
    bodies: dict[tuple[str, str], Incoming] = field(default_factory=dict)

    def put(self, incoming: Incoming) -> None:
        tree = self.parents.setdefault(incoming.id, {})
        chain = [incoming.rev, *incoming.ancestors]
        for child, parent in itertools.zip_longest(chain, chain[1:]):
            if tree.get(child) is None:
                tree[child] = parent
        self.bodies[incoming.id, incoming.rev] = incoming

    def leaves(self, id_: str) -> list[Leaf]:
        tree = self.parents.get(id_, {})
        found = []
        for rev in leaf_revisions(tree):
            stored = self.bodies[id_, rev]
            found.append(Leaf(rev, stored.doc, stored.deleted, tuple(_up(tree, rev))))
        return winner_order(found)


def _up(tree: dict[str, str | None], rev: str) -> list[str]:
    chain, at = [], tree[rev]
    while at is not None:
        chain.append(at)
        at = tree[at]
    return chain


def history(seed: int, size: int) -> list[Incoming]:
    """A random history: documents that grow, fork and are deleted, each revision with its whole ancestry."""
    chance = random.Random(seed)
    made: list[Incoming] = []
    for number in range(size):
        id_ = f"note:{chance.randrange(max(1, size // 4))}"
        earlier = [each for each in made if each.id == id_]
        parent = chance.choice(earlier) if earlier and chance.random() < 0.85 else None
        deleted = parent is not None and chance.random() < 0.15
        document: dict[str, Any] = {"_id": id_}
        if not deleted:
            document |= {"text": f"текст {number}", "deep": {"list": [number, None, True, 1.5]}}
        ancestors = (parent.rev, *parent.ancestors) if parent else ()
        rev = revision_id(parent.rev if parent else None, document, deleted=deleted)
        made.append(Incoming(rev, document, ancestors, deleted))
    return made


def deal(incoming: list[Incoming], seed: int) -> list[list[Incoming]]:
    """The same revisions in another order, in batches, some of them twice."""
    chance = random.Random(seed)
    cards = incoming + chance.sample(incoming, len(incoming) // 5)
    chance.shuffle(cards)
    batches = []
    while cards:
        size = chance.randrange(1, 12)
        batches.append(cards[:size])
        cards = cards[size:]
    return batches


def check(store: ReplicatedStore, seed: int, size: int) -> None:
    channel = f"visit-{next(_channels):026}"
    store.create_channel(channel)
    made, model = history(seed, size), Model()
    seen: dict[str, list[Leaf]] = {}
    since: str | None = None
    for number, batch in enumerate(deal(made, seed)):
        store.put_revisions(channel, batch)
        for incoming in batch:
            model.put(incoming)
        if number % 3 == 0:
            page = store.changes(channel, since, limit=3)
            seen.update({change.id: list(change.leaves) for change in page.changes})
            since = page.since
    more = True
    while more:
        page = store.changes(channel, since, limit=5)
        seen.update({change.id: list(change.leaves) for change in page.changes})
        since, more = page.since, page.more
    expected = {id_: model.leaves(id_) for id_ in model.parents}
    assert store.read(channel, list(expected)) == expected
    assert seen == expected
    assert {row.id: list(row.revs) for row in store.feed(channel).rows} == {
        id_: [leaf.rev for leaf in leaves] for id_, leaves in expected.items()
    }
    assert not any(store.put_revisions(channel, made))
    assert store.changes(channel, since).changes == ()


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 40))
def test_a_store_says_what_the_model_says(store: ReplicatedStore, seed: int, size: int) -> None:
    check(store, seed, size)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_store_says_what_the_model_says_of_long_histories(store: ReplicatedStore) -> None:
    for seed in range(100):
        check(store, seed, 150)


def test_winners_are_those_of_the_shared_vectors(store: ReplicatedStore) -> None:
    cases = json.loads((VECTORS / "winners.json").read_text())["cases"]
    assert cases
    for number, case in enumerate(cases):
        id_ = f"note:{number}"
        batch = [Incoming(leaf["rev"], {"_id": id_}, (), bool(leaf["deleted"])) for leaf in case["leaves"]]
        store.put_revisions(CHANNEL, batch)
        assert [leaf.rev for leaf in store.leaves(CHANNEL, id_)] == case["order"], case["name"]


def test_a_lone_surrogate_is_stored_as_what_stands_for_it(store: ReplicatedStore) -> None:
    document = {"_id": "note:1", "text": "a\ud800b", "\udfffkey": ["\ud83d\ude00", "\x00"]}
    rev = revision_id(None, document)
    other = {"_id": "note:2", "text": "beside it"}
    store.put_revisions(CHANNEL, [Incoming(rev, document), Incoming(revision_id(None, other), other)])
    (leaf,) = store.leaves(CHANNEL, "note:1")
    assert leaf.doc["text"] == "a\ufffdb"
    assert revision_id(None, leaf.doc) == rev
    assert store.leaves(CHANNEL, "note:2")


def test_a_big_batch_is_stored_whole(store: ReplicatedStore, target: Target) -> None:
    size = 3000 if target.embedded else 1200
    batch = []
    for number in range(size):
        document = {"_id": f"note:{number:05}", "text": "x" * 4000, "number": number}
        batch.append(Incoming(revision_id(None, document), document))
    assert store.put_revisions(CHANNEL, batch) == [True] * size
    seen, since, more = 0, None, True
    while more:
        page = store.changes(CHANNEL, since, limit=1000)
        assert all(len(change.leaves[0].doc["text"]) == 4000 for change in page.changes)
        seen, since, more = seen + len(page.changes), page.since, page.more
    assert seen == size
