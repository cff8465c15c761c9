"""What silence does to money: an extra nobody answered lapses; a way nobody ruled on is the brand's.

Silence is a yes only to what the promise showed (that is agreed when it is added); to anything else it is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.charges import ANSWER_WITHIN, RULE_WITHIN
from domain.errors import DomainError
from services.deeds import act
from services.uow import use_case

BATCH = 200


@dataclass(frozen=True, slots=True)
class Silent:
    """How many were settled by silence, and how many refused and wait for somebody."""

    done: int = 0
    refused: int = 0


_UNANSWERED = """
SELECT charge.id, charge.job_id FROM charge JOIN job ON job.id = charge.job_id
 WHERE charge.status = 'proposed' AND charge.created_at <= %(before)s AND charge.id > %(after)s
   AND job.status IN ('new', 'offered', 'accepted', 'booked', 'suspended', 'on_site', 'submitted')
 ORDER BY charge.id LIMIT %(batch)s
"""
_UNRULED = """
SELECT dispute.job_id AS id, dispute.job_id FROM remote_dispute dispute JOIN job ON job.id = dispute.job_id
 WHERE dispute.ruled_by IS NULL AND dispute.opened_at <= %(before)s AND job.remote_open AND job.id > %(after)s
 ORDER BY job.id LIMIT %(batch)s
"""


def lapse_charges(now: datetime) -> Silent:
    """Let extras lapse that the customer has not answered for 24 hours; nothing is taken for them."""
    return _sweep(_UNANSWERED, now - ANSWER_WITHIN, now)


def rule_by_silence(now: datetime) -> Silent:
    """Lay on the brand what no agent has ruled for 72 hours. A way without any price still waits for an agent."""
    return _sweep(_UNRULED, now - RULE_WITHIN, now)


def _sweep(claim: str, before: datetime, now: datetime) -> Silent:
    total, after = Silent(), 0
    while True:
        done, last = _batch(claim, before, after, now)
        total = Silent(total.done + done.done, total.refused + done.refused)
        if last is None:
            return total
        after = last


@use_case
def _batch(
    tx: Connection, claim: str, before: datetime, after: int, now: datetime
) -> tuple[Silent, int | None]:
    """One batch; behind which id the next begins, None when this was the last."""
    rows = tx.exec_driver_sql(claim, {"before": before, "after": after, "batch": BATCH}).all()
    done = 0
    for row in rows:
        command = (
            Command(Action.LAPSE_CHARGE, charge_id=row.id)
            if claim is _UNANSWERED
            else Command(Action.RULE_REMOTE, outcome="brand")
        )
        done += _one(tx, row.job_id, command, now)
    return Silent(done, len(rows) - done), rows[-1].id if len(rows) == BATCH else None


def _one(tx: Connection, job_id: int, command: Command, now: datetime) -> bool:
    try:
        with tx.begin_nested():
            act(tx, SYSTEM, job_id, command, now)
    except DomainError:
        return False
    return True
