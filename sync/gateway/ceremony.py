"""The custody keys that key holders make in their browsers: waiting, rehearsed, in use, wrapped anew (docs/keys.md).

    made ──► waits in custody_waiting.json ──(two shares opened a test item)──► rehearsed ──propose──► as any other

Owns that file and the proof that a browser holds a key's private part. Nothing here can open a custody key: the
server seals a random answer to the public part, and whoever says it back has opened it. Shares never come here.
"""

from __future__ import annotations

import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from sync.errors import BadRequest, NotFound, Refused
from sync.gateway import key_files, left_words, sealing
from sync.gateway.custody_file import WrappingCost
from sync.gateway.keys import ServerKeys
from sync.gateway.keyset import named
from sync.wire import b64, sha256_hex, unb64

WAITING = "custody_waiting.json"
_BYTES = {"nonce": 12, "ciphertext": 48}
_PUBLIC_BYTES = _ANSWER_BYTES = 32
_SALT_BYTES = 16


def parse_wrapped(value: Any, *, least: WrappingCost | None = None) -> dict[str, Any]:
    """An untrusted wrapped form: `{kdf, nonce, ciphertext}`. Raises BadRequest where it is none, or too cheap to guess at."""
    cost = least or WrappingCost()
    kdf = value.get("kdf") if isinstance(value, dict) else None
    if not isinstance(kdf, dict) or kdf.get("alg") != "argon2id" or kdf.get("parallelism") != 1:
        raise BadRequest("not a wrapped custody key")
    memory, time = kdf.get("memory_kib"), kdf.get("time")
    if not isinstance(memory, int) or not isinstance(time, int):
        raise BadRequest("a wrapped custody key without its cost")
    if memory < cost.memory_kib or time < cost.time:
        raise BadRequest("a wrapped custody key that is too easy to guess at")
    right = all(len(unb64(value.get(name))) == size for name, size in _BYTES.items())
    if not right or len(unb64(kdf.get("salt"))) != _SALT_BYTES:
        raise BadRequest("a wrapped custody key of another length")
    return {
        "kdf": {name: kdf[name] for name in ("alg", "memory_kib", "time", "parallelism", "salt")},
        "nonce": value["nonce"],
        "ciphertext": value["ciphertext"],
    }


def wait(keys: ServerKeys, public: str, wrapped: dict[str, Any], *, by: str, now: str) -> dict[str, Any]:
    """Keep a key that a browser has made until its shares are rehearsed; as it is kept. Raises BadRequest or Refused."""
    point = unb64(public)
    if len(point) != _PUBLIC_BYTES:
        raise BadRequest("not a public key")
    made = {**named("custody", point), **wrapped, "made_by": by, "made_at": now, "rehearsed_at": None}
    with key_files.alone(keys.folder):
        if waiting(keys) is not None:
            raise Refused("another custody key waits")
        if any(row["id"] == made["id"] for row in keys.wrapped_custody_keys()):
            raise Refused("this custody key is known")
        key_files.replace(keys.folder / WAITING, made)
    return made


def waiting(keys: ServerKeys) -> dict[str, Any] | None:
    """The key that waits to be put into use; None where none does."""
    try:
        return key_files.read(keys.folder / WAITING)
    except FileNotFoundError:
        return None


def discard(keys: ServerKeys) -> str:
    """Forget the waiting key, to which nothing was ever sealed; its id. Raises NotFound.

    Where it was proposed already, `rotation` has its wrapped form: a set that was signed may still be installed.
    """
    with key_files.alone(keys.folder):
        found = waiting(keys)
        if found is None:
            raise NotFound("no custody key waits")
        (keys.folder / WAITING).unlink()
    return str(found["id"])


def wrapped_key(keys: ServerKeys, key_id: str) -> dict[str, Any]:
    """A custody key by its id, wrapped: waiting, in use, or an earlier one. Raises NotFound."""
    coming = waiting(keys)
    rows = [*keys.wrapped_custody_keys(), *([coming] if coming else [])]
    for row in rows:
        if row["id"] == key_id:
            return row
    raise NotFound("no such custody key")


def challenge(wrapped: dict[str, Any]) -> tuple[str, str]:
    """A random answer sealed to this key (b64), and the answer's SHA-256, which proves nothing to who reads it."""
    answer = secrets.token_bytes(_ANSWER_BYTES)
    public = X25519PublicKey.from_public_bytes(unb64(wrapped["public"]))
    sealed = sealing.seal(public, answer, f"aigaq/custody-proof/1\n{wrapped['id']}".encode())
    return b64(sealed), sha256_hex(answer)


def is_answer(given: str, digest: str) -> bool:
    """Whether `given` (b64) is the answer whose SHA-256 this is."""
    try:
        return secrets.compare_digest(sha256_hex(unb64(given)), digest)
    except BadRequest:
        return False


def rehearsed(keys: ServerKeys, key_id: str, *, now: str) -> None:
    """Two shares have restored this key and opened a test item: if it waits, it may be put into use."""
    with key_files.alone(keys.folder):
        found = waiting(keys)
        if found is not None and found["id"] == key_id:
            key_files.replace(keys.folder / WAITING, {**found, "rehearsed_at": now})


def offered(keys: ServerKeys) -> dict[str, Any] | None:
    """The waiting key, to be proposed; None where none waits. Raises Refused before its rehearsal."""
    found = waiting(keys)
    if found is not None and not found["rehearsed_at"]:
        raise Refused(f"the shares of {found['id']} have not been rehearsed")
    return found


def rewrap(keys: ServerKeys, key_id: str, wrapped: dict[str, Any]) -> None:
    """Put another wrapped form of the same private key in the place of the present one. Raises NotFound.

    The caller has seen the proof that who sends it holds the key; whether it opens, only the browser knows.
    """
    with key_files.alone(keys.folder):
        before = wrapped_key(keys, key_id)
        for path in sorted(keys.folder.glob("custody_*.json")):
            row = key_files.read(path)
            if row.get("id") == key_id:
                key_files.replace(path, {**row, **wrapped, "rewrapped": True})
        left_words.forget(keys.folder, before)
