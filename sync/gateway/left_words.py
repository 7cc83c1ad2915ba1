"""The words of custody keys that the server made itself, left in files until key holders have them (docs/keys.md).

Owns those files. Words that open nothing any more are taken away with the change that made them so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sync.gateway import key_files
from sync.wire import sha256_hex

NAME = "custody_passphrase.json"


def leave(folder: Path, words: str, *, opens: str) -> None:
    """Write down the words of a key that was just made. Words of an earlier key that still lie there are moved aside."""
    path = folder / NAME
    if path.exists():
        earlier = str(key_files.read(path).get("opens", ""))
        path.rename(folder / f"custody_passphrase.{sha256_hex(earlier.encode())[:16]}.json")
    key_files.replace(path, {"passphrase": words, "opens": opens})


def name_key(folder: Path, wrapped: dict[str, Any]) -> None:
    """Say which key the first words open: they were written down before it was made."""
    path = folder / NAME
    if path.exists() and "opens" not in key_files.read(path):
        key_files.replace(path, {**key_files.read(path), "opens": wrapped["id"]})


def of(folder: Path, wrapped: dict[str, Any]) -> str | None:
    """The words that open this key, where they lie here."""
    found = None if wrapped.get("rewrapped") else _file_of(folder, wrapped)
    return str(key_files.read(found)["passphrase"]) if found else None


def forget(folder: Path, wrapped: dict[str, Any]) -> None:
    """Take away the words that opened this key before it was wrapped anew."""
    found = _file_of(folder, wrapped)
    if found:
        found.unlink()


def _file_of(folder: Path, wrapped: dict[str, Any]) -> Path | None:
    paths = sorted(folder.glob("custody_passphrase*.json"))
    return next((path for path in paths if key_files.read(path).get("opens") == wrapped["id"]), None)
