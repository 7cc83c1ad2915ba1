"""Office pages of the imports: upload, look at what would change, apply.

Owns requests and answers only. A file waits in the instance folder between the two steps; what a
person chose travels in the form, so that nothing is remembered that is not on the screen.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sync.errors import AigaqError
from webapp.access import allow, as_author, current_account
from webapp.imports.commands import checked_slug, form_name_of
from webapp.imports.known import known_catalogues, known_form, known_library
from webapp.imports.library import LibraryPreview, parse_library
from webapp.imports.library_apply import Card, apply_library, library_document
from webapp.imports.problems import ImportRefused, say
from webapp.imports.register import (
    CATALOGUE_OF,
    CREATE,
    NOT_STATED,
    Catalogues,
    Choices,
    NoNameColumn,
    parse_register,
)
from webapp.imports.register_apply import apply_register
from webapp.imports.table import MAX_BYTES
from webapp.imports.uploads import Upload, Uploads
from webapp.languages import LANGUAGES, language, today
from webapp.xlsform import parse_xlsform
from webapp.xlsform_problems import FormProblem

bp = Blueprint("imports", __name__, url_prefix="/imports")

KINDS = ("register", "library", "form")
EDITORS = ("analyst",)  # who edits the register, forms and the library (product.md)
FIELDS = (
    "code", "name", "alias", "facility_type", "region", "authority", "address", "capacity", "opened", "closed",
    "active", "extra", "ignore",
)  # fmt: skip
QUESTION_TYPES = frozenset(
    {
        "text", "integer", "decimal", "date", "time", "datetime", "select_one", "select_multiple", "note",
        "calculate", "image", "audio", "video", "group", "repeat",
    }
)  # fmt: skip
SHOWN = 100  # rows and problems on one page


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"import_say": lambda key, **slots: say(key, language(), **slots), "question_type": _question_type}


def _question_type(name: str) -> str:
    """A question's type in words; the form's own word where there is none."""
    if name in QUESTION_TYPES:
        return say(f"type.{name}", language())
    return say("type.other", language(), type=name)


@bp.get("/")
@allow(*EDITORS)
def start() -> str:
    """What can be taken in."""
    return render_template("imports/start.html", kinds=KINDS, limit=MAX_BYTES // 1048576)


@bp.post("/<kind>")
@allow(*EDITORS)
def upload(kind: str) -> ResponseReturnValue:
    """Keep the file and show what it would change."""
    if kind not in KINDS:
        abort(404)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _refused(ImportRefused("no-file"))
    data = file.stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1048576
        return _refused(ImportRefused("too-large", size=f"> {limit}", limit=limit))
    name = re.sub(r"[^\w.() -]+", "_", Path(file.filename.replace("\\", "/")).name)[:120]
    kept = _uploads().keep(data, name, current_account().id)
    return redirect(url_for(f"imports.{kind}", token=kept.token), 303)


@bp.post("/<token>/remove")
@allow(*EDITORS)
def remove(token: str) -> ResponseReturnValue:
    """Give the import up: the file goes."""
    try:
        _uploads().get(token, current_account().id)
    except ImportRefused as refused:
        return _refused(refused)
    _uploads().remove(token)
    return redirect(url_for("imports.start"), 303)


@bp.route("/register/<token>", methods=["GET", "POST"])
@allow(*EDITORS)
def register(token: str) -> ResponseReturnValue:
    """A register's preview under the choices made; applied when the form says so."""
    try:
        kept = _uploads().get(token, current_account().id)
        known = known_catalogues(kept.name, today())
        choices = _choices()
        preview = parse_register(kept.data, choices, known)
    except NoNameColumn as refused:
        return _columns_only(token, kept, refused, known), 422
    except ImportRefused as refused:
        return _refused(refused, token)
    if request.form.get("action") == "apply":
        try:
            done = apply_register(
                preview, known.items, current_app.extensions["aigaq"], as_author(current_account())
            )
        except AigaqError as error:
            return _refused(ImportRefused("not-written", reason=error.message))
        key = "register.applied" if done.new or done.changed else "register.nothing"
        return _finished(
            token,
            say(key, language(), new=done.new, changed=done.changed, wrong=done.wrong),
            "facilities.every",
        )
    page = render_template(
        "imports/register.html",
        token=token,
        file=kept.name,
        preview=preview,
        choices=choices,
        samples=_samples(preview.table),
        options=_options(known),
        fields=_fields(known),
        catalogue_of=CATALOGUE_OF,
        create=CREATE,
        not_stated=NOT_STATED,
        shown=SHOWN,
        known=known,
    )
    return page


@bp.route("/library/<token>", methods=["GET", "POST"])
@allow(*EDITORS)
def library(token: str) -> ResponseReturnValue:
    """The split of a text into articles; written when the form says so."""
    try:
        kept = _uploads().get(token, current_account().id)
        preview = parse_library(kept.data, kept.name, _one_of(request.form.get("language"), LANGUAGES))
        card = _card(preview)
    except ImportRefused as refused:
        return _refused(refused, token if refused.code not in ("gone", "bad-slug") else None)
    existing = known_library(card.slug)
    document = library_document(preview, card, existing)
    if request.form.get("action") == "apply":
        try:
            apply_library(document, current_app.extensions["aigaq"], as_author(current_account()))
        except AigaqError as error:
            return _refused(ImportRefused("not-written", reason=error.message))
        same = existing is not None and all(existing.get(name) == value for name, value in document.items())
        return _finished(token, say("unchanged" if same else "applied", language()), "library.every")
    beside = existing is not None and document["text_lang"] != preview.language
    return render_template(
        "imports/library.html", token=token, file=kept.name, preview=preview, card=card, existing=existing,
        beside=beside, kinds=("treaty", "law", "standard", "guide"), shown=SHOWN,
    )  # fmt: skip


@bp.route("/form/<token>", methods=["GET", "POST"])
@allow(*EDITORS)
def form(token: str) -> ResponseReturnValue:
    """A form's questions; written when the form says so."""
    try:
        kept = _uploads().get(token, current_account().id)
        name = form_name_of(request.form.get("name") or kept.name)
        fields = parse_xlsform(kept.data, name)
    except FormProblem as problem:
        _uploads().remove(token)
        flash(problem.sentence(language()), "bad")
        return render_template("imports/start.html", kinds=KINDS, limit=MAX_BYTES // 1048576), 422
    except ImportRefused as refused:
        return _refused(refused, token)
    existing = known_form(name)
    if request.form.get("action") == "apply":
        document = {"_id": f"form:{name}", "type": "form", **fields}
        try:
            current_app.extensions["aigaq"].submit_many(
                "reference", [document], author=as_author(current_account())
            )
        except AigaqError as error:
            return _refused(ImportRefused("not-written", reason=error.message))
        same = existing is not None and all(existing.get(key) == value for key, value in fields.items())
        return _finished(token, say("unchanged" if same else "applied", language()), "forms.every")
    return render_template(
        "imports/form.html",
        token=token,
        file=kept.name,
        fields=fields,
        name=name,
        existing=existing,
        shown=SHOWN,
    )


def _uploads() -> Uploads:
    return Uploads(Path(current_app.config["AIGAQ"].instance) / "imports")


def _refused(refused: ImportRefused, token: str | None = None) -> ResponseReturnValue:
    """The start page with the reason; a file that cannot be read is not kept."""
    if token:
        _uploads().remove(token)
    flash(refused.text(language()), "bad")
    status = 404 if refused.code == "gone" else 422
    return render_template("imports/start.html", kinds=KINDS, limit=MAX_BYTES // 1048576), status


def _finished(token: str, sentence: str, endpoint: str) -> ResponseReturnValue:
    _uploads().remove(token)
    flash(sentence, "ok")
    target = endpoint if endpoint in current_app.view_functions else "imports.start"
    return redirect(url_for(target), 303)


def _choices() -> Choices:
    """What the form says; headings and cells travel beside the choice, as their own fields."""
    given = request.form
    columns = {
        given[f"heading-{key[7:]}"]: value
        for key, value in given.items()
        if key.startswith("column-") and f"heading-{key[7:]}" in given
    }
    values = {}
    for key, value in given.items():
        if key.startswith("value-") and value and f"cell-{key[6:]}" in given:
            values[key[6:].rpartition("-")[0], given[f"cell-{key[6:]}"]] = value
    defaults = {name: given[f"default-{name}"] for name in CATALOGUE_OF if given.get(f"default-{name}")}
    spoken = _one_of(given.get("language"), LANGUAGES)
    return Choices(columns, values, defaults, spoken, create_missing=given.get("create-all") == "1")


def _card(preview: LibraryPreview) -> Card:
    given = request.form
    kind = _one_of(given.get("kind"), ("treaty", "law", "standard", "guide")) or preview.kind
    slug = checked_slug((given.get("slug") or preview.slug).strip().lower())
    title = (given.get("title") or preview.title).strip()[:300]
    return Card(slug, title, (given.get("short") or "").strip()[:80], kind)


def _one_of(value: str | None, allowed: tuple[str, ...]) -> str:
    return value if value in allowed else ""


def _columns_only(token: str, kept: Upload, refused: NoNameColumn, known: Catalogues) -> str:
    """Nothing but the table of columns: without names there is nothing to show yet."""
    return render_template(
        "imports/columns.html", token=token, file=kept.name, reason=refused.text(language()), columns=refused.columns,
        samples=_samples(refused.table), fields=_fields(known), spoken="",
    )  # fmt: skip


def _samples(table: Any) -> dict[str, str]:
    """The first filled cell of every column."""
    return {
        heading: next(
            (line.cells[index] for line in table.lines if index < len(line.cells) and line.cells[index]), ""
        )
        for index, heading in enumerate(table.headings)
    }


def _fields(known: Catalogues) -> list[tuple[str, str]]:
    """Every field a column may be, with its name in words."""
    found = []
    for field in FIELDS:
        found.append((field, say(f"field.{field}", language())))
        if field in ("name", "address"):
            found += [
                (f"{field}.{code}", say(f"field.{field}.", language(), language=code))
                for code in known.languages
            ]
    return found


def _options(known: Catalogues) -> dict[str, list[tuple[str, str]]]:
    """For every catalogue field the items that may be chosen."""
    spoken = language()
    return {
        field: [
            (str(item["id"]), str(item["label"].get(spoken) or next(iter(item["label"].values()))))
            for item in known.items[name]
        ]
        for field, name in CATALOGUE_OF.items()
    }
