"""Signatures and sealed boxes as docs/protocol.md writes them (first section, sections 1, 4 and 6).

Owns the algorithms and the domain-separated prefixes; holds no key. Foreign exceptions become
BadSignature and WrongKey here.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.errors import BadSignature, Corrupt, WrongKey
from sync.wire import sha256_hex

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
# enc (32) and the tag of an empty text (16).
_SMALLEST = 48
_P256_BYTES = 32

STANZA_BYTES = 80  # a sealed content key: enc, 32 bytes, tag


def envelope_info(envelope: str) -> bytes:
    # The library takes no associated data: the id is bound through `info` instead.
    return f"aigaq/envelope/1\n{envelope}".encode()


def content_key_info(document: str) -> bytes:
    return f"aigaq/content-key/1\n{document}".encode()


def envelope_message(envelope: str, sealed: bytes) -> bytes:
    """What the author's device signs."""
    return f"aigaq/envelope/1\n{envelope}\n{sha256_hex(sealed)}".encode()


def session_message(device: str, nonce: str, report: bytes) -> bytes:
    """What the device signs to read; `report`: RFC 8785 bytes of how it says it stands."""
    return f"aigaq/session/2\n{device}\n{nonce}\n{sha256_hex(report)}".encode()


def seal(public: X25519PublicKey, plain: bytes, info: bytes) -> bytes:
    """`enc ‖ ct`."""
    return _SUITE.encrypt(plain, public, info=info)


def unseal(private: X25519PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """The plaintext. Raises Corrupt where it cannot be a sealed box at all, WrongKey where it does not open."""
    if len(sealed) < _SMALLEST:
        raise Corrupt("shorter than any sealed box")
    try:
        return _SUITE.decrypt(sealed, private, info=info)
    except (InvalidTag, ValueError) as error:
        raise WrongKey("does not open") from error


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Check a raw `r‖s` signature by a raw uncompressed P-256 point. Raises BadSignature."""
    if len(signature) != 2 * _P256_BYTES:
        raise BadSignature("a signature has 64 bytes")
    r, s = (int.from_bytes(half) for half in (signature[:_P256_BYTES], signature[_P256_BYTES:]))
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise BadSignature("the signature does not fit") from error


def sign(private: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """A raw `r‖s` signature."""
    r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(_P256_BYTES) + s.to_bytes(_P256_BYTES)


def point(public: ec.EllipticCurvePublicKey) -> bytes:
    """The raw uncompressed point, 65 bytes."""
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_point(data: bytes) -> bool:
    """Whether `data` is a point of P-256, uncompressed."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError:
        return False
    return len(data) == 2 * _P256_BYTES + 1
