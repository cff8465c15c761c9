"""Which hours count: wall time, service hours, or service hours on the working days of the State Council.

Each way of counting is a rising function of time, `counted`, and its inverse, `moment`; clocks need no more.
Inside, an instant is an integer: microseconds of Shanghai wall time since 0001-01-01. China has had no
daylight saving since 1991, so the fixed offset of +8 hours is right for now and later (the summers of 1986 to
1991 are not ours). Outside, instants are timezone-aware datetimes; those returned are UTC.

Days of a year that is not published yet follow the plain rule, Monday to Friday work; `is_final` tells.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from itertools import accumulate

from domain.errors import Invalid

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
MICROSECOND = timedelta(microseconds=1)
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
_OFFSET_US = 8 * HOUR_US
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)


class Counts(StrEnum):
    """Which time a clock counts."""

    WALL = "wall"
    SERVICE = "service"
    WORKING = "working"


class OutOfCalendar(Invalid):
    """The instant lies outside the years 1 to 9999."""

    code = "out_of_calendar"
    title = "时间超出可计算的范围"


def to_us(at: datetime) -> int:
    """The instant as microseconds of Shanghai wall time; a naive datetime is a TypeError."""
    gap = at - _EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds + _OFFSET_US


def from_us(us: int) -> datetime:
    """The inverse of `to_us`, in UTC; `OutOfCalendar` beyond the year 9999."""
    try:
        return _EPOCH + timedelta(microseconds=us - _OFFSET_US)
    except OverflowError:
        raise OutOfCalendar from None


def year_of(us: int) -> int:
    """The year it is in Shanghai at an instant as `to_us` makes them."""
    return date.fromordinal(us // DAY_US + 1).year


def local_date(at: datetime) -> date:
    """The day it is in Shanghai: 2026-01-31T16:00Z is 1 February."""
    return at.astimezone(SHANGHAI).date()


def month_of(at: datetime) -> date:
    """The first day of the month it is in Shanghai: 2026-01-31T16:00Z is 2026-02-01."""
    return local_date(at).replace(day=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days and service hours. Make one with `from_rows`; a look-up is an index or one bisection.

    `odd_days` are the ordinals of days unlike the plain rule, ascending: a Tuesday off, a Saturday made up.
    `_shift[i]` is what the first `i` odd days add to the plain count; `_reached[i]` is the number of working
    days up to and including odd day `i`. Around the odd days the count is prepared: `_before[i]` is the number of
    working days before day `_first + i`. Elsewhere it is worked out from the three before.
    """

    published_years: frozenset[int]
    odd_days: tuple[int, ...]
    opens_us: int
    closes_us: int
    _odd: frozenset[int]
    _shift: tuple[int, ...]
    _reached: tuple[int, ...]
    _first: int
    _before: tuple[int, ...]

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[tuple[date, bool]],
        published_years: Iterable[int],
        opens: time = time(8),
        closes: time = time(20),
    ) -> Calendar:
        """From (day, works?) rows: either whole years or only the days unlike Monday to Friday.

        A year is published when it is named, not when it has rows: half a notice typed in is no notice.
        """
        works = _agreed(rows)
        odd = tuple(sorted(day for day, work in works.items() if work != _is_weekday(day)))
        shift, reached = [0], []
        for day in odd:
            shift.append(shift[-1] + (1 if works[day] else -1))
            reached.append(_weekdays_before(day + 1) + shift[-1])
        opens_us, closes_us = _time_us(opens), _time_us(closes)
        if opens_us >= closes_us:
            raise ValueError("service hours must open before they close")
        years, unlike = frozenset(published_years), frozenset(odd)
        first, before = _prepared(odd, unlike)
        return cls(years, odd, opens_us, closes_us, unlike, tuple(shift), tuple(reached), first, before)

    def is_working(self, day: date) -> bool:
        """Whether people work that day, by the notice or, unpublished, by the plain rule."""
        return self._works(day.toordinal())

    def is_final(self, first_year: int, last_year: int) -> bool:
        """Whether every year from the first to the last is published."""
        if first_year == last_year:
            return first_year in self.published_years
        return all(year in self.published_years for year in range(first_year, last_year + 1))

    def counted(self, us: int, counts: Counts) -> int:
        """Microseconds that count before the instant `us`; only differences of such numbers mean something.

        From Monday 19:00 to Tuesday 09:00 that is 14 h of wall time and 2 h of service hours.
        """
        if counts == Counts.WALL:
            return us
        day, today = divmod(us, DAY_US)
        opens, length = self.opens_us, self.closes_us - self.opens_us
        today = 0 if today < opens else today - opens if today < self.closes_us else length
        if counts == Counts.SERVICE:
            return day * length + today
        before, place = self._before, day + 1 - self._first
        if 0 <= place < len(before) - 1:
            days = before[place]
            return days * length + (today if before[place + 1] != days else 0)
        return self._working_before(day + 1) * length + (today if self._works(day + 1) else 0)

    def moment(self, counted: int, counts: Counts) -> int:
        """The first instant by which so much was counted: a full day ends at 20:00, not at the next 08:00."""
        if counts == Counts.WALL:
            return counted
        day, rest = divmod(counted - 1, self.closes_us - self.opens_us)
        if counts != Counts.SERVICE:
            before = self._before
            if before[0] <= day < before[-1]:
                day = self._first + bisect_right(before, day) - 2
            else:
                day = self._nth_working(day + 1) - 1
        return day * DAY_US + self.opens_us + rest + 1

    def _works(self, ordinal: int) -> bool:
        return _is_weekday(ordinal) != (ordinal in self._odd)

    def _working_before(self, ordinal: int) -> int:
        return _weekdays_before(ordinal) + self._shift[bisect_left(self.odd_days, ordinal)]

    def _nth_working(self, n: int) -> int:
        """The ordinal of the n-th working day ever. Between two odd days the plain rule holds, shifted."""
        i = bisect_left(self._reached, n)
        day = _nth_weekday(n - self._shift[i])
        return min(day, self.odd_days[i]) if i < len(self.odd_days) else day


_MARGIN, _MOST = 400, 40_000  # days prepared on either side of the odd ones, and in all


def _prepared(odd: tuple[int, ...], unlike: frozenset[int]) -> tuple[int, tuple[int, ...]]:
    """The first prepared day and the running count of working days from it on, by the last odd days if they are many.

    With nothing odd nothing is prepared: then the plain rule is as quick.
    """
    if not odd:
        return 1, (0,)
    last = odd[-1] + _MARGIN
    first = max(odd[0] - _MARGIN, last - _MOST, 1)
    count = _weekdays_before(first) + sum(1 if not _is_weekday(day) else -1 for day in odd if day < first)
    days = (_is_weekday(day) != (day in unlike) for day in range(first, last + 1))
    return first, tuple(accumulate(days, initial=count))


def _agreed(rows: Iterable[tuple[date, bool]]) -> dict[int, bool]:
    works: dict[int, bool] = {}
    for day, work in rows:
        if works.setdefault(day.toordinal(), work) != work:
            raise ValueError(f"two rows for {day} disagree")
    return works


def _time_us(clock: time) -> int:
    return clock.hour * HOUR_US + clock.minute * 60_000_000 + clock.second * 1_000_000 + clock.microsecond


def _is_weekday(ordinal: int) -> bool:
    return (ordinal - 1) % 7 < 5  # ordinal 1, 0001-01-01, was a Monday


def _weekdays_before(ordinal: int) -> int:
    weeks, rest = divmod(ordinal - 1, 7)
    return 5 * weeks + min(rest, 5)


def _nth_weekday(n: int) -> int:
    weeks, rest = divmod(n - 1, 5)
    return 7 * weeks + rest + 1


PLAIN = Calendar.from_rows((), published_years=())
