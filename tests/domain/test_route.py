"""A day's order is judged, timed and warned about by rules that need no solver."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import SHANGHAI
from domain.geo import Datum, Point
from domain.route import Assumptions, Call, DayFacts, Flag, cost, problem, proven, stops, timed

DAY = date(2026, 3, 3)
EVENING_BEFORE = datetime(2026, 3, 2, 18, tzinfo=SHANGHAI)
OUTLET = Point(121.40, 37.50, Datum.WGS84)
EAST = Point(121.4566, 37.50, Datum.WGS84)  # 4,993 m away
FAR = Point(121.85, 37.50, Datum.WGS84)


def at(hour: int, minute: int = 0) -> datetime:
    """A time of the day in Shanghai."""
    return datetime.combine(DAY, time(hour, minute), SHANGHAI)


def call(number: int, start: int, end: int, point: Point | None = OUTLET, **more: object) -> Call:
    """A visit of one unit with a window between two full hours."""
    return Call(number, (number,), at(start), at(end), 1, point, **more)  # type: ignore[arg-type]


def day(*calls: Call, now: datetime = EVENING_BEFORE) -> DayFacts:
    """A day that begins at the outlet."""
    return DayFacts(1, DAY, now, OUTLET, calls)


def test_travel_is_straight_metres_by_detour_and_speed_up_to_the_next_minute() -> None:
    """5,000 m × 1.4 at 25 km/h: 16.8 minutes, told as 17; to a place unknown half an hour."""
    assert Assumptions().travel(5_000) == timedelta(minutes=17)
    assert Assumptions(speed_kmh=50).travel(5_000) == timedelta(minutes=9)
    assert Assumptions().travel(None) == timedelta(minutes=30)


def test_nobody_begins_before_the_window_and_the_first_way_is_begun_just_in_time() -> None:
    """Window from nine, 17 minutes away: out at 8:43, there at nine, away at ten."""
    [stop] = stops(day(call(1, 9, 12, EAST)), (0,))
    assert (stop.arrive_at, stop.begin_at, stop.leave_at) == (at(9), at(9), at(10))
    assert (stop.travel_s, stop.travel_m, stop.warnings) == (17 * 60, 4993, ())


def test_a_window_that_cannot_be_kept_is_told_with_the_reason() -> None:
    """Two hours' work in the first window of one hour, and the next door is 17 minutes away."""
    first, second = replace(call(1, 9, 10), units=2), call(2, 10, 11, EAST)
    _, late = stops(day(first, second), (0, 1))
    [warned] = late.warnings
    assert warned.flag == Flag.WINDOW
    assert warned.text == (
        "预计 11:17 到达，超出约定时段 10:00–11:00：上一站预计 11:00 结束，路程约 17 分钟（估算），请改约或换人"
    )


def test_what_else_speaks_against_a_stop_is_told_too() -> None:
    """No point, a fault of the installer's, held, and an end after eight."""
    odd = call(1, 19, 20, None, held="未付款", faults=("师傅当日没有有效的燃气证书",))
    [stop] = stops(day(replace(odd, units=2)), (0,))
    assert [warned.flag for warned in stop.warnings] == [
        Flag.INSTALLER,
        Flag.HELD,
        Flag.NO_POINT,
        Flag.EVENING,
    ]


def test_what_has_happened_comes_first_and_the_rest_sets_out_from_there() -> None:
    """One visit over, one going on until its estimated end: the third follows that one."""
    over = call(1, 8, 9, FAR, arrived_at=at(8, 30), left_at=at(9, 30))
    going_on = call(2, 9, 12, EAST, arrived_at=at(10, 30))
    ahead = call(3, 10, 12, EAST)
    found = stops(day(ahead, going_on, over, now=at(11)), (0,))
    assert [(stop.visit_id, stop.done) for stop in found] == [(1, True), (2, True), (3, False)]
    assert (found[2].arrive_at, found[2].travel_m) == (at(11, 30), 0)


def test_today_nothing_is_planned_into_the_past() -> None:
    """At eleven the morning's visit is too late, and says so."""
    [stop] = stops(day(call(1, 8, 10), now=at(11)), (0,))
    assert stop.arrive_at == at(11)
    assert "现在是 11:00" in stop.warnings[0].text


def test_an_order_names_every_visit_once() -> None:
    """A plan never loses a booking."""
    with pytest.raises(ValueError, match="every visit"):
        stops(day(call(1, 8, 10), call(2, 8, 10)), (0, 0))


POINTS = st.builds(Point, st.floats(121.2, 121.6), st.floats(37.4, 37.6), st.just(Datum.WGS84)) | st.none()
WINDOWS = st.sampled_from([(8, 12), (12, 17), (17, 20), (9, 10), (10, 11), (14, 16)])
CALLS = st.lists(st.tuples(WINDOWS, POINTS, st.integers(1, 2)), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(CALLS)
def test_the_proven_order_is_the_cheapest_of_all_and_its_times_hang_together(
    drawn: list[tuple[tuple[int, int], Point | None, int]],
) -> None:
    """Against every permutation; nobody is in two places, and no work begins before its window."""
    calls = [
        replace(call(number, *window, point), units=units)
        for number, (window, point, units) in enumerate(drawn)
    ]
    asked = problem(day(*calls))
    order = proven(asked, tuple(range(len(calls))))

    assert cost(asked, order) == min(cost(asked, other) for other in permutations(range(len(calls))))
    times = timed(asked, order)
    for one, following in pairwise(times):
        assert one.begins >= asked.opens[one.index]
        assert following.arrives == one.leaves + asked.travel[one.index + 1][following.index + 1]
