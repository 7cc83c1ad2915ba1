"""Files of keys: JSON that only its owner reads, written whole or not at all.

Owns how such a file is made once by several processes, and how it is replaced. Knows no key.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def kept(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The JSON kept in `path`; made, readable by its owner only, where it is missing."""
    try:
        return read(path)
    except FileNotFoundError:
        pass
    draft = _draft(path, make())
    try:
        # `link` fails where the name exists: of two processes that start together, both follow the first.
        os.link(draft, path)
    except FileExistsError:
        return read(path)
    finally:
        draft.unlink()
    _flush_folder(path.parent)
    return read(path)


def read(path: Path) -> dict[str, Any]:
    """Raises FileNotFoundError."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def replace(path: Path, value: dict[str, Any]) -> None:
    """Put `value` into `path`, durable on return: who reads it meanwhile finds the old or the new, whole."""
    os.replace(_draft(path, value), path)
    _flush_folder(path.parent)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else changes the keys of this folder meanwhile."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _draft(path: Path, value: dict[str, Any]) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
