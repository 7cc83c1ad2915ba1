"""The sheets of an XLSForm workbook, read safely and checked row by row.

Owns: opening a foreign .xlsx (size, DOCTYPE), the cleaned cells, and the checks that can name a row before
pyxform converts: its own messages are in English and often without a place.
Must not know: XForm XML and documents.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale
from pyxform.errors import PyXFormError
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.xls2json_backends import DefinitionData, get_xlsform

from webapp.xlsform_problems import FormProblem

NORM = "bind::aigaq:norm"
THEME = "bind::aigaq:theme"
UNPACKED_LIMIT = 64 * 1024 * 1024  # bytes; 10,000 questions in three languages unpack to some 12 MB

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NORM_SHAPE = re.compile(r"form|[a-z0-9][a-z0-9-]*/[A-Za-z0-9.-]+")
_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s]+)\s*\}")
_CODE_IN_HEADER = re.compile(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\)\s*$")
_FORMULAS = (
    "relevant",
    "constraint",
    "calculation",
    "required",
    "repeat_count",
    "choice_filter",
    "trigger",
    "default",
)
_SELECTS = ("select_one", "select_multiple", "select one", "select multiple", "select1", "select", "rank")


@dataclass(frozen=True)
class Sheets:
    """The workbook's sheets as pyxform reads them: cells stripped, 3.0 → "3", no-break spaces plain."""

    definition: DefinitionData
    settings: Mapping[str, str]

    def setting(self, name: str) -> str | None:
        """One cell of the settings sheet."""
        return self.settings.get(name)


def read(data: bytes) -> Sheets:
    """The sheets of an .xlsx file. Raises FormProblem: not-a-workbook, too-large, doctype, no-sheet."""
    _refuse_unsafe(data)
    try:
        definition = get_xlsform(data, file_type=".xlsx")
    except (PyXFormError, KeyError, ValueError, TypeError, zipfile.BadZipFile, OSError) as error:
        raise FormProblem("not-a-workbook") from error
    except Exception as error:  # openpyxl passes on whatever its XML parser raises
        if type(error).__name__ in ("XMLSyntaxError", "ParseError"):
            raise FormProblem("not-a-workbook") from error
        raise
    if not definition.survey:
        raise FormProblem("no-sheet", name="survey")
    rows = [row for row in definition.settings or () if row]
    return Sheets(definition, dict(rows[0]) if rows else {})


def _refuse_unsafe(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > UNPACKED_LIMIT:
                raise FormProblem(
                    "too-large", size=size // 1024 // 1024, limit=UNPACKED_LIMIT // 1024 // 1024
                )
            for entry in archive.infolist():
                if not entry.filename.endswith((".xml", ".rels")):
                    continue
                # The zip's own size field is not trusted: no more is read than the limit allows.
                with archive.open(entry) as part:
                    text = part.read(UNPACKED_LIMIT)
                if (
                    b"<!DOCTYPE" in text
                    or b"<!ENTITY" in text
                    or b"\x00<\x00!\x00D" in text
                    or b"<\x00!\x00D\x00" in text
                ):
                    raise FormProblem("doctype")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise FormProblem("not-a-workbook") from error


def check(sheets: Sheets) -> None:
    """Raises FormProblem for the first row of the survey that cannot be right."""
    survey = sheets.definition.survey or ()
    headers = {key for row in sheets.definition.survey_header or () for key in row}
    for column in ("type", "name"):
        if column not in headers:
            raise FormProblem("no-column", sheet="survey", name=column)
    lists = {
        str(row.get("list_name") or row.get("list name")) for row in sheets.definition.choices or () if row
    }
    names = {str(row["name"]) for row in survey if row.get("name")}
    open_groups: list[tuple[str, int, dict[str, int]]] = [("", 0, {})]
    for number, row in enumerate(survey, start=2):
        kind = " ".join(str(row.get("type") or "").replace("_", " ").split()).lower()
        if not kind:
            continue
        if kind.startswith("end ") and kind.split()[1] in ("group", "repeat"):
            if len(open_groups) == 1:
                raise FormProblem("closed-twice", sheet="survey", row=number)
            open_groups.pop()
            continue
        _check_name(row, number, open_groups[-1][2])
        if kind.startswith("begin "):
            open_groups.append((str(row["name"]), number, {}))
        else:
            _check_type(str(row["type"]).strip(), number, lists)
        _check_references(row, number, names)
        _check_flag(row, kind, number)
    if len(open_groups) > 1:
        name, number, _ = open_groups[-1]
        raise FormProblem("open-group", sheet="survey", row=number, name=name)


def _check_name(row: Mapping[str, Any], number: int, siblings: dict[str, int]) -> None:
    name = row.get("name")
    if not name:
        raise FormProblem("no-name", sheet="survey", row=number)
    name = str(name)
    if not _NAME.fullmatch(name):
        raise FormProblem("bad-name", sheet="survey", row=number, name=name)
    if name in siblings:
        raise FormProblem("same-name", sheet="survey", row=number, name=name, other=siblings[name])
    siblings[name] = number


def _check_type(kind: str, number: int, lists: set[str]) -> None:
    if "_from_file" in kind or kind.startswith(("select_one_external", "csv-external", "xml-external")):
        raise FormProblem("outside-file", sheet="survey", row=number)
    for select in _SELECTS:
        if kind.startswith(select + " "):
            name = kind.removeprefix(select).split()[0]
            # A list may be the names given in a repeat: ${name}.
            if name not in lists and not name.startswith("${"):
                raise FormProblem("no-list", sheet="survey", row=number, name=name)
            return
    known = (
        kind in QUESTION_TYPE_DICT
        or kind.replace("_", " ") in QUESTION_TYPE_DICT
        or kind.replace("-", " ") in QUESTION_TYPE_DICT
    )
    if not known:
        raise FormProblem("unknown-type", sheet="survey", row=number, name=kind)


def _check_references(row: Mapping[str, Any], number: int, names: set[str]) -> None:
    for column, cell in row.items():
        if column in _FORMULAS or column.startswith(("label", "hint", "constraint_message", "bind::")):
            for name in _REFERENCE.findall(str(cell)):
                if name not in names:
                    raise FormProblem("no-reference", sheet="survey", row=number, name=name)


def _check_flag(row: Mapping[str, Any], kind: str, number: int) -> None:
    norm = row.get(NORM)
    if norm is None:
        return
    if not _NORM_SHAPE.fullmatch(str(norm)):
        raise FormProblem("bad-norm", sheet="survey", row=number, name=str(norm))
    if kind != "note" or not (row.get("relevant") or row.get("bind::relevant")):
        raise FormProblem("norm-without-condition", sheet="survey", row=number)


def language_code(header: str) -> str:
    """`Русский (ru)` → `ru`; a bare name such as `Kazakh` is looked up; what is not known is `und`."""
    code = _CODE_IN_HEADER.search(header)
    if code:
        return code.group(1)
    return _language_names().get(
        header.strip().lower(), header.strip() if re.fullmatch(r"[a-z]{2,3}", header.strip()) else "und"
    )


def _language_names() -> dict[str, str]:
    """Names of languages in English and in themselves, for the headers of forms made elsewhere."""
    english = Locale("en").languages
    names = {name.lower(): code for code, name in english.items() if re.fullmatch(r"[a-z]{2,3}", code)}
    for code in (
        "ru",
        "kk",
        "en",
        "ky",
        "uz",
        "tg",
        "uk",
        "fr",
        "es",
        "ar",
        "pt",
        "de",
        "ka",
        "hy",
        "az",
        "mn",
        "zh",
    ):
        own = Locale(code).get_language_name(code)
        if own:
            names[own.lower()] = code
    return names
