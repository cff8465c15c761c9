"""When an installer leaves: his booked jobs go back to his dealer's desk, once, however often it is told.

The people's side ends the binding and owes the outbox row `installer_left`; the drain brings it here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import SYSTEM
from services.deeds import act
from services.uow import use_case

_WAITING = """
SELECT id FROM job WHERE installer_id = %(person)s AND dealer_id = %(dealer)s
   AND status IN ('accepted', 'booked', 'suspended') ORDER BY id DESC
"""


@use_case
def installer_left(tx: Connection, person_id: int, dealer_id: int, now: datetime) -> int:
    """Take him off every job that has not begun; returns how many."""
    asked = {"person": person_id, "dealer": dealer_id}
    waiting = [row.id for row in tx.exec_driver_sql(_WAITING, asked)]
    for job_id in waiting:
        act(tx, SYSTEM, job_id, Command(Action.REASSIGN, reason=None), now)
    return len(waiting)
