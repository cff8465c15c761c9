"""The lot: every job confirmed in the last days is drawn once, within minutes; what was drawn waits for a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.errors import DomainError
from services.deeds import act
from services.parts import audits
from services.uow import use_case

BATCH = 200


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many jobs were in the lot, and how many of them wait for an auditor now."""

    jobs: int = 0
    drawn: int = 0


# By complaints_until: seven days from the confirmation, and the index of jobs that may close has it already.
_NEW = """
SELECT id, audit FROM job
 WHERE status = 'confirmed' AND complaints_until > %(now)s AND dealer_id IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM audit WHERE audit.job_id = job.id)
 ORDER BY complaints_until DESC, id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
"""
# The search for reused photos may find something after the lot.
_LATER = """
SELECT job.id, job.audit FROM audit JOIN job_evidence evidence USING (job_id) JOIN job ON job.id = audit.job_id
 WHERE audit.why = 'not_drawn' AND evidence.flagged AND job.status = 'confirmed'
 ORDER BY job.id LIMIT %(most)s FOR NO KEY UPDATE OF job SKIP LOCKED
"""
_FLAGGED = """
UPDATE audit SET why = 'flagged', inclusion_bp = 10000,
       risk = (SELECT score FROM job_evidence WHERE job_evidence.job_id = audit.job_id)
 WHERE job_id = %(job)s
"""


def draw_confirmed(now: datetime, batch: int = BATCH) -> Drawn:
    """Draw every confirmed job that was not in the lot yet; again, it finds nothing to do."""
    jobs = drawn = 0
    while (done := _batch(batch, now)).jobs:
        jobs, drawn = jobs + done.jobs, drawn + done.drawn
        if done.jobs < batch:
            break
    return Drawn(jobs, drawn + _later(batch, now))


@use_case
def _batch(tx: Connection, most: int, now: datetime) -> Drawn:
    rows = tx.exec_driver_sql(_NEW, {"now": now, "most": most}).all()
    hits = [row for row in rows if audits.drawn(tx, row.id, now).drawn]
    return Drawn(len(rows), sum(_sampled(tx, row.id, row.audit, now) for row in hits))


@use_case
def _later(tx: Connection, most: int, now: datetime) -> int:
    rows = tx.exec_driver_sql(_LATER, {"most": most}).all()
    for row in rows:
        tx.exec_driver_sql(_FLAGGED, {"job": row.id})
    return sum(_sampled(tx, row.id, row.audit, now) for row in rows)


def _sampled(tx: Connection, job_id: int, audit: str, now: datetime) -> bool:
    if audit != "not_sampled":
        return True  # a waived slot made it wait with its confirmation
    try:
        with tx.begin_nested():
            act(tx, SYSTEM, job_id, Command(Action.AUDIT_SAMPLED), now)
    except DomainError:
        return False
    return True
