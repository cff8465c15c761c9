"""Runs on record: a slot is claimed once, by whoever holds the task's lock; an unfinished one by its heir.

The advisory lock says who runs a task now, the row what has run. The lock dies with its connection, so an
unfinished row whose lock is free was left by a runner that was killed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select, text, update

from domain.actors import Actor, Role
from domain.runs import MONEY, check
from models import db
from models.run import WORKED, Run
from services.uow import query, use_case

_TRY = "SELECT pg_try_advisory_xact_lock(1953855866, hashtext(%(task)s))"


@dataclass(frozen=True, slots=True)
class Slot:
    """A run that is owed: its task and the time it was meant for."""

    task: str
    slot: datetime


@dataclass(frozen=True, slots=True)
class Requested:
    """A run asked for; a runner takes it within seconds."""

    id: int
    task: str
    slot: datetime


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as people read it. Not started: asked for. Started, neither finished nor failed: running now."""

    id: int
    task: str
    slot: datetime
    requested_by: int | None
    started_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, Any]
    error: str | None


@contextmanager
def alone(task: str) -> Iterator[bool]:
    """Hold the task's lock for the block, or yield False when somebody else does. Nobody waits."""
    with db.engine.connect() as guard:
        # The guard idles for as long as the run takes; the pool's usual limit would end it and free the lock.
        guard.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield guard.exec_driver_sql(_TRY, {"task": task}).scalar_one()


_CLAIM = """
WITH left_behind AS (
    UPDATE run SET error = 'interrupted'
     WHERE task = %(task)s AND slot <> %(slot)s AND started_at IS NOT NULL AND finished_at IS NULL AND error IS NULL)
INSERT INTO run (task, slot, started_at) VALUES (%(task)s, %(slot)s, %(now)s)
ON CONFLICT (task, slot) DO UPDATE SET started_at = excluded.started_at, error = NULL WHERE run.finished_at IS NULL
RETURNING id
"""
_FINISH = "UPDATE run SET finished_at = %(now)s, counts = %(counts)s, error = %(error)s WHERE id = %(id)s"


@use_case
def claim(tx: Connection, task: str, slot: datetime, now: datetime) -> int | None:
    """The run's id when it is ours to do, None when it is done. Only while holding `alone(task)`."""
    return tx.exec_driver_sql(_CLAIM, {"task": task, "slot": slot, "now": now}).scalar()


@use_case
def finish(tx: Connection, run_id: int, counts: Mapping[str, Any], error: str | None, now: datetime) -> None:
    """Record what a run counted, or why it failed."""
    values = {"id": run_id, "counts": orjson.dumps(counts).decode(), "error": error, "now": now}
    tx.exec_driver_sql(_FINISH, values)


# A slot that is taken (the demo's clock may stand still) gives way to the next microsecond.
_REQUEST = """
INSERT INTO run (task, slot, requested_by)
SELECT %(task)s, coalesce(max(slot) + interval '1 microsecond', %(now)s), %(by)s FROM run
 WHERE task = %(task)s AND slot >= %(now)s AND slot < %(now)s + interval '1 second'
ON CONFLICT (task, slot) DO UPDATE SET requested_by = excluded.requested_by
RETURNING id, task, slot
"""


@use_case
def request(tx: Connection, actor: Actor, task: str, now: datetime) -> Requested:
    """Ask for a run now; a name that is not on the timetable ends as failed. `Forbidden`: finance asks for money's."""
    check(actor, task)
    asked = {"task": task, "now": now, "by": actor.person_id}
    return Requested(*tx.exec_driver_sql(_REQUEST, asked).one())


@use_case
def refuse(tx: Connection, slot: Slot, now: datetime) -> None:
    """End a run that was asked for and cannot be: no such task."""
    which = (Run.task == slot.task) & (Run.slot == slot.slot) & Run.started_at.is_(None)
    tx.execute(update(Run).where(which).values(started_at=now, finished_at=now, error="没有这个任务"))


@query
def waiting(connection: Connection) -> list[Slot]:
    """Runs asked for and not started, oldest first."""
    rows = connection.execute(select(Run.task, Run.slot).where(Run.started_at.is_(None)).order_by(Run.id))
    return [Slot(row.task, row.slot) for row in rows]


@query
def unfinished(connection: Connection, slots: Sequence[Slot]) -> list[Slot]:
    """Those of `slots` that nobody has finished: never begun, or left behind."""
    found = []
    for slot in slots:
        done = select(Run.id).where(
            Run.task == slot.task, Run.slot == slot.slot, Run.finished_at.is_not(None)
        )
        if connection.execute(done).first() is None:
            found.append(slot)
    return found


@query
def listed(
    connection: Connection,
    actor: Actor,
    task: str | None,
    failed: bool | None,
    before: int | None,
    limit: int,
    *,
    worked: bool = False,
) -> list[RunLine]:
    """Runs, newest first; of one task, or only those that failed (or only those that did not). Finance: of money.

    Worked: without those that had nothing to do and ended well.
    """
    columns = [getattr(Run, name) for name in RunLine.__slots__]
    rows = select(*columns).order_by(Run.id.desc()).limit(limit)
    if actor.role == Role.FINANCE:
        rows = rows.where(Run.task.in_(MONEY))
    if task is not None:
        rows = rows.where(Run.task == task)
    if failed is not None:
        rows = rows.where(Run.error.is_not(None) if failed else Run.error.is_(None))
    if worked:
        rows = rows.where(text(WORKED))
    if before is not None:
        rows = rows.where(Run.id < before)
    return [RunLine(*row) for row in connection.execute(rows)]


_PURGE = """
DELETE FROM run WHERE slot < %(before)s AND slot < (SELECT max(slot) FROM run newest WHERE newest.task = run.task)
"""


@use_case
def purge(tx: Connection, before: datetime) -> int:
    """Forget runs of slots before `before`; the last one of each task stays, to tell when it last ran."""
    return tx.exec_driver_sql(_PURGE, {"before": before}).rowcount
