"""Impossible travel: only what is certain accuses, and honest days never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.evidence_policy import POLICY
from domain.geo import Datum, Point
from domain.travel import Stop, impossible

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
METRE = 1 / 111_195


def stop(job_id: int, minutes: float, metres: float, accuracy: float | None = 20.0) -> Stop:
    at = NINE + timedelta(minutes=minutes)
    return Stop(job_id, at, Point(121.4, 36 + metres * METRE, Datum.WGS84, accuracy))


def test_the_worked_number_is_just_allowed() -> None:
    """30,040 m in ten minutes, 20 m error each, two minutes of clocks: 150 km/h; 600 m more is too fast."""
    assert impossible([stop(1, 0, 0), stop(2, 10, 30_040)], POLICY) is None
    leg = impossible([stop(1, 0, 0), stop(2, 10, 30_640)], POLICY)
    assert leg is not None
    assert (leg.metres // 100, leg.seconds, leg.kmh) == (306, 720, 153)
    assert leg.numbers(POLICY)["most_kmh"] == 150


def test_order_of_arrival_does_not_matter() -> None:
    """Offline stamps come in on sync in any order; the day is judged by when things happened."""
    stops = [stop(2, 10, 80_000), stop(3, 300, 0), stop(1, 0, 0)]
    first, second = impossible(stops, POLICY), impossible(stops[::-1], POLICY)
    assert first == second
    assert first is not None
    assert (first.from_job_id, first.to_job_id) == (1, 2)


def test_a_way_hidden_between_two_others_is_found() -> None:
    """A stop with a bad fix in between takes off its error on both sides; the outer two still contradict."""
    blurred = stop(2, 5, 20_000, 500.0)
    assert impossible([stop(1, 0, 0), blurred, stop(3, 9, 45_000)], POLICY) is not None


def test_next_doors_one_job_and_bad_fixes_say_nothing() -> None:
    """Below three kilometres, within one job, or with a fix worse than half a kilometre."""
    assert impossible([stop(1, 0, 0), stop(2, 0, 2_900)], POLICY) is None
    assert impossible([stop(1, 0, 0), stop(1, 1, 90_000)], POLICY) is None
    assert impossible([stop(1, 0, 0), stop(2, 1, 90_000, 501.0)], POLICY) is None
    assert impossible([], POLICY) is None


def test_the_speed_is_the_policys() -> None:
    """Where installers ride trains, it is set higher."""
    stops = [stop(1, 0, 0), stop(2, 30, 120_000)]
    assert impossible(stops, POLICY) is not None
    assert impossible(stops, replace(POLICY, travel_kmh=300)) is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(5, 240), st.floats(-90, 90), st.floats(-400, 400)), min_size=2, max_size=12)
)
def test_who_drives_ninety_is_never_accused(ways: list[tuple[float, float, float]]) -> None:
    """Any day of drives at up to 90 km/h, with fixes off by as much as they say: nothing found."""
    minutes = metres = 0.0
    stops = []
    for job_id, (drive, kmh, off) in enumerate(ways, start=1):
        minutes, metres = minutes + drive, metres + kmh * 1000 / 60 * drive
        stops.append(stop(job_id, minutes, metres + off, abs(off)))
    assert impossible(stops, POLICY) is None
