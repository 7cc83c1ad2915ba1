"""`flask import-register`, `import-library`, `import-form`: the same imports from the command line.

Without `--apply` they only show what would happen, errors row by row.
"""

from __future__ import annotations

import re
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from sync.authorization import Account
from webapp.imports.known import known_catalogues, known_library
from webapp.imports.library import parse_library
from webapp.imports.library_apply import Card, apply_library, library_document
from webapp.imports.matching import latin
from webapp.imports.problems import ImportRefused, say
from webapp.imports.register import CATALOGUE_OF, NOT_STATED, Choices, parse_register
from webapp.imports.register_apply import apply_register
from webapp.languages import today
from webapp.xlsform import parse_xlsform
from webapp.xlsform_problems import FormProblem

# Writes what no person of the office wrote.
SYSTEM = Account(
    id="00000000000000000000000000", name="Aigaq", initial="", role="analyst", group=None, language="ru"
)
LANGUAGE = click.option(
    "--language", default="ru", show_default=True, help="Language of messages: ru, kk or en."
)
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
APPLY = click.option("--apply", "write", is_flag=True, help="Write; without it nothing is written.")
SHOWN = 40


@click.command("import-register")
@FILE
@APPLY
@click.option(
    "--create", is_flag=True, help="Make catalogue items for types, regions and authorities nobody knows."
)
@click.option(
    "--not-stated", is_flag=True, help="Allow rows that do not say their type, region or authority."
)
@LANGUAGE
@with_appcontext
def import_register(file: Path, write: bool, create: bool, not_stated: bool, language: str) -> None:
    """Take in a facility register from a CSV or XLSX file."""
    known = known_catalogues(file.name, today())
    defaults = dict.fromkeys(CATALOGUE_OF, NOT_STATED) if not_stated else {}
    try:
        preview = parse_register(file.read_bytes(), Choices(create_missing=create, defaults=defaults), known)
    except ImportRefused as refused:
        raise click.ClickException(refused.text(language)) from refused
    for heading, field in preview.columns.items():
        click.echo(f"  {heading} → {field}")
    for name, cells in preview.suggestions.items():
        click.echo(f"{say(f'field.{name}', language)}: {', '.join(cells)}")
    for problem in preview.errors[:SHOWN]:
        click.echo(f"  {problem.row}: {problem.column} {problem.text(language)}")
    if len(preview.errors) > SHOWN:
        click.echo(f"  … {len(preview.errors) - SHOWN}")
    counts = preview.counts
    click.echo(
        say("counts", language, **{name: counts[name] for name in ("new", "changed", "same", "wrong")})
    )
    if write:
        applied = apply_register(preview, known.items, current_app.extensions["aigaq"], SYSTEM)
        click.echo(
            say("register.applied", language, new=applied.new, changed=applied.changed, wrong=applied.wrong)
        )


@click.command("import-library")
@FILE
@APPLY
@click.option("--slug", help="Id of the text; by default from the file's name.")
@click.option("--title", help="By default the title found in the text.")
@click.option("--kind", type=click.Choice(["treaty", "law", "standard", "guide"]))
@click.option("--text-language", default="", help="Language of the text; guessed where it is not given.")
@LANGUAGE
@with_appcontext
def import_library(
    file: Path,
    write: bool,
    slug: str | None,
    title: str | None,
    kind: str | None,
    text_language: str,
    language: str,
) -> None:
    """Take in a law, treaty or standard from a text, Markdown or JSON file."""
    try:
        preview = parse_library(file.read_bytes(), file.name, text_language)
        card = Card(checked_slug(slug or preview.slug), title or preview.title, "", kind or preview.kind)
    except ImportRefused as refused:
        raise click.ClickException(refused.text(language)) from refused
    click.echo(f"{card.title} ({preview.language}, {card.kind}) → library:{card.slug}")
    for article in preview.articles[:SHOWN]:
        click.echo(f"  {article['id']}  {article['heading'] or article['text'][:70]}")
    for code, slots in preview.notes:
        click.echo(f"  {say(f'note.{code}', language, **slots)}")
    click.echo(say("library.count", language, count=len(preview.articles)))
    if write:
        document = library_document(preview, card, known_library(card.slug))
        apply_library(document, current_app.extensions["aigaq"], SYSTEM)
        click.echo(say("applied", language))


@click.command("import-form")
@FILE
@APPLY
@click.option("--name", help="Name of the form; by default from the file's name.")
@LANGUAGE
@with_appcontext
def import_form(file: Path, write: bool, name: str | None, language: str) -> None:
    """Take in a form from an XLSForm workbook."""
    form_name = name or form_name_of(file.name)
    try:
        fields = parse_xlsform(file.read_bytes(), form_name)
    except FormProblem as problem:
        raise click.ClickException(problem.sentence(language)) from problem
    title = fields["title"].get(language) or next(iter(fields["title"].values()))
    counts = {"questions": len(fields["questions"]), "rules": len(fields["rules"])}
    click.echo(f"{title} {fields['version']}: {say('form.count', language, **counts)}")
    if write:
        document = {"_id": f"form:{form_name}", "type": "form", **fields}
        current_app.extensions["aigaq"].submit_many("reference", [document], author=SYSTEM)
        click.echo(say("applied", language))


COMMANDS = (import_register, import_library, import_form)


def checked_slug(slug: str) -> str:
    """A slug that can be an id; raises `ImportRefused`."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", slug):
        raise ImportRefused("bad-slug", slug=slug)
    return slug


def form_name_of(file_name: str) -> str:
    """A form's name from its file's: Latin letters, digits and underscores."""
    return latin(re.sub(r"\.\w+$", "", file_name)).replace("-", "_")[:60] or "form"
