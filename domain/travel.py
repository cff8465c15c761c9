"""Whether one person can have been at all the places of a day.

Only what is certain counts: a stop whose time is not known to a few minutes (a phone's word that was not believed, a
photo without a time) is left out, so it never accuses. Both errors are taken off the way, the clocks' error is
added to the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from domain.evidence_policy import Policy
from domain.geo import Point, distance_m, to_wgs84
from domain.whereabouts import UNSAID_ACCURACY_M, usable

CLOCKS = timedelta(minutes=2)
MOST_STOPS = 60


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody was at `point` at `at`, for this job."""

    job_id: int
    at: datetime
    point: Point


@dataclass(frozen=True, slots=True)
class Leg:
    """A way that nobody drives: metres and seconds after all errors, whole km/h."""

    from_job_id: int
    to_job_id: int
    metres: int
    seconds: int
    kmh: int

    def numbers(self, policy: Policy) -> dict[str, int]:
        """As a finding keeps them."""
        return {
            "from_job_id": self.from_job_id,
            "to_job_id": self.to_job_id,
            "metres": self.metres,
            "seconds": self.seconds,
            "kmh": self.kmh,
            "most_kmh": policy.travel_kmh,
        }


def impossible(stops: Iterable[Stop], policy: Policy) -> Leg | None:
    """The fastest way between two stops of different jobs, if it is faster than `travel_kmh`; None: nothing certain.

    30,040 m apart with 20 m error each, ten minutes: 30,000 m in 600 + 120 s are 150 km/h, which is allowed.
    Below `travel_least_m` no speed is looked at: two doors of one street may be told in one second.
    """
    known = [
        replace(stop, point=to_wgs84(stop.point))
        for stop in stops
        if usable(stop.point, policy.worst_accuracy_m)
    ]
    last = sorted(known, key=lambda stop: stop.at)[-MOST_STOPS:]
    far = [
        (one, two)
        for one, two in combinations(last, 2)
        if one.job_id != two.job_id and _at_most_m(one.point, two.point) >= policy.travel_least_m
    ]
    legs = [_leg(one, two) for one, two in far]
    too_fast = [leg for leg in legs if leg.metres >= policy.travel_least_m and leg.kmh > policy.travel_kmh]
    return max(too_fast, key=lambda leg: leg.kmh, default=None)


def _at_most_m(one: Point, two: Point) -> float:
    """No less than the distance, for a hundredth of its price: most of a day's stops are near each other."""
    return (abs(one.lng - two.lng) + abs(one.lat - two.lat)) * 112_000


def _leg(one: Stop, two: Stop) -> Leg:
    metres = max(0.0, distance_m(one.point, two.point) - _error(one.point) - _error(two.point))
    seconds = (two.at - one.at + CLOCKS) / timedelta(seconds=1)
    return Leg(one.job_id, two.job_id, round(metres), round(seconds), round(metres / seconds * 3.6))


def _error(point: Point) -> float:
    return UNSAID_ACCURACY_M if point.accuracy_m is None else point.accuracy_m
