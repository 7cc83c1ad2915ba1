"""What the server says it holds, signed (docs/protocol.md, section 6).

Owns that statement. TLS may be read and rewritten on the way by whoever has a root certificate on the tablet: on an
unsigned word that all parts have arrived, a tablet would let go of the only copy. The challenge is the asker's own
and random, so that a statement is worth nothing for another question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sync.errors import BadRequest
from sync.gateway.keys import ServerKeys
from sync.wire import canonical, sha256_hex

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{16,64}")


def parse_challenge(value: Any) -> str | None:
    """None where nothing is to be signed. Raises BadRequest."""
    if value is not None and not (isinstance(value, str) and _CHALLENGE.fullmatch(value)):
        raise BadRequest("a challenge has 16 to 64 characters of base64url")
    return value


def stated(
    keys: ServerKeys, asked: Sequence[str], missing: Sequence[str], *, challenge: str, now: str
) -> dict[str, Any]:
    """`{"held": {…}, "signature"}` over the hashes that were asked for, in their order, and those that are missing."""
    key = keys.receipt_id
    held = {
        "challenge": challenge,
        "asked": sha256_hex("\n".join(asked).encode()),
        "missing": list(missing),
        "at": now,
        "key": key,
    }
    return {"held": held, "signature": keys.sign_held(canonical(held), key)}
