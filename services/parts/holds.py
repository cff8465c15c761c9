"""What keeps a customer's data although somebody asked, or its term is over: open work, quarrels, orders to keep it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

# Each of a job; the names stand in `domain.retention.WHY_KEPT`.
QUARRELS = {
    "complaint": "job.open_complaints > 0",
    "dispute": """job.dispute_open OR job.remote_open
        OR EXISTS (SELECT 1 FROM charge WHERE charge.job_id = job.id AND charge.status = 'disputed')""",
    "appeal": """EXISTS (
        SELECT 1 FROM clock JOIN breach ON breach.clock_id = clock.id
         WHERE clock.job_id = job.id AND breach.appealed_at IS NOT NULL
           AND coalesce(breach.excused_at, breach.declined_at, breach.withdrawn_at) IS NULL)
        OR EXISTS (SELECT 1 FROM audit
                    WHERE audit.job_id = job.id AND audit.appealed_at IS NOT NULL AND audit.answered_at IS NULL)""",
    "audit": "job.audit IN ('waiting', 'evidence_asked')",
    "safety": """EXISTS (
        SELECT 1 FROM complaint JOIN safety_stop stop ON stop.complaint_id = complaint.id
         WHERE complaint.job_id = job.id AND stop.lifted_at IS NULL)""",
    "hold": "EXISTS (SELECT 1 FROM legal_hold h WHERE h.job_id = job.id AND h.lifted_at IS NULL)",
}
_OPEN = {
    "job_open": "job.status NOT IN ('closed', 'cancelled')",
    **QUARRELS,
    "repair": """EXISTS (
        SELECT 1 FROM service_request asked
         WHERE asked.subject_id = subject.id AND asked.job_id IS NULL AND asked.closed_at IS NULL)""",
}


def first(reasons: dict[str, str]) -> str:
    """SQL that names the first of these reasons which a job gives, or NULL."""
    return f"CASE {' '.join(f'WHEN {condition} THEN {name!r}' for name, condition in reasons.items())} END"


QUARRELLED = first(QUARRELS)
_ENDED = "coalesce(job.closed_at, CASE WHEN job.status = 'cancelled' THEN job.updated_at END)"
_KEPT = f"""
SELECT subject.id, bool_or(job.id IS NOT NULL AND coalesce({_ENDED}, 'infinity') >= %(before)s) AS young,
       min({first(_OPEN)}) AS why
  FROM subject LEFT JOIN customer_order o ON o.subject_id = subject.id
  LEFT JOIN order_line line ON line.order_id = o.id LEFT JOIN job ON job.order_line_id = line.id
 WHERE subject.id = ANY(%(subjects)s) GROUP BY subject.id
"""
JOBS = """
SELECT job.id FROM customer_order o JOIN order_line line ON line.order_id = o.id
  JOIN job ON job.order_line_id = line.id WHERE o.subject_id = ANY(%(subjects)s)"""
_WAITS = f"SELECT min({QUARRELLED}) FROM job WHERE job.id IN ({JOBS})"


def quarrel(tx: Connection, subject_ids: Sequence[int]) -> str | None:
    """Why the data of these subjects must be kept whoever asks; None: nothing bars their erasure."""
    found: str | None = tx.exec_driver_sql(_WAITS, {"subjects": list(subject_ids)}).scalar_one()
    return found


def due(
    connection: Connection, subject_ids: Sequence[int], before: datetime
) -> tuple[list[int], dict[int, str]]:
    """Of these subjects: whose last job ended before `before` and nothing keeps, and what keeps the others.

    One whose jobs are merely young is in neither. A subject without a job is due: the caller looked at its age.
    """
    asked = {"subjects": list(subject_ids), "before": before}
    found = connection.exec_driver_sql(_KEPT, asked).all()
    kept = {row.id: str(row.why) for row in found if row.why is not None}
    return [row.id for row in found if row.why is None and not row.young], kept
