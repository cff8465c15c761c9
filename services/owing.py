"""What the outbox owes that is no message: taken in turn, tried again with patience, parked with the reason.

A notice has its own queue (`services/notices`). Each kind here has one consumer in `jobs/drains.py`; doing it twice
must be harmless, because a process may die between doing and saying so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from services.uow import use_case

LEASE = timedelta(minutes=5)
MOST_TRIES = 12


@dataclass(frozen=True, slots=True)
class Debt:
    """A row in our hands until its lease ends."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int


_TAKE = """
UPDATE outbox SET attempts = attempts + 1, tried_at = %(now)s, next_at = %(until)s
 WHERE id = (SELECT id FROM outbox WHERE kind = ANY(%(kinds)s) AND state = 'pending' AND next_at <= %(now)s
              ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, payload, attempts
"""


@use_case
def take(tx: Connection, kinds: Sequence[str], now: datetime) -> Debt | None:
    """The next thing owed of these kinds; None when nothing is due."""
    asked = {"kinds": list(kinds), "now": now, "until": now + LEASE}
    row = tx.exec_driver_sql(_TAKE, asked).first()
    return None if row is None else Debt(*row)


_DONE = (
    "UPDATE outbox SET state = 'sent', sent_at = %(now)s, next_at = NULL, last_error = NULL WHERE id = %(id)s"
)


@use_case
def done(tx: Connection, debt: Debt, now: datetime) -> None:
    """It is paid."""
    tx.exec_driver_sql(_DONE, {"id": debt.id, "now": now})


_FAILED = """
UPDATE outbox SET last_error = %(error)s, state = CASE WHEN %(final)s THEN 'parked' ELSE state END,
       next_at = CASE WHEN %(final)s THEN NULL ELSE %(next)s END WHERE id = %(id)s
"""


@use_case
def failed(tx: Connection, debt: Debt, error: str, now: datetime) -> None:
    """Try again after 1, 2, 4 … minutes, at most a day; parked for a person to look at after a dozen tries."""
    again = now + min(timedelta(minutes=2 ** (debt.attempts - 1)), timedelta(days=1))
    values = {"id": debt.id, "error": error[:200], "final": debt.attempts >= MOST_TRIES, "next": again}
    tx.exec_driver_sql(_FAILED, values)


_OLD = """
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE coalesce(dropped_at, created_at) < %(before)s AND state IN ('sent', 'dropped')
       AND NOT EXISTS (SELECT 1 FROM inbox_item WHERE outbox_id = outbox.id)
     ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""


@use_case
def forget(tx: Connection, before: datetime, at_most: int = 10_000) -> int:
    """Delete what was done or dropped before `before`. What stands in somebody's inbox, or is parked, stays."""
    return tx.exec_driver_sql(_OLD, {"before": before, "most": at_most}).rowcount
