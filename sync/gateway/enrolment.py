"""Enrolment: a code becomes a device (docs/protocol.md, section 2).

Owns the parsing of the request. Codes, accounts and devices are the application's, behind `Authorizer`.
"""

from __future__ import annotations

from typing import Any

from sync.authorization import Account, Authorizer, NewDevice
from sync.errors import BadRequest, CodeUnknown
from sync.gateway.sealing import is_point
from sync.wire import is_ulid, unb64

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32
_SECRET = 8
_CODE = 12


def root_check(root: bytes) -> str:
    """The first 20 bits of the root's fingerprint as four characters."""
    number = int.from_bytes(root[:3], "big") >> 4
    return "".join(ALPHABET[(number >> shift) & 31] for shift in (15, 10, 5, 0))


def parse_secret(code: object, root: bytes) -> str:
    """The eight secret characters of `XXXX-XXXX-XXXX`, whose last four are those of our own root.

    Raises CodeUnknown: a mistyped code is nobody's, and a slip in its end must not use it up.
    """
    if not isinstance(code, str):
        raise CodeUnknown("no code")
    plain = code.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    if len(plain) != _CODE or not set(plain) <= set(ALPHABET):
        raise CodeUnknown("not a code")
    if plain[_SECRET:] != root_check(root):
        raise CodeUnknown("not a code of this organisation")
    return plain[:_SECRET]


def parse_device(value: Any) -> NewDevice:
    """What the tablet says of itself. Raises BadRequest."""
    if not isinstance(value, dict) or not is_ulid(value.get("id")):
        raise BadRequest("a device has a ULID")
    signing, upload = unb64(value.get("signing")), unb64(value.get("upload"))
    if not is_point(signing) or not is_point(upload):
        raise BadRequest("a device has two P-256 keys")
    name, version, agent = (value.get(key) for key in ("name", "app_version", "user_agent"))
    if not isinstance(name, str) or not name.strip():
        raise BadRequest("a device has a name")
    return NewDevice(value["id"], name.strip()[:200], signing, upload, str(version or ""), str(agent or ""))


def enrol(authorizer: Authorizer, root: bytes, body: dict[str, Any]) -> tuple[Account, NewDevice]:
    """Redeem the code for the device. Raises CodeUnknown, CodeExpired, BadRequest."""
    secret = parse_secret(body.get("code"), root)
    device = parse_device(body.get("device"))
    return authorizer.redeem(secret, device), device


def account_json(account: Account) -> dict[str, Any]:
    """An account as tablets learn of it."""
    return {
        "id": account.id,
        "name": account.name,
        "initial": account.initial,
        "role": account.role,
        "group": account.group,
        "language": account.language,
    }
