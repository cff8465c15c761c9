"""The short way to read a promise's question and marshmallow's: the same question, or no word from the short one."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.schemas.base import Body
from api.schemas.promise_reading import plain
from api.schemas.promises import PromiseBody

TEXT = st.text("aZ0 张\n\x00-", max_size=5)
ODD = st.one_of(st.none(), st.booleans(), st.integers(-5, 120), st.floats(), TEXT, st.just([]), st.just({}))
LINE = st.fixed_dictionaries(
    {"sku": st.just("EWH-60") | TEXT | ODD}, optional={"quantity": st.integers(1, 99) | ODD}
)
DEGREES = st.floats(-200, 200) | ODD
POINT = st.fixed_dictionaries(
    {"lng": DEGREES, "lat": DEGREES, "datum": st.sampled_from(["gcj02", "wgs84", "x"]) | ODD},
    optional={"accuracy_m": ODD, "more": ODD},
)
QUESTION = st.fixed_dictionaries(
    {"lines": st.lists(LINE, min_size=0, max_size=2) | st.just([{"sku": "A"}] * 11) | ODD},
    optional={
        "address": TEXT | st.just("x" * 201) | ODD,
        "division_code": st.sampled_from(["370602", "37060", "370602\n", "x"]) | ODD,
        "point": POINT | ODD,
        "channel": TEXT | ODD,
        "phone": TEXT | ODD,
        "more": ODD,
    },
)
SCHEMA = PromiseBody()


@settings(max_examples=300, deadline=None)
@given(QUESTION | ODD)
def test_what_the_short_way_reads_is_what_marshmallow_reads(data: Any) -> None:
    """Never another question, and never one that marshmallow refuses."""
    found = plain(data)
    if found is not None:
        assert Body.load(SCHEMA, data) == found


def test_a_plain_question_goes_the_short_way() -> None:
    """The body a shop sends, with and without a point; blanks around a name go the long one."""
    lines = [{"sku": "EWH-60", "quantity": 2}, {"sku": "RH-1"}]
    point = {"lng": 121.4, "lat": 37.5, "datum": "gcj02"}
    for asked in (
        {"lines": lines, "division_code": "370602"},
        {"lines": lines, "address": "烟台", "point": point},
    ):
        found = plain(asked)
        assert found is not None
        assert found == Body.load(SCHEMA, asked)
    assert plain({"lines": [{"sku": " EWH-60"}]}) is None
