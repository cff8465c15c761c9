"""Opening the case of a job's way: it shows where the customer lives, so that the look is on record first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from services.parts import access
from services.queries import remote_fees
from services.queries.remote_views import RemoteCase
from services.uow import use_case


@use_case
def open_case(tx: Connection, actor: Actor, job_id: int, now: datetime) -> RemoteCase:
    """The whole case; NotFound outside the agent's channels, and then nothing is recorded."""
    page = remote_fees.case(tx, actor, job_id, now)
    access.note(tx, "remote_case_read", now, actor, job_id=job_id)
    return page
