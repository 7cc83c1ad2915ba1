"""Merkle trees and inclusion proofs as RFC 9162 (2.1) defines them, over SHA-256.

Pure. The twin is static/verify/merkle.js; `tests/vectors/merkle.json` is the arbiter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(data: bytes) -> bytes:
    """A leaf's hash; the prefix keeps leaves and nodes apart (a node can never be shown as a leaf)."""
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, in their order; SHA-256 of nothing where there are none."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        # The odd one out goes up as it is: the same tree as splitting at the largest power of two.
        pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root, lowest first. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    level, path = list(leaves), []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
        index //= 2
    return path


def root_of_proof(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that `path` leads to from a leaf hash; None where it cannot be a path of such a tree.

    RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    number, last, reached = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if number & 1 or number == last:
            reached = _node(sibling, reached)
            if not number & 1:
                while number and not number & 1:
                    number, last = number >> 1, last >> 1
        else:
            reached = _node(reached, sibling)
        number, last = number >> 1, last >> 1
    return reached if last == 0 else None
