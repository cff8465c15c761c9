"""Provisional due times worked out anew once a year is published: from start, window and pauses, never by shifting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.calendar import Calendar, Counts
from domain.clocks import Pause, levels
from services.parts import policies

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Recounted:
    """Clocks looked at, clocks whose times moved, clocks still provisional."""

    clocks: int = 0
    moved: int = 0
    provisional: int = 0

    def plus(self, other: Recounted) -> Recounted:
        """Both together."""
        return Recounted(
            self.clocks + other.clocks, self.moved + other.moved, self.provisional + other.provisional
        )


_TAKE = """
SELECT clock.id, counts, window_s, starts_at, level, notice_at, due_at, severe_at, provisional,
       ARRAY(SELECT from_at FROM clock_pause p WHERE p.clock_id = clock.id ORDER BY p.id) AS since,
       ARRAY(SELECT until_at FROM clock_pause p WHERE p.clock_id = clock.id ORDER BY p.id) AS until
  FROM clock WHERE stopped_at IS NULL AND clock.id > %(after)s AND provisional ORDER BY clock.id LIMIT %(batch)s
   FOR UPDATE OF clock
"""
_WRITE = """
UPDATE clock SET notice_at = new.notice, due_at = new.due, severe_at = new.severe, provisional = new.provisional,
       next_at = CASE level WHEN 0 THEN new.notice WHEN 1 THEN new.due WHEN 2 THEN new.severe END
  FROM unnest(%(ids)s::bigint[], %(notices)s::timestamptz[], %(dues)s::timestamptz[], %(severes)s::timestamptz[],
              %(provisionals)s::boolean[]) AS new(id, notice, due, severe, provisional)
 WHERE clock.id = new.id
"""


def provisional(tx: Connection, after: int, batch: int = BATCH) -> tuple[Recounted, int | None]:
    """The next running clocks above id `after` that rest on an unpublished year; the last id, None at the end."""
    rows = tx.exec_driver_sql(_TAKE, {"after": after, "batch": batch}).all()
    return _recount(tx, policies.CALENDAR.get(tx), rows), rows[-1].id if len(rows) == batch else None


def _recount(tx: Connection, calendar: Calendar, rows: Sequence[Any]) -> Recounted:
    if not rows:
        return Recounted()
    new = [_levels(row, calendar) for row in rows]
    moved = [
        (row.id, *times)
        for row, times in zip(rows, new, strict=True)
        if times != (row.notice_at, row.due_at, row.severe_at, row.provisional)
    ]
    if moved:
        ids, notices, dues, severes, provisionals = (list(column) for column in zip(*moved, strict=True))
        values = {
            "ids": ids,
            "notices": notices,
            "dues": dues,
            "severes": severes,
            "provisionals": provisionals,
        }
        tx.exec_driver_sql(_WRITE, values)
    return Recounted(len(rows), len(moved), sum(times[3] for times in new))


def _levels(row: Any, calendar: Calendar) -> tuple[datetime | None, datetime | None, datetime | None, bool]:
    pauses = [Pause(since, until) for since, until in zip(row.since, row.until, strict=True)]
    when = levels(row.starts_at, timedelta(seconds=row.window_s), Counts(row.counts), calendar, pauses)
    return when.notice_at, when.breach_at, when.severe_at, when.provisional
