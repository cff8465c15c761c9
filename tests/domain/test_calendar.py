"""The working calendar, with the days of 2026 as the State Council published them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import PLAIN, Calendar, Counts, OutOfCalendar, from_us, local_date, month_of, to_us

HOLIDAYS_2026 = (
    ((1, 1), (1, 3)),
    ((2, 15), (2, 23)),
    ((4, 4), (4, 6)),
    ((5, 1), (5, 5)),
    ((6, 19), (6, 21)),
    ((9, 25), (9, 27)),
    ((10, 1), (10, 7)),
)
MADE_UP_2026 = ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))


def rows_2026() -> dict[date, bool]:
    rows = {date(2026, *day): True for day in MADE_UP_2026}
    for first, last in HOLIDAYS_2026:
        day = date(2026, *first)
        while day <= date(2026, *last):
            rows[day] = False
            day += timedelta(days=1)
    return rows


CALENDAR = Calendar.from_rows(rows_2026().items(), published_years=(2026,))
DECEMBER_2025 = datetime(2025, 12, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=427)).map(lambda gap: DECEMBER_2025 + gap)


@pytest.mark.parametrize("day", [date(2026, *day) for day in MADE_UP_2026])
def test_a_weekend_day_made_up_is_a_working_day(day: date) -> None:
    """Make-up days of the notice are worked though they fall on a weekend."""
    assert day.weekday() >= 5
    assert CALENDAR.is_working(day)


def test_2026_has_as_many_working_days_as_the_notice_leaves() -> None:
    """261 weekdays, less those in holidays, plus the make-up days."""
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(365)]
    off_weekdays = sum(not work and day.weekday() < 5 for day, work in rows_2026().items())
    assert sum(map(CALENDAR.is_working, days)) == 261 - off_weekdays + len(MADE_UP_2026) == 248


def test_spring_festival_2026_lasts_nine_days() -> None:
    """Nobody works from 15 to 23 February; the Saturdays before and after are worked."""
    days = [date(2026, 2, 14) + timedelta(days=i) for i in range(11)]
    assert [CALENDAR.is_working(day) for day in days] == [True] + [False] * 9 + [True]


def test_whole_years_of_rows_make_the_same_calendar_as_only_the_odd_days() -> None:
    """A table with every day and a table with the exceptions are one calendar."""
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(365)]
    full = Calendar.from_rows(((day, CALENDAR.is_working(day)) for day in days), published_years=(2026,))
    assert full == CALENDAR


def test_a_year_nobody_published_follows_monday_to_friday() -> None:
    """Unpublished days are Monday to Friday work, even those every year has off."""
    assert CALENDAR.is_working(date(2027, 10, 1))
    assert not CALENDAR.is_working(date(2027, 10, 2))


def test_a_year_is_final_only_when_it_was_named_as_published() -> None:
    """Rows alone publish nothing, and one missing year between makes a span provisional."""
    half_typed = Calendar.from_rows([(date(2027, 1, 1), False)], published_years=(2026, 2028))
    assert half_typed.is_final(2026, 2026)
    assert not half_typed.is_final(2026, 2028)


def test_rows_that_disagree_about_a_day_are_refused() -> None:
    """The same day cannot be worked and off."""
    with pytest.raises(ValueError, match="disagree"):
        Calendar.from_rows([(date(2026, 2, 14), True), (date(2026, 2, 14), False)], published_years=())


def test_service_hours_that_close_before_they_open_are_refused() -> None:
    """Opening must come before closing."""
    with pytest.raises(ValueError, match="open"):
        Calendar.from_rows((), (), opens=time(20), closes=time(8))


@given(at=INSTANTS)
def test_an_instant_survives_the_way_to_a_number_and_back(at: datetime) -> None:
    """Microseconds are kept exactly."""
    assert from_us(to_us(at)) == at


def test_naive_datetimes_are_refused() -> None:
    """A time without its zone is no instant."""
    with pytest.raises(TypeError):
        to_us(datetime(2026, 1, 1))  # noqa: DTZ001 - the naive one is the point


def test_an_instant_beyond_the_year_9999_is_refused_in_words() -> None:
    """Overflow is a refusal people can read, not a crash."""
    with pytest.raises(OutOfCalendar):
        from_us(1 << 61)


def test_days_and_months_are_those_of_shanghai() -> None:
    """16:00 UTC on 31 January is midnight of 1 February in Shanghai."""
    at = datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert local_date(at) == date(2026, 2, 1)
    assert month_of(at) == date(2026, 2, 1)
    assert month_of(at - timedelta(microseconds=1)) == date(2026, 1, 1)


@given(at=INSTANTS, other=INSTANTS, counts=st.sampled_from(Counts))
def test_counted_time_never_runs_back(at: datetime, other: datetime, counts: Counts) -> None:
    """The later instant has counted at least as much, and never more than the wall."""
    first, last = sorted((to_us(at), to_us(other)))
    gained = CALENDAR.counted(last, counts) - CALENDAR.counted(first, counts)
    assert 0 <= gained <= last - first


@given(at=INSTANTS, counts=st.sampled_from(Counts))
def test_the_moment_of_a_count_is_the_first_that_has_it(at: datetime, counts: Counts) -> None:
    """`moment` inverts `counted`, and a microsecond earlier less was counted."""
    counted = CALENDAR.counted(to_us(at), counts)
    moment = CALENDAR.moment(counted, counts)
    assert moment <= to_us(at)
    assert CALENDAR.counted(moment, counts) == counted
    assert CALENDAR.counted(moment - 1, counts) == counted - 1


@given(first=st.dates(date(2025, 6, 1), date(2027, 6, 1)), days=st.integers(0, 500))
def test_working_hours_are_twelve_for_each_working_day(first: date, days: int) -> None:
    """Between two midnights exactly the working days count, twelve hours each: checked by counting them."""
    begin, hours = datetime.combine(first, time(), tzinfo=UTC) - timedelta(hours=8), timedelta(hours=12)
    end = begin + timedelta(days=days)
    gained = CALENDAR.counted(to_us(end), Counts.WORKING) - CALENDAR.counted(to_us(begin), Counts.WORKING)
    worked = sum(CALENDAR.is_working(first + timedelta(days=i)) for i in range(days))
    assert timedelta(microseconds=gained) == worked * hours


def test_the_plain_calendar_publishes_nothing() -> None:
    """Without a notice there is only Monday to Friday."""
    assert PLAIN.is_working(date(2026, 10, 1))
    assert not PLAIN.is_final(2026, 2026)
