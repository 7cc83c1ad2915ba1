"""Searching a closed browser profile for words that must not be there.

Owns what "there" means: names of files, their bytes as they are, and what lies in them compressed. Chromium keeps
IndexedDB and Local Storage in LevelDB, whose tables hold blocks compressed by snappy and whose logs cut a value
into records; it compresses large values once more by snappy; its HTTP cache keeps gzip as it came. A search of the
raw bytes alone would be blind to all four.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

TABLE_MAGIC = bytes.fromhex("57fb808b247547db")
LOG_BLOCK = 32 * 1024
# Blink's mark of a value that it has compressed: version tag, pseudo-version, "compressed with snappy".
COMPRESSED_VALUE = b"\xff\x11\x02"
GZIP = b"\x1f\x8b\x08"
LONGEST_GZIP = 4 << 20


def encodings(marker: str) -> list[bytes]:
    """How a word may lie on a disk: UTF-8, UTF-16 of both orders, escaped, and base64 at each of three offsets."""
    plain = marker.encode()
    forms = [plain, marker.encode("utf-16-le"), marker.encode("utf-16-be")]
    for source in (plain, marker.encode("utf-16-le")):
        for offset in range(3):
            text = base64.b64encode(b"\0" * offset + source)
            # the first and the last characters depend on what stands beside the marker
            forms.append(text[4 if offset else 0 : -4])
    escaped = marker.encode("ascii", "backslashreplace")
    return [*dict.fromkeys([*forms, quote(marker).encode(), escaped, escaped.replace(b"\\", b"\\\\")])]


def layers(path: Path) -> Iterator[bytes]:
    """A file's bytes, and each form in which its content lies once what compresses or cuts it is undone."""
    raw = path.read_bytes()
    outer = [raw]
    if path.suffix in (".ldb", ".sst") and raw.endswith(TABLE_MAGIC):
        outer.append(b"".join(table_blocks(raw)))
    elif path.suffix == ".log" or path.name.startswith("MANIFEST"):
        outer.append(log_payload(raw))
    for content in outer:
        yield content
        for match in re.finditer(re.escape(COMPRESSED_VALUE), content):
            yield unsnap(content[match.end() :], partly=True)
        for match in re.finditer(re.escape(GZIP), content):
            try:
                yield zlib.decompressobj(31).decompress(content[match.start() :], LONGEST_GZIP)
            except zlib.error:
                continue


def find_bytes(profile: Path, needles: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Which of these bytes lie in which file of the profile, in any layer."""
    wanted = list(needles)
    return [
        (path.relative_to(profile).as_posix(), needle)
        for path in profile.rglob("*")
        if path.is_file() and not path.is_symlink()
        for layer in layers(path)
        for needle in wanted
        if needle in layer
    ]


def find_markers(profile: Path, markers: Iterable[str]) -> dict[str, list[str]]:
    """Markers found anywhere in the profile's files or file names, with the files that hold them."""
    wanted = {marker: encodings(marker) for marker in markers}
    # Where all begin alike, a file without the beginning needs no second look.
    stem = _beginning(min(wanted), max(wanted))
    first = encodings(stem) if len(stem.encode()) >= 8 and len(wanted) > 1 else None
    found: dict[str, list[str]] = {}
    for path in profile.rglob("*"):
        name = path.relative_to(profile).as_posix()
        hits = {marker for marker in wanted if marker in name}
        if path.is_file() and not path.is_symlink():
            for layer in layers(path):
                if first and not any(form in layer for form in first):
                    continue
                hits |= {marker for marker, forms in wanted.items() if any(form in layer for form in forms)}
        for marker in hits:
            found.setdefault(marker, []).append(name)
    return found


def _beginning(one: str, other: str) -> str:
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return one[:same]


def log_payload(raw: bytes) -> bytes:
    """The values of a LevelDB log, put together again from their records."""
    parts = []
    for start in range(0, len(raw), LOG_BLOCK):
        block, at = raw[start : start + LOG_BLOCK], 0
        while at + 7 <= len(block):
            size = int.from_bytes(block[at + 4 : at + 6], "little")
            parts.append(block[at + 7 : at + 7 + size])
            at += 7 + size
    return b"".join(parts)


def table_blocks(raw: bytes) -> Iterator[bytes]:
    """The blocks of a LevelDB table, decompressed."""
    footer = raw[-48:]
    _, at = _varint(footer, 0)
    _, at = _varint(footer, at)
    start, at = _varint(footer, at)
    size, _ = _varint(footer, at)
    for _, value in _pairs(_block(raw, start, size)):
        start, at = _varint(value, 0)
        size, _ = _varint(value, at)
        yield from (key + value for key, value in _pairs(_block(raw, start, size)))


def _block(raw: bytes, start: int, size: int) -> bytes:
    content = raw[start : start + size]
    return unsnap(content) if raw[start + size] == 1 else content


def _pairs(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = len(block) - 4 - 4 * int.from_bytes(block[-4:], "little")
    at, key = 0, b""
    while at < end:
        shared, at = _varint(block, at)
        fresh, at = _varint(block, at)
        size, at = _varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + size]
        at += size


def unsnap(packed: bytes, *, partly: bool = False) -> bytes:
    """Snappy undone; `partly`: as much of it as can be, where it may be none. Raises ValueError otherwise."""
    out = bytearray()
    try:
        size, at = _varint(packed, 0)
        while at < len(packed) and len(out) < size:
            tag = packed[at]
            kind, at = tag & 3, at + 1
            if kind == 0:
                length = tag >> 2
                if length >= 60:
                    extra = length - 59
                    length = int.from_bytes(packed[at : at + extra], "little")
                    at += extra
                out += packed[at : at + length + 1]
                at += length + 1
                continue
            if kind == 1:
                length, offset = 4 + (tag >> 2 & 7), (tag >> 5) << 8 | packed[at]
                at += 1
            else:
                width = 2 if kind == 2 else 4
                length, offset = (tag >> 2) + 1, int.from_bytes(packed[at : at + width], "little")
                at += width
            if not 0 < offset <= len(out):
                raise ValueError("not snappy")
            for _ in range(length):
                out.append(out[-offset])
    except (ValueError, IndexError) as error:
        if not partly:
            raise ValueError("not snappy") from error
    return bytes(out)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
