"""A clock judged anew under corrected rules: its instants follow from start, window and pauses, never by shifting.

A level that the old rules had reached and the new ones had not is taken back. A level that something else raised (a
clock that was started again later keeps what it reached before) is not the correction's to take. Levels newly reached
are left to the sweep, which raises each once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.calendar import Calendar, Counts
from domain.clocks import Level, Levels, Pause, levels

NUMBERS: dict[Level | None, int] = {level: number for number, level in enumerate((None, *Level))}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a clock stands: its rule, its instants, the level raised (0 none … 3 severe)."""

    counts: Counts
    window: timedelta
    levels: Levels
    level: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """How it will stand; `coming`: levels the sweep has still to raise by the new instants."""

    standing: Standing
    next_at: datetime | None
    withdrawn: int
    coming: int


def corrected(
    start: datetime,
    old: Standing,
    counts: Counts,
    window: timedelta,
    calendar: Calendar,
    pauses: Sequence[Pause],
    ended_at: datetime | None,
    now: datetime,
) -> Corrected:
    """Judge as of `ended_at` (stopped, or paused still), else as of `now`.

    Of 2 h from 09:00, in breach at 11:30; with 4 h instead: due 13:00, notice 12:12, two levels withdrawn.
    """
    new = levels(start, window, counts, calendar, pauses)
    at = now if ended_at is None else min(ended_at, now)
    was, reached = NUMBERS[old.levels.reached(at)], NUMBERS[new.reached(at)]
    level = old.level if old.level > was else min(old.level, reached)
    instants = (new.notice_at, new.breach_at, new.severe_at)
    following = instants[level] if level < len(instants) else None
    if following is not None and ended_at is not None and following > ended_at:
        following = None
    return Corrected(
        Standing(counts, window, new, level), following, old.level - level, max(reached - level, 0)
    )
