"""What the office itself writes: from given fields to a stored revision.

Owns the header of such documents and the rules of who of the office may write where. Knows no page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sync import schemas
from sync.authorization import LEADING, OFFICE_WRITERS, Account, VisitCard, may_lead, may_read_visit
from sync.clock import Clock, milliseconds, timestamp
from sync.documents.contract import Incoming
from sync.errors import BadDocument, BadRequest, Refused
from sync.revisions import (
    Leaf,
    base,
    base_beside,
    content,
    is_revision,
    merge,
    resolved,
    revision_id,
    standing,
    winner,
)
from sync.wire import mend, new_ulid

OFFICE_DEVICE = "office"
_TIMES = ("created_at", "created_by", "updated_at", "updated_by", "device")


@dataclass(frozen=True)
class Revision:
    """What `submit` has stored."""

    channel: str
    id: str
    rev: str
    document: dict[str, Any]


def check_right(account: Account, channel: str, document: dict[str, Any], card: VisitCard | None) -> None:
    """Raises Refused where the account may not write this document there."""
    family, type_ = schemas.channel_family(channel), document.get("type")
    if family == "reference":
        # People are published by whoever opens accounts.
        allowed = account.role in OFFICE_WRITERS or (type_ == "person" and account.role == "admin")
    elif family == "office":
        allowed = account.role in LEADING
    elif type_ == "visit":
        allowed = may_lead(account) and (card is None or may_read_visit(account, card))
    else:
        allowed = card is not None and (account.role in OFFICE_WRITERS or account.id in card.members)
    if not allowed:
        raise Refused(f"{account.role} may not write {type_} in {channel}")


def check_place(channel: str, document: dict[str, Any]) -> None:
    """Raises BadDocument where the document's type belongs into another kind of channel."""
    kind = schemas.TYPES.get(str(document.get("type")))
    if kind is not None and kind.family != schemas.channel_family(channel):
        raise BadDocument(f"a {kind.name} does not belong into {channel}")


def prepare(
    document: dict[str, Any], leaves: list[Leaf], *, author: str, clock: Clock, keep_header: bool = False
) -> Incoming | None:
    """A revision of `document` on top of the winner; None where it would change nothing.

    `resolves`: revisions whose conflict a person has settled with it. What was resolved before stays so; any
    other leaf that stands goes on standing. `keep_header`: times and authors that the document brings stand (seeding, imports).
    Raises BadDocument.
    """
    try:
        given: dict[str, Any] = mend(content(document))
    except BadRequest as error:
        raise BadDocument(str(error)) from error
    merged = merge(leaves)
    now = clock.now()
    header = {name: given[name] for name in _TIMES if name in given} if keep_header else {}
    fields = {name: value for name, value in given.items() if name not in (*_TIMES, "base", "resolves")}
    before = merged.doc if merged else {}
    made: dict[str, Any] = {name: before[name] for name in ("created_at", "created_by") if name in before}
    kind = schemas.TYPES.get(str(fields.get("type")))
    ready: dict[str, Any] = {
        "_id": f"{fields.get('type')}:{new_ulid(milliseconds(now))}",
        "schema": kind.number if kind else 1,
        "class": schemas.class_of(fields),
        **fields,
        "created_at": timestamp(now),
        "created_by": author,
        "updated_at": timestamp(now),
        "updated_by": author,
        "device": OFFICE_DEVICE,
        **header,
        **made,
    }
    parent = winner(leaves) if leaves else None
    stand = standing(leaves)
    named = _named(given.get("resolves"), leaves)
    if named:
        ready["resolves"] = named
    if merged is not None:
        if not base(before, ready) and set(named) <= set(resolved(leaves)):
            return None
        left = [leaf for leaf in stand[1:] if leaf.rev not in named]
        ready["base"] = (base_beside if left else base)(stand[0].doc, ready)
    problems = schemas.problems(ready)
    if problems:
        raise BadDocument(f"{ready['_id']}: {problems}", problems)
    rev = revision_id(parent.rev if parent else None, ready)
    return Incoming(rev, ready, (parent.rev, *parent.ancestors) if parent else ())


def _named(asked: Any, leaves: list[Leaf]) -> list[str]:
    """What the revision names in `resolves`: what was resolved before, and what `asked` adds to it."""
    carried = resolved(leaves)
    if asked is None:
        return carried
    if not isinstance(asked, list) or not all(map(is_revision, asked)):
        problem: dict[str, object] = {"resolves": ["must be revision ids"]}
        raise BadDocument(str(problem), problem)
    return list(dict.fromkeys([*asked, *carried]))
