"""A package as it is read: a ZIP file from strangers, treated as such.

Owns the limits and safe names. Nothing is ever written to disk.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
from functools import cached_property
from pathlib import Path
from typing import IO

from sync.errors import NotEvidence
from sync.evidence.container import Entry, is_as_written

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_MOST_FILES = 200_000
# A recorded hour has many parts of 1 MiB, but no single entry is larger than a picture.
_MOST_BYTES = 64 << 20


class PackageFile:
    """Raises NotEvidence where `source` is no package of ours at all."""

    def __init__(self, source: Path | IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
        # Of a damaged list the library says it in many ways.
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise NotEvidence("this is not a ZIP file, or it was cut") from error
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        names = [entry.filename for entry in entries]
        if len(names) > _MOST_FILES or len(set(names)) != len(names):
            raise NotEvidence("a name stands in it twice, or there are too many files")
        if "manifest.json" not in names or not all(_NAME.fullmatch(name) for name in names):
            raise NotEvidence("this is a ZIP file, but no evidence package")
        if any(entry.file_size > _MOST_BYTES for entry in entries):
            raise NotEvidence("a file in it is larger than any that a package has")

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(entry.filename for entry in self._zip.infolist() if not entry.is_dir())

    def names(self) -> frozenset[str]:
        """Every file's path."""
        return self._names

    def under(self, folder: str) -> list[str]:
        """Paths in a folder, in order."""
        return sorted(name for name in self._names if name.startswith(folder))

    def is_as_written(self) -> bool:
        """Whether nothing stands in the ZIP file before, between and behind the files, and each stands there once."""
        rows = [row for row in self._zip.infolist() if not row.is_dir()]
        entries = [Entry(row.filename, row.CRC, row.file_size) for row in rows]
        return self._zip.fp is not None and is_as_written(self._zip.fp, entries)

    def read(self, path: str) -> bytes:
        """A file's bytes; empty where the ZIP file is damaged there, or packs what it must only hold. Raises KeyError."""
        entry = self._zip.getinfo(path)
        if entry.compress_type != zipfile.ZIP_STORED:
            return b""
        try:
            return self._zip.read(entry)
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError):
            return b""

    def sha256(self, path: str) -> str:
        """Hex hash of a file."""
        return hashlib.sha256(self.read(path)).hexdigest()
