"""Telephone return visits made by hand; those that a closing earns are made by the deed itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import Conflict
from domain.job import Kind, Status
from services.deeds.loading import lock, require_known
from services.parts import jobs
from services.uow import use_case


class NothingToAsk(Conflict):
    """Nothing was installed yet, it is a return visit itself, or one is still open."""

    code = "nothing_to_ask"
    title = "该工单尚未验收，或已有未完成的回访"


@dataclass(frozen=True, slots=True)
class ReturnVisit:
    """A call that waits in the agents' queue."""

    id: int
    job_id: int
    kind: str
    status: str


_OPEN = """
SELECT EXISTS (SELECT 1 FROM job WHERE parent_id = %(job)s AND kind = 'return_visit'
                  AND status NOT IN ('closed', 'cancelled'))
"""


@use_case
def create(tx: Connection, actor: Actor, job_id: int, now: datetime) -> ReturnVisit:
    """Have the customer of a confirmed or closed job called. NotFound outside the agent's channels."""
    job = lock(tx, job_id)
    require_known(tx, actor, job)
    done = job.kind != Kind.RETURN_VISIT and job.status in (Status.CONFIRMED, Status.CLOSED)
    if not done or tx.exec_driver_sql(_OPEN, {"job": job.id}).scalar_one():
        raise NothingToAsk
    [made] = jobs.create(tx, [jobs.call_about(job)], now, actor)
    return ReturnVisit(made, job.id, Kind.RETURN_VISIT, Status.NEW)
