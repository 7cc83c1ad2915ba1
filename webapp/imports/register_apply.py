"""Writes what a register's preview shows: catalogues first, then the facilities that are new or changed.

Writes through the sync engine only, so that an import leaves the same trail as any other writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sync.authorization import Account
from webapp.imports.register import RegisterPreview


class Engine(Protocol):
    """What an import needs of the sync engine."""

    def submit_many(self, channel: str, documents: Iterable[Any], *, author: Account) -> Any:
        """Write these documents; each is whole, with `_id` and `type`."""


@dataclass(frozen=True)
class Applied:
    """What was written."""

    new: int
    changed: int
    same: int
    wrong: int
    items: int  # new catalogue items


def apply_register(
    preview: RegisterPreview,
    catalogues: Mapping[str, Iterable[Mapping[str, Any]]],
    engine: Engine,
    author: Account,
) -> Applied:
    """Write the preview. `catalogues` are the items as they are; rows that are wrong stay out.

    Applying the preview of an unchanged file again writes nothing.
    """
    documents = [
        {"_id": f"catalogue:{name}", "type": "catalogue", "items": _extended(items, preview, name)}
        for name, items in catalogues.items()
        if preview.created.get(name) or preview.learned.get(name)
    ]
    documents += [
        {"_id": row.id, "type": "facility", **row.fields}
        for row in preview.rows
        if row.state in ("new", "changed")
    ]
    if documents:
        engine.submit_many("reference", documents, author=author)
    counts = preview.counts
    items = sum(len(made) for made in preview.created.values())
    return Applied(counts["new"], counts["changed"], counts["same"], counts["wrong"], items)


def _extended(
    items: Iterable[Mapping[str, Any]], preview: RegisterPreview, name: str
) -> list[dict[str, Any]]:
    """A catalogue with the items made, and the spellings a person has explained: next time they are known."""
    learned = preview.learned.get(name, {})
    extended = []
    for item in items:
        own = dict(item)
        if own["id"] in learned:
            own["aliases"] = list(dict.fromkeys([*(own.get("aliases") or ()), *learned[own["id"]]]))
        extended.append(own)
    return extended + preview.created.get(name, [])
