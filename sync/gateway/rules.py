"""The rules a delivered document must keep; breaking one means quarantine, never refusal.

Pure checks in the order of docs/protocol.md's reasons. Reads nothing: what is known is passed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import schemas
from sync.authorization import OWN_ONLY, Account, VisitCard, may_write_type
from sync.errors import BadRequest, RuleBroken
from sync.gateway.channels import visit_id
from sync.gateway.content_keys import ContentKey, parse_keys
from sync.gateway.receipts import Contents
from sync.revisions import generation, is_revision, revision_id


@dataclass(frozen=True)
class Delivery:
    """An opened envelope's whole plaintext, typed as far as its shape goes."""

    contents: Contents
    ancestors: tuple[str, ...]
    deleted: bool
    keys: tuple[ContentKey, ...]
    sound: bool  # ancestors and keys have the shape they must have


def parse_delivery(plain: Mapping[str, Any], content_sha256: str) -> Delivery:
    """The typed plaintext; `contents` must have been found in it before."""
    contents = Contents(plain["channel"], plain["document"], plain["rev"], content_sha256)
    ancestors, deleted = plain.get("ancestors", []), plain.get("deleted", False)
    try:
        keys = tuple(parse_keys(plain.get("keys") or []))
    except BadRequest:
        return Delivery(contents, (), False, (), False)
    if (
        not isinstance(deleted, bool)
        or not isinstance(ancestors, list)
        or not all(map(is_revision, ancestors))
    ):
        return Delivery(contents, (), False, keys, False)
    return Delivery(contents, tuple(ancestors), deleted, keys, True)


def check_content(delivery: Delivery) -> None:
    """Rules of the document by itself. Raises RuleBroken."""
    document, rev, contents_id = delivery.contents.document, delivery.contents.rev, delivery.contents.id
    if not delivery.sound or not is_revision(rev):
        raise RuleBroken(
            "wrong-revision" if delivery.sound else "schema", "the envelope's content is malformed"
        )
    chain = [rev, *delivery.ancestors]
    generations = [generation(each) for each in chain]
    if generations != list(range(generations[0], generations[0] - len(chain), -1)):
        raise RuleBroken("wrong-revision", "ancestors are not one generation apart")
    if generations[0] > 1 and not delivery.ancestors:
        raise RuleBroken("wrong-revision", "a later revision names no parent")
    parent = delivery.ancestors[0] if delivery.ancestors else None
    if revision_id(parent, document, deleted=delivery.deleted) != rev:
        raise RuleBroken("wrong-revision", "the content is not what the revision id says")
    if delivery.deleted:
        raise RuleBroken("deletes-evidence", "evidence is withdrawn, not deleted")
    check_document(document)
    if any(
        (key.document, key.document_class) != (contents_id, document.get("class")) for key in delivery.keys
    ):
        # The first key of a document stands: nobody may bring one for a document that is another's, nor an open
        # key for a sealed one.
        raise RuleBroken("schema", "a content key belongs to the envelope's own document, and to its class")


def check_document(document: dict[str, Any]) -> None:
    """What a document must be, whoever brings it. Raises RuleBroken."""
    if schemas.is_newer(document):
        raise RuleBroken("newer-schema", "a newer application wrote this")
    problems = schemas.problems(document)
    if problems:
        raise RuleBroken("schema", str(sorted(problems)))


def check_visit(contents: Contents) -> None:
    """A visit's channel holds one `visit`, its own. Raises RuleBroken."""
    if contents.type == "visit" and contents.id != visit_id(contents.channel):
        raise RuleBroken("schema", "a channel has one visit, of its own ULID")


def check_append_only(contents: Contents, ancestors: Sequence[str]) -> None:
    """What is only added to has no later revisions. Raises RuleBroken."""
    kind = schemas.TYPES.get(contents.type)
    if kind is not None and kind.append_only and ancestors:
        raise RuleBroken("type-not-allowed", "an append-only document has one revision")


def check_author(delivery: Delivery, author: Account, device: str, card: VisitCard | None) -> None:
    """Rules of who may write what where. `card`: the visit's, None where unknown. Raises RuleBroken."""
    contents, document = delivery.contents, delivery.contents.document
    channel = contents.channel
    own_visit = visit_id(channel)
    if own_visit is None:
        raise RuleBroken("not-your-channel", "tablets write in visits only")
    is_visit = contents.id == own_visit
    check_visit(contents)
    if card is None and not is_visit:
        raise RuleBroken("no-channel", "the visit is not known here yet")
    if card is not None and author.id not in card.members:
        raise RuleBroken("not-your-channel", "the author is not a member of the visit")
    kind = schemas.TYPES.get(contents.type)
    if kind is not None and kind.family != "visit":
        raise RuleBroken("type-not-allowed", "this type belongs to another channel")
    if not may_write_type(author, contents.type, card):
        raise RuleBroken("type-not-allowed", "the author's role does not write this")
    check_append_only(contents, delivery.ancestors)
    if document["updated_by"] != author.id or document["device"] != device:
        raise RuleBroken("author-mismatch", "it names another author or device")


def check_history(delivery: Delivery, author: Account, creators: Sequence[str]) -> None:
    """Rules of what came before: `creators` made the document's stored leaves. Raises RuleBroken."""
    document = delivery.contents.document
    if not creators and not delivery.ancestors and document["created_by"] != author.id:
        raise RuleBroken("author-mismatch", "it says somebody else made it")
    if creators and any(creator != document["created_by"] for creator in creators):
        raise RuleBroken("author-mismatch", "it changes who made it")
    if delivery.contents.type in OWN_ONLY and document["created_by"] != author.id:
        raise RuleBroken("author-mismatch", "only its author goes on writing it")
