"""Bringing jobs into being: row, units, first event, clocks that already run. Many at once, for imports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import events
from domain.actors import SYSTEM, Actor
from domain.clocks import ClockKind
from domain.job import JobState, Kind, Status
from models.clock import Clock
from models.job import Job, JobEvent, JobUnit
from services.parts import clocks
from services.parts.bulk import insert_many, insert_several


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be made for an order line, with what was promised frozen on it."""

    kind: str
    order_line_id: int
    channel_id: int
    subject_id: int
    sku: str
    category_code: str
    units: int
    scheme: str
    division_code: str | None
    checklist_id: int | None
    price_list_id: int | None
    silence_confirms: bool
    delivered_at: datetime | None = None
    wanted_at: datetime | None = None
    queue: str | None = None
    zone: str = "free"
    status: str = Status.NEW
    parent_id: int | None = None
    fault: str | None = None
    dealer_id: int | None = None
    installer_id: int | None = None
    distance_m: int | None = None


def child_of(job: JobState, kind: Kind) -> NewJob:
    """A job about another one's order line: what every child inherits, and nothing of who comes or with what."""
    return NewJob(
        kind=kind,
        order_line_id=job.order_line_id,
        channel_id=job.channel_id,
        subject_id=job.subject_id,
        sku=job.sku,
        category_code=job.category_code,
        units=job.units,
        scheme=job.scheme,
        division_code=job.division_code,
        checklist_id=None,
        price_list_id=None,
        silence_confirms=False,
        zone=job.zone,
        parent_id=job.id,
    )


_NEW, _EVENT, _CLOCK = (
    tuple(field.name for field in fields(kind)) for kind in (NewJob, events.Event, clocks.NewClock)
)


def call_about(job: JobState) -> NewJob:
    """The return visit of a job: it waits in the agents' queue, so that nothing dispatches it."""
    return replace(child_of(job, Kind.RETURN_VISIT), queue="return_visit")


_SEAL = """
UPDATE job SET event_seq = 1, event_hash = first.hash
  FROM json_to_recordset(%(rows0)s::json) AS first(job_id bigint, hash bytea) WHERE job.id = first.job_id
"""


def create(tx: Connection, new: Sequence[NewJob], now: datetime, actor: Actor = SYSTEM) -> list[int]:
    """Insert the jobs, each for another order line; returns their ids in order. Delivered goods start clocks."""
    if not new:
        return []
    rows = [_row(job, now) for job in new]
    made = {row.order_line_id: row.id for row in insert_many(tx, Job, rows, "id", "order_line_id")}
    ids = [made[job.order_line_id] for job in new]
    first = [_first_event(job_id, job, now, actor) for job_id, job in zip(ids, new, strict=True)]
    units = [
        {"job_id": job_id, "position": position}
        for job_id, job in zip(ids, new, strict=True)
        for position in range(1, job.units + 1)
    ]
    begun = _first_clocks(tx, ids, new, now)
    insert_several(tx, (JobEvent, first), (JobUnit, units), (Clock, begun), then=_SEAL)
    return ids


def _row(job: NewJob, now: datetime) -> dict[str, Any]:
    values = {name: getattr(job, name) for name in _NEW}
    accepted = now if job.status == Status.ACCEPTED else None
    queued = now if job.queue else None
    times = {"created_at": now, "updated_at": now, "last_occurred_at": now}
    return values | times | {"accepted_at": accepted, "queued_at": queued}


def _first_event(job_id: int, job: NewJob, now: datetime, actor: Actor) -> dict[str, Any]:
    data = {"order_line_id": job.order_line_id, "units": job.units, "parent_id": job.parent_id}
    event = events.Event(
        job_id=job_id,
        seq=1,
        action="create",
        from_status=None,
        to_status=job.status,
        actor_role=actor.role,
        actor_id=actor.person_id,
        device_id=None,
        occurred_at=now,
        received_at=now,
        reason=job.queue,
        data={name: value for name, value in data.items() if value is not None},
    )
    row = {name: getattr(event, name) for name in _EVENT}
    return row | {"prev_hash": events.GENESIS, "hash": events.digest(events.GENESIS, event)}


def _first_clocks(
    tx: Connection, ids: Sequence[int], new: Sequence[NewJob], now: datetime
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for job_id, job in zip(ids, new, strict=True):
        triggers = ["delivered"] if job.delivered_at else []
        if job.status == Status.ACCEPTED:
            triggers.append("accept")
        begun: dict[
            tuple[str, str], clocks.NewClock
        ] = {}  # delivered and accepted at once start one finish clock
        for trigger in triggers:
            for clock in clocks.started(tx, _state(job_id, job, now), trigger, "", now, (job.dealer_id,)):
                begun.setdefault((clock.kind, clock.family), clock)
        if job.installer_id is not None:  # a second visit has its installer: nobody need be named in time
            begun = {key: clock for key, clock in begun.items() if key[0] != ClockKind.NAME_INSTALLER}
        rows += [_clock_row(job_id, clock) for clock in begun.values()]
    return rows


def _clock_row(job_id: int, clock: clocks.NewClock) -> dict[str, Any]:
    values = {name: getattr(clock, name) for name in _CLOCK}
    return values | {"job_id": job_id, "next_at": clock.next_at}


_UNSET: dict[str, Any] = {field.name: None for field in fields(JobState)} | {
    "open_charges": 0,
    "open_complaints": 0,
    "open_children": 0,
    "dispute_open": False,
    "audit": "not_sampled",
}


def _state(job_id: int, job: NewJob, now: datetime) -> JobState:
    known = {name: getattr(job, name) for name in _NEW if name in _UNSET}
    head = {"id": job_id, "version": 1, "event_seq": 1, "event_hash": b"", "last_occurred_at": now}
    return JobState(**(_UNSET | known | head))
