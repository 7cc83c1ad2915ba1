"""`flask report`: a visit's report from the command line."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.languages import today
from webapp.models import db
from webapp.reports.files import KINDS, Report, Wish
from webapp.reports.labels import languages
from webapp.reports.material import VisitNotFoundError
from webapp.reports.outputs import OUTPUTS
from webapp.reports.word import BrokenTemplateError


@click.command("report")
@click.argument("channel")
@click.option("--format", "kind", type=click.Choice(sorted(KINDS)), default="docx", show_default=True)
@click.option("--language", type=click.Choice(languages()), default="ru", show_default=True)
@click.option("--output", type=click.Choice(OUTPUTS), default="internal", show_default=True)
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@with_appcontext
def report(channel: str, kind: str, language: str, output: str, path: Path | None) -> None:
    """Write the report of the visit CHANNEL (visit-…) to a file."""
    engine = current_app.extensions["aigaq"]
    try:
        with db.engine.connect() as connection:
            made = Report.make(connection, Wish(channel, output, language), engine, today())
        content = made.file(kind, current_app.config["AIGAQ"].instance)
    except VisitNotFoundError:
        raise click.ClickException(f"There is no visit {channel}.") from None
    except BrokenTemplateError as failure:
        raise click.ClickException(str(failure)) from failure
    target = path or Path(made.name(kind))
    target.write_bytes(content)
    click.echo(f"{target}: {len(content)} bytes")
