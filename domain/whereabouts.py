"""Whether a photo was taken where the work was: up to four points, in one datum, each with its error.

EXIF is WGS-84, WeChat answers in GCJ-02: the same door reads 160 to 670 m apart, so nothing is compared before both are
in one datum. A missing or useless point is unknown: neither a pass nor an accusation.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.evidence_policy import Policy
from domain.geo import Point, distance_m

EXIF, PHONE, CHECK_IN, DOOR = 1, 2, 3, 4  # as `finding_words.PLACES` names them
UNSAID_ACCURACY_M = 100.0  # of a point that doesn't say how good it is


class State(StrEnum):
    """Where a photo was taken, seen from where the work was."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Points:
    """What is known: the camera's own point, the phone's, the check-in's, the customer's door."""

    exif: Point | None = None
    phone: Point | None = None
    check_in: Point | None = None
    door: Point | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """The pair that lies furthest beyond what is allowed; `metres` and `allowed` are 0 when unknown."""

    state: State
    point: int = 0
    against: int = 0
    metres: int = 0
    allowed: int = 0

    def numbers(self) -> dict[str, int]:
        """As a finding keeps them."""
        return {
            "point": self.point,
            "against": self.against,
            "metres": self.metres,
            "allowed": self.allowed,
        }


def usable(point: Point | None, worst_m: float) -> bool:
    """0, 0 is a phone without a fix; a fix worse than half a kilometre says nothing about one door."""
    if point is None or point.lng == point.lat == 0:
        return False
    return point.accuracy_m is None or 0 <= point.accuracy_m <= worst_m


def look(points: Points, policy: Policy) -> Apart:
    """A photo's points against where its installer checked in, else the door; and its two points with each other.

    Someone who checked in far from the door, with a reason, has one thing to explain, not one more per photo: so
    the door is asked only while no check-in says where he is. EXIF 5,230 m from a check-in of 20 m, EXIF's own error
    unsaid: 5,230 > 500 + 20 + 100, elsewhere.
    """
    known = {
        name: point
        for name, point in (
            (EXIF, points.exif),
            (PHONE, points.phone),
            (CHECK_IN, points.check_in),
            (DOOR, points.door),
        )
        if point is not None and usable(point, policy.worst_accuracy_m)
    }
    base = CHECK_IN if CHECK_IN in known else DOOR
    pairs = [
        (one, two)
        for one, two in ((EXIF, base), (PHONE, base), (EXIF, PHONE))
        if one in known and two in known
    ]
    if not pairs:
        return Apart(State.UNKNOWN)
    measured = [_measure(one, two, known[one], known[two], policy) for one, two in pairs]
    return max(measured, key=lambda apart: apart.metres - apart.allowed)


def _measure(one: int, two: int, first: Point, second: Point, policy: Policy) -> Apart:
    allowed = policy.elsewhere_m + _error(first) + _error(second)
    metres = distance_m(first, second)
    state = State.ELSEWHERE if metres > allowed else State.HERE
    return Apart(state, one, two, round(metres), round(allowed))


def _error(point: Point) -> float:
    return UNSAID_ACCURACY_M if point.accuracy_m is None else point.accuracy_m
