"""Corrections of the clocks' rules and what each did, as they are on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.uow import query


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One act. `before` and `after` are the rule as it was and is; `by_id` None: the seed of the calendar.

    Its way through the clocks: `counts` so far (clocks, moved, breaches_withdrawn, …), `worked_at` the last batch,
    `finished_at` None while it goes on.
    """

    id: int
    kind: str
    reason: str
    by_id: int | None
    at: datetime
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    changed: int
    counts: dict[str, Any]
    worked_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What a correction did to a clock: counts, window_s, notice_at, due_at, severe_at, provisional, level."""

    id: int
    correction_id: int
    clock_id: int
    job_id: int
    before: dict[str, Any]
    after: dict[str, Any]


_CORRECTIONS = """
SELECT id, kind, reason, by_id, at, what->'before' AS before, what->'after' AS after,
       (SELECT count(*) FROM clock_change WHERE correction_id = c.id) AS changed, coalesce(work.counts, '{}') AS counts,
       work.worked_at, CASE WHEN work.correction_id IS NULL THEN at ELSE work.finished_at END AS finished_at
  FROM clock_correction c LEFT JOIN clock_correction_work work ON work.correction_id = c.id
 WHERE id < coalesce(%(before)s, 9223372036854775807) ORDER BY id DESC LIMIT %(limit)s
"""
_CHANGES = """
SELECT id, correction_id, clock_id, job_id, before, after FROM clock_change
 WHERE correction_id = %(correction)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
"""


@query
def listed(connection: Connection, before: int | None, limit: int) -> list[CorrectionLine]:
    """Newest first."""
    rows = connection.exec_driver_sql(_CORRECTIONS, {"before": before, "limit": limit})
    return [CorrectionLine(*row) for row in rows]


@query
def changes(connection: Connection, correction_id: int, after: int, limit: int) -> list[ChangeLine]:
    """Clock by clock."""
    values = {"correction": correction_id, "after": after, "limit": limit}
    return [ChangeLine(*row) for row in connection.exec_driver_sql(_CHANGES, values)]
