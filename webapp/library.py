"""The library: legislation and standards, to read and to search.

Owns these pages; the texts are documents.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sync.projections import tables
from webapp.access import allow
from webapp.home import EVERYONE
from webapp.models import db

bp = Blueprint("library", __name__)

KINDS = {"treaty": _l("Treaty"), "law": _l("Law"), "standard": _l("Standard"), "guide": _l("Guide")}
FOUND = 60


@bp.get("/library")
@allow(*EVERYONE)
def every() -> str:
    """All texts, or the articles that hold every word of a search."""
    words = [word.lower() for word in request.args.get("q", "").split()[:8]]
    rows = db.session.execute(
        select(tables.library).order_by(tables.library.c.kind, tables.library.c.id)
    ).all()
    found: list[tuple[Any, dict[str, Any]]] = []
    if words:
        for row in rows:
            for article in row.body.get("articles") or []:
                text = " ".join(_words(article.get(name)) for name in ("id", "heading", "text")).lower()
                if all(word in text for word in words):
                    found.append((row, article))
    return render_template(
        "library/list.html",
        rows=rows,
        found=found[:FOUND],
        count=len(found),
        q=request.args.get("q", ""),
        kinds=KINDS,
    )


@bp.get("/library/<library_id>")
@allow(*EVERYONE)
def read(library_id: str) -> str:
    """One text, article by article; `#article-<id>` leads to one."""
    row = db.session.execute(select(tables.library).where(tables.library.c.id == library_id)).first()
    if row is None:
        abort(404)
    return render_template("library/read.html", text=row, kinds=KINDS)


def _words(value: Any) -> str:
    """A string, or every language of a multi: a search finds an article by any of them."""
    return " ".join(value.values()) if isinstance(value, dict) else str(value or "")
