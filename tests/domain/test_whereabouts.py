"""Where a photo was taken: one datum, both errors, and unknown as its own answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.evidence_policy import POLICY
from domain.geo import Datum, Point, to_gcj02, to_wgs84
from domain.whereabouts import CHECK_IN, DOOR, EXIF, PHONE, Points, State, look

DOOR_HERE = Point(121.4, 37.53, Datum.GCJ02, 20.0)
METRE = 1 / 111_195


def north(metres: float, accuracy: float | None = 20.0) -> Point:
    return Point(121.4, 37.53 + metres * METRE, Datum.GCJ02, accuracy)


def test_the_same_door_in_two_datums_is_one_place() -> None:
    """The numbers differ by hundreds of metres and nobody is accused."""
    exif = to_wgs84(DOOR_HERE)
    assert abs(exif.lng - DOOR_HERE.lng) > 0.003
    found = look(Points(exif=exif, door=DOOR_HERE), POLICY)
    assert (found.state, found.metres) == (State.HERE, 0)


@pytest.mark.parametrize(
    ("metres", "accuracy", "state"),
    [
        (535, 20.0, State.HERE),
        (545, 20.0, State.ELSEWHERE),
        (900, 400.0, State.HERE),
        (610, None, State.HERE),
        (630, None, State.ELSEWHERE),
    ],
)
def test_what_is_allowed_grows_by_both_errors(metres: int, accuracy: float | None, state: State) -> None:
    """500 m beyond 20 m of the check-in and the photo's own error, 100 m where it doesn't say."""
    assert look(Points(phone=north(metres, accuracy), check_in=DOOR_HERE), POLICY).state == state


@pytest.mark.parametrize(
    "points",
    [
        Points(),
        Points(exif=DOOR_HERE),
        Points(check_in=DOOR_HERE, door=DOOR_HERE),
        Points(phone=Point(0, 0, Datum.GCJ02), door=DOOR_HERE),
        Points(phone=north(90_000, 501.0), door=DOOR_HERE),
    ],
)
def test_what_cannot_be_compared_is_unknown(points: Points) -> None:
    """No point, nothing to compare it with, no fix, or a fix too bad to mean one place."""
    assert look(points, POLICY).state == State.UNKNOWN


def test_a_check_in_far_from_the_door_is_not_laid_on_each_photo_again() -> None:
    """The photo agrees with where its installer says he is: the check-in has been explained already."""
    there = north(2000)
    assert look(Points(phone=there, check_in=there, door=DOOR_HERE), POLICY).state == State.HERE
    assert look(Points(phone=there, door=DOOR_HERE), POLICY).state == State.ELSEWHERE


def test_the_camera_and_the_phone_must_agree() -> None:
    """A picture taken across town and chosen at the door has two points that contradict each other."""
    found = look(Points(exif=north(5000), phone=DOOR_HERE), POLICY)
    assert (found.state, found.point, found.against) == (State.ELSEWHERE, EXIF, PHONE)
    assert found.metres == pytest.approx(5000, abs=5)


def test_the_worst_pair_is_told() -> None:
    """Of several pairs beyond the allowed, the one furthest beyond it is the reason."""
    found = look(Points(exif=north(9000), phone=north(800), check_in=DOOR_HERE, door=north(100)), POLICY)
    assert (found.point, found.against) == (EXIF, CHECK_IN)
    assert look(Points(phone=north(8000), door=DOOR_HERE), POLICY).against == DOOR


@settings(max_examples=40, deadline=None)
@given(
    st.floats(75, 134), st.floats(19, 52), st.floats(0, 500), st.floats(0, 500), st.floats(-0.0002, 0.0002)
)
def test_honest_photos_are_never_elsewhere(
    lng: float, lat: float, exif_error: float, phone_error: float, off: float
) -> None:
    """Within some 25 m of the door in whatever datum and with whatever error said: never an accusation."""
    door = Point(lng, lat, Datum.WGS84, 10.0)
    phone = to_gcj02(Point(lng + off, lat - off, Datum.WGS84, phone_error))
    exif = Point(lng - off, lat + off, Datum.WGS84, exif_error)
    assert look(Points(exif, phone, to_gcj02(door), door), POLICY).state == State.HERE
