"""Channel `reference`: catalogues, facilities, forms, library, people."""

from __future__ import annotations

from marshmallow import fields

from sync.schemas.fields import (
    date_text,
    flag,
    identifier,
    ids,
    integer,
    language,
    mapping,
    multi,
    one_of,
    text,
    text_or_multi,
    texts,
)
from sync.schemas.header import part_of, schema_of

CatalogueItem = part_of("CatalogueItem", {"id": identifier(required=True), "label": multi(required=True)})

Catalogue = schema_of("Catalogue", {"items": fields.List(fields.Nested(CatalogueItem), required=True)})

Facility = schema_of(
    "Facility",
    {
        "name": multi(required=True),
        "aliases": texts(),
        "codes": texts(),
        "facility_type": identifier(required=True),
        "region": identifier(required=True),
        "authority": identifier(required=True),
        "address": multi(null=True),
        "capacity": integer(null=True),
        "opened": date_text(null=True),
        "closed": date_text(null=True),
        "holds": texts(),
        "recording": mapping(null=True),
        "source": mapping(null=True),
    },
)

Choice = part_of("Choice", {"value": text(required=True), "label": multi(required=True)})

Question = part_of(
    "Question",
    {
        "path": identifier(required=True),
        "type": identifier(required=True),
        "label": multi(null=True),
        "choices": fields.List(fields.Nested(Choice), allow_none=True),
        "group": text(null=True),
    },
)

Rule = part_of(
    "Rule",
    {"path": identifier(required=True), "norm": identifier(required=True, null=True), "label": multi()},
)

Form = schema_of(
    "Form",
    {
        "name": identifier(required=True),
        "title": multi(required=True),
        "version": text(required=True),
        "facility_types": ids(),
        "languages": texts(),
        "xml": text(required=True, minimum=1),
        "questions": fields.List(fields.Nested(Question), required=True),
        "rules": fields.List(fields.Nested(Rule)),
    },
)

Article = part_of(
    "Article",
    {
        "id": identifier(required=True),
        "heading": text_or_multi(null=True),
        "text": text_or_multi(required=True),
        "themes": ids(),
    },
)

Library = schema_of(
    "Library",
    {
        "title": multi(required=True),
        "short": multi(),
        "kind": one_of("treaty", "law", "standard", "guide", required=True),
        "text_lang": language(required=True),
        "articles": fields.List(fields.Nested(Article), required=True),
        "source": fields.Raw(allow_none=True),
    },
)

Person = schema_of(
    "Person",
    {
        "name": text(required=True),
        "initial": text(required=True),
        "role": identifier(required=True),
        "group": identifier(null=True),
        "active": flag(required=True),
    },
)
