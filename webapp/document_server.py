"""The command that makes a CouchDB fit for the documents, and says what it did.

The application itself makes the account when it starts with an administrator's; the command tells, and
looks at every channel.
"""

from __future__ import annotations

import sys

import click

from sync.documents.couch_setup import set_up
from sync.errors import StoreFailed
from webapp.config import Config


@click.command("couch-setup")
def couch_setup() -> None:
    """Make CouchDB's system databases and service account, and close every channel to all others."""
    settings = Config.from_environment()
    if not settings.documents_url.startswith("couchdb+"):
        raise click.ClickException("AIGAQ_DOCUMENTS_URL names no CouchDB: nothing to set up.")
    if not settings.documents_admin:
        raise click.ClickException("AIGAQ_DOCUMENTS_ADMIN must name an administrator: user:password")
    try:
        told = set_up(settings.documents_url, settings.documents_admin)
    except StoreFailed as error:
        raise click.ClickException(error.message) from error
    for sentence in told:
        click.echo(sentence)
    click.echo("Ready: run it again at any time." if sys.stdout.isatty() else "Ready.")


COMMANDS = (couch_setup,)
