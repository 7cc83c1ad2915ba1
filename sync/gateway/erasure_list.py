"""The list of withdrawals: a file beside the database that outlives any backup of it (docs/deployment.md).

    {"v": 1, "channel", "withdrawal": the document, "by": account, "at"}      before anything is destroyed
    {"v": 1, "chunks": [sha256, …]}                                          media that nobody takes any more

Owns that file: append-only NDJSON, each line durable before the call returns. A backup that is put back knows nothing
of what was withdrawn after it; this list does, and whoever restores replays it. It names ids and keeps the reason
that was given, so it is as sensitive as the database, and holds no testimony and no key.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.errors import BadRequest
from sync.wire import is_sha256

VERSION = 1


@dataclass(frozen=True)
class Withdrawn:
    """A withdrawal as the list keeps it."""

    channel: str
    document: dict[str, Any]
    by: str
    at: str


class ErasureList:
    """The file; safe to use from several processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._read: list[dict[str, Any]] = []

    def note(self, withdrawn: Withdrawn) -> None:
        """Write a withdrawal down, once."""
        known = {(row.channel, row.document["_id"]) for row in self.withdrawals()}
        if (withdrawn.channel, withdrawn.document["_id"]) not in known:
            row = {"channel": withdrawn.channel, "withdrawal": withdrawn.document}
            self._append({"v": VERSION, **row, "by": withdrawn.by, "at": withdrawn.at})

    def note_chunks(self, hashes: Iterable[str]) -> None:
        """Write down which chunks of erased media nobody may bring back."""
        new = sorted(set(hashes) - self.chunks())
        if new:
            self._append({"v": VERSION, "chunks": new})

    def withdrawals(self) -> list[Withdrawn]:
        """Every withdrawal, oldest first. Raises BadRequest where the file is no such list."""
        return [
            Withdrawn(row["channel"], row["withdrawal"], row["by"], row["at"])
            for row in self._all()
            if "withdrawal" in row
        ]

    def chunks(self) -> set[str]:
        """Chunks of erased media. Raises BadRequest where the file is no such list."""
        return {sha256 for row in self._all() for sha256 in row.get("chunks", ()) if is_sha256(sha256)}

    def _all(self) -> list[dict[str, Any]]:
        # Read again only where the file is another, or longer: at its start a server notes every withdrawal anew.
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return []
        if self._seen != (found.st_ino, found.st_size):
            self._read = list(self._rows())
            self._seen = (found.st_ino, found.st_size)
        return self._read

    def _rows(self) -> Iterator[dict[str, Any]]:
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                # A last line that was cut off was never acknowledged: what it asks for was not begun.
                if number == len(lines):
                    return
                raise BadRequest(f"line {number} of the list of erasures is damaged") from error
            if not isinstance(row, dict) or row.get("v") != VERSION:
                raise BadRequest(f"line {number} of the list of erasures is of another version")
            whole = isinstance(row.get("withdrawal"), dict) and {"channel", "by", "at"} <= set(row)
            if not whole and "chunks" not in row:
                raise BadRequest(f"line {number} of the list of erasures is damaged")
            yield row

    def _append(self, row: dict[str, Any]) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            # After a line that was cut off: it must not swallow this one.
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            if torn:
                whole = os.pread(descriptor, size, 0).rfind(b"\n") + 1
                os.ftruncate(descriptor, whole)
            os.write(descriptor, json.dumps(row, ensure_ascii=False).encode() + b"\n")
            os.fsync(descriptor)
            if size == 0:
                folder = os.open(self.path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        finally:
            os.close(descriptor)
