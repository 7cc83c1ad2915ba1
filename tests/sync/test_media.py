"""The folder of chunks: durable before it says so, never half of one, and tampered files refused on reading."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.errors import AigaqError, Corrupt, HashMismatch, WrongKey
from sync.gateway import media
from sync.gateway.media import MediaFolder, open_frames, seal_frames
from sync.wire import sha256_hex

KEY = bytes(range(32))
MEDIUM = "medium:01HMEDIVM00000000000000001"
FRAMES = [b"a" * 50, b"b" * 60, b""]


class Disk:
    """Counts what is asked onto the disk, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps: list[str] = []
        fsync, replace = os.fsync, os.replace

        def count(descriptor: int) -> None:
            kind = "folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file"
            self.steps.append(kind)
            fsync(descriptor)

        def note(source: Path, target: Path) -> None:
            self.steps.append("rename")
            replace(source, target)

        monkeypatch.setattr(os, "fsync", count)
        monkeypatch.setattr(os, "replace", note)


def test_a_chunk_is_on_the_disk_with_its_name_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = MediaFolder(tmp_path / "media")
    disk = Disk(monkeypatch)
    assert folder.put(sha256_hex(b"one"), b"one")
    # the bytes, then the name, then the name of the directory that was made for it
    assert disk.steps == ["file", "rename", "folder", "folder"]
    disk.steps.clear()
    assert not folder.put(sha256_hex(b"one"), b"one")
    assert disk.steps == []


def in_one_directory() -> tuple[bytes, bytes]:
    """Two chunks whose hashes begin alike."""
    seen: dict[str, bytes] = {}
    for number in range(1000):
        data = str(number).encode()
        start = sha256_hex(data)[:2]
        if start in seen:
            return seen[start], data
        seen[start] = data
    raise AssertionError("no two of a thousand")


def test_a_further_chunk_in_the_same_directory_costs_two_syncs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = MediaFolder(tmp_path / "media")
    one, two = in_one_directory()
    folder.put(sha256_hex(one), one)
    disk = Disk(monkeypatch)
    folder.put(sha256_hex(two), two)
    assert disk.steps == ["file", "rename", "folder"]


def test_another_process_makes_sure_of_directories_that_it_did_not_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = in_one_directory()
    MediaFolder(tmp_path / "media").put(sha256_hex(one), one)
    second = MediaFolder(tmp_path / "media")
    disk = Disk(monkeypatch)
    second.put(sha256_hex(two), two)
    assert disk.steps == ["file", "rename", "folder", "folder"]


def test_chunks_that_an_earlier_version_put_a_directory_deeper_are_found_and_destroyed(
    tmp_path: Path,
) -> None:
    folder = MediaFolder(tmp_path / "media")
    name = sha256_hex(b"one")
    earlier = tmp_path / "media" / name[:2] / name[2:4] / name
    earlier.parent.mkdir(parents=True)
    earlier.write_bytes(b"one")
    assert folder.held([name]) == {name}
    assert folder.get(name) == b"one"
    assert not folder.put(name, b"one")
    folder.delete(name)
    assert (folder.get(name), folder.held([name]), earlier.exists()) == (None, set(), False)


def test_a_disk_that_takes_less_than_it_was_given_gets_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(io.FileIO):
        def write(self, data: Any) -> int:
            return super().write(bytes(data)[:1000])

    monkeypatch.setattr(media, "open", lambda path, mode, buffering: Slow(path, "x"), raising=False)
    data = os.urandom(70_001)
    folder = MediaFolder(tmp_path / "media")
    assert folder.put(sha256_hex(data), data)
    assert folder.get(sha256_hex(data)) == data


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_chunk_that_could_not_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    folder = MediaFolder(tmp_path / "media")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, fails, full)
        with pytest.raises(OSError, match="No space"):
            folder.put(sha256_hex(b"one"), b"one")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert folder.held([sha256_hex(b"one")]) == set()
    with pytest.raises(HashMismatch):
        folder.put(sha256_hex(b"one"), b"two")


def test_every_flipped_bit_of_a_file_is_refused() -> None:
    file = seal_frames(KEY, MEDIUM, FRAMES)
    assert open_frames(KEY, MEDIUM, file) == b"".join(FRAMES)
    for bit in range(len(file) * 8):
        changed = bytearray(file)
        changed[bit >> 3] ^= 1 << (bit & 7)
        with pytest.raises((Corrupt, WrongKey)):
            open_frames(KEY, MEDIUM, bytes(changed))


def split(file: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(file):
        size = 4 + int.from_bytes(file[at : at + 4])
        parts.append(file[at : at + size])
        at += size
    return parts


TAMPERED: dict[str, tuple[Callable[[list[bytes]], list[bytes]], type[AigaqError]]] = {
    "swapped": (lambda f: [f[1], f[0], f[2]], WrongKey),
    "dropped": (lambda f: [f[0], f[2]], WrongKey),
    "repeated": (lambda f: [f[0], f[1], f[1], f[2]], WrongKey),
    "cut after a frame": (lambda f: f[:2], WrongKey),
    "cut in a frame": (lambda f: [f[0], f[1], f[2][:-1]], Corrupt),
    "cut in a length": (lambda f: [f[0], f[1][:2]], Corrupt),
    "all gone": (lambda _f: [], Corrupt),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_frames_in_another_order_or_number_are_refused(how: str) -> None:
    tamper, error = TAMPERED[how]
    changed = b"".join(tamper(split(seal_frames(KEY, MEDIUM, FRAMES))))
    with pytest.raises(error):
        open_frames(KEY, MEDIUM, changed)
    with pytest.raises((Corrupt, WrongKey)):  # nor does it help to say that it was interrupted
        open_frames(KEY, MEDIUM, changed, interrupted_after=3)
    with pytest.raises(WrongKey):
        open_frames(KEY, "medium:other", seal_frames(KEY, MEDIUM, FRAMES))
