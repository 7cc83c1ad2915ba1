"""What opens one sealed envelope and no other: for evidence that is shown to strangers.

Owns HPKE's key schedule (RFC 9180, 4.1, 5.1; X25519, HKDF-SHA256, AES-256-GCM, base mode), as the library keeps
these values to itself. With the opening anybody can see that the bytes which the author signed hold exactly the
shown document: AES-GCM's tag fits no other key that could be found. The transport key itself is not disclosed.
"""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

_KEM = b"KEM\x00\x20"
_SUITE = b"HPKE\x00\x20\x00\x01\x00\x02"
ENC = 32


def opening(private: X25519PrivateKey, sealed: bytes, info: bytes) -> tuple[bytes, bytes]:
    """AES-256-GCM key and nonce under which `sealed[32:]` opens (no associated data)."""
    enc = sealed[:ENC]
    shared = private.exchange(X25519PublicKey.from_public_bytes(enc))
    secret = _expand(
        _KEM,
        _extract(_KEM, b"", b"eae_prk", shared),
        b"shared_secret",
        enc + private.public_key().public_bytes_raw(),
        32,
    )
    context = b"\x00" + _extract(_SUITE, b"", b"psk_id_hash", b"") + _extract(_SUITE, b"", b"info_hash", info)
    schedule = _extract(_SUITE, secret, b"secret", b"")
    return _expand(_SUITE, schedule, b"key", context, 32), _expand(
        _SUITE, schedule, b"base_nonce", context, 12
    )


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + material, "sha256")


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    # One block of HKDF is enough for 32 bytes.
    labelled = length.to_bytes(2) + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labelled + b"\x01", "sha256")[:length]
