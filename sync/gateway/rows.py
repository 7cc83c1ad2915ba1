"""One leaf revision as tablets read it, in the changes stream and in packs (docs/protocol.md, section 5).

Owns the form of a row, as bytes; it never parses a body to write it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sync.documents.contract import Change


def rows(change: Change, seq: str | None = None) -> Iterator[bytes]:
    """Each leaf of a changed document as one JSON object; with `seq` where the reader may resume behind it."""
    head = f'{{"seq":{_json(seq)},"id":' if seq is not None else '{"id":'
    for leaf in change.leaves:
        ancestors = _json(list(leaf.ancestors))
        deleted = "true" if leaf.deleted else "false"
        text = (
            f'{head}{_json(change.id)},"rev":"{leaf.rev}","ancestors":{ancestors},"deleted":{deleted},"doc":'
        )
        yield text.encode() + _json(leaf.doc).encode() + b"}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
