"""Which hours somebody may come at, and how a deployment says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.visiting import USUAL, VisitingHours

MIDNIGHT = datetime(2026, 3, 1, 16, tzinfo=UTC)  # of 2 March in Shanghai


def held(start: float, end: float, hours: VisitingHours = USUAL) -> bool:
    return hours.hold(MIDNIGHT + timedelta(hours=start), MIDNIGHT + timedelta(hours=end))


def test_a_window_lies_within_the_hours_of_one_day() -> None:
    """From seven to nine in the evening, both included; never before, after, at night or over a night."""
    assert held(7, 21)
    assert [held(*span) for span in ((6.99, 9), (20, 21.01), (3, 5), (20, 31), (22, 23))] == [False] * 5
    assert held(0, 24, VisitingHours.parse("00:00-24:00"))
    assert not held(23, 25, VisitingHours.parse("00:00-24:00"))


def test_hours_are_read_as_they_are_written() -> None:
    """What is said to people is what was set."""
    assert VisitingHours.parse("07:00-21:00") == USUAL
    assert str(VisitingHours.parse("06:30-20:00")) == "06:30–20:00"


@pytest.mark.parametrize("span", ["", "7-21", "21:00-07:00", "09:00-21:00", "07:00-19:59", "07:00-24:01"])
def test_hours_that_would_refuse_the_windows_offered_are_no_hours(span: str) -> None:
    """Customers choose from parts of a day between 08:00 and 20:00."""
    with pytest.raises(ValueError, match="visiting hours"):
        VisitingHours.parse(span)
