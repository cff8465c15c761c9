"""What is over by rows beside the job, so that no answer offers it again."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.actions import Action
from domain.actors import Role
from domain.charge_actions import ANSWERS, ChargeState, of_job
from domain.job import JobState
from domain.possible import Answered, outstanding
from domain.questions import QUESTIONS
from services.config import config

TOLD_ALL = f"(SELECT count(*) >= {len(QUESTIONS)} FROM return_visit_answer WHERE job_id = %(id)s)"
_OVER = f"""
SELECT EXISTS (SELECT 1 FROM rating WHERE job_id = %(id)s),
       EXISTS (SELECT 1 FROM remote_dispute WHERE job_id = %(id)s AND ruled_by IN ('agent', 'silence')),
       {TOLD_ALL}
"""
_CHARGES = """
SELECT status, settled_at IS NOT NULL, ruling IS NOT NULL, answered_at IS NOT NULL, collected_by
  FROM charge WHERE job_id = %(id)s
"""


def left(tx: Connection, job: JobState, role: Role, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The actions still to be done; asked for whom it concerns, the others' deeds are spared the statements."""
    asked = {"id": job.id}
    if role == Role.CUSTOMER:
        actions = outstanding(actions, Answered(*tx.exec_driver_sql(_OVER, asked).one()))
    if ANSWERS.isdisjoint(actions):
        return actions
    charges = [ChargeState(*row) for row in tx.exec_driver_sql(_CHARGES, asked)]
    return of_job(job, actions, charges, role, through_wechat=bool(config().wechat_mch_id))
