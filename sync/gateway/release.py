"""Signed releases: which files are the app, said by the organisation's release key (docs/keys.md, "Releases").

Owns the form of a release and its signature; the twin of `static/engine/crypto/release.js`. Pure: where releases
lie, and which files there are, is the application's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sync.errors import BadRequest, BadSignature, Refused
from sync.gateway import sealing
from sync.gateway.keyset import named, public_point, signing_key
from sync.wire import b64, canonical, sha256_hex, unb64

MANIFEST = "aigaq-release-manifest/1"
_HASH = re.compile(r"[0-9a-f]{64}")


def version_of(files: Mapping[str, str]) -> str:
    """The version that names exactly this set of files (address → SHA-256, hexadecimal)."""
    return sha256_hex("\n".join(f"{address} {files[address]}" for address in sorted(files)).encode())


def fingerprint(version: str) -> str:
    """A version as people compare it: the first 64 bits in groups of four."""
    return " ".join(version[at : at + 4] for at in range(0, 16, 4))


def parse_manifest(offered: Any) -> dict[str, str]:
    """The files that a server says it serves. Raises BadRequest."""
    if not isinstance(offered, dict) or offered.get("aigaq") != MANIFEST:
        raise BadRequest("not a manifest of the app")
    files: Any = offered.get("files")
    if not _are_files(files):
        raise BadRequest("a manifest without its files")
    return dict(files)


def sign_release(scalar: str, files: Mapping[str, str], *, number: int, issued_at: str) -> dict[str, Any]:
    """The release as it is installed, signed by the secret release key `scalar`."""
    content = {
        "version": version_of(files),
        "number": number,
        "issued_at": issued_at,
        "files": dict(files),
    }
    return {
        "release": content,
        "key": named("release", public_point(scalar))["id"],
        "signature": b64(sealing.sign(signing_key(scalar), _message(content))),
    }


def check_release(signed: Any, keyset: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a release that the release key of this key set has signed.

    Raises BadRequest where it is none, Refused where another key signed it, BadSignature where it was changed.
    """
    content = signed.get("release") if isinstance(signed, dict) else None
    if not isinstance(content, dict) or not _are_files(content.get("files")):
        raise BadRequest("not a signed release")
    number = content.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BadRequest("a release without its number")
    key = keyset["keys"]["release"]
    if signed.get("key") != key["id"]:
        raise Refused(f"signed by {signed.get('key')}; the release key in use is {key['id']}")
    sealing.verify(unb64(key["public"]), unb64(signed.get("signature")), _message(content))
    if content.get("version") != version_of(content["files"]):
        raise BadSignature("the version is not that of the files")
    return content


def _message(content: Mapping[str, Any]) -> bytes:
    return b"aigaq/release/1\n" + canonical(content)


def _are_files(files: Any) -> bool:
    return (
        isinstance(files, dict)
        and bool(files)
        and all(isinstance(hash_, str) and _HASH.fullmatch(hash_) for hash_ in files.values())
    )
