"""Searching a closed browser profile for words that must not be there."""

from __future__ import annotations

import base64
import mmap
from collections.abc import Iterable
from pathlib import Path


def encodings(marker: str) -> list[bytes]:
    """How a word may lie on a disk: UTF-8, UTF-16 of both orders, and base64 at each of three offsets."""
    plain = marker.encode()
    forms = [plain, marker.encode("utf-16-le"), marker.encode("utf-16-be")]
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + plain)
        # the first and the last characters depend on what stands beside the marker
        forms.append(text[4 if offset else 0 : -4])
    return forms


def find_markers(profile: Path, markers: Iterable[str]) -> dict[str, list[str]]:
    """Markers found anywhere in the profile's files or file names, with the files that hold them."""
    wanted = {marker: encodings(marker) for marker in markers}
    found: dict[str, list[str]] = {}
    for path in profile.rglob("*"):
        name = path.relative_to(profile).as_posix()
        hits = [marker for marker in wanted if marker in name]
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                hits += [
                    marker
                    for marker, forms in wanted.items()
                    if any(content.find(form) >= 0 for form in forms)
                ]
        for marker in hits:
            found.setdefault(marker, []).append(name)
    return found
