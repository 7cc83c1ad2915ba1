"""Words that the server made for a custody key lie in a file as long as they open it, and no longer."""

from __future__ import annotations

from pathlib import Path

from sync.gateway import ceremony, key_files, left_words, rotation
from sync.gateway.custody_file import make_custody, unwrap_custody
from sync.gateway.keys import ServerKeys
from sync.gateway.root import prepare, sign
from tests.sync.conftest import CHEAP


def rotated(keys: ServerKeys) -> None:
    """The custody key is exchanged for another one that the server makes."""
    proposal = rotation.propose(keys, ["custody"], cost=CHEAP)
    root = keys.folder / "root.json"
    content, release = prepare(key_files.read(root), proposal, issued_at="2026-05-12T09:00:00.000Z")
    rotation.install(keys, sign(root, content, release))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("custody_passphrase*"))


def test_words_of_an_earlier_key_are_kept_beside_the_new_ones(tmp_path: Path) -> None:
    keys = ServerKeys.open(tmp_path, cost=CHEAP)
    first = keys.wrapped_custody
    rotated(keys)
    second = keys.wrapped_custody
    assert second["id"] != first["id"]
    for wrapped in (first, second):
        words = left_words.of(tmp_path, wrapped)
        assert words is not None
        assert unwrap_custody(wrapped, words)
    assert len(files(tmp_path)) == 2


def test_words_that_were_changed_are_taken_away(tmp_path: Path) -> None:
    keys = ServerKeys.open(tmp_path, cost=CHEAP)
    first = keys.wrapped_custody
    rotated(keys)
    second = keys.wrapped_custody
    fresh = {name: make_custody("words of people", CHEAP)[name] for name in ("kdf", "nonce", "ciphertext")}
    ceremony.rewrap(keys, first["id"], fresh)
    assert files(tmp_path) == ["custody_passphrase.json"]
    assert left_words.of(tmp_path, second)
    ceremony.rewrap(keys, second["id"], fresh)
    assert files(tmp_path) == []
    assert left_words.of(tmp_path, keys.wrapped_custody) is None
