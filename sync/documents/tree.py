"""A document's revision tree while a batch is merged into it.

Pure bookkeeping for stores that keep their own trees; owns the rule how ancestors join a tree that is
already there. Knows no SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from sync.documents.contract import Incoming


@dataclass
class Node:
    """One revision. `body` is JSON text; None is a stub: an ancestor known by id only."""

    rev: str
    parent: str | None
    deleted: bool = False
    body: str | None = None
    has_body: bool = False
    leaf: bool = True
    touched: bool = False
    new: bool = False


class Tree:
    """All revisions of one document, and which of them this batch made or changed."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes = {node.rev: node for node in nodes}

    def add(self, incoming: Incoming, body: str) -> bool:
        """Merge one revision with its ancestors; whether its content was new here."""
        node = self._node(incoming.rev)
        chain = [incoming.rev, *incoming.ancestors]
        for child, parent in pairwise(chain):
            self._link(child, parent)
        if node.has_body:
            return False
        node.body, node.has_body, node.deleted, node.touched = body, True, incoming.deleted, True
        return True

    def _link(self, child: str, parent: str) -> None:
        lower, upper = self._node(child), self._node(parent)
        if lower.parent is None:
            # A root whose history was cut short elsewhere: this sender knows more of it.
            lower.parent, lower.touched = parent, True
        if lower.parent == parent and upper.leaf:
            upper.leaf, upper.touched = False, True

    def _node(self, rev: str) -> Node:
        node = self.nodes.get(rev)
        if node is None:
            node = self.nodes[rev] = Node(rev, None, touched=True, new=True)
        return node

    def ancestors(self, rev: str) -> tuple[str, ...]:
        """Ids from the parent to the root."""
        chain: list[str] = []
        parent = self.nodes[rev].parent
        while parent is not None and parent in self.nodes and len(chain) <= len(self.nodes):
            chain.append(parent)
            parent = self.nodes[parent].parent
        return tuple(chain)

    def touched(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.touched]
