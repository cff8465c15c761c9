"""Answer schemas are made from dataclasses, and an answer that does not fit never leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import orjson
import pytest
from marshmallow import fields

from api import paging
from api.answers import render
from api.described import Declared
from api.paging import Page
from api.schemas import base
from api.schemas.made import schema_of
from domain.errors import Invalid


class Colour(StrEnum):
    """An enum."""

    RED = "red"


@dataclass(frozen=True, slots=True)
class Line:
    """A part."""

    name: str


@dataclass(frozen=True, slots=True)
class Perhaps:
    """Values of a list, or nothing."""

    colour: Colour | None
    kind: Literal["a", "b"] | None


@dataclass(frozen=True, slots=True)
class Everything:
    """All that an answer may hold."""

    id: int
    name: Annotated[str, "给人看的名字"]
    at: datetime | None
    day: date
    colour: Colour
    kind: Literal["a", "b"]
    lines: tuple[Line, ...]
    one: Line | None
    channels: frozenset[int]
    counts: dict[str, int]
    share: float
    done: bool


class LineSchema(base.Shape):
    """Written by hand."""

    name = fields.String(required=True)


def declared(answer: Any) -> Declared:
    """A route that answers so."""
    return Declared("GET", "/x", "docs:read", frozenset(), "x", None, None, answer, 200, (), 0, ())


def test_a_schema_says_what_the_dataclass_says() -> None:
    """Types, null, enums, nested and repeated parts; everything is always there."""
    made = schema_of(Everything)()
    kinds = {name: type(field).__name__ for name, field in made.fields.items()}
    assert kinds == {
        "id": "Integer", "name": "String", "at": "Moment", "day": "Day", "colour": "String", "kind": "String",
        "lines": "List", "one": "Nested", "channels": "List", "counts": "Dict", "share": "Float", "done": "Boolean",
    }  # fmt: skip
    assert {name for name, field in made.fields.items() if field.allow_none} == {"at", "one"}
    assert all(field.required for field in made.fields.values())
    assert made.fields["colour"].metadata["enum"] == ["red"]
    assert made.fields["name"].metadata["description"] == "给人看的名字"


def test_nothing_is_one_of_the_values_where_nothing_may_stand() -> None:
    """Else an answer without a value would break its own contract."""
    enums = [field.metadata["enum"] for field in schema_of(Perhaps)().fields.values()]
    assert enums == [["red", None], ["a", "b", None]]


def test_an_answer_is_written_straight_from_the_dataclass() -> None:
    """Times with Z, enums by value, sets in order."""
    moment = datetime(2026, 8, 14, 1, 30, tzinfo=UTC)
    answer = Everything(
        1,
        "张",
        moment,
        date(2026, 8, 14),
        Colour.RED,
        "a",
        (Line("x"),),
        None,
        frozenset({2, 1}),
        {"n": 1},
        0.5,
        True,
    )
    written = orjson.loads(render(declared(Everything), answer))
    assert written["at"] == "2026-08-14T01:30:00Z"
    assert (written["day"], written["colour"], written["channels"]) == ("2026-08-14", "red", [1, 2])
    assert (written["lines"], written["one"]) == ([{"name": "x"}], None)


@pytest.mark.parametrize("wrong", [Line("x"), {"name": "x"}, None, "text"])
def test_an_answer_of_another_kind_than_declared_never_leaves(wrong: object) -> None:
    """A view that returns a row or a dict by mistake would tell more than the document promises."""
    with pytest.raises(TypeError):
        render(declared(Everything), wrong)


def test_a_schema_written_by_hand_fits_a_dataclass_with_the_same_names() -> None:
    """Nothing more and nothing less."""
    assert render(declared(LineSchema), Line("x")) == b'{"name":"x"}'
    with pytest.raises(TypeError):
        render(declared(LineSchema), Page((), None))


def test_a_page_of_something_has_a_name_of_its_own() -> None:
    """So that every list has its type in the generated clients."""
    made = schema_of(Page[Line])()
    assert type(made).__name__ == "LinePage"
    assert isinstance(made.fields["items"].inner, fields.Nested)
    assert schema_of(Page[Line]) is schema_of(Page[Line])


@pytest.mark.parametrize("hint", [bytes, int | str, tuple[int, str], object, set])
def test_what_has_no_place_in_an_answer_fails_when_the_document_is_made(hint: Any) -> None:
    """Not when the first customer asks."""
    kind = dataclass(frozen=True)(type("Odd", (), {"__annotations__": {"x": hint}}))
    with pytest.raises(TypeError):
        schema_of(kind)


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    """Keyset: each cursor is the key of the last row shown, the last page has none."""
    seen: list[int] = []
    cursor: str | None = None
    while True:
        after = paging.key(cursor, int)
        first = 0 if after is None else after[0] + 1  # type: ignore[operator]
        page = paging.page(list(range(first, 10))[:4], 3, lambda row: (row,))
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list(range(10))


def test_a_cursor_brings_back_times_days_and_texts() -> None:
    """What goes in comes out, in its type."""
    moment = datetime(2026, 8, 14, 1, 30, 0, 123456, tzinfo=UTC)
    cursor = paging.cursor((moment, date(2026, 8, 14), "张", 2**63 - 1))
    assert paging.key(cursor, datetime, date, str, int) == (moment, date(2026, 8, 14), "张", 2**63 - 1)
    assert paging.key(None, int) is None


@pytest.mark.parametrize("parts", [[2**63], [True], [1.5], ["x"], [None], [], [1, 2], {"a": 1}, [[1]]])
def test_a_forged_cursor_is_told_and_never_reaches_the_database(parts: Any) -> None:
    """Numbers outside bigint, other types, other lengths."""
    forged = paging.cursor(parts)
    with pytest.raises(Invalid) as refused:
        paging.key(forged, int)
    assert refused.value.errors[0].field == "cursor"
    for text in ("é", "a", "====", paging.cursor(("\x00",)), paging.cursor(("0001-01-01T00:00:00+23:59",))):
        with pytest.raises(Invalid):
            paging.key(text, datetime)
