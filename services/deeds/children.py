"""Second visits: child jobs that mend what was ruled wrong, and how they release their parent."""

from __future__ import annotations

from domain.actions import Action, Command
from domain.job import Kind, Status
from services.deeds.handling import Deed
from services.parts import jobs

_ENDED = """
UPDATE job SET open_children = greatest(open_children - 1, 0) WHERE id = %(parent)s
RETURNING status, open_children
"""


def second_visit(deed: Deed, fault: str) -> int:
    """A child job, already with the same dealer; whose fault it was decides who pays."""
    job = deed.job
    child = jobs.NewJob(
        kind=Kind.SECOND_VISIT,
        status=Status.ACCEPTED if job.dealer_id else Status.NEW,
        order_line_id=job.order_line_id,
        channel_id=job.channel_id,
        subject_id=job.subject_id,
        sku=job.sku,
        category_code=job.category_code,
        units=job.units,
        scheme=job.scheme,
        division_code=job.division_code,
        checklist_id=job.checklist_id,
        price_list_id=job.price_list_id,
        silence_confirms=job.silence_confirms,
        zone=job.zone,
        parent_id=job.id,
        fault=fault,
        dealer_id=job.dealer_id,
        installer_id=job.installer_id,
        distance_m=job.distance_m,
    )
    return jobs.create(deed.tx, [child], deed.now, deed.actor)[0]


def ended(deed: Deed) -> tuple[tuple[int, Command], ...]:
    """Take one from the parent's count; when it was the last of a rework, the ruling that ends the rework."""
    parent = deed.job.parent_id
    if parent is None:
        return ()
    row = deed.tx.exec_driver_sql(_ENDED, {"parent": parent}).one()
    if row.status != Status.REWORK or row.open_children:
        return ()
    return ((parent, Command(Action.RULE, outcome="confirmed")),)
