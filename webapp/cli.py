"""Commands: making tables, seeding the synthetic country, rebuilding the read model, opening accounts.

Owns no rule of its own: accounts are opened as the pages do, documents go through the engine.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from sync.authorization import Account
from webapp import archive, couriers, document_server, key_commands, release_commands
from webapp.accounts import demo_password, hasher, open_account, person_document, problem_with
from webapp.imports import commands as imports
from webapp.models import ROLES, AccountRow, db, writing
from webapp.shipped_forms import export_shipped_form, shipped_form_documents, shipped_form_titles

# Writes what no person of the office wrote: seeds and imports by command.
SYSTEM = Account(
    id="00000000000000000000000000", name="Aigaq", initial="", role="analyst", group=None, language="ru"
)


def register(app: Flask) -> None:
    """Add the commands to `flask`."""
    for command in (
        init_db,
        seed,
        export_form,
        rebuild,
        create_account,
        *imports.COMMANDS,
        *archive.COMMANDS,
        couriers.deliver_file_command,
        *document_server.COMMANDS,
        *key_commands.COMMANDS,
        *release_commands.COMMANDS,
    ):
        app.cli.add_command(command)


@click.command("init-db")
@with_appcontext
def init_db() -> None:
    """Make the tables and keys that are missing (the application does so whenever it starts)."""
    click.echo(f"Ready: {current_app.config['AIGAQ'].instance}")


@click.command("seed")
@click.option("--seed", "number", default=1, show_default=True, help="Another number makes another country.")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are accounts already.")
@with_appcontext
def seed(number: int, if_empty: bool) -> None:
    """Fill an empty instance with the synthetic country."""
    if db.session.scalar(select(func.count()).select_from(AccountRow)):
        if if_empty:
            return
        raise click.ClickException(
            "There are accounts already: a country is seeded into an empty instance only."
        )
    made = plant(number)
    click.echo(f"Seeded: {made}")


def plant(number: int) -> str:
    """Write the accounts and documents of the country with this number; returns what was made, in words."""
    from content import country  # only seeding needs the country's words

    made = country.build(number)
    demo = current_app.config["AIGAQ"].demo
    engine = current_app.extensions["aigaq"]
    # The documents bring their authors and times.
    channels = made.channels
    channels.setdefault("reference", []).extend(shipped_form_documents())
    engine.submit_channels(channels, author=SYSTEM)
    with writing() as session:
        for person in made.accounts:
            # Passwords everybody knows exist only where the sign-in page shows them.
            secret = demo_password(person.login) if demo and person.demo else None
            session.add(
                AccountRow(
                    id=person.id,
                    login=person.login,
                    name=person.name,
                    initial=person.initial,
                    role=person.role,
                    group_id=person.group,
                    language=person.language,
                    demo=person.demo,
                    password_hash=hasher().hash(secret) if secret else None,
                )
            )
        # Accounts last: an interrupted seed leaves an instance that still counts as empty.
    return f"{len(made.accounts)} accounts, {len(made.documents)} documents in {len(made.channels)} channels"


@click.command("export-form")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_appcontext
def export_form(name: str, file: Path) -> None:
    """Write a form that ships as an XLSForm workbook, to edit in LibreOffice and import again."""
    try:
        file.write_bytes(export_shipped_form(name))
    except KeyError as error:
        known = ", ".join(shipped_form_titles())
        raise click.ClickException(f"No form ships by the name {name}. There is: {known}") from error
    click.echo(f"{name} → {file}")


@click.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Drop the read model and fill it again from the documents."""
    click.echo(f"Rebuilt from {current_app.extensions['aigaq'].rebuild()} documents")


@click.command("create-account")
@click.argument("login")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--group", help="Id of the regional group; monitors and group leaders need one.")
@with_appcontext
def create_account(login: str, name: str, role: str, group: str | None) -> None:
    """Open an account; the password is asked for, or read from AIGAQ_NEW_PASSWORD."""
    password = os.environ.get("AIGAQ_NEW_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    login = login.strip().lower()
    problem = problem_with(login=login, name=name, role=role, password=password, group=group)
    if problem:
        raise click.ClickException(problem)
    row = open_account(login=login, name=name, role=role, password=password, group=group)
    current_app.extensions["aigaq"].submit("reference", person_document(row), author=SYSTEM)
    click.echo(f"Opened {row.login} ({row.role}), id {row.id}")
