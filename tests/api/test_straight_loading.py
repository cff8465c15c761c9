"""Input that is right is loaded on a straight way; it must come to what marshmallow itself comes to."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.error_store import ErrorStore

from api.schemas.base import Choice, Datum, Many, Moment, PageQuery, PlainText, Point, Query, Shape, Whole

PLACE = {"lng": 121, "lat": 37.5, "datum": "gcj02"}


class Everything(Shape):
    """A field of each kind of care."""

    word = PlainText(5, required=True)
    number = Whole(1, 9, load_default=lambda: 7)
    datum = Choice(Datum, load_default=None, allow_none=True)
    at = Moment()
    named = PlainText(5, data_key="name", attribute="called")
    place = fields.Nested(Point, load_default=None, allow_none=True)
    places = Many(fields.Nested(Point), 2)


class Worded(Query):
    """Numbers as text."""

    number = Whole(1, 9, required=True)


GOOD: list[tuple[type[Schema], dict[str, Any]]] = [
    (Everything, {"word": " a ", "name": "b"}),
    (Everything, {"word": "a", "number": 5.0, "datum": None, "at": "2026-08-14T09:30:00+08:00"}),
    (Everything, {"word": "a", "place": PLACE, "places": [PLACE, PLACE | {"accuracy_m": None}]}),
    (Everything, {"word": "a", "place": None, "places": []}),
    (Worded, {"number": "3"}),
    (PageQuery, {}),
]
BAD: list[tuple[type[Schema], dict[str, Any]]] = [
    (Everything, {}),
    (Everything, {"word": None}),
    (Everything, {"word": "too long"}),
    (Everything, {"word": "a", "number": 10, "more": 1}),
    (Everything, {"word": "a", "called": "b"}),
    (Everything, {"word": "a", "place": PLACE | {"lat": 91}, "places": [PLACE] * 3}),
    (Everything, {"word": "a", "places": [PLACE, {}]}),
    (Worded, {"number": "x"}),
]


def plainly(schema: Schema, data: dict[str, Any]) -> tuple[Any, Any]:
    """(what marshmallow alone makes of it, its faults)"""
    faults = ErrorStore()
    return Schema._deserialize(schema, data, error_store=faults, unknown=RAISE), faults.errors


@pytest.mark.parametrize(("kind", "data"), GOOD)
def test_what_is_right_comes_to_the_same_both_ways(kind: type[Schema], data: dict[str, Any]) -> None:
    """Values, defaults, names and what is left out."""
    schema = kind()
    assert (schema._straight(data), {}) == plainly(schema, data)


@pytest.mark.parametrize(("kind", "data"), BAD)
def test_what_is_wrong_is_told_in_marshmallows_words(kind: type[Schema], data: dict[str, Any]) -> None:
    """Every fault at once, none of them lost on the straight way."""
    schema = kind()
    with pytest.raises(ValidationError) as refused:
        schema.load(data)
    assert refused.value.messages == plainly(schema, data)[1]
