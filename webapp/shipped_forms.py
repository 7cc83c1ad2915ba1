"""The forms that ship, as documents to seed and as workbooks to edit.

Owns: the way from `content/forms/` through the same reader that takes in anybody's workbook.
Must not know: the store; whoever seeds or exports decides where they go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.xlsform import parse_xlsform


def shipped_form_documents() -> list[dict[str, Any]]:
    """A `form` document (channel `reference`) for each form that ships."""
    from content.forms import SHIPPED, shipped_workbook  # only seeding and exporting need the sources

    return [
        {"_id": f"form:{name}", "type": "form", **parse_xlsform(shipped_workbook(name), name)}
        for name in SHIPPED
    ]


def export_shipped_form(name: str) -> bytes:
    """The .xlsx of a shipped form, to edit in LibreOffice and import again. KeyError where none ships by that name."""
    from content.forms import shipped_workbook

    return shipped_workbook(name)


def shipped_form_titles() -> Mapping[str, str]:
    """English titles by name, for a command's help."""
    from content.forms import SHIPPED

    return {name: form().title.en for name, form in SHIPPED.items()}
