"""Labels of ids: what a catalogue, a form, the library and the list of persons call them.

Owns the lookups a report needs beside the visit's own documents. An id nobody knows is shown as it
is, so that nothing disappears silently.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from sync.projections import tables
from webapp.reports.parts import Multi, Norm, Text


@dataclass(frozen=True)
class Catalogues:
    """`labels[name][id]`, `persons[account]`, library rows and form rows by id."""

    labels: dict[str, dict[str, Multi]]
    persons: dict[str, str]
    library: dict[str, dict[str, Any]]
    forms: dict[str, dict[str, Any]]

    @classmethod
    def load(cls, connection: Connection) -> Catalogues:
        """Everything from the read model, in four queries."""
        labels: dict[str, dict[str, Multi]] = defaultdict(dict)
        catalogue = tables.catalogue
        for row in connection.execute(select(catalogue.c.name, catalogue.c.item, catalogue.c.label)):
            labels[row.name][row.item] = row.label or {}
        person = tables.person
        persons = {row.id: row.name for row in connection.execute(select(person.c.id, person.c.name))}
        library = {
            row.id: row.body for row in connection.execute(select(tables.library.c.id, tables.library.c.body))
        }
        forms = {row.id: row.body for row in connection.execute(select(tables.form.c.id, tables.form.c.body))}
        return cls(labels=dict(labels), persons=persons, library=library, forms=forms)

    def label(self, name: str, item: str | None) -> Multi | None:
        """What the catalogue calls an item; the bare id where it does not know it, None for no id."""
        if not item:
            return None
        return self.labels.get(name, {}).get(item) or {"": item}

    def person(self, account: str | None) -> str:
        """A person's name by account id, with or without `person:` before it."""
        plain = (account or "").removeprefix("person:")
        return self.persons.get(plain) or self.persons.get(f"person:{plain}") or plain

    def form(self, form_id: str) -> dict[str, Any]:
        """A form document's fields; empty for a form the office does not have."""
        return self.forms.get(form_id) or self.forms.get(f"form:{form_id}") or {}

    def norm(self, norm: str) -> Norm:
        """A norm `<library slug>/<article id>` with its titles."""
        slug, _, article_id = norm.partition("/")
        body = self.library.get(f"library:{slug}") or self.library.get(slug)
        if body is None:
            return Norm(norm=norm, kind="", title={}, article=article_id, heading=None)
        heading = next(
            (each.get("heading") for each in body.get("articles") or () if str(each.get("id")) == article_id),
            None,
        )
        return Norm(
            norm=norm,
            kind=str(body.get("kind") or ""),
            title=body.get("short") or body.get("title") or {},
            article=article_id,
            # A guide of the office's own has headings in every language, an imported text in its own.
            heading=heading if isinstance(heading, dict) else _text(heading, body.get("text_lang")),
        )


def _text(value: object, lang: object) -> Text | None:
    return Text(str(value), str(lang or "")) if value else None
