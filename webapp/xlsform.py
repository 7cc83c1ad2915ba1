"""An XLSForm workbook becomes the fields of a `form` document.

Owns: reading the workbook, its conversion to XForm XML by pyxform, and the list of questions and rules.
Must not know: Flask, the store, who imports. Keeps: a DOCTYPE or an entity never reaches a tablet, whose
form engine would expand it. Every refusal is a `FormProblem` with the sheet and the row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from webapp.xlsform_problems import FormProblem
from webapp.xlsform_sheets import NORM, THEME, Sheets, check, language_code, read

FORM_THRESHOLD = "form"  # in the norm column: the threshold is the form's own

_NAMESPACE = 'aigaq="urn:aigaq:xforms"'
_ROW = re.compile(r"\[row : (\d+)\]\s*")
_REFERENCE = re.compile(r"\$\{[^}]*\}")
# pyxform's own names of types → the XLSForm words that people write.
_TYPES = {
    "photo": "image",
    "select one": "select_one",
    "select all that apply": "select_multiple",
    "rank": "rank",
    "dateTime": "datetime",
}
_HIDDEN = frozenset(
    {"start", "end", "today", "deviceid", "username", "email", "phonenumber", "audit", "hidden"}
)


def parse_xlsform(data: bytes, name: str) -> dict[str, Any]:
    """The fields of a `form` document (docs/documents.md) from an .xlsx file's bytes.

    `name` is the document's name: its id is `form:<name>`. Labels that quote other answers hold `…`
    in their place, as the document has no answers. Raises FormProblem.
    """
    sheets = read(data)
    check(sheets)
    default = str(sheets.setting("default_language") or "")
    titles = {
        key.removeprefix("aigaq_title_"): value
        for key, value in sheets.settings.items()
        if key.startswith("aigaq_title_")
    }
    survey, xml = _convert(sheets, name)
    elements = list(_elements(survey, None))
    questions = [_question(element, group, default) for element, group in elements]
    if not any(question["type"] not in ("group", "repeat") for question in questions):
        raise FormProblem("no-questions", sheet="survey")
    languages = list(dict.fromkeys(code for question in questions for code in question["label"]))
    title = titles or {
        language_code(default) if default else languages[0]: str(sheets.setting("form_title") or name)
    }
    return {
        "name": name,
        "title": title,
        "version": str(sheets.setting("version") or hashlib.sha256(xml.encode()).hexdigest()[:10]),
        "facility_types": str(sheets.setting("aigaq_facility_types") or "").split(),
        "languages": languages,
        "xml": xml,
        "questions": questions,
        "rules": [rule for element, _ in elements for rule in _rules(element, default)],
    }


def _convert(sheets: Sheets, name: str) -> tuple[Any, str]:
    """pyxform's survey and the XForm XML without a DOCTYPE."""
    settings = {key: value for key, value in sheets.settings.items() if not key.startswith("aigaq_")}
    settings.setdefault("form_title", name)
    settings.setdefault("form_id", name)
    if "aigaq=" not in settings.get("namespaces", ""):
        settings["namespaces"] = f"{settings.get('namespaces', '')} {_NAMESPACE}".strip()
    definition = asdict(sheets.definition)
    definition["settings"] = [settings]
    definition["settings_header"] = [dict.fromkeys(settings)]
    try:
        # The root node is always `data`: a path in a document must not change with a file's name.
        result = convert(definition, warnings=[], form_name="data")
    except PyXFormError as error:
        raise _problem(str(error)) from error
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:  # pyxform stumbling over a sheet's shape
        raise FormProblem("not-converted", detail=str(error) or type(error).__name__) from error
    try:
        ElementTree.fromstring(result.xform, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise FormProblem("doctype") from error
    except ElementTree.ParseError as error:
        raise FormProblem("not-converted", detail=str(error)) from error
    return result._survey, result.xform


def _problem(message: str) -> FormProblem:
    """pyxform's message as a problem, its row taken out of the text."""
    row = _ROW.search(message)
    detail = _ROW.sub("", message).strip()
    if row is None:
        return FormProblem("not-converted", detail=detail)
    return FormProblem("not-converted", sheet="survey", row=int(row.group(1)), detail=detail)


def _elements(section: Any, group: str | None) -> Iterator[tuple[Any, str | None]]:
    """Every row of the survey that a person may see, in order, with the path of its group."""
    for element in section.children or ():
        if element.name == "meta" or element.type in _HIDDEN:
            continue
        if element.type == "calculate" and not element.label:
            continue
        yield element, group
        if element.type in ("group", "repeat"):
            yield from _elements(element, element.get_xpath())


def _question(element: Any, group: str | None, default: str) -> dict[str, Any]:
    choices = _choices(element)
    return {
        "path": element.get_xpath(),
        "type": _TYPES.get(element.type, element.type),
        "label": _multi(element.label, default),
        "choices": None
        if choices is None
        else [{"value": str(c.name), "label": _multi(c.label, default)} for c in choices],
        "group": group,
    }


def _choices(element: Any) -> Sequence[Any] | None:
    itemset = getattr(element, "choices", None)
    return None if itemset is None else itemset.options


def _rules(element: Any, default: str) -> Iterator[dict[str, Any]]:
    bind: Mapping[str, str] = getattr(element, "bind", None) or {}
    norm = bind.get(NORM.removeprefix("bind::"))
    if norm is None:
        return
    rule: dict[str, Any] = {
        "path": element.get_xpath(),
        "norm": None if norm == FORM_THRESHOLD else norm,
        "label": _multi(element.label, default),
    }
    theme = bind.get(THEME.removeprefix("bind::"))
    yield rule | ({"theme": theme} if theme else {})


def _multi(label: str | Mapping[str, str] | None, default: str) -> dict[str, str]:
    """A label in its languages; «-» is what pyxform puts where a translation is missing."""
    if label is None:
        return {}
    by_language = {default: label} if isinstance(label, str) else label
    return {
        language_code(language if language != "default" else default): _REFERENCE.sub("…", text)
        for language, text in by_language.items()
        if isinstance(text, str) and text != "-"
    }
