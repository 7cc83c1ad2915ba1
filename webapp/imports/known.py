"""What the read model already knows, as imports want it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from sync.projections import tables
from webapp.imports.register import CATALOGUE_OF, Catalogues
from webapp.models import db


def known_catalogues(source: str, today: date) -> Catalogues:
    """Catalogues and facilities as they stand."""
    names = ("country", "categories", "themes", *CATALOGUE_OF.values())
    table = tables.catalogue
    items: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    rows = db.session.execute(
        select(table.c.name, table.c.body)
        .where(table.c.name.in_(names))
        .order_by(table.c.name, table.c.position)
    )
    for row in rows:
        items[row.name].append(dict(row.body))
    facilities = {
        row.id: row.body for row in db.session.execute(select(tables.facility.c.id, tables.facility.c.body))
    }
    languages = tuple((items["country"] or [{}])[0].get("languages") or ("ru", "kk", "en"))
    return Catalogues(items=items, facilities=facilities, languages=languages, today=today, source=source)


def known_library(slug: str) -> dict[str, Any] | None:
    """The library text with this slug, or None."""
    row = db.session.execute(
        select(tables.library.c.body).where(tables.library.c.id == f"library:{slug}")
    ).first()
    return dict(row.body) if row else None


def known_form(name: str) -> dict[str, Any] | None:
    """The form with this name, or None."""
    row = db.session.execute(select(tables.form.c.body).where(tables.form.c.id == f"form:{name}")).first()
    return dict(row.body) if row else None
