"""A dealer's room, looked at under its lock: nobody is over-booked however many book at once (domain.md §3).

One lock per dealer and category, held until the transaction ends. Order for everybody: the job's row, then this lock,
then the lock of the door (`deeds/desk.py`). Lock and count are two statements: the count must see what whoever held
the lock before has committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import dispatch
from domain.calendar import SHANGHAI, local_date
from domain.capacity import CapacityFull, Diary, fits
from domain.job import JobState
from services.direct import together
from services.parts import coverage, shelf

# Who has no limit and is never closed is not locked.
_LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('room:' || %(category)s, dealer.id)) FROM dealer
 WHERE dealer.id = %(dealer)s
   AND (opening_days <> 127 OR NOT holidays_open
        OR EXISTS (SELECT 1 FROM capacity WHERE dealer_id = dealer.id AND category_code = %(category)s))
"""
_DAY = f"""
SELECT dealer.opening_days, dealer.holidays_open, ({coverage.LIMITS.format(category="%(category)s")})::text AS limits,
       (SELECT coalesce(sum(job.units), 0) FROM job
         WHERE job.dealer_id = dealer.id AND job.category_code = %(category)s AND job.id <> %(job)s
           AND job.window_start >= %(midnight)s AND job.window_start < %(until)s
           AND job.status NOT IN ('new', 'offered', 'accepted', 'unserved', 'cancelled')) AS used
  FROM dealer WHERE dealer.id = %(dealer)s
"""
_DIARY = f"""
SELECT dealer.opening_days, dealer.holidays_open, {coverage.diary_columns("%(category)s")}
  FROM dealer {coverage.diary_join("%(category)s")} WHERE dealer.id = %(dealer)s
"""


def _locked(tx: Connection, statement: str, asked: Mapping[str, Any]) -> Any:
    """What `statement` finds of the dealer, its limits ours to look at; None where it has none."""
    lock, found = together(tx, (_LOCK, asked), (statement, asked))
    return None if lock.first() is None else found.one()


def require_day(tx: Connection, job: JobState, start: datetime) -> None:
    """`CapacityFull` when the job's dealer has no room for it on the day of `start`; its own booking does not count."""
    day = local_date(start)
    midnight = datetime.combine(day, time(), SHANGHAI)
    asked = {"dealer": job.dealer_id, "category": job.category_code, "job": job.id, "today": day, "last": day}
    row = _locked(tx, _DAY, asked | {"midnight": midnight, "until": midnight + timedelta(days=1)})
    if row is None:
        return
    limits = orjson.loads(row.limits or b"[]")
    limit = coverage.diary(limits, None, 0, row.opening_days, row.holidays_open).limit(
        shelf.fresh(tx).day(day)
    )
    if not fits(limit, int(row.used), job.units):
        left = max(0, (limit or 0) - int(row.used))
        raise CapacityFull(f"{day.month}月{day.day}日产能为 {limit} 台，已约 {row.used} 台，还剩 {left} 台")


def has_room(tx: Connection, job: JobState, dealer_id: int, now: datetime) -> bool:
    """Whether the dealer still has room for the job on the asked days, under its lock: may it accept by itself?"""
    found = _found(tx, job, dealer_id, now)
    return found is None or found[1]


def has_month(tx: Connection, job: JobState, dealer_id: int, now: datetime) -> bool:
    """Whether it has room on any day a promise looks at, under its lock: may it accept without stretching itself?"""
    found = _found(tx, job, dealer_id, now)
    return found is None or found[0] is not None


def _found(tx: Connection, job: JobState, dealer_id: int, now: datetime) -> tuple[date | None, bool] | None:
    """As `domain.dispatch.room`, under the dealer's lock; None where it has no limits."""
    row = _locked(tx, _DIARY, _of(dealer_id, job.category_code, now))
    if row is None:
        return None
    days = shelf.fresh(tx).days(now)
    wanted = None if job.wanted_at is None else local_date(job.wanted_at)
    asked = dispatch.asked_days(wanted, days)
    return dispatch.room(_diary(row), days, asked, job.units)


def diary(tx: Connection, dealer_id: int, category: str, now: datetime) -> Diary:
    """A dealer's days in a category as they stand; to rely on it, hold the lock."""
    return _diary(tx.exec_driver_sql(_DIARY, _of(dealer_id, category, now)).one())


def _of(dealer_id: int, category: str, now: datetime) -> dict[str, Any]:
    return {"dealer": dealer_id, "category": category, **coverage.span(now)}


def _diary(row: Any) -> Diary:
    limits, pending = orjson.loads(row.limits or b"[]"), int(row.pending)
    return coverage.diary(limits, row.used, pending, row.opening_days, row.holidays_open)
