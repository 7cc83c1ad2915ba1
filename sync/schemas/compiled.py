"""Schemas as plain functions: whether a document is surely valid, a dozen times faster than loading it.

Owns no rule: everything is read off the marshmallow schema. A function that says True is right; where it
says False, or meets what it does not know, the schema itself is asked, and finds the words for what is wrong.
`tests/sync/test_compiled.py` holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate
from marshmallow.decorators import VALIDATES_SCHEMA

from sync.schemas.fields import Strict

Check = Callable[[Any], bool]


def compiled(schema: Schema) -> Check:
    """A function that is True only for documents in which `schema` finds no problem."""
    if schema.unknown != INCLUDE or schema.partial or schema.many:
        return _unsure
    checks = [_member(name, field) for name, field in schema.load_fields.items()]
    whole = _whole(schema)

    def check(document: Any) -> bool:
        if type(document) is not dict:
            return False
        for name, required, nullable, valid in checks:
            if name in document:
                value = document[name]
                if value is None:
                    if not nullable:
                        return False
                elif not valid(value):
                    return False
            elif required:
                return False
        return whole is None or whole(document)

    return check


def _member(name: str, field: fields.Field[Any]) -> tuple[str, bool, bool, Check]:
    if field.data_key is not None or field.attribute is not None or field.dump_only or field.load_only:
        return name, False, False, _unsure
    # None that is allowed is not given to the validators.
    return name, bool(field.required), bool(field.allow_none), _field(field)


def _field(field: fields.Field[Any]) -> Check:
    checks: list[Check] = []
    if type(field) is Strict:
        checks.append(_of_types(field.types))
    elif type(field) is fields.Nested:
        checks.append(_unsure if field.many else compiled(_nested(field)))
    elif type(field) is fields.List:
        checks.append(_each(field.inner))
    elif type(field) is fields.Dict:
        checks.append(_mapping(field))
    elif type(field) is not fields.Raw:
        return _unsure
    checks += [check for validator in field.validators if (check := _validator(validator)) is not None]
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:  # Nearly always: a type and its length.
        first, second = checks
        return lambda value: first(value) and second(value)
    return lambda value: all(check(value) for check in checks)


def _nested(field: fields.Nested) -> Schema:
    schema = field.schema
    assert isinstance(schema, Schema)
    return schema


def _of_types(types: tuple[type, ...]) -> Check:
    # Exact types, as a JSON parser makes them: a boolean is no number.
    if len(types) == 1:
        only = types[0]
        return lambda value: type(value) is only
    allowed = frozenset(types)
    return lambda value: type(value) in allowed


def _each(inner: fields.Field[Any]) -> Check:
    valid, nullable = _field(inner), inner.allow_none

    def check(value: Any) -> bool:
        if type(value) is not list:
            return False
        for item in value:  # Loops and not `all`, which makes a generator for every value.
            if item is None:
                if not nullable:
                    return False
            elif not valid(item):
                return False
        return True

    return check


def _mapping(field: fields.Dict) -> Check:
    key_field, value_field = field.key_field, field.value_field
    keys = _field(key_field) if key_field is not None else _sure
    values = _field(value_field) if value_field is not None else _sure
    nullable = value_field is None or value_field.allow_none

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return False
        for key, item in value.items():
            if not keys(key) or not (nullable if item is None else values(item)):
                return False
        return True

    return check


def _validator(validator: Callable[[Any], Any]) -> Check | None:
    """The same as a function; None for one that every value passes."""
    if type(validator) is validate.Length:
        return _length(validator)
    if type(validator) is validate.OneOf:
        choices = list(validator.choices)
        return lambda value: any(value == choice and type(value) is type(choice) for choice in choices)
    if type(validator) is validate.Regexp:
        match = validator.regex.match
        return lambda value: match(value) is not None
    return _called(validator)


def _length(validator: validate.Length) -> Check | None:
    if validator.equal is not None:
        return _called(validator)
    least, most = validator.min or 0, validator.max
    if most is None:
        return None if least == 0 else lambda value: len(value) >= least
    return lambda value: least <= len(value) <= most


def _called(validator: Callable[[Any], Any]) -> Check:
    def check(value: Any) -> bool:
        try:
            validator(value)
        except ValidationError:
            return False
        return True

    return check


def _whole(schema: Schema) -> Check | None:
    """The schema's own rules over the whole document, in their order."""
    hooks = [(name, options) for name, _many, options in schema._hooks[VALIDATES_SCHEMA]]
    if not hooks:
        return None
    rules = [(getattr(schema, name), bool(options.get("pass_original"))) for name, options in hooks]

    def check(document: Any) -> bool:
        try:
            for rule, original in rules:
                if original:
                    rule(document, document, partial=None, many=False, unknown=INCLUDE)
                else:
                    rule(document, partial=None, many=False, unknown=INCLUDE)
        except ValidationError:
            return False
        return True

    return check


def _sure(value: Any) -> bool:
    return True


def _unsure(value: Any) -> bool:
    return False
