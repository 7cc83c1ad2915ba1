"""The embedded store's bodies as bytes: what replicators fetch, put together without parsing a document.

Works inside the caller's read transaction. A stored body is a JSON object that begins with `_id`; what
CouchDB adds (`_rev`, `_revisions`, `_deleted`) is written before its first member.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, case, select

from sync.documents.contract import Listing, ListingRow, Stored, Wanted
from sync.documents.embedded_tables import document, revision
from sync.documents.tree import Node, Tree
from sync.revisions import generation

_IDS_AT_ONCE = 500
# A piece of the answer: large enough for one write, small enough to be sent while the next is made.
_PIECE = 1 << 18


def bulk_get(
    connection: Connection, channel: str, wanted: Sequence[Wanted], *, revs: bool, latest: bool
) -> list[bytes]:
    trees = _trees(connection, channel, wanted)
    pieces: list[bytes] = []
    gathered = ['{"results":[']
    size, separator = 0, ""
    for item in wanted:
        docs = ",".join(_answers(trees.get(item.id), item, revs=revs, latest=latest))
        text = f'{separator}{{"id":{_text(item.id)},"docs":[{docs}]}}'
        gathered.append(text)
        size, separator = size + len(text), ","
        if size > _PIECE:
            pieces.append("".join(gathered).encode())
            gathered, size = [], 0
    gathered.append("]}")
    pieces.append("".join(gathered).encode())
    return pieces


def revisions(
    connection: Connection, channel: str, document_id: str, revs: Sequence[str] | None, *, latest: bool
) -> list[Stored]:
    asked = [Wanted(document_id)] if revs is None else [Wanted(document_id, rev) for rev in revs]
    tree = _trees(connection, channel, asked).get(document_id)
    if tree is None:
        return []
    found: dict[str, Node] = {}
    for item in asked:
        for node in _nodes(tree, item.rev, latest=latest):
            found.setdefault(node.rev, node)
    return [
        Stored(document_id, node.rev, node.deleted, _document(tree, node, revs=True).encode())
        for node in found.values()
        if node.body is not None
    ]


def listing(connection: Connection, channel: str, asked: Listing) -> list[ListingRow]:
    rows = _listed(connection, channel, asked)
    bodies: dict[str, Tree] = {}
    if asked.bodies:
        living = [Wanted(row.id, row.rev) for row in rows if row.rev is not None and not row.deleted]
        bodies = _trees(connection, channel, living)
    answered = []
    for row in rows:
        body = None
        if row.id in bodies and row.rev is not None and not row.deleted:
            tree = bodies[row.id]
            body = _document(tree, tree.nodes[row.rev], revs=False).encode()
        answered.append(ListingRow(row.id, row.rev, row.deleted, body))
    return answered


def _listed(connection: Connection, channel: str, asked: Listing) -> list[ListingRow]:
    columns = document.c
    query = select(columns.id, columns.leaves, columns.deleted).where(columns.channel == channel)
    if asked.ids is not None:
        found: dict[str, ListingRow] = {}
        for start in range(0, len(asked.ids), _IDS_AT_ONCE):
            chunk = asked.ids[start : start + _IDS_AT_ONCE]
            for id_, leaves, deleted in connection.execute(query.where(columns.id.in_(chunk))):
                found[id_] = ListingRow(id_, leaves.partition(" ")[0], deleted)
        rows = [found.get(id_, ListingRow(id_, None)) for id_ in asked.ids]
        rows = rows[::-1] if asked.descending else rows
        return rows[asked.skip :][: asked.limit]
    low, high = (asked.end, asked.start) if asked.descending else (asked.start, asked.end)
    query = query.where(~columns.deleted)
    if low is not None:
        excluded = asked.descending and asked.end_excluded
        query = query.where(columns.id > low if excluded else columns.id >= low)
    if high is not None:
        excluded = not asked.descending and asked.end_excluded
        query = query.where(columns.id < high if excluded else columns.id <= high)
    query = query.order_by(columns.id.desc() if asked.descending else columns.id)
    query = query.limit(asked.limit).offset(asked.skip)
    return [ListingRow(id_, leaves.partition(" ")[0]) for id_, leaves, _ in connection.execute(query)]


def _trees(connection: Connection, channel: str, wanted: Iterable[Wanted]) -> dict[str, Tree]:
    """Trees with the bodies of all leaves and of what is named."""
    columns = revision.c
    named: dict[str, set[str]] = {}
    for item in wanted:
        revs = named.setdefault(item.id, set())
        if item.rev is not None:
            revs.add(item.rev)
    nodes: dict[str, list[Node]] = {}
    followed: list[tuple[str, str]] = []
    query = select(
        columns.id,
        columns.rev,
        columns.parent,
        columns.deleted,
        columns.leaf,
        case((columns.leaf, columns.body)),
    )
    ids = list(named)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        here = (columns.channel == channel, columns.id.in_(ids[start : start + _IDS_AT_ONCE]))
        for id_, rev, parent, deleted, leaf, body in connection.execute(query.where(*here)):
            nodes.setdefault(id_, []).append(Node(rev, parent, deleted, body, body is not None, leaf))
            if not leaf and rev in named[id_]:
                followed.append((id_, rev))
    trees = {id_: Tree(found) for id_, found in nodes.items()}
    for id_, rev in followed:
        one = (columns.channel == channel, columns.id == id_, columns.rev == rev)
        trees[id_].nodes[rev].body = connection.scalar(select(columns.body).where(*one))
    return trees


def _nodes(tree: Tree, rev: str | None, *, latest: bool) -> list[Node]:
    if rev is None:
        return tree.leaves()
    node = tree.nodes.get(rev)
    if node is None:
        return []
    return [node] if node.leaf or not latest else tree.leaves_from(rev)


def _answers(tree: Tree | None, item: Wanted, *, revs: bool, latest: bool) -> Iterable[str]:
    nodes = _nodes(tree, item.rev, latest=latest) if tree else []
    if tree is None or not nodes:
        yield _missing(item.id, item.rev)
        return
    for node in nodes:
        if node.body is None:
            yield _missing(item.id, node.rev)
        else:
            yield f'{{"ok":{_document(tree, node, revs=revs)}}}'


def _missing(id_: str, rev: str | None) -> str:
    error = {"id": id_, "rev": rev or "undefined", "error": "not_found", "reason": "missing"}
    return json.dumps({"error": error}, ensure_ascii=False, separators=(",", ":"))


def _document(tree: Tree, node: Node, *, revs: bool) -> str:
    assert node.body is not None
    added = f'"_rev":"{node.rev}",'
    if revs:
        chain = (node.rev, *tree.ancestors(node.rev))
        ids = '","'.join(rev.partition("-")[2] for rev in chain)
        added += f'"_revisions":{{"start":{generation(node.rev)},"ids":["{ids}"]}},'
    if node.deleted:
        added += '"_deleted":true,'
    return f"{{{added}{node.body[1:]}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
