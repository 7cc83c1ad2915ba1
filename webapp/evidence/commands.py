"""`flask close-days` and `flask verify-evidence`."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from sync.errors import TimestampRefused
from sync.evidence import timestamps
from sync.evidence.__main__ import main


@click.command("close-days")
@with_appcontext
def close_days() -> None:
    """Close past days of receipts, and have them timestamped where AIGAQ_TIMESTAMP_URL names an authority.

    To be run every night by the machine's own timetable; what was missed is made up for.
    """
    days = current_app.extensions["aigaq"].days
    closed = days.close()
    click.echo(
        f"Closed day {closed.number}: {closed.body['receipts']} receipts" if closed else "Nothing to close"
    )
    authority = current_app.config["AIGAQ"].timestamp_url
    if not authority:
        return
    try:
        count = days.stamp(lambda data: timestamps.ask(authority, data), authority)
    except TimestampRefused as error:
        raise click.ClickException(f"{error}. The days stay closed; run the command again later.") from error
    click.echo(f"Timestamped {count} days")


@click.command("verify-evidence", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def verify_evidence(words: tuple[str, ...]) -> None:
    """Verify an evidence package, offline (the same as `python -m sync.evidence`)."""
    raise SystemExit(main(list(words)))
