"""Files that couriers bring: a tablet's undelivered, taken in at the office.

Owns the page and the command; the file's form is `sync.gateway.carried`'s. What it holds stays sealed: whoever
brings it in reads nothing of it here, only how much arrived.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

import click
from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.cli import with_appcontext
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from sync.errors import BadRequest
from sync.gateway.carried import OFFICE as CARRIER
from sync.gateway.carried import Arrived, deliver_file
from webapp.access import allow, current_account

bp = Blueprint("couriers", __name__)

MOST_BYTES = 16 << 30  # a full tablet


@bp.get("/couriers")
@allow("leader", "analyst", "admin")
def page() -> str:
    """Where a file is brought in."""
    return render_template("couriers/page.html")


@bp.post("/couriers")
@allow("leader", "analyst", "admin")
def bring() -> ResponseReturnValue:
    """Take a file in, and give back the receipts as a file for the author's tablet."""
    # Sealed bytes of a whole tablet are larger than any form: the limit is this page's own.
    request.max_content_length = MOST_BYTES
    uploaded = request.files.get("file")
    if uploaded is None or not uploaded.filename:
        flash(_("Choose the file that was saved on the tablet."), "wait")
        return redirect(url_for("couriers.page"), 303)
    try:
        arrived = take_in(uploaded.stream, account=current_account().id)
    except BadRequest:
        flash(
            _("This is not a file from a tablet, or it was cut short. Bring it once more; nothing is lost."),
            "wait",
        )
        return redirect(url_for("couriers.page"), 303)
    flash(said(arrived), "wait" if arrived.refused else "ok")
    if not arrived.receipts:
        return redirect(url_for("couriers.page"), 303)
    name = f"aigaq-{datetime.now(UTC):%Y-%m-%d}.receipts"
    return send_file(
        BytesIO(arrived.receipts_file()), "application/octet-stream", as_attachment=True, download_name=name
    )


def take_in(file: IO[bytes], *, account: str | None) -> Arrived:
    """Deliver a courier's file, and note in the audit log that it came. Raises BadRequest."""
    engine = current_app.extensions["aigaq"]
    arrived = deliver_file(
        file, lambda body: engine.deliver(body, carrier=CARRIER), engine.media, engine.content_keys
    )
    detail: dict[str, object] = {
        "receipts": len(arrived.receipts),
        "refused": len(arrived.refused),
        "chunks": arrived.chunks,
    }
    engine.authorizer.audit("courier.brought", account=account, subject=CARRIER, detail=detail)
    return arrived


def said(arrived: Arrived) -> str:
    """What arrived, in words."""
    count = len(arrived.receipts)
    words = ngettext("%(num)s item received.", "%(num)s items received.", count)
    if arrived.refused:
        left = len(arrived.refused)
        words += " " + ngettext(
            "%(num)s could not be taken in and stays on its tablet.",
            "%(num)s could not be taken in and stay on their tablet.",
            left,
        )
    return str(words)


@click.command("deliver-file")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--receipts",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where the receipts go.",
)
@with_appcontext
def deliver_file_command(file: IO[bytes], receipts: Path | None) -> None:
    """Take in what a tablet saved as a file; the receipts go back to that tablet."""
    try:
        arrived = take_in(file, account=None)
    except BadRequest as error:
        raise click.ClickException(error.message) from error
    click.echo(f"{len(arrived.receipts)} received, {arrived.chunks} parts of media were new")
    if receipts is not None:
        receipts.write_bytes(arrived.receipts_file())
        click.echo(f"Receipts for the tablet: {receipts}")
    for answer in arrived.refused:
        click.echo(f"  {answer['id']}: {answer['error']}")
    if arrived.refused:
        raise click.ClickException(f"{len(arrived.refused)} could not be taken in and stay on their tablet.")
