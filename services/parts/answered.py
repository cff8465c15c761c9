"""What is over by rows beside the job, so that no answer offers it again."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.actions import Action
from domain.actors import Role
from domain.possible import Answered, outstanding

_OVER = """
SELECT EXISTS (SELECT 1 FROM rating WHERE job_id = %(job)s),
       NOT EXISTS (SELECT 1 FROM charge WHERE job_id = %(job)s AND status = 'proposed'),
       EXISTS (SELECT 1 FROM remote_dispute WHERE job_id = %(job)s AND ruled_by IN ('agent', 'silence'))
"""


def left(tx: Connection, job_id: int, role: Role, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The actions still to be done; asked for whom it concerns, the others' deeds are spared the statement."""
    if role != Role.CUSTOMER and Action.APPROVE_CHARGE not in actions:
        return actions
    return outstanding(actions, Answered(*tx.exec_driver_sql(_OVER, {"job": job_id}).one()))
