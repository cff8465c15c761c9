"""Child jobs: second visits, which mend what was ruled wrong and release their parent; calls after the end."""

from __future__ import annotations

from dataclasses import replace

from domain.actions import Action, Command
from domain.job import Kind, Status
from services.deeds.handling import Deed
from services.parts import jobs

_ENDED = """
UPDATE job SET open_children = greatest(open_children - 1, 0) WHERE id = %(parent)s
RETURNING status, open_children
"""


_STILL = """
SELECT dealer.id AS dealer_id, (SELECT person_id FROM role_binding b WHERE b.person_id = %(installer)s
           AND b.role = 'installer' AND b.dealer_id = dealer.id AND b.status = 'active') AS installer_id
  FROM dealer WHERE dealer.id = %(dealer)s AND dealer.status = 'active'
"""


def second_visit(deed: Deed, fault: str) -> int:
    """A child job, already with the same dealer unless it has left; whose fault it was decides who pays."""
    job = deed.job
    asked = {"dealer": job.dealer_id, "installer": job.installer_id}
    still = deed.tx.exec_driver_sql(_STILL, asked).first()
    child = replace(
        jobs.child_of(job, Kind.SECOND_VISIT),
        status=Status.ACCEPTED if still else Status.NEW,
        checklist_id=job.checklist_id,
        price_list_id=job.price_list_id,
        silence_confirms=job.silence_confirms,
        fault=fault,
        dealer_id=still.dealer_id if still else None,
        installer_id=still.installer_id if still else None,
        distance_m=job.distance_m if still else None,
    )
    return jobs.create(deed.tx, [child], deed.now, deed.actor)[0]


def return_visit(deed: Deed) -> int:
    """A telephone call about this job, for the agents: no dealer, nobody comes, no fee."""
    return jobs.create(deed.tx, [jobs.call_about(deed.job)], deed.now, deed.actor)[0]


def ended(deed: Deed) -> tuple[tuple[int, Command], ...]:
    """Take one from the parent's count; when it was the last of a rework, the ruling that ends the rework."""
    parent = deed.job.parent_id
    if parent is None or deed.job.kind == Kind.RETURN_VISIT:
        return ()
    row = deed.tx.exec_driver_sql(_ENDED, {"parent": parent}).one()
    if row.status != Status.REWORK or row.open_children:
        return ()
    return ((parent, Command(Action.RULE, outcome="confirmed")),)
