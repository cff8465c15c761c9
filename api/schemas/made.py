"""Answer schemas made from the frozen dataclasses that views return, so that the two cannot drift apart.

Dumping a list through marshmallow is a quarter of its cost, so answers are written by orjson straight from
the dataclass; the schema made here only feeds the OpenAPI document and the tests, which hold every answer
against it. A dataclass says everything needed:

    @dataclass(frozen=True, slots=True)
    class JobCard:                       # → schema "JobCard": id integer, due_at date-time or null, …
        id: int
        due_at: datetime | None
        lines: tuple[FeeLine, ...]
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from marshmallow import EXCLUDE, Schema, fields

from api.schemas import base

PLAIN: dict[Any, Callable[..., fields.Field[Any]]] = {
    int: fields.Integer,
    str: fields.String,
    bool: fields.Boolean,
    float: fields.Float,
    datetime: base.Moment,
    date: base.Day,
    Any: fields.Raw,
}


class _Open:
    unknown = EXCLUDE  # within v1 an answer may gain members: a client must not refuse them


@cache
def schema_of(kind: Any) -> type[Schema]:
    """The schema of a dataclass, or of a generic one with its argument: `schema_of(Page[JobCard])`."""
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if not (isinstance(origin, type) and dataclasses.is_dataclass(origin)):
        raise TypeError(f"{kind!r} is no dataclass")
    hints = get_type_hints(origin, include_extras=True)
    bound = dict(zip(getattr(origin, "__parameters__", ()), arguments, strict=True))
    made = {f.name: _field(_bind(hints[f.name], bound)) for f in dataclasses.fields(origin)}
    name = "".join(getattr(a, "__name__", "") for a in arguments) + origin.__name__
    body = {**made, "Meta": _Open, "__doc__": origin.__doc__}
    return type(name, (base.Shape,), body)


def _bind(hint: Any, bound: Mapping[Any, Any]) -> Any:
    """`tuple[T, ...]` with T bound."""
    if hint in bound:
        return bound[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple and bound:
        return tuple[tuple(_bind(a, bound) for a in arguments)]  # type: ignore[misc]  # built at run time
    return hint


def _field(hint: Any, **more: Any) -> fields.Field[Any]:
    """The marshmallow field that documents one type; TypeError for what an answer must not hold."""
    origin, arguments = get_origin(hint), get_args(hint)
    more.setdefault("required", True)
    if origin is Annotated:
        return _field(arguments[0], metadata={"description": arguments[1]}, **more)
    if origin in (Union, types.UnionType):
        rest = [a for a in arguments if a is not type(None)]
        if len(rest) == 1:
            return _field(rest[0], allow_none=True, **more)
        raise TypeError(f"{hint!r}: an answer names one type, or None")
    many = _many(origin, arguments, more)
    return many if many is not None else _one(hint, more)


def _many(origin: Any, arguments: tuple[Any, ...], more: dict[str, Any]) -> fields.Field[Any] | None:
    if origin is Literal:
        return _listed(arguments, more)
    if origin is frozenset or (origin is tuple and arguments[1:] == (Ellipsis,)):
        return fields.List(_field(arguments[0]), **more)
    if origin in (dict, Mapping):
        return fields.Dict(keys=fields.String(), values=_field(arguments[1]), **more)
    return None


def _one(hint: Any, more: dict[str, Any]) -> fields.Field[Any]:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _listed([member.value for member in hint], more)
    if dataclasses.is_dataclass(get_origin(hint) or hint):
        return fields.Nested(schema_of(hint), **more)
    if hint in PLAIN:
        return PLAIN[hint](**more)
    raise TypeError(f"{hint!r} has no place in an answer")


def _listed(values: Iterable[str], more: dict[str, Any]) -> fields.Field[Any]:
    """Trap: where nothing may stand, nothing is one of the values, too."""
    nothing = [None] if more.get("allow_none") else []
    return fields.String(metadata={"enum": [*values, *nothing]}, **more)
