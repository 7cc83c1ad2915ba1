"""Content keys of sealed documents and media, outside every revision so that they can be destroyed.

Owns `content_key`, `medium_chunk` and the notices that tell tablets of new keys. The first key that
arrives for a document stands: who comes later cannot replace it. A destroyed key stays destroyed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from sync.database import reading, writing
from sync.errors import BadRequest
from sync.gateway import tables
from sync.gateway.sealing import STANZA_BYTES
from sync.wire import b64, unb64

_KEY_BYTES = 32
# As text, which costs a third of composing it anew.
_REFUSED = text(
    "SELECT 1 FROM erased_chunk WHERE sha256 = :sha256"
    " AND NOT EXISTS (SELECT 1 FROM medium_chunk WHERE sha256 = :sha256)"
)


@dataclass(frozen=True)
class ContentKey:
    """A key for one document: the key itself (group), or its stanza to the custody key."""

    document: str
    document_class: str
    material: bytes
    key_id: str | None = None

    def wire(self) -> dict[str, str]:
        """As docs/protocol.md writes it."""
        if self.document_class == "group":
            return {"for": self.document, "class": "group", "key": b64(self.material)}
        return {
            "for": self.document,
            "class": "custody",
            "key_id": self.key_id or "",
            "stanza": b64(self.material),
        }


def parse_keys(value: Any) -> list[ContentKey]:
    """Untrusted `keys` of an envelope. Raises BadRequest."""
    if not isinstance(value, list):
        raise BadRequest("keys must be a list")
    return [_parse_key(row) for row in value]


def _parse_key(row: Any) -> ContentKey:
    if not isinstance(row, dict) or not isinstance(row.get("for"), str) or not 0 < len(row["for"]) <= 200:
        raise BadRequest("a content key names its document")
    if row.get("class") == "group":
        material, length, key_id = unb64(row.get("key")), _KEY_BYTES, None
    elif row.get("class") == "custody" and isinstance(row.get("key_id"), str):
        material, length, key_id = unb64(row.get("stanza")), STANZA_BYTES, row["key_id"][:60]
    else:
        raise BadRequest("a content key is for group or custody")
    if len(material) != length:
        raise BadRequest("a content key of another length")
    return ContentKey(row["for"], row["class"], material, key_id)


class ContentKeys:
    def __init__(self, database: Engine) -> None:
        self._database = database

    def add(self, channel: str, keys: Sequence[ContentKey]) -> None:
        """Keep keys that are not here yet, and tell the channel's tablets of group keys."""
        if not keys:
            return
        columns = tables.content_key.c
        wanted = {key.document: key for key in reversed(keys)}
        with writing(self._database) as connection:
            here = (columns.channel == channel, columns.document.in_(wanted))
            known = set(connection.scalars(select(columns.document).where(*here)))
            for key in (key for document, key in wanted.items() if document not in known):
                connection.execute(
                    insert(tables.content_key).values(
                        {
                            "document": key.document,
                            "channel": channel,
                            "class": key.document_class,
                            "material": key.material,
                            "key_id": key.key_id,
                        }
                    )
                )
                if key.document_class == "group":
                    _tell(connection, channel, "key", key.document)

    def get(self, channel: str, document: str) -> ContentKey | None:
        """The key, or None where there is none or it was destroyed."""
        return self.many(channel, [document]).get(document)

    def many(self, channel: str, documents: Sequence[str]) -> dict[str, ContentKey]:
        columns = tables.content_key.c
        query = select(tables.content_key).where(
            columns.channel == channel, columns.document.in_(documents), columns.material.isnot(None)
        )
        with reading(self._database) as connection:
            rows = connection.execute(query).mappings().all()
        return {
            row["document"]: ContentKey(row["document"], row["class"], bytes(row["material"]), row["key_id"])
            for row in rows
        }

    def note_chunks(self, channel: str, document: str, hashes: Iterable[str]) -> None:
        """Remember which chunks a medium has: who may read them, and what an erasure removes."""
        columns = tables.chunk.c
        with writing(self._database) as connection:
            found = (columns.channel == channel, columns.document == document)
            known = set(connection.scalars(select(columns.sha256).where(*found)))
            rows = [
                {"channel": channel, "document": document, "sha256": sha256}
                for sha256 in sorted(set(hashes) - known)
            ]
            if rows:
                connection.execute(insert(tables.chunk), rows)

    def refused_chunks(self, hashes: Iterable[str]) -> set[str]:
        """Which of these chunks were erased, and belong to no medium that still lives."""
        erased, owned = tables.erased_chunk.c.sha256, tables.chunk.c.sha256
        query = select(erased).where(erased.in_(list(hashes)), erased.notin_(select(owned)))
        with reading(self._database) as connection:
            return set(connection.scalars(query))

    def refuses_chunk(self, sha256: str) -> bool:
        """`refused_chunks` of one: it is asked twice for every chunk that comes."""
        with reading(self._database) as connection:
            return connection.execute(_REFUSED, {"sha256": sha256}).first() is not None

    def chunk_in(self, channel: str, sha256: str) -> list[str]:
        """Media of the channel that have this chunk."""
        columns = tables.chunk.c
        query = select(columns.document).where(columns.channel == channel, columns.sha256 == sha256)
        with reading(self._database) as connection:
            return list(connection.scalars(query))


def destroy(connection: Connection, channel: str, document: str) -> None:
    """Destroy a document's key for good, whether or not it has arrived."""
    columns = tables.content_key.c
    own = (columns.channel == channel, columns.document == document)
    if connection.scalar(select(columns.document).where(*own)) is None:
        row = {"document": document, "channel": channel, "class": "group", "material": None, "key_id": None}
        connection.execute(insert(tables.content_key).values(row))
    else:
        connection.execute(update(tables.content_key).where(*own).values(material=None))
    _tell(connection, channel, "erased", document)


def give_up_chunks(
    connection: Connection, channel: str, document: str, hashes: Iterable[str] = ()
) -> list[str]:
    """Take a medium's chunks (and `hashes`) from it; those that no other medium has, which no one may bring back."""
    columns = tables.chunk.c
    own = (columns.channel == channel, columns.document == document)
    given_up = {*connection.scalars(select(columns.sha256).where(*own)), *hashes}
    connection.execute(delete(tables.chunk).where(*own))
    return refuse_chunks(connection, given_up)


def refuse_chunks(connection: Connection, hashes: Iterable[str]) -> list[str]:
    """Those of these chunks that no medium has: nobody may bring them any more."""
    columns, given_up = tables.chunk.c, set(hashes)
    shared = set(connection.scalars(select(columns.sha256).where(columns.sha256.in_(given_up))))
    gone, columns_ = sorted(given_up - shared), tables.erased_chunk.c
    known = set(connection.scalars(select(columns_.sha256).where(columns_.sha256.in_(gone))))
    rows = [{"sha256": sha256} for sha256 in gone if sha256 not in known]
    if rows:
        connection.execute(insert(tables.erased_chunk), rows)
    return gone


def _tell(connection: Connection, channel: str, kind: str, document: str) -> None:
    connection.execute(insert(tables.notice).values(channel=channel, kind=kind, document=document))
