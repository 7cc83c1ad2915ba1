"""Rows of a shipped form, and the XLSForm workbook made of them.

Owns: the small vocabulary in which shipped forms are written (question, flag, group, repeat) and
their layout as a workbook that a person can open in LibreOffice or Excel, edit and import again.
Must not know: what a form means to the tablet or to the server; `webapp/xlsform.py` reads the workbook.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

LANGUAGES = {"ru": "Русский (ru)", "kk": "Қазақша (kk)", "en": "English (en)"}
NAMESPACE = 'aigaq="urn:aigaq:xforms"'
FORM_THRESHOLD = "form"  # a flag whose threshold no norm holds: the form's own

# The columns that carry text in each language, then those that do not.
_TEXTS = ("label", "hint", "constraint_message", "required_message")
_PLAIN = (
    "relevant",
    "constraint",
    "required",
    "read_only",
    "calculation",
    "appearance",
    "repeat_count",
    "bind::aigaq:norm",
    "bind::aigaq:theme",
)
_WIDTHS = {"type": 24, "name": 22, "label": 48, "hint": 36, "constraint_message": 30, "required_message": 24}


@dataclass(frozen=True)
class Text:
    """One sentence in every language the form speaks."""

    ru: str
    kk: str
    en: str

    def columns(self, column: str) -> dict[str, str]:
        """`{"label::Русский (ru)": …}` for a translated column."""
        return {f"{column}::{name}": getattr(self, code) for code, name in LANGUAGES.items()}


@dataclass(frozen=True)
class Row:
    """One row of the survey sheet; `cells` holds the untranslated columns."""

    type: str
    name: str
    label: Text | None = None
    hint: Text | None = None
    message: Text | None = None
    cells: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, str]:
        """The row's filled cells by column header."""
        filled = {"type": self.type, "name": self.name}
        for column, text in zip(_TEXTS, (self.label, self.hint, self.message), strict=False):
            if text is not None:
                filled |= text.columns(column)
        if "required" in self.cells:
            filled |= REQUIRED.columns("required_message")
        return filled | dict(self.cells)


@dataclass(frozen=True)
class Choice:
    """One answer of a choice list."""

    value: str
    label: Text


@dataclass(frozen=True)
class Form:
    """A shipped form: `name` is its document's name, `version` grows with every change of its text."""

    name: str
    title: Text
    version: str
    choices: Mapping[str, Sequence[Choice]]
    rows: Sequence[Row]


REQUIRED = Text(
    "Без этого ответа форму нельзя завершить.",
    "Бұл жауапсыз нысанды аяқтауға болмайды.",
    "The form cannot be finished without this answer.",
)


def question(
    kind: str, name: str, label: Text, hint: Text | None = None, message: Text | None = None, **cells: str
) -> Row:
    """A question. `cells` are XLSForm columns: relevant, constraint (with `message`), required, calculation…"""
    return Row(kind, name, label, hint, message, cells)


def flag(
    name: str, when: str, norm: str, label: Text, hint: Text | None = None, theme: str | None = None
) -> Row:
    """A rule's flag: a note that is relevant above its threshold and names the norm whose text holds that threshold.

    `theme` is given where there is no norm to take a finding's theme from.
    """
    cells = {"relevant": when, "bind::aigaq:norm": norm}
    return Row(
        "note", name, label, hint, None, cells if theme is None else cells | {"bind::aigaq:theme": theme}
    )


def group(name: str, label: Text, rows: Iterable[Row], **cells: str) -> list[Row]:
    """A page of the form: its rows between begin and end."""
    return [Row("begin_group", name, label, None, None, cells), *rows, Row("end_group", name)]


def repeat(name: str, label: Text, rows: Iterable[Row], **cells: str) -> list[Row]:
    """A set of questions asked once for each cell, room or ward."""
    return [Row("begin_repeat", name, label, None, None, cells), *rows, Row("end_repeat", name)]


def workbook(form: Form) -> bytes:
    """The form as an .xlsx file: sheets survey, choices and settings."""
    book = Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    translated = [f"{column}::{name}" for column in _TEXTS for name in LANGUAGES.values()]
    _write(survey, ["type", "name", *translated, *_PLAIN], [row.columns() for row in form.rows])
    labels = [f"label::{name}" for name in LANGUAGES.values()]
    choices = [
        {"list_name": list_name, "name": choice.value} | choice.label.columns("label")
        for list_name, items in form.choices.items()
        for choice in items
    ]
    _write(book.create_sheet("choices"), ["list_name", "name", *labels], choices)
    titles = {f"aigaq_title_{code}": getattr(form.title, code) for code in LANGUAGES}
    settings = {
        "form_title": form.title.ru,
        "form_id": form.name,
        "version": form.version,
        "default_language": LANGUAGES["ru"],
        "namespaces": NAMESPACE,
    }
    _write(book.create_sheet("settings"), [*settings, *titles], [settings | titles])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write(sheet, headers: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:  # type: ignore[no-untyped-def]
    sheet.append(list(headers))
    for row in rows:
        unknown = set(row) - set(headers)
        if unknown:
            raise ValueError(f"columns without a place in the sheet: {sorted(unknown)}")
        sheet.append([row.get(header) for header in headers])
    sheet.freeze_panes = "C2"
    for index, header in enumerate(headers, start=1):
        cell = sheet.cell(row=1, column=index)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E2EFF1")
        sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(header.split("::")[0], 20)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
