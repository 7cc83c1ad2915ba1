"""Labels of catalogue items, and names of people and facilities, as pages show them.

Owns short reads of the read model that nearly every page needs; each is read once per request.
Knows no catalogue's content: a country is data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, g
from sqlalchemy import select

from sync.projections import tables
from webapp.languages import multi
from webapp.models import db


@dataclass(frozen=True)
class Item:
    """One item of a catalogue."""

    id: str
    label: dict[str, str]
    body: dict[str, Any]

    def __str__(self) -> str:
        return multi(self.label)


def catalogue(name: str) -> list[Item]:
    """A catalogue's items in order; empty when there is none."""
    return list(_all().get(name, {}).values())


def label(name: str, item: str | None) -> str:
    """An item's label in the reader's language; the id itself where the catalogue lacks it."""
    if not item:
        return ""
    found = _all().get(name, {}).get(item)
    return str(found) if found is not None else item


def country() -> dict[str, Any]:
    """The one item of `catalogue:country`."""
    items = catalogue("country")
    return items[0].body if items else {}


def time_zone() -> str:
    """The country's time zone; UTC where it names none."""
    return str(country().get("time_zone") or "UTC")


def people() -> dict[str, Any]:
    """Everybody by account id: rows of the read model."""
    if "people" not in g:
        g.people = {row.id: row for row in db.session.execute(select(tables.person))}
    found: dict[str, Any] = g.people
    return found


def person_name(account: str | None) -> str:
    """A person's name; the bare id where nobody has it."""
    row = people().get((account or "").removeprefix("person:"))
    return row.name if row is not None else (account or "")


def facility_names() -> dict[str, dict[str, str]]:
    """Every facility's name by id."""
    if "facility_names" not in g:
        rows = db.session.execute(select(tables.facility.c.id, tables.facility.c.name))
        g.facility_names = {row.id: row.name for row in rows}
    found: dict[str, dict[str, str]] = g.facility_names
    return found


def facility_name(facility: str) -> str:
    """A facility's name in the reader's language."""
    return multi(facility_names().get(facility)) or facility


def _all() -> dict[str, dict[str, Item]]:
    if "catalogues" not in g:
        found: dict[str, dict[str, Item]] = {}
        table = tables.catalogue
        for row in db.session.execute(select(table).order_by(table.c.name, table.c.position)):
            found.setdefault(row.name, {})[row.item] = Item(row.item, row.label, row.body)
        g.catalogues = found
    known: dict[str, dict[str, Item]] = g.catalogues
    return known


def register(app: Flask) -> None:
    """Make the reads available to templates."""
    app.jinja_env.globals.update(
        catalogue=catalogue,
        label=label,
        person_name=person_name,
        facility_name=facility_name,
        country=country,
    )
