"""Signing a release with the organisation's release key, on a machine that is no server (docs/keys.md, "Releases").

    python -m webapp.release_signing --root root.json manifest.json --out release.json

Run it in a checkout of the version that is to be released, set up as the server is. It reads and hashes the files
of that checkout, compares them with what the server says it serves, and signs only if they are the same: a server
cannot slip in a file. Needs no network and no other file of the server.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sync.clock import system_clock, timestamp
from sync.errors import AigaqError
from sync.gateway import key_files
from sync.gateway.release import fingerprint, parse_manifest, version_of
from webapp.config import ROOT
from webapp.release import sign_next
from webapp.shell import take_snapshot


def differences(served: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """What is served and is not in the checkout, or the other way round, a line each."""
    return [
        *(f"only on the server: {address}" for address in sorted(served.keys() - here.keys())),
        *(f"only here:          {address}" for address in sorted(here.keys() - served.keys())),
        *(f"differs:            {a}" for a in sorted(served.keys() & here.keys()) if served[a] != here[a]),
    ]


def main(arguments: Sequence[str] | None = None, *, tree: Path = ROOT) -> int:
    """The command. Exit status 0 when it signed."""
    parser = argparse.ArgumentParser(
        prog="python -m webapp.release_signing", description=__doc__.split("\n")[0]
    )
    parser.add_argument("manifest", type=Path, help="what the server serves: flask release manifest")
    parser.add_argument("--root", type=Path, required=True, help="root.json, carried away from the server")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    given = parser.parse_args(arguments)
    try:
        return _sign(given, tree)
    except (AigaqError, OSError, ValueError, KeyError) as error:
        print(f"Not done: {error}", file=sys.stderr)
        return 1


def _sign(given: argparse.Namespace, tree: Path) -> int:
    served = parse_manifest(json.loads(given.manifest.read_text(encoding="utf-8")))
    found = differences(served, take_snapshot(tree).hashes)
    if found:
        print("\n".join(found), file=sys.stderr)
        print("Not signed: the server does not serve the files of this checkout.", file=sys.stderr)
        return 1
    print(f"{len(served)} files, the same here and on the server.")
    print(f"Version {fingerprint(version_of(served))}")
    if not given.yes and input("Sign this release? Type yes: ").strip().lower() != "yes":
        print("Not signed.")
        return 1
    signed = sign_next(given.root, served, issued_at=timestamp(system_clock.now()))
    key_files.replace(given.out, signed)
    print(f"Release {signed['release']['number']}: {given.out}")
    print(f"Install it on the server: flask release install {given.out.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
