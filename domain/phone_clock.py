"""How far a phone's clock is off, from what it said over days: received minus happened.

Waiting for a network only makes that difference larger, so a day's smallest one is the clock's own error. One bad day
(a clock set wrong on purpose, then back) is outvoted: the second smallest of the days counts. Fewer than three days
say nothing. A deed that tells `sent_at` needs no estimate (`domain.lateness`): this is for photos.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

KEPT = timedelta(days=14)
LEAST_DAYS = 3
MOST = timedelta(hours=24)
ORDINARY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DayLeast:
    """The smallest received-minus-happened of one day; below zero: the phone runs ahead."""

    day: date
    least: timedelta


@dataclass(frozen=True, slots=True)
class Skew:
    """What to add to a phone's time to get ours; `known` False: too little was heard of it, nothing is added."""

    ahead: timedelta = timedelta(0)
    known: bool = False

    def on_our_clock(self, told: datetime | None) -> datetime | None:
        """A phone 20 minutes ahead says 10:20: 10:00."""
        return None if told is None else told - self.ahead


UNKNOWN = Skew()


def estimate(days: Iterable[DayLeast], today: date) -> Skew:
    """From the days kept. Smallest differences of −20:00, −19:58, +2:30:00 and −20:03 minutes: 20:00 ahead.

    Less than a minute is the network's and counts as none; more than a day is no clock.
    """
    recent = [one.least for one in days if timedelta(0) <= today - one.day < KEPT and abs(one.least) <= MOST]
    if len(recent) < LEAST_DAYS:
        return UNKNOWN
    second = sorted(recent)[1]
    return Skew(-second if abs(second) > ORDINARY else timedelta(0), known=True)


def worth_keeping(told: datetime, received: datetime) -> timedelta | None:
    """The difference to remember of one stamp; None for what is no clock's error, like a picture of last week."""
    difference = received - told
    return difference if abs(difference) <= MOST else None
