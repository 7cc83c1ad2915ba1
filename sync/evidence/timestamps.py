"""RFC 3161 timestamps: asked of an authority over HTTP, and checked.

Owns the exchange and the reading of answers; the cryptography is `rfc3161_client`'s. Knows no day.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import requests
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from sync.errors import TimestampRefused

_PATIENCE = 30  # seconds
_MOST = 64 << 10  # bytes of an answer


@dataclass(frozen=True)
class Stamp:
    """What a timestamp says. `trusted`: None where no authority's certificate was given to check it against."""

    at: datetime
    authority: str
    trusted: bool | None


def ask(url: str, data: bytes) -> bytes:
    """The DER answer of the authority at `url` over SHA-256 of `data`. Raises TimestampRefused."""
    request = (
        TimestampRequestBuilder()
        .data(data)
        .hash_algorithm(HashAlgorithm.SHA256)
        .cert_request(cert_request=True)
        .build()
    )
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        with requests.post(
            url, data=request.as_bytes(), headers=headers, timeout=_PATIENCE, stream=True
        ) as response:
            response.raise_for_status()
            token = bytes(response.raw.read(_MOST + 1, decode_content=True))
    except requests.RequestException as error:
        raise TimestampRefused(f"the authority could not be reached: {error}") from error
    if len(token) > _MOST:
        raise TimestampRefused("the authority's answer is too long to be a timestamp")
    answer = _decode(token)
    if answer.tst_info.nonce != request.nonce:
        raise TimestampRefused("the authority answered another question")
    read(token, data, ())  # an answer over other bytes is worth nothing
    return token


def read(token: bytes, data: bytes, trusted: tuple[Certificate, ...]) -> Stamp:
    """What `token` says of `data`. Raises TimestampRefused where it is not over these bytes, or is none."""
    answer = _decode(token)
    info = answer.tst_info
    if info.message_imprint.message != hashlib.sha256(data).digest():
        raise TimestampRefused("it is a timestamp of something else")
    return Stamp(info.gen_time, _authority(answer), _is_trusted(answer, data, trusted))


def certificates(pem: bytes) -> tuple[Certificate, ...]:
    """The certificates of a PEM file. Raises TimestampRefused."""
    try:
        return tuple(load_pem_x509_certificates(pem))
    except ValueError as error:
        raise TimestampRefused("no certificate in PEM form") from error


def _is_trusted(answer: TimeStampResponse, data: bytes, trusted: tuple[Certificate, ...]) -> bool | None:
    if not trusted:
        return None
    builder = VerifierBuilder()
    for certificate in trusted:
        builder = builder.add_root_certificate(certificate)
    try:
        return builder.build().verify_message(answer, data)
    except VerificationError:
        return False


def _decode(token: bytes) -> TimeStampResponse:
    try:
        answer = decode_timestamp_response(token)
        # A refusal has no content: reading it fails here, and not later.
        _ = answer.tst_info.message_imprint
    except Exception as error:  # the library's parser raises plain ValueErrors and its own
        raise TimestampRefused("this is no RFC 3161 timestamp") from error
    return answer


def _authority(answer: TimeStampResponse) -> str:
    signers = list(answer.signed_data.signer_infos)
    for der in answer.signed_data.certificates:
        certificate = load_der_x509_certificate(bytes(der))
        if signers and certificate.serial_number == signers[0].serial_number:
            return certificate.subject.rfc4514_string()
    return signers[0].issuer.rfc4514_string() if signers else ""
