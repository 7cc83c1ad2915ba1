"""Signing a key set with the organisation's root, on a machine that is no server (docs/keys.md).

    python -m sync.gateway.root sign --root root.json proposal.json --out signed.json
    python -m sync.gateway.root show signed.json

Owns `root.json`: the root and release secrets, and the number it has signed last. Needs no database, no
network and no other file of the server. The next set is made here, from the last one that this root has
signed and the new public keys of the proposal: a server cannot slip in what the proposal does not name.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sync.clock import system_clock, timestamp
from sync.errors import AigaqError, BadRequest, Refused
from sync.gateway import key_files
from sync.gateway.keyset import (
    PROPOSAL,
    PURPOSES,
    check_signed,
    named,
    new_scalar,
    next_set,
    public_point,
    sign_set,
    signing_key,
)
from sync.wire import sha256_hex, unb64


def make_root() -> dict[str, Any]:
    """Fresh root and release secrets."""
    return {"version": 1, "root": new_scalar(), "release": new_scalar(), "signed": 1}


def fingerprint(public: bytes) -> str:
    """SHA-256 in groups of four, to be read out and compared."""
    text = sha256_hex(public)
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def prepare(root_file: dict[str, Any], proposal: Any, *, issued_at: str) -> tuple[dict[str, Any], str | None]:
    """The next set's content, and the secret of a new release key where one was asked for.

    No number is signed twice, even where what was signed was lost: two sets of one number would part the
    tablets. Raises BadRequest, BadSignature, Refused.
    """
    if not isinstance(proposal, dict) or proposal.get("aigaq") != PROPOSAL:
        raise BadRequest("not a proposal for a key set")
    current = check_signed(proposal.get("current"), public_point(root_file["root"]))
    rotate, offered = proposal.get("rotate"), proposal.get("keys")
    if not isinstance(rotate, list) or not rotate or not set(rotate) <= set(PURPOSES):
        raise BadRequest("the proposal names no purpose that there is")
    if not isinstance(offered, dict):
        raise BadRequest("the proposal brings no keys")
    release = new_scalar() if "release" in rotate else None
    replaced: dict[str, dict[str, str]] = {}
    for purpose in rotate:
        public = public_point(release) if purpose == "release" and release else _public(offered, purpose)
        replaced[purpose] = named(purpose, public)
        if replaced[purpose]["id"] == current["keys"][purpose]["id"]:
            raise Refused(f"the proposal brings the {purpose} key that is in use")
    content = next_set(current, replaced, issued_at=issued_at)
    content["number"] = max(content["number"], int(root_file.get("signed", 1)) + 1)
    return content, release


def sign(root_path: Path, content: dict[str, Any], release: str | None) -> dict[str, Any]:
    """The signed set. What was signed is written down first: after a power cut no number is signed twice."""
    root_file = key_files.read(root_path)
    after = {**root_file, "signed": content["number"]}
    if release is not None:
        after |= {"release": release, "retired": [*root_file.get("retired", []), root_file["release"]]}
    key_files.replace(root_path, after)
    return sign_set(signing_key(root_file["root"]), content)


def describe(content: dict[str, Any], root: bytes, *, changed: Sequence[str] = ()) -> str:
    """A set in words, for who is about to sign or install it."""
    lines = [f"Key set {content['number']}, issued {content['issued_at']}", f"root     {fingerprint(root)}"]
    for purpose in PURPOSES:
        row = content["keys"][purpose]
        mark = "   NEW" if purpose in changed else ""
        lines.append(f"{purpose:9}{fingerprint(unb64(row['public']))[:39]} …  {row['id']}{mark}")
    lines.append(f"retired  {', '.join(row['id'] for row in content['retired']) or 'none'}")
    return "\n".join(lines)


def _public(offered: dict[str, Any], purpose: str) -> bytes:
    row = offered.get(purpose)
    public = unb64(row.get("public")) if isinstance(row, dict) else b""
    if len(public) != (65 if purpose == "receipt" else 32):
        raise BadRequest(f"the proposal brings no {purpose} key")
    return public


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit status 0 when it did what was asked."""
    parser = argparse.ArgumentParser(prog="python -m sync.gateway.root", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    signing = commands.add_parser("sign", help="make and sign the next set")
    signing.add_argument("proposal", type=Path)
    signing.add_argument("--root", type=Path, required=True, help="root.json, carried away from the server")
    signing.add_argument("--out", type=Path, required=True)
    signing.add_argument("--yes", action="store_true", help="do not ask")
    showing = commands.add_parser("show", help="say what a signed set holds")
    showing.add_argument("signed", type=Path)
    given = parser.parse_args(arguments)
    try:
        return _sign(given) if given.command == "sign" else _show(given.signed)
    except (AigaqError, OSError, ValueError, KeyError) as error:
        print(f"Not done: {error}", file=sys.stderr)
        return 1


def _sign(given: argparse.Namespace) -> int:
    root_file = key_files.read(given.root)
    proposal = json.loads(given.proposal.read_text(encoding="utf-8"))
    content, release = prepare(root_file, proposal, issued_at=timestamp(system_clock.now()))
    print(describe(content, public_point(root_file["root"]), changed=proposal["rotate"]))
    if not given.yes and input("Sign this set? Type yes: ").strip().lower() != "yes":
        print("Not signed.")
        return 1
    key_files.replace(given.out, sign(given.root, content, release))
    print(f"Signed: {given.out}. Install it on the server: flask keys install {given.out.name}")
    return 0


def _show(path: Path) -> int:
    signed = json.loads(path.read_text(encoding="utf-8"))
    root = unb64(signed["root"])
    print(describe(check_signed(signed, root), root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
