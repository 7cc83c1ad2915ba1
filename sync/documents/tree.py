"""A document's revision tree while a batch is merged into it.

Pure bookkeeping for stores that keep their own trees; owns the rule how ancestors join a tree that is
already there, and how a long history is cut. Knows no SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from sync.documents.contract import Incoming
from sync.revisions import generation


@dataclass(slots=True)
class Node:
    """One revision. `body` is JSON text; None is a stub: an ancestor known by id only."""

    rev: str
    parent: str | None
    deleted: bool = False
    body: str | None = None
    has_body: bool = False
    leaf: bool = True
    # (parent, deleted, leaf) as it was read; None: this batch made it.
    was: tuple[str | None, bool, bool] | None = None
    filled: bool = False  # this batch brought its body

    @property
    def touched(self) -> bool:
        return self.filled or self.was != (self.parent, self.deleted, self.leaf)


class Tree:
    """All revisions of one document, and which of them this batch made, changed or forgot."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes = {node.rev: node for node in nodes}
        self.forgotten: list[str] = []

    def add(self, incoming: Incoming, body: str, ancestors: tuple[str, ...]) -> bool:
        """Merge one revision with `ancestors`, which may be fewer than its own; whether its content was new here."""
        node = self._node(incoming.rev)
        if ancestors:
            for child, parent in pairwise((incoming.rev, *ancestors)):
                self._link(child, parent)
        if node.has_body:
            return False
        node.body, node.has_body, node.deleted, node.filled = body, True, incoming.deleted, True
        return True

    def _link(self, child: str, parent: str) -> None:
        lower, upper = self._node(child), self._node(parent)
        if lower.parent is None:
            # A root whose history was cut short elsewhere: this sender knows more of it.
            lower.parent = parent
        if lower.parent == parent:
            upper.leaf = False

    def _node(self, rev: str) -> Node:
        node = self.nodes.get(rev)
        if node is None:
            node = self.nodes[rev] = Node(rev, None)
        return node

    def stem(self, limit: int) -> None:
        """Keep of each branch the last `limit` revisions, as CouchDB does; what is no branch's any more is forgotten."""
        if len(self.nodes) <= limit:
            return
        kept: set[str] = set()
        for leaf in [node for node in self.nodes.values() if node.leaf]:
            kept.add(leaf.rev)
            kept.update(self.ancestors(leaf.rev)[: limit - 1])
        for rev in [rev for rev in self.nodes if rev not in kept]:
            if self.nodes.pop(rev).was is not None:
                self.forgotten.append(rev)
        for node in self.nodes.values():
            if node.parent is not None and node.parent not in kept:
                node.parent = None

    def ancestors(self, rev: str) -> tuple[str, ...]:
        """Ids from the parent to the root."""
        chain: list[str] = []
        parent = self.nodes[rev].parent
        while parent is not None and parent in self.nodes and len(chain) <= len(self.nodes):
            chain.append(parent)
            parent = self.nodes[parent].parent
        return tuple(chain)

    def leaves(self) -> list[Node]:
        """What nothing has followed, in winner order."""
        found = [node for node in self.nodes.values() if node.leaf]
        if len(found) > 1:
            found.sort(
                key=lambda node: (not node.deleted, generation(node.rev), node.rev.partition("-")[2]),
                reverse=True,
            )
        return found

    def leaves_from(self, rev: str) -> list[Node]:
        """The leaves that descend from `rev`, itself where it is one; in winner order."""
        return [node for node in self.leaves() if node.rev == rev or rev in self.ancestors(node.rev)]

    def touched(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.touched]


def follows(incoming: Incoming, tips: Collection[str] | None) -> bool:
    """Whether a revision goes on from one of `tips`, the document's leaves, or begins one that is not there (None)."""
    if tips is None:
        return not incoming.ancestors
    return bool(incoming.ancestors) and incoming.ancestors[0] in tips
