"""Key sets: what they say, who signed them, what the next one may be (docs/protocol.md, section 1).

Owns the form and the rules of following; the twin of `static/engine/crypto/keyset.js`. Pure, and free of the
application: the command that signs a set runs from here on a machine that has nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from sync.errors import BadRequest, BadSignature, Refused
from sync.gateway import sealing
from sync.wire import b64, canonical, sha256_hex, unb64

PURPOSES = ("transport", "custody", "receipt", "release")
PROPOSAL = "aigaq-keyset-proposal/1"


def named(purpose: str, public: bytes) -> dict[str, str]:
    """A key as sets name it: its id says its purpose and begins its fingerprint."""
    return {"id": f"{purpose}-{sha256_hex(public)[:12]}", "public": b64(public)}


def first_set(keys: Mapping[str, Mapping[str, str]], *, issued_at: str) -> dict[str, Any]:
    """The content of a set numbered 1."""
    return {
        "number": 1,
        "issued_at": issued_at,
        "keys": {purpose: _name(keys[purpose]) for purpose in PURPOSES},
        "retired": [],
    }


def next_set(
    current: Mapping[str, Any], replaced: Mapping[str, Mapping[str, str]], *, issued_at: str
) -> dict[str, Any]:
    """The set after `current`, with these keys in the place of those of the same purposes.

    Every key that ever stood in a set stays named in `retired`: old receipts go on verifying.
    """
    retired = [dict(row) for row in current["retired"]]
    for purpose in PURPOSES:
        if purpose in replaced:
            retired.append({"purpose": purpose, **_name(current["keys"][purpose])})
    keys = {purpose: _name(replaced.get(purpose, current["keys"][purpose])) for purpose in PURPOSES}
    return {"number": current["number"] + 1, "issued_at": issued_at, "keys": keys, "retired": retired}


def sign_set(root: ec.EllipticCurvePrivateKey, content: Mapping[str, Any]) -> dict[str, Any]:
    """The set as it travels."""
    signature = sealing.sign(root, _message(content))
    return {
        "set": dict(content),
        "root": b64(sealing.point(root.public_key())),
        "signature": b64(signature),
    }


def check_signed(signed: Any, root: bytes) -> dict[str, Any]:
    """The content of a set that this root has signed. Raises BadSignature or BadRequest."""
    if not isinstance(signed, dict) or not isinstance(signed.get("set"), dict):
        raise BadRequest("not a signed key set")
    if unb64(signed.get("root")) != root:
        raise BadSignature("another organisation's root")
    sealing.verify(root, unb64(signed.get("signature")), _message(signed["set"]))
    content: dict[str, Any] = signed["set"]
    number, keys = content.get("number"), content.get("keys")
    whole = isinstance(keys, dict) and all(_is_named(keys.get(purpose)) for purpose in PURPOSES)
    if not isinstance(number, int) or number < 1 or not whole or not isinstance(content.get("retired"), list):
        raise BadRequest("a key set without its number or keys")
    return content


def check_follows(current: Mapping[str, Any], offered: Mapping[str, Any]) -> None:
    """Whether `offered` may be installed after `current`. Raises Refused.

    Numbers only grow, and no key is ever forgotten: what it has signed must go on verifying, and a set that
    was proposed before another one was installed does not undo it.
    """
    if offered["number"] <= current["number"]:
        raise Refused(f"set {offered['number']} is not newer than set {current['number']}, which is in use")
    named_now = {(row["purpose"], row["id"], row["public"]) for row in all_keys(offered)}
    for row in all_keys(current):
        if (row["purpose"], row["id"], row["public"]) not in named_now:
            raise Refused(f"the set forgets {row['id']}: propose and sign it anew")


def all_keys(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """`{purpose, id, public}` of every key that the set names."""
    current = [{"purpose": purpose, **_name(content["keys"][purpose])} for purpose in PURPOSES]
    return [*current, *(dict(row) for row in content["retired"])]


def new_scalar() -> str:
    """The secret of a fresh P-256 key, as b64."""
    return b64(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32))


def signing_key(scalar: str) -> ec.EllipticCurvePrivateKey:
    """The P-256 key of a kept secret."""
    return ec.derive_private_key(int.from_bytes(unb64(scalar)), ec.SECP256R1())


def public_point(scalar: str) -> bytes:
    """The uncompressed public point of a kept secret."""
    return sealing.point(signing_key(scalar).public_key())


def _message(content: Mapping[str, Any]) -> bytes:
    return b"aigaq/keyset/1\n" + canonical(content)


def _name(row: Mapping[str, Any]) -> dict[str, str]:
    return {"id": str(row["id"]), "public": str(row["public"])}


def _is_named(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str) and isinstance(row.get("public"), str)
