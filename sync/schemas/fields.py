"""Kinds of fields that several document types share.

Lenient on purpose where nothing depends on strictness: what a schema refuses from a tablet goes to
quarantine and costs a person time. Ids are not looked up here: a schema knows no other document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Strict(fields.Field[Any]):
    """A JSON value of the given Python types; booleans are not numbers, strings are never converted."""

    def __init__(self, *types: type, **rest: Any) -> None:
        super().__init__(**rest)
        self.types = types

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **rest: Any) -> Any:
        if not isinstance(value, self.types) or (isinstance(value, bool) and bool not in self.types):
            raise ValidationError(f"must be {' or '.join(kind.__name__ for kind in self.types)}")
        return value


def text(*, required: bool = False, null: bool = False, minimum: int = 0) -> Strict:
    return Strict(str, required=required, allow_none=null, validate=validate.Length(min=minimum))


def identifier(*, required: bool = False, null: bool = False) -> Strict:
    """A catalogue item's id, a document's id, an account's ULID: a short non-empty string."""
    return Strict(str, required=required, allow_none=null, validate=validate.Length(min=1, max=200))


def one_of(*values: str, required: bool = False, null: bool = False) -> Strict:
    allowed = [*values, None] if null else list(values)
    return Strict(str, required=required, allow_none=null, validate=validate.OneOf(allowed))


def integer(*, required: bool = False, null: bool = False, minimum: int = 0) -> Strict:
    return Strict(int, required=required, allow_none=null, validate=validate.Range(min=minimum))


def number(*, null: bool = True) -> Strict:
    return Strict(int, float, allow_none=null)


def flag(*, required: bool = False, null: bool = False) -> Strict:
    return Strict(bool, required=required, allow_none=null)


def mapping(*, required: bool = False, null: bool = False) -> Strict:
    """An object whose inside is not looked at here."""
    return Strict(dict, required=required, allow_none=null)


def anything() -> fields.Raw:
    return fields.Raw(allow_none=True)


def date_text(*, required: bool = False, null: bool = False) -> Strict:
    return Strict(str, required=required, allow_none=null, validate=_is_date)


def moment(*, required: bool = False, null: bool = False) -> Strict:
    """RFC 3339 in UTC, ending in `Z`."""
    return Strict(str, required=required, allow_none=null, validate=validate.Regexp(_TIME))


def language(*, required: bool = False, null: bool = False) -> Strict:
    return Strict(str, required=required, allow_none=null, validate=validate.Regexp(_LANGUAGE))


def multi(*, required: bool = False, null: bool = False) -> fields.Dict:
    """`{"ru": "…", "kk": "…"}`: any set of languages."""
    return fields.Dict(keys=language(), values=text(), required=required, allow_none=null)


def text_or_multi(*, required: bool = False, null: bool = False) -> Strict:
    """A string in the document's own language, or a `multi`."""
    return Strict(str, dict, required=required, allow_none=null, validate=_is_text_or_multi)


def ids(*, required: bool = False, null: bool = False) -> fields.List[Any]:
    return fields.List(identifier(), required=required, allow_none=null)


def texts(*, required: bool = False) -> fields.List[Any]:
    return fields.List(text(), required=required, allow_none=False)


def _is_text_or_multi(value: str | dict[str, object] | None) -> None:
    if isinstance(value, dict):
        fields.Dict(keys=language(), values=text()).deserialize(value)


def _is_date(value: str | None) -> None:
    try:
        if value is None or len(value) != 10:
            raise ValueError
        date.fromisoformat(value)
    except ValueError as error:
        raise ValidationError("must be a date, YYYY-MM-DD") from error
