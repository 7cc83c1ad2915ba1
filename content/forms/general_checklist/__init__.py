"""The general checklist of a closed institution: eight themes, each a page of its own module.

A flag names a norm only where the norm's own text holds the threshold; where the number is the form's,
its label says so (`workbook.FORM_THRESHOLD`). Tests hold both.
"""

from __future__ import annotations

from content.forms.general_checklist import (
    arrival,
    conditions,
    contacts,
    discipline,
    health,
    people,
    regime,
    treatment,
)
from content.forms.general_checklist.choices import CHOICES
from content.forms.workbook import Form, Text

_PAGES = (arrival, treatment, discipline, conditions, health, contacts, regime, people)


def form() -> Form:
    """The form in its source shape."""
    return Form(
        name="general-checklist",
        title=Text(
            "Общий чек-лист закрытого учреждения",
            "Жабық мекеменің жалпы тексеру парағы",
            "General checklist of a closed institution",
        ),
        version="2026.1",
        choices=CHOICES,
        rows=[row for page in _PAGES for row in page.rows()],
    )
