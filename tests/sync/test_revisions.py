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


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(), max_size=4), values | st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_the_canonical_form_survives_a_round_trip(document: dict[str, Any]) -> None:
    assert canonical(json.loads(canonical(document))) == canonical(document)
