"""HPKE base mode written out from RFC 9180, for holding both libraries to it. Slow, and used by tests only."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEM, KDF = 0x20, 1
KEY_BYTES = {1: 16, 2: 32}


@dataclass
class Context:
    """A sender's context: the exported values, and sealing in sequence."""

    enc: bytes
    shared_secret: bytes
    key: bytes
    base_nonce: bytes
    sequence: int = 0

    def seal(self, plain: bytes, aad: bytes = b"") -> bytes:
        nonce = int.from_bytes(self.base_nonce) ^ self.sequence
        self.sequence += 1
        return AESGCM(self.key).encrypt(nonce.to_bytes(12), plain, aad)


def derive_key_pair(material: bytes) -> bytes:
    """The private key of `ikm` (section 7.1.3)."""
    suite = b"KEM" + KEM.to_bytes(2)
    return _expand(suite, _extract(suite, b"", b"dkp_prk", material), b"sk", b"", 32)


def setup_sender(aead: int, public: bytes, info: bytes, ephemeral: bytes) -> Context:
    """`SetupBaseS` with a known ephemeral key (sections 4.1, 5.1)."""
    private = X25519PrivateKey.from_private_bytes(ephemeral)
    enc = private.public_key().public_bytes_raw()
    shared = private.exchange(X25519PublicKey.from_public_bytes(public))
    kem = b"KEM" + KEM.to_bytes(2)
    secret = _expand(kem, _extract(kem, b"", b"eae_prk", shared), b"shared_secret", enc + public, 32)
    suite = b"HPKE" + KEM.to_bytes(2) + KDF.to_bytes(2) + aead.to_bytes(2)
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    schedule = _extract(suite, secret, b"secret", b"")
    key = _expand(suite, schedule, b"key", context, KEY_BYTES[aead])
    return Context(enc, secret, key, _expand(suite, schedule, b"base_nonce", context, 12))


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, hashlib.sha256)


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    # Never more than one block of SHA-256.
    labelled = length.to_bytes(2) + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, labelled + b"\1", hashlib.sha256)[:length]
