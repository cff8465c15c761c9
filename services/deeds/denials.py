"""The customer's chance to say that it was not so: a delay put down to him is void, as if it had never paused."""

from __future__ import annotations

from typing import Any

from domain import queues
from domain.actions import Action
from domain.delays import is_customers
from domain.facts import Facts
from domain.job import Status
from services.config import config
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.parts import denying

CLAIM = """
SELECT seq, action, reason, occurred_at FROM job_event
 WHERE job_id = %(job)s AND actor_role IN ('dispatcher', 'dealer_owner', 'installer')
   AND action IN ('fail_booking', 'suspend', 'reschedule')
   AND seq > coalesce((SELECT max(seq) FROM job_event
                        WHERE job_id = %(job)s AND action IN ('accept', 'deny_delay')), 0)
 ORDER BY seq DESC LIMIT 1
"""


def _the_claim(deed: Deed) -> Prepared:
    """The last delay this dealer asked for, and whether it said it was the customer's."""
    row = deed.tx.exec_driver_sql(CLAIM, {"job": deed.job.id}).first()
    deniable = row is not None and is_customers(Action(row.action), row.reason)
    return Prepared(Facts(now=deed.at, delay_deniable=deniable), row)


@handles(Action.DENY_DELAY, prepare=_the_claim)
def deny(deed: Deed, _to: Status, claim: Any) -> Effect:
    """Its pause never was; a visit taken away by it at the last minute is judged by its window. An agent looks."""
    denying.void_pause(deed.tx, deed.job.id, f"{claim.action}:{claim.reason}", claim.occurred_at)
    denying.restore_arrival(deed.tx, deed.job.id, claim.occurred_at, config().late_change)
    return Effect(queues.queued(deed.job, "delay_denied", deed.now), {"denied_seq": claim.seq})
