"""The server's keys, made once in a folder that only the server reads (docs/protocol.md, section 1).

Owns: the files `server_keys.json` (transport and receipt secrets), `root.json` (the organisation's root and
release secrets: a real office takes this file away once the key set is signed), `keyset.json` (public,
signed) and `custody_key.json` (the custody secret, wrapped by a passphrase). The server itself never
opens `custody_key.json`: key holders' browsers do. Must not know documents.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync.clock import Clock, system_clock, timestamp
from sync.errors import Unsealable, WrongKey
from sync.gateway import sealing
from sync.wire import b64, canonical, sha256_hex, unb64

# Opens the custody key of a demonstration, and of nothing else: printed on its sign-in page.
DEMO_CUSTODY_PASSPHRASE = "amber river lantern quiet orchard"  # noqa: S105


@dataclass(frozen=True)
class WrappingCost:
    """Argon2id's cost. Tests lower it here and nowhere else."""

    memory_kib: int = 65536
    time: int = 3
    parallelism: int = 1


class ServerKeys:
    """Secrets in memory and the signed key set. Made by `ServerKeys.open`."""

    def __init__(self, secret: dict[str, Any], keyset: dict[str, Any], custody: dict[str, Any]) -> None:
        self.keyset = keyset
        self.wrapped_custody = custody
        self.root_public = unb64(keyset["root"])
        self.receipt_id: str = keyset["set"]["keys"]["receipt"]["id"]
        self._receipt = ec.derive_private_key(int.from_bytes(unb64(secret["receipt"])), ec.SECP256R1())
        self._transport = {
            row["id"]: X25519PrivateKey.from_private_bytes(unb64(row["private"]))
            for row in secret["transport"]
        }

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        demo: bool = False,
        clock: Clock = system_clock,
        cost: WrappingCost | None = None,
    ) -> ServerKeys:
        """The keys in `folder`; makes them where there are none. Several processes may start at once.

        Outside a demonstration the custody key's passphrase is random and lies in `custody_passphrase.json`
        until it is given to the key holders and taken away.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        passphrase = DEMO_CUSTODY_PASSPHRASE if demo else _passphrase(folder)
        custody = _kept(
            folder / "custody_key.json", lambda: _make_custody(passphrase, cost or WrappingCost())
        )
        root = folder / "root.json"
        secret = _kept(folder / "server_keys.json", _make_secret)
        keyset = _kept(
            folder / "keyset.json",
            lambda: _sign_keyset(_kept(root, _make_root), secret, custody, timestamp(clock.now())),
        )
        return cls(secret, keyset, custody)

    def root_fingerprint(self) -> bytes:
        """SHA-256 of the root's public bytes: what tablets pin."""
        return bytes.fromhex(sha256_hex(self.root_public))

    def open_envelope(self, key_id: str, envelope: str, sealed: bytes) -> bytes:
        """The plaintext of a sealed envelope. Raises Unsealable, WrongKey or Corrupt."""
        private = self._transport.get(key_id)
        if private is None:
            raise Unsealable("no such transport key")
        return sealing.unseal(private, sealed, sealing.envelope_info(envelope))

    def sign_receipt(self, body: bytes) -> str:
        """Signature over a receipt's RFC 8785 bytes, as b64."""
        return b64(sealing.sign(self._receipt, b"aigaq/receipt/1\n" + body))


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


def _make_custody(passphrase: str, cost: WrappingCost) -> dict[str, Any]:
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
        **_named("custody", private.public_key().public_bytes_raw()),
        "kdf": {**kdf, "salt": b64(salt)},
        "nonce": b64(nonce),
        # The wrapping key is used for this one message: the random nonce cannot repeat under it.
        "ciphertext": b64(AESGCM(key).encrypt(nonce, private.private_bytes_raw(), None)),
    }


def _make_secret() -> dict[str, Any]:
    transport = X25519PrivateKey.generate()
    named = _named("transport", transport.public_key().public_bytes_raw())
    return {"transport": [{**named, "private": b64(transport.private_bytes_raw())}], "receipt": _new_scalar()}


def _make_root() -> dict[str, Any]:
    return {"root": _new_scalar(), "release": _new_scalar()}


def _sign_keyset(
    root: dict[str, Any], secret: dict[str, Any], custody: dict[str, Any], now: str
) -> dict[str, Any]:
    current = secret["transport"][-1]
    keys = {
        "transport": {"id": current["id"], "public": current["public"]},
        "custody": {"id": custody["id"], "public": custody["public"]},
        "receipt": _named("receipt", _public(secret["receipt"])),
        "release": _named("release", _public(root["release"])),
    }
    content = {"number": 1, "issued_at": now, "keys": keys, "retired": []}
    private = ec.derive_private_key(int.from_bytes(unb64(root["root"])), ec.SECP256R1())
    signature = sealing.sign(private, b"aigaq/keyset/1\n" + canonical(content))
    return {"set": content, "root": b64(_public(root["root"])), "signature": b64(signature)}


def _new_scalar() -> str:
    return b64(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32))


def _public(scalar: str) -> bytes:
    return sealing.point(ec.derive_private_key(int.from_bytes(unb64(scalar)), ec.SECP256R1()).public_key())


def _named(purpose: str, public: bytes) -> dict[str, str]:
    return {"id": f"{purpose}-{sha256_hex(public)[:12]}", "public": b64(public)}


def _passphrase(folder: Path) -> str:
    """A random passphrase, kept until the key holders have it; needed only where the key is still to be made."""
    if (folder / "custody_key.json").exists():
        return ""
    made = _kept(folder / "custody_passphrase.json", lambda: {"passphrase": secrets.token_hex(10)})
    return str(made["passphrase"])


def _kept(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The JSON kept in `path`; made, readable by its owner only, where it is missing."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        pass
    value = make()
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    try:
        # `link` fails where the name exists: of two processes that start together, both follow the first.
        os.link(draft, path)
    except FileExistsError:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    finally:
        draft.unlink()
    return value
