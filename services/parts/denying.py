"""Clocks as they would be without a delay that the customer denied."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.clocks import Pause
from services.parts import clocks

_VOID = """
UPDATE clock_pause SET until_at = from_at
 WHERE reason = %(reason)s AND from_at = %(at)s AND clock_id IN (SELECT id FROM clock WHERE job_id = %(job)s)
"""
# Their pauses are read after the void: a clock with another pause keeps it.
_TOUCHED = """
SELECT clock.id, counts, window_s, starts_at, level,
       array_agg(from_at ORDER BY pause.id) AS since, array_agg(until_at ORDER BY pause.id) AS until
  FROM clock JOIN clock_pause pause ON pause.clock_id = clock.id
 WHERE job_id = %(job)s AND stopped_at IS NULL GROUP BY clock.id
HAVING bool_or(reason = %(reason)s AND from_at = %(at)s)
"""


def void_pause(tx: Connection, job_id: int, reason: str, at: datetime) -> None:
    """Make the pause of this reason, laid at `at`, as long as nothing, and work out the running clocks anew."""
    asked = {"job": job_id, "reason": reason, "at": at}
    tx.exec_driver_sql(_VOID, asked)
    for row in tx.exec_driver_sql(_TOUCHED, asked).all():
        pauses = [Pause(since, until) for since, until in zip(row.since, row.until, strict=True)]
        clocks.reset(tx, row, row.window_s, pauses)


_RESTORE = """
UPDATE clock SET stopped_at = due_at, next_at = due_at
 WHERE job_id = %(job)s AND kind = 'arrive' AND level < 2 AND stopped_at = %(at)s
   AND due_at > %(at)s AND starts_at - %(late)s <= %(at)s
"""


def restore_arrival(tx: Connection, job_id: int, at: datetime, last_minute: timedelta) -> None:
    """The arrival whose window was taken away at `at`, at the last minute, is judged at its end after all."""
    tx.exec_driver_sql(_RESTORE, {"job": job_id, "at": at, "late": last_minute})
