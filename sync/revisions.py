"""Revisions: their ids, who wins, and how several leaves read as one (docs/documents.md, "Revisions").

Pure: no store, no clock. The twin of `static/engine/replication/revisions.js`; both pass
`tests/vectors/revisions.json`, `winners.json` and `merges.json`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sync.wire import canonical

# What CouchDB puts on a document and is no part of it.
RESERVED = frozenset({"_rev", "_revisions", "_deleted", "_attachments"})
# Every revision changes these; the winner's stand and nobody is asked.
UNCONTESTED = frozenset({"updated_at", "updated_by", "device", "base", "resolves"})

_REVISION = re.compile(r"([1-9][0-9]{0,8})-([0-9a-f]{32})")


@dataclass(frozen=True)
class Leaf:
    """A revision that nothing has followed. `ancestors` are newest first, without `rev` itself."""

    rev: str
    doc: dict[str, Any]
    deleted: bool = False
    ancestors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Merged:
    """The one reading of a document's leaves. `conflicts`: `[{field, versions: [{rev, value, updated_by, updated_at}]}]`."""

    rev: str
    doc: dict[str, Any]
    conflicts: list[dict[str, Any]] = field(default_factory=list)


def content(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what CouchDB puts on it."""
    return {key: value for key, value in document.items() if key not in RESERVED}


def content_sha256(document: dict[str, Any]) -> str:
    """Hex SHA-256 of the document's canonical form: what a receipt names."""
    return hashlib.sha256(canonical(content(document))).hexdigest()


def revision_id(parent: str | None, document: dict[str, Any], *, deleted: bool = False) -> str:
    """The id of `document` as a child of `parent`. The same content on the same parent has the same id everywhere."""
    digest = hashlib.sha256(canonical([parent, deleted, content(document)])).hexdigest()
    return f"{(generation(parent) if parent else 0) + 1}-{digest[:32]}"


def is_revision(text: object) -> bool:
    """Whether `text` has the shape of one of our revision ids."""
    return isinstance(text, str) and _REVISION.fullmatch(text) is not None


def generation(rev: str) -> int:
    """The number before the dash."""
    return int(rev.partition("-")[0])


def winner_order(leaves: Iterable[Leaf]) -> list[Leaf]:
    """Leaves, winner first: not deleted before deleted, then the higher generation, then the higher hex."""
    return sorted(
        leaves,
        key=lambda leaf: (not leaf.deleted, generation(leaf.rev), leaf.rev.partition("-")[2]),
        reverse=True,
    )


def winner(leaves: Iterable[Leaf]) -> Leaf:
    """The leaf that CouchDB, too, would name. Raises IndexError without leaves."""
    return winner_order(leaves)[0]


def leaf_revisions(parents: dict[str, str | None]) -> set[str]:
    """Of a revision tree (`rev → parent`), the revisions that nothing has followed."""
    return set(parents) - {parent for parent in parents.values() if parent is not None}


def base(previous: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """`{field: prior value}` of the fields that `document` changes; a field that was absent has None."""
    fields = (content(previous).keys() | content(document).keys()) - UNCONTESTED - {"_id"}
    return {
        name: previous.get(name)
        for name in sorted(fields)
        if not _same(previous.get(name), document.get(name))
    }


def base_beside(previous: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The `base` of a child of one leaf among several: it goes on saying what `previous` changed.

    The other leaves stand on what was before that; a base that forgot it would make a conflict of nothing.
    """
    earlier = previous.get("base")
    return base({**previous, **earlier} if isinstance(earlier, dict) else previous, document)


def standing(leaves: Iterable[Leaf]) -> list[Leaf]:
    """The leaves that take part in the reading, winner first.

    A deleted leaf does not; nor does one that a leaf before it in winner order names in `resolves`. Only what
    comes earlier counts: so the winner always stands, and two leaves that name each other cannot both vanish.
    """
    found: list[Leaf] = []
    named: set[str] = set()
    for leaf in _live(leaves):
        if leaf.rev not in named:
            found.append(leaf)
        named.update(_resolves(leaf))
    return found


def resolved(leaves: Iterable[Leaf]) -> list[str]:
    """What the leaves name in `resolves`, in winner order, nothing twice: a further version carries it on."""
    return list(dict.fromkeys(rev for leaf in _live(leaves) for rev in _resolves(leaf)))


def merge(leaves: Iterable[Leaf]) -> Merged | None:
    """One reading of all leaves, whatever their order; None where every leaf is deleted.

    A field is taken from whoever changed it as long as everybody else still has the value it had before;
    lists of scalars are merged; all else keeps the winner's value and is a conflict for a person.
    """
    everything = list(leaves)
    live = standing(everything)
    if not live:
        return None
    first = live[0]
    document = dict(content(first.doc))
    names_resolved = resolved(everything)
    if names_resolved:
        document["resolves"] = names_resolved
    conflicts: list[dict[str, Any]] = []
    names = {name for leaf in live for name in content(leaf.doc)} - UNCONTESTED if len(live) > 1 else set()
    for name in sorted(names, key=lambda text: text.encode("utf-16-be")):
        settled = _settle(name, live)
        if settled is None:
            conflicts.append({"field": name, "versions": _versions(name, live)})
        elif settled.absent:
            document.pop(name, None)
        else:
            document[name] = settled.value
    return Merged(first.rev, document, conflicts)


def _live(leaves: Iterable[Leaf]) -> list[Leaf]:
    return [leaf for leaf in winner_order(leaves) if not leaf.deleted]


def _resolves(leaf: Leaf) -> list[str]:
    named = leaf.doc.get("resolves")
    return [rev for rev in named if isinstance(rev, str)] if isinstance(named, list) else []


@dataclass(frozen=True)
class _Settled:
    value: Any
    absent: bool = False


def _settle(name: str, leaves: Sequence[Leaf]) -> _Settled | None:
    """The value all leaves agree on or merge to; None is a conflict."""
    values = [leaf.doc.get(name) for leaf in leaves]
    if all(_same(values[0], value) for value in values[1:]):
        return _Settled(values[0], name not in leaves[0].doc)
    bases = [changes for leaf in leaves if isinstance(changes := leaf.doc.get("base"), dict)]
    if len(bases) < len(leaves):
        return None  # A leaf that does not say what it changed may have changed anything.
    changed = [index for index, changes in enumerate(bases) if name in changes]
    if not changed:
        return None
    before = bases[changed[0]][name]
    # A leaf knows the prior value only as of its own parent. Where the others do not stand on that value,
    # somebody changed the field earlier, and taking either side would overwrite the other unseen.
    if any(not _same(bases[index][name], before) for index in changed):
        return None
    if any(not _same(value, before) for index, value in enumerate(values) if index not in changed):
        return None
    if all(_same(values[changed[0]], values[index]) for index in changed[1:]):
        return _Settled(values[changed[0]], name not in leaves[changed[0]].doc)
    lists = [values[index] for index in changed]
    if all(map(_scalars, lists)) and (before is None or _scalars(before)):
        return _Settled(_merge_lists(before or [], cast("list[list[Any]]", lists)))
    return None


def _merge_lists(before: list[Any], lists: Sequence[list[Any]]) -> list[Any]:
    """`before` without what anybody removed, then what anybody added, in winner order, nothing twice."""
    keys_before = {canonical(item) for item in before}
    removed = {key for items in lists for key in keys_before - {canonical(item) for item in items}}
    result: dict[bytes, Any] = {}
    for item in [*before, *(item for items in lists for item in items)]:
        key = canonical(item)
        if key not in removed:
            result.setdefault(key, item)
    return list(result.values())


def _versions(name: str, leaves: Sequence[Leaf]) -> list[dict[str, Any]]:
    """Every distinct value, in winner order."""
    versions: dict[bytes, dict[str, Any]] = {}
    for leaf in leaves:
        value = leaf.doc.get(name)
        author, at = leaf.doc.get("updated_by"), leaf.doc.get("updated_at")
        versions.setdefault(
            canonical(value), {"rev": leaf.rev, "value": value, "updated_by": author, "updated_at": at}
        )
    return list(versions.values())


def _scalars(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)


def _same(left: Any, right: Any) -> bool:
    # Not `==`: Python holds True equal to 1, JSON does not.
    return left is right or canonical(left) == canonical(right)
