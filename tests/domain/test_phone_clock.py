"""How far a phone's clock is off: offline stamps and one bad day don't move it, too little says nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.phone_clock import UNKNOWN, DayLeast, Skew, estimate, worth_keeping

TODAY = date(2026, 3, 20)
NOON = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)


def days(*minutes: float) -> list[DayLeast]:
    """A day each, the newest first."""
    return [
        DayLeast(TODAY - timedelta(days=back), timedelta(minutes=said)) for back, said in enumerate(minutes)
    ]


def test_the_worked_number() -> None:
    """Smallest of the days −20:03, −20:00, −19:58 and one spent offline: twenty minutes ahead."""
    found = estimate(days(-20, -19.967, 150, -20.05), TODAY)
    assert found == Skew(timedelta(minutes=20), known=True)
    assert found.on_our_clock(NOON + timedelta(minutes=20)) == NOON


def test_too_little_says_nothing() -> None:
    """Two days are no history, nor is one long ago; then nothing is added to what the phone says."""
    assert estimate(days(-20, -20), TODAY) == UNKNOWN
    assert estimate(days(-20, -20, -20), TODAY + timedelta(days=13)) == UNKNOWN
    assert UNKNOWN.on_our_clock(NOON) == NOON
    assert UNKNOWN.on_our_clock(None) is None


def test_one_day_with_the_clock_set_on_purpose_is_outvoted() -> None:
    """Nobody gets three hours by setting the clock ahead for one job."""
    assert estimate(days(-180, 0.1, 0.2, 0.1), TODAY) == Skew(timedelta(0), known=True)


@pytest.mark.parametrize(("said", "ahead"), [(0.5, 0), (-0.9, 0), (90, -90), (-45, 45)])
def test_the_networks_minute_is_no_error(said: float, ahead: float) -> None:
    """Up to a minute is the way of the message; beyond it the phone is slow or ahead."""
    assert estimate(days(said, said, said), TODAY).ahead == timedelta(minutes=ahead)


def test_pictures_of_last_week_are_no_clocks() -> None:
    """A difference of more than a day is not remembered, and would not count."""
    assert worth_keeping(NOON - timedelta(days=3), NOON) is None
    assert worth_keeping(NOON - timedelta(hours=3), NOON) == timedelta(hours=3)
    assert estimate(days(-3000, -3000, -3000), TODAY) == UNKNOWN


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-600, 600),
    st.lists(st.lists(st.floats(0, 700), min_size=1, max_size=6), min_size=3, max_size=14),
)
def test_waiting_for_a_network_never_makes_a_phone_seem_further_ahead(
    off: float, waits: list[list[float]]
) -> None:
    """Whatever waits there were: never more ahead than it is, and right once two days had one live stamp."""
    ahead = estimate(days(*(min(day) - off for day in waits)), TODAY).ahead / timedelta(minutes=1)
    assert ahead <= max(off, 0) + 1
    live = [[0.0, *day] for day in waits[:2]] + waits[2:]
    exact = estimate(days(*(min(day) - off for day in live)), TODAY).ahead / timedelta(minutes=1)
    assert exact == pytest.approx(off if abs(off) > 1 else 0, abs=0.001)
