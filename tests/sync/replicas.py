"""Ten replicas of one document that edit, settle and meet at random: what any number of tablets may do to it.

Owns the histories of `tests/vectors/convergence.json`: `python -m tests.sync.replicas` writes the file anew.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sync import revisions
from sync.revisions import Leaf

VECTORS = Path(__file__).parent.parent / "vectors" / "convergence.json"
HISTORIES = 24
REPLICAS = 10
_WORDS = ("окно", "свет", "вода", "баня", "врач")


@dataclass
class Replica:
    """One copy: its revisions by id, each with its document and its parent."""

    name: str
    tree: dict[str, tuple[dict[str, Any], str | None]] = field(default_factory=dict)

    def leaves(self) -> list[Leaf]:
        parents = {rev: parent for rev, (_, parent) in self.tree.items()}
        return [
            Leaf(rev, self.tree[rev][0], bool(self.tree[rev][0].get("_deleted")), self._ancestors(rev))
            for rev in sorted(revisions.leaf_revisions(parents))
        ]

    def _ancestors(self, rev: str) -> tuple[str, ...]:
        chain: list[str] = []
        parent = self.tree[rev][1]
        while parent is not None:
            chain.append(parent)
            parent = self.tree[parent][1]
        return tuple(chain)

    def write(self, changes: dict[str, Any], at: int, *, settles: bool = False) -> None:
        """A version on the winner with the merged fields and `changes`, as tablets and office write them."""
        leaves = self.leaves()
        merged = revisions.merge(leaves)
        stand = revisions.standing(leaves)
        fields = {**(merged.doc if merged else {"_id": "note:1", "type": "note"}), **changes}
        for name in ("base", "resolves"):
            fields.pop(name, None)
        fields |= {
            "updated_by": self.name,
            "updated_at": f"2026-05-12T09:{at // 60:02}:{at % 60:02}.000Z",
            "device": self.name,
        }
        named = revisions.resolved(leaves)
        if settles:
            named = list(dict.fromkeys([*(leaf.rev for leaf in stand[1:]), *named]))
        if named:
            fields["resolves"] = named
        if merged is not None:
            left = [leaf for leaf in stand[1:] if leaf.rev not in named]
            fields["base"] = (revisions.base_beside if left else revisions.base)(stand[0].doc, fields)
        parent = revisions.winner(leaves).rev if leaves else None
        self.tree[revisions.revision_id(parent, fields)] = (fields, parent)

    def meet(self, other: Replica) -> None:
        """Both know afterwards what either knew."""
        both = {**self.tree, **other.tree}
        self.tree, other.tree = dict(both), both


def history(seed: int, *, steps: int = 40) -> list[Replica]:
    """Ten replicas after `steps` random steps; they have not all met."""
    chance = random.Random(seed)
    everyone = [Replica(f"tablet-{number}") for number in range(REPLICAS)]
    everyone[0].write({"text": "начало", "themes": ["light"], "severity": "low"}, 0)
    for replica in everyone[1:]:
        replica.meet(everyone[0])
    for step in range(1, steps):
        one, other = chance.sample(everyone, 2)
        match chance.random():
            case p if p < 0.45:
                one.meet(other)
            case p if p < 0.55 and len(revisions.standing(one.leaves())) > 1:
                one.write({"text": chance.choice(_WORDS)}, step, settles=True)
            case _:
                one.write(_changes(chance), step)
    return everyone


def _changes(chance: random.Random) -> dict[str, Any]:
    possible: dict[str, Any] = {
        "text": chance.choice(_WORDS),
        "place": f"камера {chance.randrange(20)}",
        "severity": chance.choice(("low", "medium", "high", None)),
        "themes": chance.sample(["light", "water", "food", "health", "work"], chance.randrange(4)),
        "count": chance.choice((0, 1, 1.5, True)),
    }
    return {name: possible[name] for name in chance.sample(sorted(possible), chance.randint(1, 2))}


def gather(everyone: list[Replica], order: list[int]) -> Replica:
    """A replica that has met all others, in this order."""
    last = Replica("office")
    for index in order:
        last.meet(everyone[index])
    return last


def vector(seed: int, *, steps: int = 40) -> dict[str, Any]:
    """A history's leaves, and the reading that every replica must come to."""
    leaves = gather(history(seed, steps=steps), list(range(REPLICAS))).leaves()
    merged = revisions.merge(leaves)
    assert merged is not None
    rows = [{"rev": leaf.rev, "deleted": leaf.deleted, "doc": leaf.doc} for leaf in leaves]
    return {
        "seed": seed,
        "leaves": rows,
        "expect": {"rev": merged.rev, "doc": merged.doc, "conflicts": merged.conflicts},
    }


if __name__ == "__main__":
    cases = [vector(seed) for seed in range(HISTORIES)]
    about = "Leaves that ten replicas came to in random histories (tests/sync/replicas.py), and their one reading."
    VECTORS.write_text(
        json.dumps({"about": about, "cases": cases}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
