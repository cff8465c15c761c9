"""A body that a route takes, made from its schema: what the tests of ownership and of hostile input begin with."""

from __future__ import annotations

import io
from typing import Any

from marshmallow import Schema, fields

from api.schemas import base
from api.schemas.jobs import Words

MOMENT, DAY = "2026-03-02T06:00:00Z", "2026-03-03"

# Texts with a pattern; a field that is not here gets a word that fits most.
TEXTS = {
    "number": "A-1",
    "account_number": "6222020200112233",
    "code": "c0de-1",
    "token": "t" * 43,
    "sku": "EWH-60",
    "address": "芝罘区建设路 1 号",
    "slot": "site",
    "division_code": "370602",
}

PLAIN: dict[type, Any] = {base.Moment: MOMENT, base.Day: DAY, base.Flag: True}


def example(schema: Schema, *, whole: bool = False) -> dict[str, Any]:
    """The required fields, or with `whole` all of them, each with a value that the schema takes."""
    return {
        name: value_of(field, name, whole=whole)
        for name, field in schema.fields.items()
        if whole or field.required
    }


def value_of(field: fields.Field[Any], name: str = "", *, whole: bool = False) -> Any:
    """A value that this field takes; files as (stream, name)."""
    match field:
        case fields.Nested():
            return example(field.schema, whole=whole)
        case fields.Dict():
            return {}
        case fields.List():
            return [value_of(field.inner, name, whole=whole)]
        case base.Choice():
            return field.values[0]
        case Words():
            return field.words[0]
        case base.Whole() | base.Number():
            return max([1, *(check.min for check in field.validators if getattr(check, "min", None))])
        case base.File():
            return (io.BytesIO(b"\xff\xd8\xff no picture"), "a.jpg")
    return PLAIN.get(type(field), TEXTS.get(name, "abcdefgh"))
