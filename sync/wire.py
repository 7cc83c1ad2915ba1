"""The forms that bytes take between tablet and server (docs/protocol.md, first section).

Owns: RFC 8785 canonical JSON with well-formed Unicode, base64url, hashes, ULIDs, and the parsing of
untrusted JSON. Knows no document type and no key. The twin of `static/engine/crypto/wire.js` and of
the canonical form in `static/engine/replication/revisions.js`: both pass `tests/vectors/`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from typing import Any, NoReturn

import rfc8785

from sync.errors import BadRequest

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_B64 = re.compile(r"[A-Za-z0-9_-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SAFE_INTEGER = 2**53 - 1
_MAX_DEPTH = 100


def mend(value: Any, depth: int = 0) -> Any:
    """The same JSON value with every string (and key) well-formed Unicode: a lone surrogate becomes U+FFFD.

    Integers beyond 2^53 become the double a browser would read. Raises BadRequest for what JSON has not
    (NaN, infinities), what no browser could hold, and nesting deeper than 100.
    """
    if isinstance(value, str):
        return mend_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_SAFE_INTEGER <= value <= _SAFE_INTEGER else _double(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise BadRequest("a number that JSON cannot carry")
        return value
    if depth > _MAX_DEPTH:
        raise BadRequest("nested too deeply")
    if isinstance(value, dict):
        return {mend_text(key): mend(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mend(inner, depth + 1) for inner in value]
    raise BadRequest(f"not JSON: {type(value).__name__}")


def mend_text(text: str) -> str:
    """`text` with every lone surrogate replaced by U+FFFD (`String.prototype.toWellFormed`)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _double(value: int) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise BadRequest("a number that JSON cannot carry") from error


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of `value`, mended first. Raises BadRequest where there are none."""
    try:
        return rfc8785.dumps(mend(value))
    except rfc8785.CanonicalizationError as error:
        raise BadRequest(str(error)) from error


def parse_json(data: bytes) -> Any:
    """Untrusted UTF-8 JSON as mended values. Raises BadRequest."""
    try:
        return mend(json.loads(data.decode("utf-8"), parse_constant=_no_constant))
    except (ValueError, RecursionError) as error:
        raise BadRequest("not JSON") from error


def parse_object(data: bytes) -> dict[str, Any]:
    """Like `parse_json`, and an object. Raises BadRequest."""
    value = parse_json(data)
    if not isinstance(value, dict):
        raise BadRequest("not a JSON object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: object) -> bytes:
    """Bytes of base64url without padding. Raises BadRequest for anything else, padding included."""
    if not isinstance(text, str) or not _B64.fullmatch(text) or len(text) % 4 == 1:
        raise BadRequest("not base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_sha256(text: object) -> bool:
    """Whether `text` is 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


def new_ulid(milliseconds: int) -> str:
    """A ULID of this moment, with 80 random bits."""
    number = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def is_ulid(text: object) -> bool:
    """Whether `text` is a ULID in upper case."""
    return isinstance(text, str) and _ULID.fullmatch(text) is not None
