"""What a replication front needs of a store: names, gaps, raw bodies, checkpoints. Every store passes it."""

from __future__ import annotations

import functools
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sync.documents.contract import Incoming, Listing, ReplicatedStore, Wanted
from sync.documents.embedded import EmbeddedStore
from sync.errors import BadRequest, EditConflict, NotFound
from sync.revisions import winner_order
from tests.contracts.conftest import CHANNEL, Target, on_embedded_stores
from tests.contracts.test_document_store import incoming


@pytest.fixture(params=["embedded"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReplicatedStore]:
    embedded = EmbeddedStore(f"sqlite:///{tmp_path}/documents.sqlite")
    embedded.create_channel(CHANNEL)
    yield embedded
    embedded.close()


def got(store: ReplicatedStore, *wanted: Wanted, revs: bool = True, latest: bool = False) -> list[Any]:
    pieces = store.bulk_get(CHANNEL, wanted, revs=revs, latest=latest)
    return list(json.loads(b"".join(pieces))["results"])


def tip(rev: str) -> str:
    return rev.partition("-")[2]


def test_the_feed_names_leaves_winner_first(store: ReplicatedStore) -> None:
    first = incoming("a")
    branches = [incoming(text, first) for text in "bcd"]
    store.put_revisions(CHANNEL, [first, *branches, incoming("x", id_="note:2")])
    feed = store.feed(CHANNEL)
    expected = tuple(leaf.rev for leaf in winner_order(store.leaves(CHANNEL, "note:1")))
    assert {row.id: row.revs for row in feed.rows}["note:1"] == expected
    assert [row.deleted for row in feed.rows] == [False, False]
    assert feed.pending in (0, None)


def test_the_feed_says_when_the_winner_is_deleted(store: ReplicatedStore) -> None:
    first = incoming("a")
    gone = incoming("", first, deleted=True)
    store.put_revisions(CHANNEL, [first, gone])
    assert [(row.revs, row.deleted) for row in store.feed(CHANNEL).rows] == [((gone.rev,), True)]
    store.put_revisions(CHANNEL, [incoming("b", first)])
    (row,) = store.feed(CHANNEL).rows
    assert row.deleted is False
    assert row.revs[1] == gone.rev


def test_the_feed_and_changes_share_their_places(store: ReplicatedStore) -> None:
    store.put_revisions(CHANNEL, [incoming("x", id_=f"note:{number:02}") for number in range(20)])
    rows = store.feed(CHANNEL).rows
    assert [row.id for row in rows] == [change.id for change in store.changes(CHANNEL).changes]
    for index in (0, 9, 19):
        after = store.feed(CHANNEL, rows[index].seq).rows
        assert [row.id for row in after] == [row.id for row in rows[index + 1 :]]
    page = store.feed(CHANNEL, limit=7)
    assert len(page.rows) == 7
    assert page.pending in (13, None)
    assert [row.id for row in store.feed(CHANNEL, page.last_seq).rows] == [row.id for row in rows[7:]]
    assert store.feed(CHANNEL, store.summary(CHANNEL).last_seq).rows == ()
    with pytest.raises(BadRequest):
        store.feed(CHANNEL, "no such place")


def test_the_feed_of_some_documents_only(store: ReplicatedStore) -> None:
    store.put_revisions(CHANNEL, [incoming("x", id_=f"note:{number}") for number in range(5)])
    feed = store.feed(CHANNEL, ids=["note:3", "note:1", "note:none"])
    assert {row.id for row in feed.rows} == {"note:1", "note:3"}
    assert store.feed(CHANNEL, feed.last_seq, ids=["note:3", "note:1"]).rows == ()


def test_the_feed_backwards(store: ReplicatedStore) -> None:
    store.put_revisions(CHANNEL, [incoming("x", id_=f"note:{number}") for number in range(5)])
    forwards = [row.id for row in store.feed(CHANNEL).rows]
    assert [row.id for row in store.feed(CHANNEL, limit=2, descending=True).rows] == forwards[::-1][:2]


def test_a_gap_names_what_is_missing_and_who_may_be_its_ancestor(store: ReplicatedStore) -> None:
    first = incoming("a")
    second, third = incoming("b", first), incoming("c", incoming("b", first))
    store.put_revisions(CHANNEL, [first, second])
    asked = {"note:1": [first.rev, second.rev, third.rev], "note:2": [first.rev], "note:3": []}
    gaps = store.missing(CHANNEL, asked)
    assert gaps["note:1"].missing == (third.rev,)
    assert gaps["note:1"].possible_ancestors == (second.rev,)
    assert gaps["note:2"].missing == (first.rev,)
    assert "note:3" not in gaps
    assert store.missing(CHANNEL, {"note:1": [first.rev]}) == {}


def test_an_ancestor_known_by_id_only_is_not_missing(store: ReplicatedStore) -> None:
    first = incoming("a")
    second = incoming("b", first)
    store.put_revisions(CHANNEL, [second])
    assert store.missing(CHANNEL, {"note:1": [first.rev]}) == {}
    (answer,) = got(store, Wanted("note:1", first.rev))
    assert answer["docs"][0]["error"]["error"] == "not_found"


def test_bodies_come_as_couchdb_gives_them(store: ReplicatedStore) -> None:
    first = incoming('Ә "quoted" \\ \n')
    second = incoming("b", first)
    store.put_revisions(CHANNEL, [first, second])
    newer, older, unknown, absent = got(
        store,
        Wanted("note:1", second.rev),
        Wanted("note:1", first.rev),
        Wanted("note:1", "9-" + "a" * 32),
        Wanted("note:none", "1-" + "a" * 32),
    )
    assert newer == {
        "id": "note:1",
        "docs": [
            {
                "ok": {
                    "_id": "note:1",
                    "_rev": second.rev,
                    "_revisions": {"start": 2, "ids": [tip(second.rev), tip(first.rev)]},
                    "text": "b",
                }
            }
        ],
    }
    assert older["docs"][0]["ok"]["text"] == first.doc["text"]
    assert [row["docs"][0]["error"]["error"] for row in (unknown, absent)] == ["not_found", "not_found"]
    assert absent["docs"][0]["error"]["rev"] == "1-" + "a" * 32


def test_latest_gives_the_leaves_that_descend(store: ReplicatedStore) -> None:
    first = incoming("a")
    branches = [incoming(text, first) for text in "bc"]
    store.put_revisions(CHANNEL, [first, *branches])
    (answer,) = got(store, Wanted("note:1", first.rev), latest=True)
    assert {row["ok"]["_rev"] for row in answer["docs"]} == {branch.rev for branch in branches}
    found = store.revisions(CHANNEL, "note:1", [first.rev, branches[0].rev], latest=True)
    assert sorted(stored.rev for stored in found) == sorted(branch.rev for branch in branches)


def test_all_leaves_of_a_document_with_their_tombstones(store: ReplicatedStore) -> None:
    first = incoming("a")
    kept, gone = incoming("b", first), incoming("", first, deleted=True)
    store.put_revisions(CHANNEL, [first, kept, gone])
    found = store.revisions(CHANNEL, "note:1")
    assert [(stored.rev, stored.deleted) for stored in found] == [(kept.rev, False), (gone.rev, True)]
    assert json.loads(found[1].json)["_deleted"] is True
    assert json.loads(found[0].json)["_revisions"]["ids"] == [tip(kept.rev), tip(first.rev)]
    (answer,) = got(store, Wanted("note:1"))
    assert len(answer["docs"]) == 2
    assert store.revisions(CHANNEL, "note:none") == []


def test_winners_are_listed_by_id(store: ReplicatedStore) -> None:
    rows = [incoming("x", id_=f"note:{name}") for name in "bacd"]
    store.put_revisions(CHANNEL, [*rows, incoming("", rows[3], id_="note:d", deleted=True)])

    def ids(asked: Listing) -> list[str]:
        return [row.id for row in store.listing(CHANNEL, asked)]

    assert ids(Listing()) == ["note:a", "note:b", "note:c"]
    assert ids(Listing(descending=True, limit=2)) == ["note:c", "note:b"]
    assert ids(Listing(start="note:b")) == ["note:b", "note:c"]
    assert ids(Listing(end="note:b")) == ["note:a", "note:b"]
    assert ids(Listing(end="note:b", end_excluded=True)) == ["note:a"]
    assert ids(Listing(start="note:b", end="note:a", descending=True)) == ["note:b", "note:a"]
    assert ids(Listing(skip=1, limit=1)) == ["note:b"]
    found = store.listing(CHANNEL, Listing(ids=("note:d", "note:none", "note:a"), bodies=True))
    assert [(row.id, row.rev is None, row.deleted) for row in found] == [
        ("note:d", False, True),
        ("note:none", True, False),
        ("note:a", False, False),
    ]
    assert [row.json is None for row in found] == [True, True, False]
    body = json.loads(found[2].json or b"")
    assert (body["_id"], body["_rev"], body["text"]) == ("note:a", found[2].rev, "x")


def test_the_summary_counts(store: ReplicatedStore) -> None:
    first = incoming("a")
    store.put_revisions(CHANNEL, [first, incoming("", first, deleted=True), incoming("b", id_="note:2")])
    summary = store.summary(CHANNEL)
    assert (summary.living, summary.deleted) == (1, 1)


def test_a_checkpoint_is_followed_not_overwritten(store: ReplicatedStore) -> None:
    assert store.local(CHANNEL, "abc.1=") is None
    assert store.put_local(CHANNEL, "abc.1=", b'{"seq":1}', None) == "0-1"
    found = store.local(CHANNEL, "abc.1=")
    assert found is not None
    assert (found[0], json.loads(found[1])) == ("0-1", {"seq": 1})
    with pytest.raises(EditConflict):
        store.put_local(CHANNEL, "abc.1=", b"{}", None)
    with pytest.raises(EditConflict):
        store.put_local(CHANNEL, "abc.1=", b"{}", "0-7")
    assert store.put_local(CHANNEL, "abc.1=", b'{"seq":2}', "0-1") == "0-2"
    assert store.feed(CHANNEL).rows == ()
    assert store.changes(CHANNEL).changes == ()
    assert store.summary(CHANNEL).living == 0
    with pytest.raises(EditConflict):
        store.delete_local(CHANNEL, "abc.1=", "0-1")
    store.delete_local(CHANNEL, "abc.1=", "0-2")
    assert store.local(CHANNEL, "abc.1=") is None
    with pytest.raises(NotFound):
        store.delete_local(CHANNEL, "abc.1=", "0-2")


def test_a_branch_remembers_as_much_as_it_is_told(store: ReplicatedStore) -> None:
    assert store.revs_limit(CHANNEL) == 1000
    store.set_revs_limit(CHANNEL, 3)
    assert store.revs_limit(CHANNEL) == 3
    chain = [incoming("0")]
    for number in range(1, 8):
        chain.append(incoming(str(number), chain[-1]))
    store.put_revisions(CHANNEL, chain[:4])
    store.put_revisions(CHANNEL, chain[4:])
    (leaf,) = store.leaves(CHANNEL, "note:1")
    assert (leaf.rev, leaf.ancestors) == (chain[7].rev, (chain[6].rev, chain[5].rev))
    before = store.feed(CHANNEL)
    assert store.put_revisions(CHANNEL, [chain[7]]) == [False]
    assert store.feed(CHANNEL) == before
    assert store.missing(CHANNEL, {"note:1": [chain[0].rev]})["note:1"].missing == (chain[0].rev,)
    with pytest.raises(BadRequest):
        store.set_revs_limit(CHANNEL, 0)


def test_two_branches_each_remember_their_own(store: ReplicatedStore) -> None:
    store.set_revs_limit(CHANNEL, 3)
    first = incoming("a")
    left, right = incoming("l", first), incoming("r", first)
    further = [incoming("l2", left)]
    for number in range(3, 6):
        further.append(incoming(f"l{number}", further[-1]))
    store.put_revisions(CHANNEL, [first, left, right, *further])
    ancestors = {leaf.rev: leaf.ancestors for leaf in store.leaves(CHANNEL, "note:1")}
    assert ancestors[right.rev] == (first.rev,)
    assert len(ancestors[further[-1].rev]) == 2


def test_a_body_that_is_given_is_stored_as_it_is(store: ReplicatedStore) -> None:
    body = b'{"_id":"note:1","text":"a","n":1.50}'
    rev = "1-" + "a" * 32
    store.put_revisions(CHANNEL, [Incoming(rev, json.loads(body), body=body)])
    assert store.leaves(CHANNEL, "note:1")[0].doc == {"_id": "note:1", "text": "a", "n": 1.5}


def test_a_channel_that_is_not_there_has_no_feed(store: ReplicatedStore) -> None:
    for call in (
        lambda: store.feed("nowhere"),
        lambda: store.summary("nowhere"),
        lambda: store.missing("nowhere", {}),
        lambda: store.bulk_get("nowhere", [], revs=True, latest=False),
        lambda: store.revisions("nowhere", "note:1"),
        lambda: store.listing("nowhere", Listing()),
        lambda: store.local("nowhere", "a"),
        lambda: store.put_local("nowhere", "a", b"{}", None),
        lambda: store.revs_limit("nowhere"),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_file_of_before_the_leaves_column_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "older.sqlite"
    store = EmbeddedStore(f"sqlite:///{path}")
    store.create_channel(CHANNEL)
    first = incoming("a")
    store.put_revisions(CHANNEL, [first, incoming("b", first), incoming("", first, deleted=True)])
    expected = store.feed(CHANNEL)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE document DROP COLUMN leaves")
        connection.execute("ALTER TABLE document DROP COLUMN deleted")
        connection.execute("DROP TABLE note")
    connection.close()
    again = EmbeddedStore(f"sqlite:///{path}")
    assert again.feed(CHANNEL) == expected
    assert again.local(CHANNEL, "a") is None
    again.close()


def race(tasks: list[Callable[[], object]]) -> list[object]:
    """What each gives, or the error it raises, all begun at the same moment."""
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        start.wait(60)
        try:
            return task()
        except EditConflict as conflict:
            return conflict

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_of_edits_on_one_parent_one_is_stored_whoever_writes(target: Target) -> None:
    stores = [target.open() for _ in range(2)]
    stores[0].create_channel(CHANNEL)
    first = incoming("a")
    assert stores[0].put_edits(CHANNEL, [first]) == [True]
    assert stores[1].put_edits(CHANNEL, [incoming("another beginning")]) == [False]
    second, third = incoming("b", first), incoming("c", first)
    onward = incoming("d", second)
    assert stores[1].put_edits(CHANNEL, [second, third, onward, incoming("x", id_="note:2")]) == [
        True, False, True, True,
    ]  # fmt: skip
    assert stores[0].put_edits(CHANNEL, [third, second]) == [False, False]
    assert [leaf.rev for leaf in stores[0].leaves(CHANNEL, "note:1")] == [onward.rev]


@on_embedded_stores  # CouchDB looks and writes in two requests
def test_edits_at_the_same_moment_leave_one_leaf(target: Target) -> None:
    stores = [target.open() for _ in range(4)]
    stores[0].create_channel(CHANNEL)
    parent = incoming("a")
    stores[0].put_revisions(CHANNEL, [parent])
    for turn in range(5):
        edits = [incoming(f"{turn} by {number}", parent) for number in range(len(stores))]
        stored = race([
            functools.partial(store.put_edits, CHANNEL, [edit])
            for store, edit in zip(stores, edits, strict=True)
        ])  # fmt: skip
        assert sorted(map(str, stored)) == ["[False]", "[False]", "[False]", "[True]"]
        parent = edits[stored.index([True])]
        assert [leaf.rev for leaf in stores[0].leaves(CHANNEL, "note:1")] == [parent.rev]


def test_of_writers_of_one_note_at_the_same_moment_one_is_told_it_succeeded(target: Target) -> None:
    stores = [target.open() for _ in range(4)]
    stores[0].create_channel(CHANNEL)
    rev: str | None = None
    for turn in range(5):
        told = race([
            functools.partial(store.put_local, CHANNEL, "checkpoint", f'{{"by":"{turn}.{number}"}}'.encode(), rev)
            for number, store in enumerate(stores)
        ])  # fmt: skip
        (winner,) = [number for number, each in enumerate(told) if isinstance(each, str)]
        rev = str(told[winner])
        assert stores[0].local(CHANNEL, "checkpoint") == (rev, f'{{"by":"{turn}.{winner}"}}'.encode())
