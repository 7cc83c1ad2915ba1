"""The header that every document carries (docs/documents.md, "Header")."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validates_schema

from sync.schemas.fields import identifier, ids, integer, language, mapping, moment, one_of


class Part(Schema):
    """A part inside a document. Unknown fields are kept."""

    class Meta:
        unknown = INCLUDE


class Document(Part):
    """Base of all types: header fields, unknown fields kept, no names that CouchDB keeps for itself."""

    _id = identifier(required=True)
    type = identifier(required=True)
    schema = integer(required=True, minimum=1)
    created_at = moment(required=True)
    updated_at = moment(required=True)
    created_by = identifier(required=True)
    updated_by = identifier(required=True)
    device = identifier(required=True)
    base = mapping()
    resolves = ids()
    lang = language(null=True)

    @validates_schema(pass_original=True)
    def _names(self, data: object, original: dict[str, object], **rest: object) -> None:
        for name in original:
            if name.startswith("_") and name != "_id":
                raise ValidationError("names that start with _ belong to the store", name)
        if not str(original.get("_id", "")).startswith(f"{original.get('type')}:"):
            raise ValidationError("must be <type>:<id>", "_id")


# `class` is a word of Python's own, so it cannot be written as an attribute.
Header = Document.from_dict({"class": one_of("group", "office", "custody", required=True)}, name="Header")


def schema_of(name: str, members: dict[str, fields.Field[Any]]) -> type[Schema]:
    """A document schema: the header and `members`, whose names may be any JSON names."""
    return Header.from_dict(dict(members), name=name)


def part_of(name: str, members: dict[str, fields.Field[Any]]) -> type[Schema]:
    """The schema of a part, whose names may be any JSON names."""
    return Part.from_dict(dict(members), name=name)
