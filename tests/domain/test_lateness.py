"""Whose time counts when a phone was offline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.lateness import judged, on_our_clock

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("told", "job", "phone", "counts"),
    [
        (None, -9, None, 0),
        (-2, -9, None, -2),
        (-2, -1, None, 0),  # before the job's last event
        (-2, -9, -1, 0),  # before the phone's last acknowledged event
        (-2, -9, -3, -2),
        (-25, -48, None, 0),  # older than a day
        (-24, -48, None, -24),
        (1, -9, None, 0),  # in the future
    ],
)
def test_an_earlier_time_counts_after_the_last_of_job_and_phone_within_a_day(
    told: int | None, job: int, phone: int | None, counts: int
) -> None:
    """Hours from the receipt; 0 is the receipt itself."""
    at = None if told is None else NOW + told * HOUR
    last = None if phone is None else NOW + phone * HOUR
    assert judged(at, NOW, NOW + job * HOUR, last) == NOW + counts * HOUR


def test_a_phone_a_little_ahead_is_as_good_as_now() -> None:
    """Two minutes in the future is a clock's ordinary error: the receipt counts, nothing later."""
    assert judged(NOW + 2 * MINUTE, NOW, NOW - HOUR, None) == NOW


@pytest.mark.parametrize(
    ("occurred", "sent", "ours"),
    [
        (-120, 0, -120),  # a clock that is right
        (-120, None, -120),  # nothing known of its skew
        (-300, -180, -120),  # three hours slow: seen at once by the time it says it sends
        (-180, -180, 0),  # online with a slow clock is no time in the past
        (60, 180, -120),  # three hours fast
        (-121, -1, -121),  # a minute is the network's, not the clock's
        (-1, -120, None),  # happened after it was sent: nothing of it is believed
        (-4000, -2000, None),  # a clock more than a day off
    ],
)
def test_a_phones_time_is_read_on_our_clock_by_what_it_says_when_it_sends(
    occurred: int, sent: int | None, ours: int | None
) -> None:
    """Minutes from the receipt. The skew is receipt minus the phone's own time of sending."""
    said = None if sent is None else NOW + sent * MINUTE
    expected = None if ours is None else NOW + ours * MINUTE
    assert on_our_clock(NOW + occurred * MINUTE, said, NOW) == expected
