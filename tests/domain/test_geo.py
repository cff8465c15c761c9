"""Points, datums, distances, check-ins."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.geo import Datum, Place, Point, check_in_place, distance_m, offset_m, to_gcj02, to_wgs84

MAINLAND = st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5))
SHANGHAI = Point(121.4737, 31.2304, Datum.WGS84)


def metres_apart_as_drawn(a: Point, b: Point) -> float:
    """Distance of the bare numbers, whatever their datum."""
    return distance_m(Point(a.lng, a.lat, Datum.WGS84), Point(b.lng, b.lat, Datum.WGS84))


def north_of(point: Point, metres: float, accuracy_m: float | None = None) -> Point:
    return Point(point.lng, point.lat + metres / 111_195, point.datum, accuracy_m)


@settings(max_examples=300, deadline=None)
@given(MAINLAND)
def test_going_to_gcj02_and_back_moves_a_point_by_less_than_a_centimetre(
    lng_lat: tuple[float, float],
) -> None:
    """The inverse is exact to a centimetre everywhere in China."""
    there = Point(*lng_lat, Datum.WGS84)
    assert metres_apart_as_drawn(there, to_wgs84(to_gcj02(there))) < 0.01


def test_the_shift_in_shanghai_is_about_half_a_kilometre() -> None:
    """GCJ-02 in Shanghai lies 450 to 510 m off WGS-84."""
    assert 450 < metres_apart_as_drawn(SHANGHAI, to_gcj02(SHANGHAI)) < 510


def test_a_known_point_is_shifted_as_published() -> None:
    """39.90923 N 116.397428 E (WGS-84) is 39.910634 N 116.403672 E in GCJ-02, to a metre."""
    shifted = to_gcj02(Point(116.397428, 39.90923, Datum.WGS84))
    assert metres_apart_as_drawn(shifted, Point(116.403672, 39.910634, Datum.GCJ02)) < 1.0


@pytest.mark.parametrize(
    ("lng", "lat", "metres"),
    [
        (121.4737, 31.2304, 482),
        (120.1551, 30.2741, 520),
        (116.4074, 39.9042, 556),
        (114.3055, 30.5928, 587),
        (113.2644, 23.1291, 621),
        (113.2937, 22.8059, 629),
        (104.0665, 30.5723, 363),
        (87.6168, 43.8256, 266),
    ],
)
def test_the_shift_in_eight_cities_is_what_was_measured_with_other_libraries(
    lng: float, lat: float, metres: float
) -> None:
    """Shanghai, Hangzhou, Beijing, Wuhan, Guangzhou, Shunde, Chengdu, Urumqi: to two metres."""
    there = Point(lng, lat, Datum.WGS84)
    assert metres_apart_as_drawn(there, to_gcj02(there)) == pytest.approx(metres, abs=2)


@pytest.mark.parametrize(("lng", "lat"), [(114.17, 22.32), (113.54, 22.19), (121.56, 25.03)])
def test_hong_kong_macao_and_taiwan_are_shifted_too(lng: float, lat: float) -> None:
    """They lie in the rectangle of the published formula, and go back to where they were."""
    there = Point(lng, lat, Datum.WGS84)
    assert 400 < metres_apart_as_drawn(there, to_gcj02(there)) < 700
    assert distance_m(there, to_wgs84(to_gcj02(there))) < 0.01


@pytest.mark.parametrize(("lng", "lat"), [(2.35, 48.86), (-74.0, 40.7), (139.69, 35.69), (150.0, -33.0)])
def test_points_outside_china_keep_their_numbers(lng: float, lat: float) -> None:
    """Outside China the two datums are one."""
    point = Point(lng, lat, Datum.WGS84)
    shifted = to_gcj02(point)
    assert (shifted.lng, shifted.lat, shifted.datum) == (lng, lat, Datum.GCJ02)
    assert to_wgs84(shifted) == point


def test_the_same_place_in_two_datums_is_no_distance_apart() -> None:
    """Distances are taken in one datum."""
    assert distance_m(SHANGHAI, to_gcj02(SHANGHAI)) < 0.01


def test_one_degree_of_latitude_is_111_kilometres() -> None:
    """Haversine on the mean sphere."""
    assert distance_m(Point(2, 48, Datum.WGS84), Point(2, 49, Datum.WGS84)) == pytest.approx(111_195, abs=1)


def test_antipodes_are_half_the_earth_apart() -> None:
    """Rounding never takes a root or an arc sine out of range."""
    apart = distance_m(Point(0, 0, Datum.WGS84), Point(180, 0, Datum.WGS84))
    assert apart == pytest.approx(math.pi * 6_371_008.8)


@pytest.mark.parametrize(
    ("lng", "lat"), [(float("nan"), 0), (181, 0), (0, 91), (0, float("inf")), (-180.5, 0), (0, -90.1)]
)
def test_a_point_that_is_no_place_cannot_be_made(lng: float, lat: float) -> None:
    """What is not finite or off the globe is refused."""
    with pytest.raises(Invalid) as refused:
        Point(lng, lat, Datum.WGS84)
    assert refused.value.errors


@pytest.mark.parametrize(
    ("metres", "accuracy", "expected"),
    [
        (499, None, Place.INSIDE),
        (501, None, Place.OUTSIDE),
        (530, 40.0, Place.INSIDE),
        (541, 40.0, Place.OUTSIDE),
        (990, 500.0, Place.INSIDE),
        (10, 501.0, Place.UNKNOWN),
        (10, 1e9, Place.UNKNOWN),
        (10, -1.0, Place.UNKNOWN),
        (10, float("nan"), Place.UNKNOWN),
    ],
)
def test_a_check_in_is_inside_within_500_m_and_the_accuracy(
    metres: float, accuracy: float | None, expected: Place
) -> None:
    """500 m + accuracy; an accuracy worse than 500 m or senseless is unknown."""
    assert check_in_place(SHANGHAI, north_of(SHANGHAI, metres, accuracy)).result is expected


def test_a_check_in_compares_wechats_point_with_the_jobs_point_in_one_datum() -> None:
    """A GCJ-02 fix at the door of a WGS-84 job is 0 m away, not 480."""
    found = check_in_place(SHANGHAI, to_gcj02(SHANGHAI))
    assert found.result is Place.INSIDE
    assert found.distance_m == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("job", "fix"),
    [(None, SHANGHAI), (SHANGHAI, None), (None, None), (SHANGHAI, Point(0, 0, Datum.GCJ02))],
)
def test_without_two_points_a_check_in_is_unknown(job: Point | None, fix: Point | None) -> None:
    """No fix, no job point or the null island is unknown, and unknown is no pass."""
    found = check_in_place(job, fix)
    assert (found.result, found.distance_m) == (Place.UNKNOWN, None)
    assert found.reason


def test_metres_east_and_north_agree_with_the_distance_in_either_datum() -> None:
    """0.001° is 111 m north and, at 37.5° N, 88 m east; what WeChat says of the same place is the same place."""
    door = Point(121.4, 37.5, Datum.WGS84)
    there = Point(121.401, 37.501, Datum.WGS84)
    assert offset_m(door, there) == offset_m(to_gcj02(door), to_gcj02(there)) == (88, 111)
    assert math.hypot(88, 111) == pytest.approx(distance_m(door, there), abs=1)
