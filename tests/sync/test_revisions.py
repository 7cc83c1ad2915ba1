"""Revisions against the vectors that the browser's twin passes too, and by properties."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import revisions
from sync.revisions import Leaf, Merged
from sync.wire import canonical

VECTORS = Path(__file__).parents[1] / "vectors"


def cases(name: str, member: str = "cases") -> list[Any]:
    rows = json.loads((VECTORS / name).read_text())[member]
    return [pytest.param(row, id=row["name"]) for row in rows]


@pytest.mark.parametrize("case", cases("revisions.json"))
def test_a_revision_id_is_the_hash_of_parent_and_content(case: dict[str, Any]) -> None:
    document = case["document"]
    assert canonical(revisions.content(document)).decode() == case["canonical"]
    assert revisions.content_sha256(document) == case["content_sha256"]
    assert revisions.revision_id(case["parent"], document, deleted=case["deleted"]) == case["rev"]


@pytest.mark.parametrize("case", cases("revisions.json", "bases"))
def test_a_base_holds_prior_values_of_what_changed(case: dict[str, Any]) -> None:
    assert canonical(revisions.base(case["previous"], case["document"])) == canonical(case["base"])


@pytest.mark.parametrize("case", cases("winners.json"))
def test_the_winner_is_couchdbs_winner(case: dict[str, Any]) -> None:
    leaves = [Leaf(row["rev"], {}, row["deleted"]) for row in case["leaves"]]
    assert [leaf.rev for leaf in revisions.winner_order(leaves)] == case["order"]
    assert revisions.winner(leaves).rev == case["winner"]


@pytest.mark.parametrize("case", cases("merges.json"))
def test_leaves_merge_to_one_reading(case: dict[str, Any]) -> None:
    leaves = [Leaf(row["rev"], row["doc"], row["deleted"]) for row in case["leaves"]]
    for order in itertools.permutations(leaves):
        merged = revisions.merge(order)
        assert canonical(_plain(merged)) == canonical(case["expect"])


def _plain(merged: Merged | None) -> dict[str, Any] | None:
    return merged and {"rev": merged.rev, "doc": merged.doc, "conflicts": merged.conflicts}


scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3)
values = scalars | st.lists(scalars, max_size=4) | st.dictionaries(st.text(max_size=2), scalars, max_size=2)
fields = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)


@st.composite
def edits(draw: st.DrawFn) -> tuple[dict[str, Any], list[Leaf]]:
    """A document, and up to four leaves that each changed it once."""
    before = {"_id": "note:1", **draw(fields)}
    leaves: dict[str, Leaf] = {}
    for _ in range(draw(st.integers(1, 4))):
        changed = {**before, **draw(fields)}
        changed["base"] = revisions.base(before, changed)
        rev = revisions.revision_id("1-" + "0" * 32, changed)
        leaves[rev] = Leaf(rev, changed)
    return before, list(leaves.values())


@settings(max_examples=300, deadline=None)
@given(edits(), st.randoms())
def test_merging_does_not_depend_on_the_order_of_leaves(
    case: tuple[dict[str, Any], list[Leaf]], random: Any
) -> None:
    leaves = case[1]
    shuffled = list(leaves)
    random.shuffle(shuffled)
    assert canonical(_plain(revisions.merge(leaves))) == canonical(_plain(revisions.merge(shuffled)))


@settings(max_examples=300, deadline=None)
@given(edits())
def test_no_value_anybody_wrote_is_lost(case: tuple[dict[str, Any], list[Leaf]]) -> None:
    before, leaves = case
    merged = revisions.merge(leaves)
    assert merged is not None
    contested = {conflict["field"]: conflict["versions"] for conflict in merged.conflicts}
    for leaf, name in [(each, name) for each in leaves for name in each.doc["base"]]:
        value, read = leaf.doc.get(name), merged.doc.get(name)
        if name in contested:
            assert canonical(value) in {canonical(version["value"]) for version in contested[name]}
        elif canonical(value) != canonical(read):
            # Only lists of scalars may come out as something nobody wrote: then every addition is in them.
            added = [item for item in value if canonical(item) not in map(canonical, before.get(name) or [])]
            assert {canonical(item) for item in added} <= {canonical(item) for item in read}


@st.composite
def histories(draw: st.DrawFn) -> list[Leaf]:
    """Up to five leaves of any generation that name each other, and things that are not there, as they like."""
    count = draw(st.integers(1, 5))
    names = [f"{draw(st.integers(1, 3))}-{number:032x}" for number in range(count)]
    named = st.lists(st.sampled_from([*names, "9-" + "0" * 32]), max_size=3) | st.none() | st.text(max_size=2)
    return [
        Leaf(rev, {"_id": "note:1", "a": draw(scalars), "base": {"a": 0}, "resolves": draw(named)}, deleted)
        for rev, deleted in zip(
            names, draw(st.lists(st.booleans(), min_size=count, max_size=count)), strict=True
        )
    ]


@settings(max_examples=300, deadline=None)
@given(histories(), st.randoms())
def test_whoever_names_whom_the_winner_stands_in_every_order(leaves: list[Leaf], random: Any) -> None:
    shuffled = list(leaves)
    random.shuffle(shuffled)
    assert canonical(_plain(revisions.merge(leaves))) == canonical(_plain(revisions.merge(shuffled)))
    stand = revisions.standing(shuffled)
    live = [leaf for leaf in leaves if not leaf.deleted]
    assert bool(stand) == bool(live)
    if live:
        assert stand[0] == revisions.winner(leaves)
        # Nobody is left out whom no other living leaf names.
        named = {
            rev for leaf in live if isinstance(leaf.doc["resolves"], list) for rev in leaf.doc["resolves"]
        }
        assert {leaf.rev for leaf in live} - named <= {leaf.rev for leaf in stand}


@settings(max_examples=200, deadline=None)
@given(edits(), st.lists(st.integers(0, 3), min_size=1, max_size=4), st.randoms())
def test_tablets_that_settle_by_themselves_come_to_read_the_same(
    case: tuple[dict[str, Any], list[Leaf]], seen: list[int], random: Any
) -> None:
    """Each tablet settles what it has seen, then all exchange all; then one settles the rest, and none is left."""
    leaves = case[1]
    everything = {leaf.rev: leaf for leaf in leaves}
    for number in seen:
        known = [*leaves[: number + 1]]
        settled = _settled(known, number)
        everything[settled.rev] = settled
    order = list(everything.values())
    random.shuffle(order)
    assert canonical(_plain(revisions.merge(order))) == canonical(
        _plain(revisions.merge(everything.values()))
    )
    last = _settled(_tips(order), 9)
    merged = revisions.merge(_tips([*order, last]))
    assert merged is not None
    assert (merged.rev, merged.conflicts) == (last.rev, [])
    assert merged.doc["a"] == 9


def _tips(leaves: list[Leaf]) -> list[Leaf]:
    followed = {rev for leaf in leaves for rev in leaf.ancestors}
    return [leaf for leaf in leaves if leaf.rev not in followed]


def _settled(leaves: list[Leaf], choice: int) -> Leaf:
    """What a person's choice makes of them: a child of the winner that names the other leaves that stand."""
    merged = revisions.merge(leaves)
    assert merged is not None
    parent, *others = revisions.standing(leaves)
    document = {**merged.doc, "a": choice}
    document["resolves"] = [*(leaf.rev for leaf in others), *revisions.resolved(leaves)]
    document["base"] = revisions.base(parent.doc, document)
    return Leaf(
        revisions.revision_id(parent.rev, document), document, ancestors=(parent.rev, *parent.ancestors)
    )


@settings(max_examples=300, deadline=None)
@given(edits(), st.sampled_from("abcd"))
def test_a_further_version_beside_other_leaves_makes_no_conflict_of_nothing(
    case: tuple[dict[str, Any], list[Leaf]], name: str
) -> None:
    """Who changes a field that nobody else touched, on a reading without conflicts, is not asked about others."""
    leaves = case[1]
    merged = revisions.merge(leaves)
    assert merged is not None
    if merged.conflicts or any(name in leaf.doc["base"] for leaf in leaves):
        return
    parent, *others = revisions.standing(leaves)
    document = {**merged.doc, name: "a further one"}
    document["base"] = revisions.base_beside(parent.doc, document)
    child = Leaf(revisions.revision_id(parent.rev, document), document)
    again = revisions.merge([child, *others])
    assert again is not None
    assert again.conflicts == []
    assert again.doc[name] == "a further one"


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(), max_size=4), values | st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_the_canonical_form_survives_a_round_trip(document: dict[str, Any]) -> None:
    assert canonical(json.loads(canonical(document))) == canonical(document)
