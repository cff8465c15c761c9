"""A clock read off the rules minute by minute: slow, plain, and written before its author saw the product's.

It shares nothing with ``domain``: no import, no prepared table, no arithmetic on spans. It looks at a wall clock in
Shanghai, asks of each minute whether the clock runs, and counts. Plain data only:

* ``start``: an aware instant in any zone, on a whole step;
* ``window``: how much counted time until the breach, a whole number of steps;
* ``counts``: ``wall`` (every minute), ``service`` (08:00-20:00 every day), ``working`` (those hours on working days);
* ``exceptions``: days that are not what their weekday says, ``{date: works?}`` (holidays off, make-up days on);
* ``published``: the years whose holidays are known; elsewhere the weekday decides and the answer is provisional;
* ``pauses``: ``[(from, until or None)]``; a minute inside any of them is not counted, inside two not counted once.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)

Pause = tuple[datetime, datetime | None]


@dataclass
class Reading:
    """When so much had been counted, and whether a day of an unpublished year was looked at on the way there."""

    due: datetime | None
    guessed: bool


def works(day: date, exceptions: dict[date, bool]) -> bool:
    """Whether people work that day: what the notice says of it, else Monday to Friday."""
    if day in exceptions:
        return exceptions[day]
    return day.isoweekday() <= 5


def runs(instant: datetime, counts: str, exceptions: dict[date, bool]) -> bool:
    """Whether a clock of that kind runs in the step beginning at ``instant``, pauses aside."""
    if counts == "wall":
        return True
    here = instant.astimezone(SHANGHAI)
    if here.hour < 8 or here.hour >= 20:
        return False
    if counts == "service":
        return True
    if counts == "working":
        return works(here.date(), exceptions)
    raise ValueError(counts)


def paused(instant: datetime, pauses: list[Pause]) -> bool:
    """Whether any pause covers the step beginning at ``instant``."""
    return any(begins <= instant and (ends is None or instant < ends) for begins, ends in pauses)


def never_again(instant: datetime, pauses: list[Pause]) -> bool:
    """Whether a pause without an end has begun: nothing more will be counted."""
    return any(ends is None and begins <= instant for begins, ends in pauses)


def read(
    start: datetime,
    window: timedelta,
    counts: str,
    exceptions: dict[date, bool],
    published: set[int],
    pauses: list[Pause],
    step: timedelta = MINUTE,
) -> Reading:
    """Walk from ``start`` until ``window`` has been counted; None where an endless pause comes first.

    A window filled at 20:00 sharp is due at 20:00, not at the next opening.

    A guess is made when the working calendar is asked about a day of a year nobody published: that is for every
    step inside service hours of such a day, paused or not.
    """
    instant = start.astimezone(UTC)
    counted = timedelta(0)
    guessed = False
    while counted < window:
        if never_again(instant, pauses):
            return Reading(None, guessed)
        if counts == "working" and runs(instant, "service", exceptions):
            guessed = guessed or instant.astimezone(SHANGHAI).year not in published
        if runs(instant, counts, exceptions) and not paused(instant, pauses):
            counted += step
        instant += step
    return Reading(instant, guessed)


def levels(
    start: datetime,
    window: timedelta,
    counts: str,
    exceptions: dict[date, bool],
    published: set[int],
    pauses: list[Pause],
    step: timedelta = MINUTE,
) -> dict[str, datetime | None]:
    """Notice with a fifth of the window left, breach at its end, severe one more window later; each by a walk."""
    wanted = {"notice": window - window / 5, "breach": window, "severe": window + window}
    return {
        level: read(start, counted, counts, exceptions, published, pauses, step).due
        for level, counted in wanted.items()
    }
