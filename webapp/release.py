"""The signed release that stands for the shell this server serves (docs/keys.md, "Releases").

Owns the folder `releases/` of the instance: one file a version, put there by `flask release install`. A release
counts only if the release key of the key set in use has signed it, for exactly the files that are served.
In a demonstration, where the root lies on the server anyway, the server signs what it serves at start-up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sync.clock import Clock, system_clock, timestamp
from sync.errors import AigaqError, Refused
from sync.gateway import key_files
from sync.gateway.keys import ServerKeys
from sync.gateway.keyset import public_point
from sync.gateway.release import check_release, sign_release, version_of
from sync.wire import unb64


class Releases:
    """Signed releases by version. `local`: sign what has none with the root that lies here."""

    def __init__(
        self, folder: Path, keys: ServerKeys, *, local: bool = False, clock: Clock = system_clock
    ) -> None:
        self.folder = folder
        self.keys = keys
        self.local = local
        self._clock = clock

    def of(self, files: Mapping[str, str]) -> dict[str, Any] | None:
        """The signed release of exactly these files (address → SHA-256); None where there is none."""
        signed = self._kept(version_of(files))
        if self.local and (signed is None or not self._is_last(signed)):
            return self._sign_here(files)
        return signed

    def install(self, signed: Any) -> dict[str, Any]:
        """Keep a signed release; its content. Raises BadRequest, BadSignature, Refused."""
        content = check_release(signed, self.keys.keyset["set"])
        self.folder.mkdir(exist_ok=True, mode=0o700)
        # The version is a hash that was checked: no path can be slipped in.
        path = self._path(content["version"])
        if path.exists() and json.loads(path.read_text())["release"]["number"] > content["number"]:
            raise Refused("a release of these files with a higher number is here already")
        key_files.replace(path, signed)
        return content

    def _kept(self, version: str) -> dict[str, Any] | None:
        try:
            signed = key_files.read(self._path(version))
            content = check_release(signed, self.keys.keyset["set"])
        except (OSError, ValueError, AigaqError):
            return None
        return signed if content["version"] == version else None

    def _is_last(self, signed: Mapping[str, Any]) -> bool:
        """Whether nothing was signed here since: tablets refuse what is older than what they have."""
        root = self._root()
        return root is None or signed["release"]["number"] >= int(root.get("released", 0))

    def _sign_here(self, files: Mapping[str, str]) -> dict[str, Any] | None:
        with key_files.alone(self.keys.folder):
            # Another process may have signed it while this one waited.
            signed = self._kept(version_of(files))
            root = self._root()
            if root is None or (signed is not None and self._is_last(signed)):
                return signed
            if public_point(root["release"]) != unb64(self.keys.keyset["set"]["keys"]["release"]["public"]):
                return signed  # a new release key waits for its key set: what it signs nobody would take
            fresh = sign_next(self.keys.folder / "root.json", files, issued_at=timestamp(self._clock.now()))
        self.install(fresh)
        return fresh

    def _root(self) -> dict[str, Any] | None:
        try:
            return key_files.read(self.keys.folder / "root.json")
        except FileNotFoundError:
            return None

    def _path(self, version: str) -> Path:
        return self.folder / f"{version}.json"


def sign_next(root_path: Path, files: Mapping[str, str], *, issued_at: str) -> dict[str, Any]:
    """A release of these files with the next number, which is written down first: no number is signed twice."""
    root = key_files.read(root_path)
    number = int(root.get("released", 0)) + 1
    key_files.replace(root_path, {**root, "released": number})
    return sign_release(root["release"], files, number=number, issued_at=issued_at)
