"""The forms that ship: readable sources from which the XLSForm workbooks are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from content.forms import general_checklist
from content.forms.workbook import Form, workbook

SHIPPED: Mapping[str, Callable[[], Form]] = {"general-checklist": general_checklist.form}


def shipped_workbook(name: str) -> bytes:
    """The .xlsx file of a shipped form, to import or to edit in LibreOffice. KeyError where none ships by that name."""
    return workbook(SHIPPED[name]())
