"""The archive's commands: proving it, and saying that the instance was put back from a backup.

Owns no rule: what a proof is stands in `sync.gateway.proof`, what a restore means in `sync.gateway.restoring`.
"""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from sync.errors import BadRequest
from sync.gateway.erasure_list import ErasureList
from sync.gateway.proof import Proof, prove
from sync.gateway.restoring import declare_restored
from webapp import audit
from webapp.models import db
from webapp.sync_wiring import erasure_list

_SHOWN = 50


@click.command("verify-archive")
@with_appcontext
def verify_archive() -> None:
    """Check every accepted envelope, its receipt, and each tablet's chain of receipts."""
    proof = current_proof()
    click.echo(
        f"{proof.envelopes} envelopes of {proof.devices} tablets"
        f" ({proof.erased} of them erased: their receipts stand)"
    )
    for flaw in proof.flaws[:_SHOWN]:
        click.echo(f"  {flaw.device} {flaw.envelope}: {flaw.what}")
    if proof.flaws:
        raise click.ClickException(f"{len(proof.flaws)} things cannot be proven.")
    click.echo("Everything is proven: signatures, hashes, contents, and chains without a gap.")


@click.command("restored")
@click.option(
    "--erasures",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A copy of erasures.ndjson that is newer than the backup. May be repeated.",
)
@with_appcontext
def restored(files: tuple[Path, ...]) -> None:
    """Say, after putting back a backup, that tablets must read from the start and offer again what they hold.

    What was withdrawn after the backup is withdrawn once more: by erasures.ndjson of the instance, and by the copies named.
    """
    engine = current_app.extensions["aigaq"]
    lists = [erasure_list(current_app.config["AIGAQ"]), *(ErasureList(path) for path in files)]
    try:
        withdrawn = {(row.channel, row.document["_id"]) for each in lists for row in each.withdrawals()}
        channels = declare_restored(
            engine.documents, db.engine, engine.media, engine.channels, engine.erasures, lists
        )
    except BadRequest as error:
        raise click.ClickException(str(error)) from error
    documents = engine.rebuild()
    audit.append(db.engine, "instance.restored", account=None, subject="instance")
    click.echo(
        f"{channels} channels have a new epoch, {documents} documents were read,"
        f" {len(withdrawn)} withdrawals were carried out once more."
        " Tablets deliver again what this server does not have, as they connect."
    )


def current_proof() -> Proof:
    """The archive of this application, proven."""
    engine = current_app.extensions["aigaq"]
    return prove(db.engine, engine.keys, engine.authorizer)


COMMANDS = (verify_archive, restored)
