"""Commands for signed releases: `flask release …` (docs/keys.md, "Releases").

Owns what an administrator is told. Signing is done elsewhere, by `webapp.release_signing`.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from sync.errors import AigaqError
from sync.gateway import key_files
from sync.gateway.release import MANIFEST, fingerprint
from webapp import audit
from webapp.release import Releases
from webapp.shell import Snapshot

release = AppGroup("release", help="The app's signed releases: manifest, sign elsewhere, install.")
COMMANDS = (release,)

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


def releases() -> Releases:
    """The running application's releases."""
    found: Releases = current_app.extensions["aigaq-releases"]
    return found


def served() -> Snapshot:
    """What the running application serves."""
    found: Snapshot = current_app.extensions["aigaq-shell"]
    return found


@release.command("show")
def show() -> None:
    """Say which version is served, and whether the organisation has signed it."""
    click.echo(f"Version {fingerprint(served().version)}, {len(served().files)} files")
    signed = releases().of(served().hashes)
    if signed is None:
        raise click.ClickException("Not signed: tablets that are enrolled refuse this version.")
    click.echo(f"Release {signed['release']['number']} of {signed['release']['issued_at']}, {signed['key']}")


@release.command("manifest")
@click.option("--out", type=NEW_FILE, default="manifest.json", show_default=True)
def manifest(out: Path) -> None:
    """Write which files this server serves, to be compared and signed where root.json is."""
    key_files.replace(out, {"aigaq": MANIFEST, "version": served().version, "files": served().hashes})
    click.echo(f"{out}: version {fingerprint(served().version)}. In a checkout of it, where root.json is:")
    click.echo(f"  python -m webapp.release_signing --root root.json {out.name} --out release.json")


@release.command("install")
@click.argument("signed", type=FILE)
def install(signed: Path) -> None:
    """Take a signed release in. It may come before the files it is for."""
    try:
        content = releases().install(json.loads(signed.read_text(encoding="utf-8")))
    except (AigaqError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    audit.record("release.installed", account=None, subject=content["version"])
    click.echo(f"Release {content['number']}, version {fingerprint(content['version'])}")
    if content["version"] == served().version:
        click.echo("It is what is served: tablets take it from now on.")
    else:
        click.echo(f"What is served now is another version: {fingerprint(served().version)}")
