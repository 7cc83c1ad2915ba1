"""The forms that are filled on visits: list, and one form's questions and rules.

Owns these pages; the forms themselves are documents.
"""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from sqlalchemy import func, select

from sync.projections import tables
from webapp.access import CONTENT, allow
from webapp.models import db

bp = Blueprint("forms", __name__)


@bp.get("/forms")
@allow(*CONTENT)
def every() -> str:
    """All forms in their current version."""
    rows = db.session.execute(select(tables.form).order_by(tables.form.c.id)).all()
    used = {
        row.form: row.times
        for row in db.session.execute(
            select(tables.submission.c.form, func.count().label("times")).group_by(tables.submission.c.form)
        )
    }
    return render_template("forms/list.html", rows=rows, used=used)


@bp.get("/forms/<form_id>")
@allow(*CONTENT)
def show(form_id: str) -> str:
    """One form, question by question."""
    row = db.session.execute(select(tables.form).where(tables.form.c.id == form_id)).first()
    if row is None:
        abort(404)
    rules: dict[str, list[dict[str, object]]] = {}
    for rule in row.body.get("rules") or []:
        rules.setdefault(rule.get("path", ""), []).append(rule)
    return render_template("forms/show.html", form=row, rules=rules)
