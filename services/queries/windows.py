"""Which windows a customer may choose: the dealer has room that day, the installer is free; beside a neighbour's.

Room is counted as booking counts it (`parts/rooms.py`): limits of days, promotions and closed days, units, not jobs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.actors import Actor
from domain.calendar import local_date
from domain.capacity import Diary, fits, windows_of
from domain.dispatch import SAME_DOOR
from domain.errors import NotFound
from services.parts import coverage, shelf
from services.queries import scope
from services.queries.same_door import NEIGHBOURS
from services.uow import query

DAYS = 7

_JOB = """
SELECT job.id, job.dealer_id, job.installer_id, job.category_code, job.units, job.status, job.window_start,
       o.place_lookup
  FROM job JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
 WHERE job.id = %(id)s AND {condition}
"""
_DIARY = f"""
SELECT dealer.opening_days, dealer.holidays_open, {coverage.diary_columns("%(category)s")}
  FROM dealer {coverage.diary_join("%(category)s")} WHERE dealer.id = %(dealer)s
"""
_BUSY = """
SELECT id, window_start, window_end FROM job
 WHERE installer_id = %(installer)s AND status IN ('booked', 'on_site') AND id <> %(id)s
   AND window_end >= %(now)s AND window_start < %(until)s
"""


@dataclass(frozen=True, slots=True)
class FreeWindow:
    """A span that can be booked; `left` units of the dealer's day, None when it set no limit.

    `together` are this dealer's jobs at the same door with a window that overlaps: one visit, one remote fee.
    """

    part: str
    start: datetime
    end: datetime
    left: int | None
    together: tuple[int, ...] = ()


@query
def free(connection: Connection, actor: Actor, job_id: int, now: datetime) -> tuple[FreeWindow, ...]:
    """The free windows of the next seven days, earliest first; none while no dealer has the job."""
    condition, params = scope.jobs(actor)
    job = connection.exec_driver_sql(_JOB.format(condition=condition), params | {"id": job_id}).first()
    if job is None:
        raise NotFound
    if job.dealer_id is None:
        return ()
    diary = _diary(connection, job, now)
    days = shelf.fresh(connection).days(now)[:DAYS]
    beside = _beside(connection, job, now)
    asked = {"id": job.id, "installer": job.installer_id, "now": now, "until": now + timedelta(days=DAYS + 1)}
    own = {one.id for one in beside}
    busy = [one for one in connection.exec_driver_sql(_BUSY, asked) if one.id not in own]
    return tuple(
        FreeWindow(part, start, end, left, tuple(one.id for one in _overlapping(beside, start, end)))
        for day in days
        for limit, used in ((diary.limit(day), diary.used.get(day.date, 0)),)
        for left in (None if limit is None else max(0, limit - used),)
        if fits(limit, used, job.units)
        for part, start, end in windows_of(day.date)
        if start > now and not any(start <= one.window_start < end for one in busy)
    )


def _diary(connection: Connection, job: Any, now: datetime) -> Diary:
    """The dealer's days without this job's own booking, which it would leave."""
    asked = {"dealer": job.dealer_id, "category": job.category_code, **coverage.span(now)}
    row = connection.exec_driver_sql(_DIARY, asked).one()
    limits = orjson.loads(row.limits or b"[]")
    diary = coverage.diary(limits, row.used, int(row.pending), row.opening_days, row.holidays_open)
    if job.window_start is None:
        return diary
    day = local_date(job.window_start)
    return replace(diary, used={**diary.used, day: max(0, diary.used.get(day, 0) - job.units)})


def _beside(connection: Connection, job: Any, now: datetime) -> Sequence[Any]:
    """The dealer's jobs at the same door that have a window."""
    asked = {
        "door": job.place_lookup,
        "id": job.id,
        "lately": now - SAME_DOOR,
        "now": now,
        "dealer": job.dealer_id,
    }
    there = "job.dealer_id = %(dealer)s AND job.window_start IS NOT NULL"
    rows: Sequence[Any] = connection.exec_driver_sql(NEIGHBOURS.format(there=there), asked).all()
    return rows


def _overlapping(beside: Sequence[Any], start: datetime, end: datetime) -> Sequence[Any]:
    return [one for one in beside if one.window_start < end and one.window_end > start]
