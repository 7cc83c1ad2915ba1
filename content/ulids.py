"""Deterministic ULIDs for generated documents.

Owns nothing but the encoding: 48 bits of time and 80 bits taken from SHA-256 of a key, so that the
same seed and the same day give the same ids on every machine, and ids still sort by time.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(at: datetime, key: str) -> str:
    """The ULID (26 characters, upper case) of `key` at the aware time `at`."""
    milliseconds = int(at.timestamp() * 1000)
    tail = int.from_bytes(hashlib.sha256(key.encode()).digest()[:10], "big")
    number = (milliseconds << 80) | tail
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
