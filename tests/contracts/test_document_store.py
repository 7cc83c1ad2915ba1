"""The one suite that every document store passes; `conftest.py` says which stores there are."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.documents.contract import DocumentStore, Incoming
from sync.errors import BadRequest, NotFound, StoreFailed
from sync.revisions import revision_id
from tests.contracts.conftest import CHANNEL, Target, open_store


def incoming(
    text: str, parent: Incoming | None = None, *, id_: str = "note:1", deleted: bool = False
) -> Incoming:
    document: dict[str, Any] = {"_id": id_} if deleted else {"_id": id_, "text": text}
    ancestors = (parent.rev, *parent.ancestors) if parent else ()
    rev = revision_id(ancestors[0] if ancestors else None, document, deleted=deleted)
    return Incoming(rev, document, ancestors, deleted)


def test_what_is_put_is_read_back_whole(store: DocumentStore) -> None:
    first = Incoming(
        "1-" + "a" * 32, {"_id": "note:1", "text": "Ә", "deep": {"x": [1.5, None, True]}, "future": 1}
    )
    assert store.put_revisions(CHANNEL, [first]) == [True]
    (leaf,) = store.leaves(CHANNEL, "note:1")
    assert (leaf.rev, leaf.doc, leaf.deleted, leaf.ancestors) == (first.rev, first.doc, False, ())


def test_putting_again_changes_nothing(store: DocumentStore) -> None:
    first = incoming("a")
    store.put_revisions(CHANNEL, [first])
    before = store.changes(CHANNEL)
    assert store.put_revisions(CHANNEL, [first, first]) == [False, False]
    assert store.changes(CHANNEL) == before
    assert store.updates(store.updates().since).changed == frozenset()


def test_a_different_body_under_a_known_revision_does_not_replace_it(store: DocumentStore) -> None:
    first = incoming("a")
    store.put_revisions(CHANNEL, [first])
    assert store.put_revisions(CHANNEL, [Incoming(first.rev, {"_id": "note:1", "text": "forged"})]) == [False]
    assert store.leaves(CHANNEL, "note:1")[0].doc["text"] == "a"


def test_a_child_takes_its_parents_place(store: DocumentStore) -> None:
    first = incoming("a")
    second = incoming("b", first)
    store.put_revisions(CHANNEL, [first])
    store.put_revisions(CHANNEL, [second])
    (leaf,) = store.leaves(CHANNEL, "note:1")
    assert (leaf.rev, leaf.ancestors) == (second.rev, (first.rev,))


def test_branches_stay_side_by_side_winner_first(store: DocumentStore) -> None:
    first = incoming("a")
    branches = [incoming(text, first) for text in "bcd"]
    store.put_revisions(CHANNEL, [first, *branches])
    assert [leaf.rev for leaf in store.leaves(CHANNEL, "note:1")] == sorted(
        (b.rev for b in branches), reverse=True
    )


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]])
def test_the_tree_does_not_depend_on_the_order_of_arrival(store: DocumentStore, order: list[int]) -> None:
    first = incoming("a")
    second = incoming("b", first)
    third = incoming("c", second)
    other = incoming("d", first)
    parts = [first, second, third, other]
    for index in order:
        store.put_revisions(CHANNEL, [parts[index]])
    leaves = store.leaves(CHANNEL, "note:1")
    assert [(leaf.rev, leaf.ancestors) for leaf in leaves] == [
        (third.rev, (second.rev, first.rev)),
        (other.rev, (first.rev,)),
    ]


def test_a_leaf_that_arrives_alone_brings_its_ancestors_as_stubs(store: DocumentStore) -> None:
    first = incoming("a")
    third = incoming("c", incoming("b", first))
    store.put_revisions(CHANNEL, [third])
    assert [leaf.rev for leaf in store.leaves(CHANNEL, "note:1")] == [third.rev]
    store.put_revisions(CHANNEL, [first])  # only its name was known: a store may take its body, or not
    assert [(leaf.rev, leaf.doc["text"]) for leaf in store.leaves(CHANNEL, "note:1")] == [(third.rev, "c")]


def test_a_history_cut_short_is_completed_by_who_knows_more(store: DocumentStore) -> None:
    first, second = incoming("a"), incoming("b", incoming("a"))
    third = incoming("c", second)
    store.put_revisions(CHANNEL, [Incoming(third.rev, third.doc, (second.rev,))])
    store.put_revisions(CHANNEL, [incoming("d", second)])
    ancestors = {leaf.ancestors for leaf in store.leaves(CHANNEL, "note:1")}
    assert ancestors == {(second.rev, first.rev)}


def test_a_deleted_leaf_stays_behind_a_living_one(store: DocumentStore) -> None:
    first = incoming("a")
    gone, kept = incoming("", first, deleted=True), incoming("b", first)
    store.put_revisions(CHANNEL, [first, gone, kept])
    assert [(leaf.rev, leaf.deleted) for leaf in store.leaves(CHANNEL, "note:1")] == [
        (kept.rev, False),
        (gone.rev, True),
    ]


def test_changes_tell_each_document_once_at_its_latest_change(store: DocumentStore) -> None:
    a, b = incoming("a", id_="note:a"), incoming("b", id_="note:b")
    store.put_revisions(CHANNEL, [a, b])
    store.put_revisions(CHANNEL, [incoming("a2", a, id_="note:a")])
    page = store.changes(CHANNEL)
    assert [change.id for change in page.changes] == ["note:b", "note:a"]
    assert page.changes[1].leaves[0].doc["text"] == "a2"
    assert [c.position for c in page.changes] == sorted(c.position for c in page.changes)
    assert store.changes(CHANNEL, page.since).changes == ()


def test_changes_can_be_resumed_at_every_row(store: DocumentStore) -> None:
    store.put_revisions(CHANNEL, [incoming("x", id_=f"note:{number:02}") for number in range(25)])
    everything = store.changes(CHANNEL).changes
    assert len(everything) == 25
    for index, change in enumerate(everything):
        assert store.changes(CHANNEL, change.seq).changes == everything[index + 1 :]
    pages, since, more = [], None, True
    while more:
        page = store.changes(CHANNEL, since, limit=7)
        pages.append(len(page.changes))
        since, more = page.since, page.more
    assert pages == [7, 7, 7, 4]


def test_changes_give_all_leaves_deleted_ones_included(store: DocumentStore) -> None:
    first = incoming("a")
    leaves = [incoming("b", first), incoming("c", first), incoming("", first, deleted=True)]
    store.put_revisions(CHANNEL, [first, *leaves])
    (change,) = store.changes(CHANNEL).changes
    assert {leaf.rev for leaf in change.leaves} == {leaf.rev for leaf in leaves}


def test_a_foreign_since_is_refused(store: DocumentStore) -> None:
    with pytest.raises(BadRequest):
        store.changes(CHANNEL, "no such place")


def test_one_feed_names_the_channels_that_changed(store: DocumentStore) -> None:
    store.create_channel("reference")
    since = store.updates().since
    store.put_revisions("reference", [incoming("a")])
    after = store.updates(since)
    assert (after.changed, after.deleted) == (frozenset({"reference"}), frozenset())
    store.delete_channel("reference")
    assert store.updates(after.since).deleted == frozenset({"reference"})
    assert store.updates().changed == frozenset({CHANNEL})


def test_channels_do_not_see_each_other(store: DocumentStore) -> None:
    store.create_channel("reference")
    store.put_revisions("reference", [incoming("a")])
    assert store.leaves(CHANNEL, "note:1") == []
    assert store.changes(CHANNEL).changes == ()
    assert store.channels() == ["reference", CHANNEL]


def test_a_channel_made_anew_has_a_new_epoch_and_nothing_in_it(store: DocumentStore) -> None:
    store.put_revisions(CHANNEL, [incoming("a")])
    epoch = store.epoch(CHANNEL)
    assert store.create_channel(CHANNEL) is False
    assert store.epoch(CHANNEL) == epoch
    store.delete_channel(CHANNEL)
    store.delete_channel(CHANNEL)
    assert store.create_channel(CHANNEL) is True
    assert store.epoch(CHANNEL) != epoch
    assert store.changes(CHANNEL).changes == ()
    assert store.renew_epoch(CHANNEL) == store.epoch(CHANNEL) != epoch


def test_a_channel_that_is_not_there_is_not_found(store: DocumentStore) -> None:
    calls: list[Callable[[], object]] = [
        lambda: store.put_revisions("nowhere", [incoming("a")]),
        lambda: store.changes("nowhere"),
        lambda: store.epoch("nowhere"),
        lambda: store.renew_epoch("nowhere"),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


def test_a_batch_is_all_or_nothing(store: DocumentStore) -> None:
    broken = Incoming("1-" + "b" * 32, {"_id": "note:2", "text": object()})
    with pytest.raises(TypeError):
        store.put_revisions(CHANNEL, [incoming("a"), broken])
    assert store.changes(CHANNEL).changes == ()


def test_purge_leaves_no_trace(store: DocumentStore, target: Target, tmp_path: Path) -> None:
    first = incoming("a marker that must go")
    fork = [incoming("another marker that must go", first), incoming("a third that must go", first)]
    store.put_revisions(CHANNEL, [first, *fork, incoming("b", id_="note:2")])
    if not target.purges:
        with pytest.raises(StoreFailed, match="_purge"):
            store.purge(CHANNEL, "note:1")
        return
    store.purge(CHANNEL, "note:1")
    assert store.leaves(CHANNEL, "note:1") == []
    assert [change.id for change in store.changes(CHANNEL).changes] == ["note:2"]
    assert not any(b"that must go" in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert store.put_revisions(CHANNEL, [first]) == [True]  # nothing is remembered of it
    store.purge(CHANNEL, "note:1")
    store.purge(CHANNEL, "note:1")  # and nothing happens where there is nothing


def test_many_documents_are_read_at_once(store: DocumentStore) -> None:
    store.put_revisions(CHANNEL, [incoming("x", id_=f"note:{number}") for number in range(1200)])
    found = store.read(CHANNEL, [f"note:{number}" for number in range(1100, 1300)])
    assert len(found) == 100


def _write_many(url: str, name: str) -> None:
    store = open_store(url)
    for number in range(20):
        store.put_revisions(CHANNEL, [incoming(name, id_=f"note:{name}-{number}")])


def test_several_processes_write_one_store(store: DocumentStore, target: Target) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write_many, args=(target.url, name)) for name in "abc"]
    for process in processes:
        process.start()
    # A reader that goes on from where it was, while they write, misses nothing.
    seen: list[str] = []
    since: str | None = None
    while any(process.is_alive() for process in processes):
        page = store.changes(CHANNEL, since, limit=7)
        seen += [change.id for change in page.changes]
        since = page.since
    page = store.changes(CHANNEL, since)
    seen += [change.id for change in page.changes]
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert sorted(seen) == sorted(f"note:{name}-{number}" for name in "abc" for number in range(20))
    assert len({change.seq for change in store.changes(CHANNEL).changes}) == 60
