"""Delivery: when a finish clock begins, and how far back it may be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.delivery import faults, measured_from, ready_at

NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("delivered", "wanted", "ready"),
    [(None, None, None), (None, 2, None), (0, None, 0), (0, 2, 2), (0, -2, 0)],
)
def test_the_goods_are_ready_at_delivery_or_at_the_later_date_asked_for(
    delivered: int | None, wanted: int | None, ready: int | None
) -> None:
    """While delivery is unknown the clock has not started, whatever was asked for. Days from now."""
    moments = [None if days is None else NOW + days * DAY for days in (delivered, wanted, ready)]
    assert ready_at(moments[0], moments[1]) == moments[2]


def test_the_platform_counts_from_the_fact_and_the_dealer_from_when_it_could_know() -> None:
    """Delivered three days ago and heard of now: nobody could have come before; a reopened job begins anew."""
    ready = NOW - 3 * DAY
    assert measured_from(ready, NOW, platform=True, told=True) == ready
    assert measured_from(ready, NOW, platform=False, told=True) == NOW
    assert measured_from(ready, NOW, platform=True, told=False) == NOW
    assert measured_from(NOW + DAY, NOW, platform=False, told=True) == NOW + DAY


@pytest.mark.parametrize(
    ("days_ago", "ordered_days_ago", "codes"),
    [
        (900, None, ["too_far_back"]),
        (900, 5, ["before_order", "too_far_back"]),
        (6, 5, ["before_order"]),
        (5, 5, []),
        (60, None, []),
    ],
)
def test_a_delivery_is_told_after_the_order_and_while_it_is_remembered(
    days_ago: int, ordered_days_ago: int | None, codes: list[str]
) -> None:
    """Both doubts at once; the day of the order itself is no doubt."""
    ordered = None if ordered_days_ago is None else NOW - ordered_days_ago * DAY
    assert [fault.code for fault in faults(NOW - days_ago * DAY, ordered, NOW)] == codes
