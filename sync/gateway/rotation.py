"""The server's part in changing keys: proposing a set, installing a signed one, dropping old secrets (docs/keys.md).

    keys in use ──propose──► new secrets wait in server_keys.json ──(signed offline)──► install ──► in use
                                                              the old transport secret ──retire──► gone

Owns these three steps over the files of `keys`. The root is never needed here. A secret that any tablet may
still have sealed to is dropped only by `retire`, which asks the application who that could be.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sync.errors import BadRequest, Refused
from sync.gateway import key_files, left_words
from sync.gateway.custody_file import WrappingCost, make_custody
from sync.gateway.keys import ServerKeys, make_receipt, make_transport, upgrade
from sync.gateway.keyset import PROPOSAL, PURPOSES, check_follows, check_signed, named
from sync.wire import sha256_hex, unb64


def propose(
    keys: ServerKeys,
    rotate: Iterable[str],
    *,
    custody: dict[str, Any] | None = None,
    cost: WrappingCost | None = None,
) -> dict[str, Any]:
    """Make new secrets and say what the next set should name; nothing is in use yet.

    `custody`: a wrapped key that key holders have made; without one it is made here, under a passphrase that
    lies in `custody_passphrase.json`. Raises BadRequest.
    """
    purposes = [purpose for purpose in PURPOSES if purpose in set(rotate)]
    if not purposes or set(rotate) - set(PURPOSES):
        raise BadRequest(f"rotate some of {', '.join(PURPOSES)}")
    offered: dict[str, Any] = {}
    with key_files.alone(keys.folder):
        secret = upgrade(key_files.read(keys.folder / "server_keys.json"))
        if "transport" in purposes:
            secret["transport"] = [*secret["transport"], make_transport()]
            offered["transport"] = _public(secret["transport"][-1])
        if "receipt" in purposes:
            secret["receipt"] = [*secret["receipt"], make_receipt()]
            offered["receipt"] = _public(secret["receipt"][-1])
        if "custody" in purposes:
            wrapped = _whole(custody) if custody else _made_here(keys.folder, cost or WrappingCost())
            key_files.replace(_custody_path(keys.folder, wrapped["id"]), wrapped)
            offered["custody"] = _public(wrapped)
        # Durable before anything names them: a set whose secrets are lost would be a trap for evidence.
        key_files.replace(keys.folder / "server_keys.json", secret)
    return {"aigaq": PROPOSAL, "current": keys.keyset, "rotate": purposes, "keys": offered}


def install(keys: ServerKeys, signed: Any) -> dict[str, Any]:
    """Take a signed set into use; its content. Raises BadSignature (another root), BadRequest or Refused."""
    content = check_signed(signed, keys.root_public)
    folder = keys.folder
    with key_files.alone(folder):
        current = keys.keyset["set"]
        check_follows(current, content)
        secret = upgrade(key_files.read(folder / "server_keys.json"))
        for purpose in ("transport", "receipt"):
            if _public(content["keys"][purpose]) not in [_public(row) for row in secret[purpose]]:
                raise Refused(f"this server has no secret for {content['keys'][purpose]['id']}")
        custody = content["keys"]["custody"]
        path = folder / "custody_key.json"
        if custody["id"] != current["keys"]["custody"]["id"]:
            coming = _custody_path(folder, custody["id"])
            if not coming.exists() or _public(key_files.read(coming)) != _public(custody):
                raise Refused(f"the wrapped key of {custody['id']} is not here")
            before = key_files.read(path)
            # Keyed by its own id: a run that was cut off after the exchange must not write over the old one.
            key_files.replace(_custody_path(folder, before["id"]), before)
        for row in secret["transport"]:
            if row["id"] == current["keys"]["transport"]["id"] != content["keys"]["transport"]["id"]:
                row["retired_in"] = content["number"]
        key_files.replace(folder / "server_keys.json", secret)
        key_files.replace(folder / f"keyset.{content['number']}.json", signed)
        if custody["id"] != current["keys"]["custody"]["id"]:
            key_files.replace(path, key_files.read(_custody_path(folder, custody["id"])))
        key_files.replace(folder / "keyset.json", signed)
        _no_longer_waiting(folder, custody["id"])
    return content


def _no_longer_waiting(folder: Path, key_id: str) -> None:
    # What key holders made (`ceremony`) lies with the other custody keys now.
    path = folder / "custody_waiting.json"
    if path.exists() and key_files.read(path)["id"] == key_id:
        path.unlink()


def old_transport_keys(keys: ServerKeys) -> dict[str, int]:
    """Transport keys that are no longer in use and whose secrets are here: id → the set that replaced it.

    Secrets of proposals that were never installed are among them, with 0.
    """
    current = keys.keyset["set"]["keys"]["transport"]["id"]
    secret = upgrade(key_files.read(keys.folder / "server_keys.json"))
    return {row["id"]: int(row.get("retired_in", 0)) for row in secret["transport"] if row["id"] != current}


def retire(keys: ServerKeys, ids: Sequence[str]) -> None:
    """Forget these transport secrets for good. The caller has made sure that nobody seals to them. Raises Refused."""
    with key_files.alone(keys.folder):
        if keys.keyset["set"]["keys"]["transport"]["id"] in ids:
            raise Refused("the transport key in use stays")
        secret = upgrade(key_files.read(keys.folder / "server_keys.json"))
        secret["transport"] = [row for row in secret["transport"] if row["id"] not in ids]
        key_files.replace(keys.folder / "server_keys.json", secret)


def _made_here(folder: Path, cost: WrappingCost) -> dict[str, Any]:
    passphrase = secrets.token_hex(10)
    wrapped = make_custody(passphrase, cost)
    left_words.leave(folder, passphrase, opens=wrapped["id"])
    return wrapped


def _whole(wrapped: dict[str, Any]) -> dict[str, Any]:
    missing = {"id", "public", "kdf", "nonce", "ciphertext"} - set(wrapped)
    if missing or wrapped["id"] != named("custody", unb64(wrapped["public"]))["id"]:
        raise BadRequest("not a wrapped custody key")
    return wrapped


def _custody_path(folder: Path, key_id: str) -> Path:
    # An id from a file names a file: only its hash does, so that no path can be slipped in.
    return folder / f"custody_key.{sha256_hex(key_id.encode())[:16]}.json"


def _public(row: dict[str, Any]) -> dict[str, str]:
    return {"id": row["id"], "public": row["public"]}
