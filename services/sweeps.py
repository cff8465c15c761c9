"""What time alone does to jobs: silence confirms, customers are reminded, the complaint window ends; old rows go.

Jobs are claimed in small batches with SKIP LOCKED, each in a savepoint of its own: what one refuses is counted
with its reason and stops nobody else. Everybody due is tried once in a run.

A sweep never waits for a row. It holds many jobs at once in the order they are due, and an order import holds many in
the order of their ids: if both waited, they could wait for each other. So the parent that a child's end releases is
locked with SKIP LOCKED too, and a family that somebody else holds is left to the next run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.clocks import CONFIRM_REMINDERS
from domain.errors import DomainError
from services.deeds import act
from services.deeds.site import SILENCE
from services.uow import use_case

BATCH = 50
NAMED = 20
_START = (datetime(1970, 1, 1, tzinfo=UTC), 0)

Cursor = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Swept:
    """Jobs done, jobs that refused: how many by reason, and the first twenty by id."""

    done: int = 0
    refused: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    job_ids: tuple[int, ...] = ()

    def plus(self, other: Swept) -> Swept:
        """Both together."""
        reasons = dict(Counter(self.reasons) + Counter(other.reasons))
        ids = (*self.job_ids, *other.job_ids)[:NAMED]
        return Swept(self.done + other.done, self.refused + other.refused, reasons, ids)


_SILENT = """
SELECT id, NULL::bigint AS parent_id, auto_confirm_at AS due FROM job
 WHERE status = 'submitted' AND auto_confirm_at <= %(now)s AND (auto_confirm_at, id) > (%(at)s, %(after)s)
   AND silence_confirms AND NOT dispute_open AND NOT remote_open AND open_charges = 0 AND open_complaints = 0
 ORDER BY auto_confirm_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
"""
_OVER = """
SELECT id, parent_id, complaints_until AS due FROM job
 WHERE status = 'confirmed' AND complaints_until <= %(now)s AND (complaints_until, id) > (%(at)s, %(after)s)
   AND audit IN ('not_sampled', 'passed') AND NOT dispute_open AND NOT remote_open AND open_charges = 0
   AND open_complaints = 0 AND open_children = 0
 ORDER BY complaints_until, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
"""
_PARENT = "SELECT 1 FROM job WHERE id = %(id)s FOR UPDATE SKIP LOCKED"


def auto_confirm(now: datetime, batch: int = BATCH) -> Swept:
    """Let silence confirm what was submitted 48 hours ago and promised so, with nothing open."""
    return _sweep(lambda after: _batch(_SILENT, Command(Action.AUTO_CONFIRM), after, batch, now))


def close_due(now: datetime, batch: int = BATCH) -> Swept:
    """Close what was confirmed seven days ago, audited if it was drawn, with nothing open. Fees become final."""
    return _sweep(lambda after: _batch(_OVER, Command(Action.CLOSE), after, batch, now))


def _sweep(step: Callable[[Cursor], tuple[Swept, Cursor | None]]) -> Swept:
    total, after = Swept(), _START
    while True:
        done, last = step(after)
        total = total.plus(done)
        if last is None:
            return total
        after = last


@use_case
def _batch(
    tx: Connection, claim: str, command: Command, after: Cursor, batch: int, now: datetime
) -> tuple[Swept, Cursor | None]:
    """One batch; where the next begins, None when this was the last."""
    asked = {"now": now, "at": after[0], "after": after[1], "batch": batch}
    rows = tx.exec_driver_sql(claim, asked).all()
    done = Swept()
    for row in rows:
        free = row.parent_id is None or tx.exec_driver_sql(_PARENT, {"id": row.parent_id}).first() is not None
        busy = Swept(refused=1, reasons={"busy": 1}, job_ids=(row.id,))
        done = done.plus(_one(tx, row.id, command, now) if free else busy)
    return done, (rows[-1].due, rows[-1].id) if len(rows) == batch else None


def _one(tx: Connection, job_id: int, command: Command, now: datetime) -> Swept:
    try:
        with tx.begin_nested():
            act(tx, SYSTEM, job_id, command, now)
    except DomainError as refusal:
        return Swept(refused=1, reasons={refusal.code: 1}, job_ids=(job_id,))
    except Exception as error:  # one bad row must not stop the sweep
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        return Swept(refused=1, reasons={type(error).__name__: 1}, job_ids=(job_id,))
    return Swept(done=1)


# Between this reminder and what comes next (another reminder, or the confirmation), and only once.
_REMIND = """
INSERT INTO outbox (kind, dedupe_key, job_id, payload, created_at, next_at)
SELECT 'notice', key, id, '{"template": "confirm_reminder", "audience": "customer"}', %(now)s, %(now)s
  FROM (SELECT id, format('job:%%s:confirm_reminder:%%s', id, %(hours)s) AS key FROM job
         WHERE status = 'submitted'
           AND auto_confirm_at > %(now)s + %(next_left)s AND auto_confirm_at <= %(now)s + %(left)s
           AND NOT dispute_open AND NOT remote_open AND open_charges = 0 AND open_complaints = 0) AS silent
 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE dedupe_key = key)
    ON CONFLICT (dedupe_key) DO NOTHING
"""


@use_case
def confirm_reminders(tx: Connection, now: datetime) -> int:
    """Remind customers whose silence will confirm: once 24 and once 40 hours after the submission.

    A sweep that was away through both sends only the later one. Returns how many are owed.
    """
    until = [*CONFIRM_REMINDERS[1:], SILENCE]
    return sum(
        tx.exec_driver_sql(
            _REMIND,
            {
                "now": now,
                "hours": int(after / timedelta(hours=1)),
                "left": SILENCE - after,
                "next_left": SILENCE - following,
            },
        ).rowcount
        for after, following in zip(CONFIRM_REMINDERS, until, strict=True)
    )


# Sessions of staff with a device stay for good: whether that dealer ever used this phone is asked of them.
_SESSIONS = """
DELETE FROM session WHERE id IN (
    SELECT id FROM session WHERE least(expires_at, coalesce(revoked_at, expires_at)) < %(before)s
       AND (device_id IS NULL OR binding_id IS NULL) LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""


@use_case
def purge_sessions(tx: Connection, before: datetime, at_most: int = 10_000) -> int:
    """Delete sessions that ended before `before`, but none that says which phone a dealer's people used."""
    return tx.exec_driver_sql(_SESSIONS, {"before": before, "most": at_most}).rowcount
