"""Signatures of delivering requests in the form of RFC 9421 (docs/protocol.md, section 3).

Owns the one profile that is accepted: which components are covered, in which order, with which parameters.
Pure: knows no key and no nonce's worth. One fixed spelling is the safety argument: what is signed is rebuilt
from the request itself, so nothing that a header says of it can be left out or said twice.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from sync.errors import BadRequest, BadSignature

LABEL = "aigaq"
ALGORITHM = "ecdsa-p256-sha256"
COVERED = '("@method" "@path" "content-digest" "aigaq-device")'

_INPUT = re.compile(
    re.escape(f"{LABEL}={COVERED}")
    + r';created=(?P<created>[0-9]{1,15});nonce="(?P<nonce>[A-Za-z0-9_.-]{0,200})"'
    + rf';keyid="(?P<keyid>[A-Za-z0-9-]{{1,60}})";alg="{ALGORITHM}"'
)
_SIGNATURE = re.compile(rf"{LABEL}=:(?P<value>[A-Za-z0-9+/]{{86}}==):")


@dataclass(frozen=True)
class RequestHeaders:
    """A delivering request, as its headers and body say it."""

    device: str
    digest: str
    signature_input: str
    signature: str
    method: str
    path: str
    body: bytes


@dataclass(frozen=True)
class Claim:
    """What a well-formed request claims: its signature is still to be verified, its nonce to be spent."""

    nonce: str
    message: bytes
    signature: bytes


def parse_request(request: RequestHeaders) -> Claim:
    """What was signed, and the signature. Raises BadRequest (digest) or BadSignature (anything else)."""
    if request.digest != content_digest(request.body):
        raise BadRequest("Content-Digest does not fit the body")
    found = _INPUT.fullmatch(request.signature_input)
    value = _SIGNATURE.fullmatch(request.signature)
    if found is None or value is None:
        raise BadSignature("not signed as RFC 9421 and this protocol want it")
    if found["keyid"] != request.device:
        raise BadSignature("the key is not this device's")
    parameters = request.signature_input.removeprefix(f"{LABEL}=")
    message = signature_base(request.method, request.path, request.digest, request.device, parameters)
    try:
        signature = base64.b64decode(value["value"], validate=True)
    except binascii.Error as error:
        raise BadSignature("not base64") from error
    return Claim(found["nonce"], message, signature)


def signature_base(method: str, path: str, digest: str, device: str, parameters: str) -> bytes:
    """The bytes under the signature: RFC 9421, section 2.5."""
    lines = (
        f'"@method": {method}',
        f'"@path": {path}',
        f'"content-digest": {digest}',
        f'"aigaq-device": {device}',
        f'"@signature-params": {parameters}',
    )
    return "\n".join(lines).encode()


def signature_parameters(*, created: int, nonce: str, device: str) -> str:
    """`@signature-params` of a request. `created`: seconds, as the device believes."""
    return f'{COVERED};created={created};nonce="{nonce}";keyid="{device}";alg="{ALGORITHM}"'


def content_digest(body: bytes) -> str:
    """The `Content-Digest` header (RFC 9530) of a body."""
    return digest_header(hashlib.sha256(body).hexdigest())


def digest_header(sha256: str) -> str:
    """The `Content-Digest` header of a body with this hash (hex)."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
