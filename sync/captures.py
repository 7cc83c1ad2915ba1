"""The chain of what a device has captured, inside the seal (docs/documents.md, `capture`).

Owns the link's content: each medium that ends names the one that ended before it on the same device, by
hash. Pure; the twin is static/engine/media/captures.js, `tests/vectors/captures.json` the arbiter.
"""

from __future__ import annotations

from typing import Any

from sync.wire import canonical, sha256_hex

_LINKED = ("kind", "mime", "at", "state", "frames", "bytes")


def capture_sha256(document: dict[str, Any]) -> str:
    """The hash that a medium's own link should have, from its fields and its place in the chain."""
    link = {name: document.get(name) for name in _LINKED} | {
        "device": document.get("device"),
        "number": document["capture"]["number"],
        "prev": document["capture"]["prev"],
        "medium": document["_id"],
        "chunks": [chunk["sha256"] for chunk in document["chunks"]],
    }
    return sha256_hex(b"aigaq/capture/1\n" + canonical(link))
