"""Clocks judged again on a time that was told late: what was raised meanwhile beyond that time is withdrawn.

A sweep raises what it knows. A phone that was offline may tell afterwards, and be believed (`domain.lateness`), that
the deed was done in time: then the clock's level is that of the accepted time, and each breach above it stays on
record as withdrawn, without a penalty.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.clocks import Level, Levels

_RAISED = """
SELECT id, level, notice_at, due_at, severe_at FROM clock
 WHERE job_id = %(job)s AND level > 0 AND (stopped_at = %(at)s OR paused_at = %(at)s)
"""
_LOWER = """
WITH lowered AS (UPDATE clock SET level = %(level)s, next_at = NULL WHERE id = %(clock)s),
taken AS (
    UPDATE breach SET withdrawn_at = %(now)s, withdrawn = 'told_late'
     WHERE clock_id = %(clock)s AND level > %(level)s AND withdrawn_at IS NULL RETURNING appeal_clock_id)
UPDATE clock SET stopped_at = %(now)s, next_at = CASE WHEN next_at <= %(now)s THEN next_at END
  FROM taken WHERE clock.id = appeal_clock_id AND stopped_at IS NULL
"""
_NUMBERS: dict[Level | None, int] = {level: number for number, level in enumerate((None, *Level))}


def judge_again(tx: Connection, job_id: int, at: datetime, now: datetime) -> None:
    """Judge the clocks that were stopped or paused at `at`, which was told only `now`.

    Due at 15:00, raised at 15:01, checked in at 14:50 and heard of at 15:40: no level is left but the notice.
    """
    for row in tx.exec_driver_sql(_RAISED, {"job": job_id, "at": at}).all():
        reached = _NUMBERS[Levels(row.notice_at, row.due_at, row.severe_at).reached(at)]
        if reached < row.level:
            tx.exec_driver_sql(_LOWER, {"clock": row.id, "level": reached, "now": now})
