"""The custody key's private part, wrapped by a passphrase (docs/server.md).

Owns that form. The server itself never opens it: key holders' browsers do.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync.errors import WrongKey
from sync.gateway.keyset import named
from sync.wire import b64, unb64


@dataclass(frozen=True)
class WrappingCost:
    """Argon2id's cost. Tests lower it here and nowhere else."""

    memory_kib: int = 65536
    time: int = 3
    parallelism: int = 1


def make_custody(passphrase: str, cost: WrappingCost) -> dict[str, Any]:
    """A fresh custody key, wrapped."""
    private = X25519PrivateKey.generate()
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    key = _derive(passphrase, salt, cost)
    kdf = {
        "alg": "argon2id",
        "memory_kib": cost.memory_kib,
        "time": cost.time,
        "parallelism": cost.parallelism,
    }
    return {
        **named("custody", private.public_key().public_bytes_raw()),
        "kdf": {**kdf, "salt": b64(salt)},
        "nonce": b64(nonce),
        # The wrapping key is used for this one message: the random nonce cannot repeat under it.
        "ciphertext": b64(AESGCM(key).encrypt(nonce, private.private_bytes_raw(), None)),
    }


def unwrap_custody(wrapped: dict[str, Any], passphrase: str) -> bytes:
    """The custody secret (32 bytes, X25519), as a key holder's browser opens it. Raises WrongKey.

    For tests and for an office's recovery drill; no request reaches it.
    """
    kdf = wrapped["kdf"]
    key = _derive(
        passphrase, unb64(kdf["salt"]), WrappingCost(kdf["memory_kib"], kdf["time"], kdf["parallelism"])
    )
    try:
        return AESGCM(key).decrypt(unb64(wrapped["nonce"]), unb64(wrapped["ciphertext"]), None)
    except Exception as error:
        raise WrongKey("the passphrase does not open the custody key") from error


def _derive(passphrase: str, salt: bytes, cost: WrappingCost) -> bytes:
    return hash_secret_raw(
        passphrase.encode(), salt, cost.time, cost.memory_kib, cost.parallelism, hash_len=32, type=Type.ID
    )
