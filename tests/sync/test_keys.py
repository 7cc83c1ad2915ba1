"""The server's keys: made once, kept to itself, opened by a passphrase only where they should be."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.errors import WrongKey
from sync.gateway.keys import DEMO_CUSTODY_PASSPHRASE, ServerKeys, WrappingCost, unwrap_custody
from sync.wire import unb64
from tests.sync.conftest import CHEAP


def test_keys_are_made_once_and_read_by_their_owner_only(tmp_path: Path) -> None:
    first = ServerKeys.open(tmp_path / "keys", demo=True, cost=CHEAP)
    again = ServerKeys.open(tmp_path / "keys", demo=True, cost=CHEAP)
    assert first.keyset == again.keyset
    assert first.wrapped_custody == again.wrapped_custody
    files = list((tmp_path / "keys").iterdir())
    assert {path.name for path in files} == {
        "server_keys.json",
        "root.json",
        "keyset.json",
        "custody_key.json",
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_processes_that_start_together_follow_one_set(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: ServerKeys.open(tmp_path, demo=True, cost=CHEAP), range(4)))
    assert len({json.dumps(keys.keyset) for keys in made}) == 1
    opened = {unwrap_custody(keys.wrapped_custody, DEMO_CUSTODY_PASSPHRASE) for keys in made}
    assert len(opened) == 1


def test_the_demonstrations_passphrase_opens_its_custody_key(tmp_path: Path) -> None:
    keys = ServerKeys.open(tmp_path, demo=True, cost=CHEAP)
    secret = unwrap_custody(keys.wrapped_custody, DEMO_CUSTODY_PASSPHRASE)
    public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    assert public == unb64(keys.keyset["set"]["keys"]["custody"]["public"])
    with pytest.raises(WrongKey):
        unwrap_custody(keys.wrapped_custody, "another passphrase")


def test_outside_a_demonstration_the_known_passphrase_opens_nothing(tmp_path: Path) -> None:
    keys = ServerKeys.open(tmp_path, cost=CHEAP)
    with pytest.raises(WrongKey):
        unwrap_custody(keys.wrapped_custody, DEMO_CUSTODY_PASSPHRASE)
    kept = json.loads((tmp_path / "custody_passphrase.json").read_text())
    assert unwrap_custody(keys.wrapped_custody, kept["passphrase"])


def test_the_server_runs_without_root_and_passphrase(tmp_path: Path) -> None:
    first = ServerKeys.open(tmp_path, cost=CHEAP)
    (tmp_path / "root.json").unlink()
    (tmp_path / "custody_passphrase.json").unlink()
    again = ServerKeys.open(tmp_path, cost=CHEAP)
    assert again.keyset == first.keyset
    assert not (tmp_path / "root.json").exists()
    assert not (tmp_path / "custody_passphrase.json").exists()


def test_the_wrapping_costs_what_a_tablets_passphrase_costs() -> None:
    cost = WrappingCost()
    assert (cost.memory_kib, cost.time, cost.parallelism) == (65536, 3, 1)
