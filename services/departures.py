"""When an installer leaves or is stopped: nothing of his is stranded, once, however often it is told.

Booked jobs go back to his dealer's desk; one that he has begun is held for an agent, with everything he handed in. The
people's side ends the binding and owes the outbox row `installer_left`; the drain brings it here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import SYSTEM
from services.deeds import act
from services.uow import use_case

_HIS = """
SELECT id, status FROM job WHERE installer_id = %(person)s AND dealer_id = %(dealer)s
   AND (status IN ('accepted', 'booked', 'suspended') OR (status = 'on_site' AND held IS NULL)) ORDER BY id DESC
"""


@use_case
def installer_left(tx: Connection, person_id: int, dealer_id: int, now: datetime) -> int:
    """Take him off every job that has not begun, hold those that have; returns how many."""
    his = tx.exec_driver_sql(_HIS, {"person": person_id, "dealer": dealer_id}).all()
    for job in his:
        begun = job.status == "on_site"
        command = Command(Action.HOLD, reason="installer_stopped") if begun else Command(Action.REASSIGN)
        act(tx, SYSTEM, job.id, command, now)
    return len(his)
