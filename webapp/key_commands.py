"""Commands for the organisation's key sets: `flask keys …` (docs/keys.md).

Owns what an administrator is told, and the question who may still hold envelopes under an old transport key.
Keys and files are `sync.gateway.rotation`'s; the root is used by `sync.gateway.root`, away from the server.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from sync.errors import AigaqError
from sync.gateway import ceremony, key_files, rotation
from sync.gateway.keys import ServerKeys
from sync.gateway.keyset import PURPOSES
from sync.gateway.root import describe, prepare, sign
from sync.gateway.root import fingerprint as in_groups
from webapp import audit
from webapp.models import DeviceRow, db

P = ParamSpec("P")
R = TypeVar("R")

keys = AppGroup("keys", help="The organisation's key sets: propose, sign elsewhere, install, retire.")
COMMANDS = (keys,)

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


def _told(command: Callable[P, R]) -> Callable[P, R]:
    """A refusal is a sentence and an exit status, not a traceback."""

    @wraps(command)
    def run(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return command(*arguments, **named)
        except (AigaqError, OSError, ValueError) as error:
            raise click.ClickException(str(error)) from error

    return run


def server_keys() -> ServerKeys:
    """The running application's keys."""
    found: ServerKeys = current_app.extensions["aigaq"].keys
    return found


@keys.command("show")
@_told
def show() -> None:
    """Say which set is in use, and which old transport secrets are still kept."""
    used = server_keys()
    click.echo(describe(used.keyset["set"], used.root_public))
    for key, number in rotation.old_transport_keys(used).items():
        since = f"replaced by set {number}" if number else "proposed, not in use"
        click.echo(f"kept     {key} ({since})")


@keys.command("propose")
@click.option("--rotate", multiple=True, required=True, type=click.Choice(PURPOSES), help="May be repeated.")
@click.option("--custody-key", type=FILE, help="A wrapped custody key that key holders have made.")
@click.option("--out", type=NEW_FILE, default="proposal.json", show_default=True)
@_told
def propose(rotate: tuple[str, ...], custody_key: Path | None, out: Path) -> None:
    """Make new secrets here, and write what the root is to sign.

    A custody key is the one that key holders have made in the office and rehearsed, where there is one.
    """
    custody = json.loads(custody_key.read_text(encoding="utf-8")) if custody_key else None
    if "custody" in rotate and custody is None:
        custody = ceremony.offered(server_keys())  # what key holders have made in the office, if they have
    proposal = rotation.propose(server_keys(), rotate, custody=custody)
    key_files.replace(out, proposal)
    audit.record("keys.proposed", account=None, subject=",".join(proposal["rotate"]))
    click.echo(f"{out}: carry it to where root.json is, and sign it there:")
    click.echo(f"  python -m sync.gateway.root sign --root root.json {out.name} --out signed.json")
    if "custody" in rotate and custody is None:
        click.echo(
            f"The new custody passphrase lies in {server_keys().folder}/custody_passphrase.json: give it away."
        )


@keys.command("sign")
@click.argument("proposal", type=FILE)
@click.option("--root", "root_path", type=FILE, required=True)
@click.option("--out", type=NEW_FILE, default="signed.json", show_default=True)
@click.confirmation_option(prompt="Is this the machine where the root is kept?")
@_told
def sign_here(proposal: Path, root_path: Path, out: Path) -> None:
    """Sign a proposal. Better done away from the server, by `python -m sync.gateway.root`."""
    from sync.clock import system_clock, timestamp

    root_file = key_files.read(root_path)
    offered = json.loads(proposal.read_text(encoding="utf-8"))
    content, release = prepare(root_file, offered, issued_at=timestamp(system_clock.now()))
    signed = sign(root_path, content, release)
    key_files.replace(out, signed)
    click.echo(f"Signed set {content['number']}: {out}")


@keys.command("install")
@click.argument("signed", type=FILE)
@_told
def install(signed: Path) -> None:
    """Take a signed set into use. Tablets learn of it with their next session or delivery."""
    content = rotation.install(server_keys(), json.loads(signed.read_text(encoding="utf-8")))
    audit.record("keys.installed", account=None, subject=str(content["number"]))
    click.echo(describe(content, server_keys().root_public))
    click.echo("In use. Old transport secrets stay until: flask keys retire")


@keys.command("retire")
@click.option("--anyway", is_flag=True, help="Although some tablets may still hold envelopes under them.")
@_told
def retire(anyway: bool) -> None:
    """Forget old transport secrets that no tablet can have sealed to any more."""
    used = server_keys()
    old = rotation.old_transport_keys(used)
    if not old:
        click.echo("Only the transport key in use is kept.")
        return
    held = {key: holders(key, number) for key, number in old.items()}
    ready = [key for key, names in held.items() if anyway or not names]
    for key, names in held.items():
        if names:
            click.echo(f"{key} may still be needed by: {'; '.join(names)}")
    if ready:
        rotation.retire(used, ready)
        audit.record("keys.retired", account=None, subject=",".join(ready), detail={"anyway": anyway})
        click.echo(f"Forgotten: {', '.join(ready)}")
    if len(ready) < len(old):
        raise click.ClickException("Kept what may still be needed. --anyway forgets it all the same.")


@keys.command("fingerprint")
@_told
def fingerprint() -> None:
    """The root's fingerprint, to compare with a tablet or with the person who keeps root.json."""
    click.echo(in_groups(server_keys().root_public))


def holders(key: str, number: int) -> list[str]:
    """Who may still have something sealed to this transport key, and why, in words.

    A tablet is clear once it follows the set that replaced the key, and nothing that waits there is under it.
    Withdrawn tablets count too: a colleague's may still carry in what they hold.
    """
    found = []
    for device in db.session.scalars(select(DeviceRow).order_by(DeviceRow.name)):
        standing = device.standing
        name = f"{device.name} ({device.account.name})"
        if standing is None or standing.keyset is None:
            found.append(f"{name}: has not said which set it follows")
        elif number and standing.keyset < number:
            found.append(f"{name}: follows set {standing.keyset}")
        elif key in (standing.under or []):
            found.append(f"{name}: something sealed to it waits there")
    waiting: int = current_app.extensions["aigaq"].held.waiting_under(key)
    if waiting:
        found.append(f"quarantine: {waiting} to check again")
    return found
