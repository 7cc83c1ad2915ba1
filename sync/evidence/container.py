"""The ZIP file around a package's files, in the one spelling that `package` writes (docs/evidence.md).

Owns that spelling. A ZIP file names its contents twice, and tools differ in which list they believe: bytes put
before, between or behind the files could show another picture to whoever unpacks than to whoever verifies. So every
byte that is no file's is compared with what must stand there. The twin is static/office/verify/container.js.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

_VERSION, _VERSION_64, _UNIX = 20, 45, 3
_FLAGS = 8  # written as a stream: size and hash stand behind each file
_DATE = 33  # the first day that ZIP knows: 1 January 1980
_MODE = 0o600 << 16
_LIMIT = (1 << 31) - 1  # beyond it offsets go into the 64-bit field
_MOST = (1 << 16) - 1


@dataclass(frozen=True)
class Entry:
    """A file as the ZIP file's own list names it."""

    name: str
    crc: int
    size: int


def is_as_written(file: IO[bytes], entries: Iterable[Entry]) -> bool:
    """Whether `file` is these entries, in this order, stored, and not one byte else or otherwise."""
    file.seek(0, 2)
    size, at, directory, count = file.tell(), 0, bytearray(), 0
    for entry in entries:
        head, tail = _local(entry), _descriptor(entry)
        if _at(file, at, len(head)) != head:
            return False
        directory += _central(entry, at)
        at += len(head) + entry.size + len(tail)
        if _at(file, at - len(tail), len(tail)) != tail:
            return False
        count += 1
    rest = bytes(directory) + _end(count, len(directory), at)
    return size == at + len(rest) and _at(file, at, len(rest)) == rest


def _at(file: IO[bytes], offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)


def _local(entry: Entry) -> bytes:
    name = entry.name.encode()
    return struct.pack("<4s5H3L2H", b"PK\3\4", _VERSION, _FLAGS, 0, 0, _DATE, 0, 0, 0, len(name), 0) + name


def _descriptor(entry: Entry) -> bytes:
    return struct.pack("<4s3L", b"PK\7\10", entry.crc, entry.size, entry.size)


def _central(entry: Entry, offset: int) -> bytes:
    name, extra, version = entry.name.encode(), b"", _VERSION
    if offset > _LIMIT:
        extra, offset, version = struct.pack("<2HQ", 1, 8, offset), 0xFFFFFFFF, _VERSION_64
    sizes = (entry.crc, entry.size, entry.size)
    lengths = (len(name), len(extra), 0, 0, 0)
    numbers = (version, _UNIX, version, 0, _FLAGS, 0, 0, _DATE)
    return struct.pack("<4s4B4H3L5H2L", b"PK\1\2", *numbers, *sizes, *lengths, _MODE, offset) + name + extra


def _end(count: int, size: int, offset: int) -> bytes:
    long = b""
    if count > _MOST or size > _LIMIT or offset > _LIMIT:
        numbers = (44, _VERSION_64, _VERSION_64, 0, 0, count, count, size, offset)
        long = struct.pack("<4sQ2H2L4Q", b"PK\6\6", *numbers)
        long += struct.pack("<4sLQL", b"PK\6\7", 0, offset + size, 1)
        count, size, offset = min(count, _MOST), min(size, 0xFFFFFFFF), min(offset, 0xFFFFFFFF)
    return long + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, offset, 0)
