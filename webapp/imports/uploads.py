"""Files kept between preview and apply, under random names that only their owner's session knows.

They lie in the instance folder and are removed when applied, given up, or a day old.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from webapp.imports.problems import ImportRefused

KEPT_SECONDS = 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Upload:
    """A kept file: its random token, the name it came with, its bytes."""

    token: str
    name: str
    data: bytes


class Uploads:
    """The folder of kept files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, data: bytes, name: str, account: str) -> Upload:
        """Keep a file for `account`."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sweep()
        token = secrets.token_hex(16)
        (self.folder / f"{token}.json").write_text(
            json.dumps({"name": name, "account": account}), encoding="utf-8"
        )
        (self.folder / token).write_bytes(data)
        return Upload(token, name, data)

    def get(self, token: str, account: str) -> Upload:
        """The kept file of this account; raises `ImportRefused` (`gone`) for anybody else's."""
        if not _TOKEN.fullmatch(token):
            raise ImportRefused("gone")
        try:
            card = json.loads((self.folder / f"{token}.json").read_text(encoding="utf-8"))
            data = (self.folder / token).read_bytes()
        except FileNotFoundError as error:
            raise ImportRefused("gone") from error
        if card["account"] != account:
            raise ImportRefused("gone")
        return Upload(token, str(card["name"]), data)

    def remove(self, token: str) -> None:
        """Forget a file; it may be gone already."""
        if _TOKEN.fullmatch(token):
            for path in (self.folder / token, self.folder / f"{token}.json"):
                path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        oldest = time.time() - KEPT_SECONDS
        for path in self.folder.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
