"""Facts about a job that are no action of its table: they get a link in its chain, and perhaps an agent's look.

A refund on site or a dispatch that found nobody changes no status; who looks at the job later must still see why it lay
in a queue. The row is locked first, so the chain stays whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import events, queues
from domain.actors import SYSTEM, Actor
from domain.job import JobState, Status
from services.deeds.loading import lock
from services.deeds.writing import Writing, write

_ENDED = (Status.CLOSED, Status.CANCELLED)


def record(
    tx: Connection,
    job: JobState,
    fact: str,
    now: datetime,
    *,
    reason: str | None = None,
    data: Mapping[str, Any] | None = None,
    columns: Mapping[str, Any] | None = None,
    actor: Actor = SYSTEM,
) -> None:
    """Append `fact` to the chain of a job locked by the caller and set `columns`; the status stays."""
    event = events.Event(
        job_id=job.id,
        seq=job.event_seq + 1,
        action=fact,
        from_status=job.status,
        to_status=job.status,
        actor_role=actor.role,
        actor_id=actor.person_id,
        device_id=actor.device_id,
        occurred_at=now,
        received_at=now,
        reason=reason,
        data=dict(data or {}),
    )
    sealed = events.digest(job.event_hash, event)
    write(tx, Writing(columns or {}, event, job.event_hash, sealed, (), None, None, (), ()))


def queue(
    tx: Connection,
    job_id: int,
    why: str,
    now: datetime,
    *,
    data: Mapping[str, Any] | None = None,
    actor: Actor = SYSTEM,
) -> bool:
    """Put a job before the agents; False when it has ended or lies there for that reason already.

    A dispute or complaint keeps its place in the queue; the fact is on the chain all the same.
    """
    job = lock(tx, job_id)
    if job.status in _ENDED or job.queue == why:
        return False
    columns = queues.queued(job, why, now)
    record(tx, job, "queued", now, reason=why, data=data, columns=columns, actor=actor)
    return True
