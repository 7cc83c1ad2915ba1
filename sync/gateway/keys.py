"""The server's keys, in a folder that only the server reads (docs/keys.md).

Owns the files `server_keys.json` (transport and receipt secrets, old ones as long as they are needed; the
key of nonces), `root.json` (the organisation's root and release secrets: an office takes this file away),
`keyset.json` (public, signed, in use) and `custody_key.json` (the custody secret in use, wrapped; earlier ones
as `custody_key.<id>.json`). Follows the files: what a command installs, every process uses from its next
request on. Must not know documents.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.clock import Clock, system_clock, timestamp
from sync.errors import Unsealable
from sync.gateway import key_files, left_words, sealing
from sync.gateway.custody_file import WrappingCost, make_custody, unwrap_custody
from sync.gateway.disclosure import opening
from sync.gateway.keyset import first_set, named, new_scalar, public_point, sign_set, signing_key
from sync.gateway.root import make_root
from sync.wire import b64, sha256_hex, unb64

__all__ = ["DEMO_CUSTODY_PASSPHRASE", "ServerKeys", "WrappingCost", "unwrap_custody"]

# Opens the custody key of a demonstration, and of nothing else: printed on its sign-in page.
DEMO_CUSTODY_PASSPHRASE = "amber river lantern quiet orchard"  # noqa: S105

FORMAT = 2
_WATCHED = ("keyset.json", "server_keys.json", "custody_key.json")


class ServerKeys:
    """Secrets in memory and the signed key set. Made by `ServerKeys.open`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._load()

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
        custody = key_files.kept(
            folder / "custody_key.json",
            lambda: {**make_custody(passphrase, cost or WrappingCost()), **({"demo": True} if demo else {})},
        )
        if not custody.get("made_by"):
            left_words.name_key(folder, custody)
        secret = key_files.kept(folder / "server_keys.json", make_secrets)
        root = folder / "root.json"
        key_files.kept(
            folder / "keyset.json",
            lambda: _first(key_files.kept(root, make_root), secret, custody, timestamp(clock.now())),
        )
        return cls(folder)

    @property
    def keyset(self) -> dict[str, Any]:
        """The signed set in use."""
        self._follow()
        return self._keyset

    @property
    def wrapped_custody(self) -> dict[str, Any]:
        """The custody key in use, wrapped."""
        self._follow()
        return self._custody

    @property
    def receipt_id(self) -> str:
        """The key that new receipts are signed with."""
        return str(self.keyset["set"]["keys"]["receipt"]["id"])

    @property
    def root_public(self) -> bytes:
        """The organisation root's point."""
        return unb64(self.keyset["root"])

    def root_fingerprint(self) -> bytes:
        """SHA-256 of the root's public bytes: what tablets pin."""
        return bytes.fromhex(sha256_hex(self.root_public))

    def wrapped_custody_keys(self) -> list[dict[str, Any]]:
        """The custody key in use and those before it, each wrapped: what was sealed to them stays sealed to them."""
        current = self.wrapped_custody
        earlier = [key_files.read(path) for path in sorted(self.folder.glob("custody_key.*.json"))]
        known = {row["id"] for row in self.keyset["set"]["retired"] if row["purpose"] == "custody"}
        return [current, *(row for row in earlier if row["id"] in known)]

    def open_envelope(self, key_id: str, envelope: str, sealed: bytes) -> bytes:
        """The plaintext of a sealed envelope. Raises Unsealable, WrongKey or Corrupt."""
        self._follow()
        private = self._transport.get(key_id)
        if private is None:
            raise Unsealable("no such transport key")
        return sealing.unseal(private, sealed, sealing.envelope_info(envelope))

    def sign_receipt(self, body: bytes, key_id: str) -> str:
        """Signature over a receipt's RFC 8785 bytes, as b64, by the key that the receipt names."""
        return b64(sealing.sign(self._receipts[key_id], b"aigaq/receipt/1\n" + body))

    def sign_day(self, body: bytes, key_id: str) -> str:
        """Signature over a closed day's RFC 8785 bytes, as b64, by the receipt key that it names."""
        return b64(sealing.sign(self._receipts[key_id], b"aigaq/day/1\n" + body))

    def sign_manifest(self, body: bytes, key_id: str) -> str:
        """Signature over an evidence manifest's RFC 8785 bytes, as b64, by the receipt key that it names."""
        return b64(sealing.sign(self._receipts[key_id], b"aigaq/evidence/1\n" + body))

    def sign_held(self, body: bytes, key_id: str) -> str:
        """Signature over a statement of what is held, RFC 8785 bytes, as b64, by the receipt key that it names."""
        return b64(sealing.sign(self._receipts[key_id], b"aigaq/held/1\n" + body))

    def opening_of(self, key_id: str, envelope: str, sealed: bytes) -> tuple[bytes, bytes] | None:
        """Key and nonce that open this envelope and nothing else; None where the transport key is gone."""
        self._follow()
        private = self._transport.get(key_id)
        return None if private is None else opening(private, sealed, sealing.envelope_info(envelope))

    def _follow(self) -> None:
        if self._stamps() != self._seen:
            self._load()

    def _load(self) -> None:
        # The stamps first: what changes while the files are read is read again at the next use.
        self._seen = self._stamps()
        secret = upgrade(key_files.read(self.folder / "server_keys.json"))
        self._transport = {
            row["id"]: X25519PrivateKey.from_private_bytes(unb64(row["private"]))
            for row in secret["transport"]
        }
        self._receipts = {row["id"]: signing_key(row["private"]) for row in secret["receipt"]}
        self.nonce_key = unb64(secret["nonce"])
        self._keyset = key_files.read(self.folder / "keyset.json")
        self._custody = key_files.read(self.folder / "custody_key.json")

    def _stamps(self) -> list[tuple[int, int]]:
        # A replaced file is another inode, whatever the clock says.
        found = [(self.folder / name).stat() for name in _WATCHED]
        return [(stat.st_ino, stat.st_mtime_ns) for stat in found]


def make_secrets() -> dict[str, Any]:
    """`server_keys.json` of a new server."""
    return {
        "version": FORMAT,
        "nonce": b64(secrets.token_bytes(32)),
        "transport": [make_transport()],
        "receipt": [make_receipt()],
    }


def make_transport() -> dict[str, Any]:
    """A fresh transport key with its secret."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return {**named("transport", public), "private": b64(private.private_bytes_raw())}


def make_receipt() -> dict[str, Any]:
    """A fresh receipt key with its secret."""
    scalar = new_scalar()
    return {**named("receipt", public_point(scalar)), "private": scalar}


def upgrade(secret: dict[str, Any]) -> dict[str, Any]:
    """`server_keys.json` of any format as the present one."""
    if secret.get("version") == FORMAT:
        return secret
    scalar = secret["receipt"]
    # Every process must come to the same: nothing random here.
    nonce = hashlib.sha256(b"aigaq/nonce-key/1\n" + unb64(scalar)).digest()
    receipt = {**named("receipt", public_point(scalar)), "private": scalar}
    return {
        "version": FORMAT,
        "nonce": b64(nonce),
        "transport": secret["transport"],
        "receipt": [receipt],
    }


def _first(root: dict[str, Any], secret: dict[str, Any], custody: dict[str, Any], now: str) -> dict[str, Any]:
    ready = upgrade(secret)
    keys = {
        "transport": ready["transport"][-1],
        "custody": custody,
        "receipt": ready["receipt"][-1],
        "release": named("release", public_point(root["release"])),
    }
    return sign_set(signing_key(root["root"]), first_set(keys, issued_at=now))


def _passphrase(folder: Path) -> str:
    """A random passphrase, kept until the key holders have it; needed only where the key is still to be made."""
    if (folder / "custody_key.json").exists():
        return ""
    path = folder / left_words.NAME
    return str(key_files.kept(path, lambda: {"passphrase": secrets.token_hex(10)})["passphrase"])
