"""The words and bounds of reports."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.errors import Invalid
from domain.reports import DEFINITIONS, grouping, period

TODAY = date(2026, 11, 22)


def test_unless_said_otherwise_a_report_covers_four_weeks_up_to_today() -> None:
    """28 days, both ends included, as instants of Shanghai."""
    days = period(None, None, TODAY)
    assert (days.since, days.until) == (date(2026, 10, 26), TODAY)
    assert days.start == datetime(2026, 10, 25, 16, tzinfo=UTC)
    assert days.end == datetime(2026, 11, 22, 16, tzinfo=UTC)


def test_a_period_that_only_begins_ends_today_or_after_370_days() -> None:
    """`since` alone never asks for more than is allowed."""
    assert period(date(2026, 11, 1), None, TODAY).until == TODAY
    assert period(date(2024, 1, 1), None, TODAY).until == date(2025, 1, 4)


@pytest.mark.parametrize(
    "days",
    [(date(2026, 2, 2), date(2026, 2, 1)), (date(2025, 1, 1), date(2026, 1, 6)), (date(2027, 1, 1), None)],
)
def test_a_period_backwards_or_too_long_is_refused(days: tuple[date, date | None]) -> None:
    """A mistake in the dates is told, not answered with an empty table."""
    with pytest.raises(Invalid):
        period(*days, TODAY)


def test_one_groups_by_some_of_the_dimensions_in_the_reports_own_order() -> None:
    """All by default; those named; none for the total; what a figure makes no sense without, always."""
    known = ("week", "dealer_id", "clock")
    assert grouping(None, known) == known
    assert grouping("clock, week", known) == ("week", "clock")
    assert grouping("total", known) == ()
    assert grouping("total", known, fixed=("clock",)) == ("clock",)


def test_grouping_by_something_else_is_refused_with_the_choices() -> None:
    """`by=city` names what there is."""
    with pytest.raises(Invalid) as refused:
        grouping("city", ("week",))
    assert "week" in refused.value.errors[0].message


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_every_report_says_what_is_divided_by_what_and_what_is_left_out(name: str) -> None:
    """Nobody shall argue about a rate."""
    told = DEFINITIONS[name]
    assert all((told.period, told.numerator, told.denominator, told.excluded))
    assert [heading for heading, _ in told.lines()][:4] == ["统计期", "分子", "分母", "不计入"]
