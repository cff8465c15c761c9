"""The sweep over running clocks raises each level once; what rests on an unpublished year is worked out anew.

It is one statement per batch: raise, write the breaches, owe the digests. Its cost follows what is newly
late, not what is open. What it holds nobody waits for long; it waits for no clock (SKIP LOCKED), only for a digest
that is just being told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from services.parts import digests, recounting
from services.uow import use_case

BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Raised:
    """What a sweep did: clocks looked at, levels raised, digests begun."""

    clocks: int = 0
    breaches: int = 0
    digests: int = 0


# Found again by ctid: by id, a batch costs a third more. A row changed between snapshot and lock is missed, and taken
# by the next tick. Not ordered: in the table's own order it is cheaper, and all batches of a run are done anyway.
RAISE = """
WITH due AS MATERIALIZED (
    SELECT ctid AS place, level AS before, notice_at, due_at, severe_at,
           stopped_at IS NULL AND paused_at IS NULL AS runs, least(%(now)s, stopped_at, paused_at) AS at
      FROM clock WHERE next_at <= %(now)s LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED),
judged AS (
    SELECT *, greatest(before, CASE WHEN severe_at <= at THEN 3 WHEN due_at <= at THEN 2
                                    WHEN notice_at <= at THEN 1 ELSE 0 END) AS reached FROM due),
raised AS (
    UPDATE clock SET level = reached,
           next_at = CASE WHEN runs THEN CASE reached WHEN 0 THEN judged.notice_at WHEN 1 THEN judged.due_at
                                                      WHEN 2 THEN judged.severe_at END END
      FROM judged WHERE clock.ctid = judged.place
    RETURNING clock.id, job_id, owner, kind, family, level, before, coalesce(clock.due_at, at) AS due_at,
              CASE WHEN owner = 'dealer' THEN
                  coalesce(dealer_id, (SELECT dealer_id FROM job WHERE job.id = job_id)) END AS dealer_id),
"""
TELL = """
told AS (
    INSERT INTO breach (clock_id, job_id, dealer_id, kind, family, level, due_at, raised_at)
    SELECT id, job_id, dealer_id, kind, family, step, due_at, %(now)s
      FROM raised JOIN (VALUES (1), (2), (3)) AS steps(step) ON step > before AND step <= level
    {unless}RETURNING 1),
"""
UNLESS_THERE = "ON CONFLICT (clock_id, level) WHERE withdrawn_at IS NULL DO NOTHING "

COUNT = """
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM told), (SELECT count(*) FROM owed WHERE fresh)
"""
SWEEP = RAISE + TELL.format(unless="") + digests.OWE + COUNT
SWEEP_AGAIN = RAISE + TELL.format(unless=UNLESS_THERE) + digests.OWE + COUNT
# Statistics of instants are always behind: by them the past is full of clocks, and reading the whole table looks cheap.
_BY_INDEX = "SET LOCAL enable_seqscan = off"


def raise_levels(now: datetime, batch: int = BATCH) -> Raised:
    """Raise every level reached by `now`, each once, whoever else sweeps meanwhile.

    A clock stopped or paused is judged as of then. One message per dealer (and per channel for what agents owe), level
    and hour, naming the clock due first. Away for a day, a clock of two hours is raised to severe with three breaches.
    """
    total, more = Raised(), True
    while more:
        done = _raise_batch(now, batch)
        more = done.clocks == batch
        total = Raised(
            total.clocks + done.clocks, total.breaches + done.breaches, total.digests + done.digests
        )
    return total


def _raise_batch(now: datetime, batch: int) -> Raised:
    """A level that was lowered by hand has its breach already; to allow for that always costs a sixth of the UPDATE."""
    try:
        return _raise(SWEEP, now, batch)
    except IntegrityError:
        return _raise(SWEEP_AGAIN, now, batch)


@use_case
def _raise(tx: Connection, statement: str, now: datetime, batch: int) -> Raised:
    tx.exec_driver_sql(_BY_INDEX)
    return Raised(*tx.exec_driver_sql(statement, {"now": now, "batch": batch}).one())


def recount_provisional(_now: datetime, batch: int = recounting.BATCH) -> recounting.Recounted:
    """Work out anew the running clocks that rest on an unpublished year: it may be published by now.

    Another process may have started such a clock with the calendar it still remembered from before.
    """
    total, after = recounting.Recounted(), 0
    while True:
        done, last = _recount(after, batch)
        total = total.plus(done)
        if last is None:
            return total
        after = last


@use_case
def _recount(tx: Connection, after: int, batch: int) -> tuple[recounting.Recounted, int | None]:
    return recounting.provisional(tx, after, batch)
