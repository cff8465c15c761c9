"""How much a dealer can still do on which days (domain.md §3): limits, what is booked, what waits for a window.

Nothing is reserved by a promise: what was accepted and has no window yet is thought to fill the earliest free days,
so that whoever asks later is promised later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from domain.calendar import SHANGHAI
from domain.errors import Conflict

HORIZON_DAYS = 30
PARTS = (("morning", time(8), time(12)), ("afternoon", time(12), time(17)), ("evening", time(17), time(20)))
PART_NAMES = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}


class CapacityFull(Conflict):
    """The dealer has no room left: another day, or another dealer."""

    code = "capacity_full"
    title = "产能已满，请改约其他日期"


@dataclass(frozen=True, slots=True)
class Day:
    """One day as the calendars see it: a promotion's name, its extra lead days, whether it is a public holiday."""

    date: date
    promotion: str | None = None
    extra_lead_days: int = 0
    holiday: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Units per day: of a day of its own, else of promotion days, else standing; None is no limit."""

    standing: int | None = None
    promotion: int | None = None
    days: Mapping[date, int] = field(default_factory=dict)

    def on(self, day: Day) -> int | None:
        """The limit of a day."""
        if day.date in self.days:
            return self.days[day.date]
        return self.promotion if day.promotion and self.promotion is not None else self.standing


@dataclass(frozen=True, slots=True)
class Diary:
    """A dealer's days in one category: `used` units have a window that day, `pending` are accepted without one.

    `opening_days` bit 0 is Monday; `holidays_open` says whether it works when the State Council gives a day off.
    """

    limits: Limits = field(default_factory=Limits)
    used: Mapping[date, int] = field(default_factory=dict)
    pending: int = 0
    opening_days: int = 127
    holidays_open: bool = True

    def always_open(self) -> bool:
        """Every day of the week, holidays too."""
        return self.opening_days == 127 and self.holidays_open

    def limit(self, day: Day) -> int | None:
        """Units it can do that day; 0 where it is closed."""
        closed = not self.opening_days >> day.date.weekday() & 1 or (day.holiday and not self.holidays_open)
        return 0 if closed else self.limits.on(day)


def fits(limit: int | None, used: int, units: int) -> bool:
    """Whether so many units more find room; a job larger than a whole day may have a free one to itself."""
    return limit is None or used + units <= limit or (used == 0 and limit > 0)


def room(diary: Diary, days: Sequence[Day]) -> int | None:
    """Units that could still be accepted within these days; None without a limit. 5 a day, 2 days, 3 pending: 7."""
    limits = diary.limits
    if not limits.days and limits.promotion is None and diary.always_open():
        if limits.standing is None:
            return None
        most, used = limits.standing, diary.used
        return (
            most * len(days) - diary.pending - sum(min(most, used.get(day.date, 0)) for day in days if used)
        )
    left = -diary.pending
    for day in days:
        limit = diary.limit(day)
        if limit is None:
            return None
        left += max(0, limit - diary.used.get(day.date, 0))
    return left


def free_days(diary: Diary, days: Sequence[Day], units: int) -> Iterator[date]:
    """The days on which so many units find room, earliest first, after what is pending has taken its own."""
    waiting = diary.pending
    for day in days:
        limit, used = diary.limit(day), diary.used.get(day.date, 0)
        if limit is not None:
            taken = min(waiting, max(0, limit - used))
            waiting, used = waiting - taken, used + taken
        if fits(limit, used, units):
            yield day.date


def windows_of(day: date) -> list[tuple[str, datetime, datetime]]:
    """Morning, afternoon and evening of a day, in Shanghai."""
    return [
        (part, datetime.combine(day, begins, SHANGHAI), datetime.combine(day, ends, SHANGHAI))
        for part, begins, ends in PARTS
    ]
