"""Media: immutable ciphertext chunks by their hash, and reading a group medium (docs/protocol.md, section 6).

Owns the folder of chunks and the frame format. Knows no account and no document: who may read what is
decided before it is asked.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from io import RawIOBase
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync.errors import BadRequest, Corrupt, HashMismatch, TooLarge, WrongKey
from sync.wire import is_sha256, sha256_hex

CHUNK_BYTES = 1_048_576
_TAG = 16


class MediaStore(Protocol):
    """Chunks by hash. What `put` has accepted is durable; a chunk never changes."""

    def put(self, sha256: str, data: bytes, *, hashed: bool = False) -> bool:
        """Store a chunk; whether it was new. `hashed`: the caller has compared the bytes with the hash.

        Raises HashMismatch, TooLarge, BadRequest.
        """

    def get(self, sha256: str) -> bytes | None:
        """The chunk, or None."""

    def held(self, hashes: Iterable[str]) -> set[str]:
        """Which of `hashes` are here."""

    def delete(self, sha256: str) -> int:
        """Remove a chunk; how many bytes that freed, 0 where it is not."""


class MediaFolder:
    """A `MediaStore` in a folder: 256 directories by the hash's first byte, a thousand chunks each at 256 GiB.

    Chunks of earlier versions lie one directory deeper (by the second byte too) and are found there. Nearly every
    chunk had a directory of its own that way, whose name had to reach the disk as well.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Directories whose own names this process has seen onto the disk; only saves asking again.
        self._durable: set[Path] = set()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, sha256: str, data: bytes, *, hashed: bool = False) -> bool:
        path, earlier = self._paths(sha256)
        if not data or len(data) > CHUNK_BYTES:
            raise TooLarge("a chunk has 1 byte to 1 MiB")
        if not hashed and sha256_hex(data) != sha256:
            raise HashMismatch("the bytes do not have this hash")
        if path.exists() or earlier.exists():
            return False
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with open(draft, "xb", buffering=0) as file:
                _write_whole(file, data)
                os.fsync(file.fileno())
            os.replace(draft, path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        # The names, too, must survive the power: of the file, and of the directory it lies in.
        _sync_folder(path.parent)
        # Also where another process made it: that one may not have come to it.
        if path.parent not in self._durable:
            _sync_folder(self._folder)
            self._durable.add(path.parent)
        return True

    def get(self, sha256: str) -> bytes | None:
        for path in self._paths(sha256):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                continue
        return None

    def held(self, hashes: Iterable[str]) -> set[str]:
        wanted = (sha256 for sha256 in hashes if is_sha256(sha256))
        return {sha256 for sha256 in wanted if any(path.exists() for path in self._paths(sha256))}

    def delete(self, sha256: str) -> int:
        freed = 0
        for path in self._paths(sha256):
            with suppress(FileNotFoundError):
                size = path.stat().st_size
                path.unlink()
                freed += size
            if path.parent.exists():
                _sync_folder(path.parent)
        return freed

    def _paths(self, sha256: str) -> tuple[Path, Path]:
        """Where a chunk lies, and where an earlier version would have put it."""
        # The name comes from outside: only hexadecimal digits ever become a path.
        if not is_sha256(sha256):
            raise BadRequest("not a SHA-256")
        directory = self._folder / sha256[:2]
        return directory / sha256, directory / sha256[2:4] / sha256


def _write_whole(file: RawIOBase, data: bytes) -> None:
    # A write may take less than it was given, where the disk is nearly full.
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def frame_nonce(number: int, *, last: bool) -> bytes:
    # Fixed nonces are safe: the key belongs to one medium, and a frame's number is used once in it.
    return number.to_bytes(11) + bytes([last])


def seal_frames(key: bytes, medium: str, frames: list[bytes], *, interrupted: bool = False) -> bytes:
    """A ciphertext file of these plaintext frames, as a tablet writes it."""
    box = AESGCM(key)
    file = bytearray()
    for number, plain in enumerate(frames):
        last = number == len(frames) - 1 and not interrupted
        sealed = box.encrypt(frame_nonce(number, last=last), plain, medium.encode())
        file += len(sealed).to_bytes(4) + sealed
    return bytes(file)


def open_frames(key: bytes, medium: str, file: bytes, *, interrupted_after: int | None = None) -> bytes:
    """The plaintext of a whole ciphertext file.

    `interrupted_after` is the number of frames an interrupted medium's document tells; None: it must end with
    the last frame. Raises Corrupt (cut, or another number of frames), WrongKey (a frame does not open).
    """
    frames: list[bytes] = []
    at = 0
    while at < len(file):
        length = int.from_bytes(file[at : at + 4])
        frame = file[at + 4 : at + 4 + length]
        if length < _TAG or len(frame) < length:
            raise Corrupt("cut in the middle of a frame")
        frames.append(frame)
        at += 4 + length
    if not frames if interrupted_after is None else len(frames) != interrupted_after:
        raise Corrupt("not as many frames as there should be")
    box = AESGCM(key)
    plain = bytearray()
    for number, frame in enumerate(frames):
        last = interrupted_after is None and number == len(frames) - 1
        try:
            plain += box.decrypt(frame_nonce(number, last=last), frame, medium.encode())
        except InvalidTag as error:
            raise WrongKey(f"frame {number} does not open") from error
    return bytes(plain)
