"""Which windows a customer may choose: those in which the dealer has capacity and the installer is free."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.calendar import SHANGHAI, local_date
from domain.errors import NotFound
from services.queries import scope
from services.uow import query

DAYS = 7
PARTS = (("morning", time(8), time(12)), ("afternoon", time(12), time(17)), ("evening", time(17), time(20)))

_JOB = "SELECT dealer_id, installer_id, category_code FROM job WHERE id = %(id)s AND {condition}"
_TAKEN = """
SELECT window_start, installer_id = %(installer)s AS own FROM job
 WHERE dealer_id = %(dealer)s AND category_code = %(category)s AND status IN ('booked', 'on_site')
   AND window_start >= %(from)s AND window_start < %(until)s AND id <> %(id)s
"""
_CAPACITY = "SELECT day, units FROM capacity WHERE dealer_id = %(dealer)s AND category_code = %(category)s"


@dataclass(frozen=True, slots=True)
class FreeWindow:
    """A span that can be booked; `left` units of the dealer's day, None when it set no limit."""

    part: str
    start: datetime
    end: datetime
    left: int | None


@query
def free(connection: Connection, actor: Actor, job_id: int, now: datetime) -> tuple[FreeWindow, ...]:
    """The free windows of the next seven days, earliest first; none while no dealer has the job."""
    condition, params = scope.jobs(actor)
    job = connection.exec_driver_sql(_JOB.format(condition=condition), params | {"id": job_id}).first()
    if job is None:
        raise NotFound
    if job.dealer_id is None:
        return ()
    asked: dict[str, Any] = {
        "id": job_id,
        "dealer": job.dealer_id,
        "installer": job.installer_id,
        "category": job.category_code,
        "from": now,
        "until": now + timedelta(days=DAYS + 1),
    }
    taken = connection.exec_driver_sql(_TAKEN, asked).all()
    limits = {row.day: row.units for row in connection.exec_driver_sql(_CAPACITY, asked)}
    used = Counter(local_date(row.window_start) for row in taken)
    busy = {row.window_start for row in taken if row.own}
    spans = [span for offset in range(DAYS) for span in _spans(local_date(now) + timedelta(days=offset))]
    return tuple(
        FreeWindow(part, start, end, left)
        for part, start, end in spans
        for left in (_left(limits, used, local_date(start)),)
        if start > now and (left is None or left > 0) and not any(start <= at < end for at in busy)
    )


def _spans(day: date) -> list[tuple[str, datetime, datetime]]:
    return [
        (part, datetime.combine(day, begins, SHANGHAI), datetime.combine(day, ends, SHANGHAI))
        for part, begins, ends in PARTS
    ]


def _left(limits: dict[date | None, int], used: Counter[date], day: date) -> int | None:
    limit = limits.get(day, limits.get(None))
    return None if limit is None else limit - used[day]
