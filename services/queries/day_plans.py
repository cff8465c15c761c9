"""An installer's day as people read it: the visits as they are booked now, in the order proposed for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from domain.job import STATUS_NAMES, Status
from domain.privacy import shown, sight_of
from services.parts.day_facts import OPEN, bounds
from services.personal import Erased, reveal, unwrap
from services.uow import query

ESTIMATED = "路程与时间均为估算：直线距离 × 绕行系数 ÷ 车速，不是导航结果；顺序仅供参考，不改变任何预约"


@dataclass(frozen=True, slots=True)
class DayJob:
    """One job at a door."""

    id: int
    status: str
    status_name: str
    category_code: str
    product_name: str
    units: int
    held: str | None


@dataclass(frozen=True, slots=True)
class Warning:
    """What cannot be kept, or needs somebody's eye; `flag` for programs, `text` for people."""

    flag: str
    text: str


@dataclass(frozen=True, slots=True)
class DayStopLine:
    """One visit. The times are None until the runner has planned it; `travel_m` is a straight line, to 100 m."""

    visit_id: int
    position: int | None
    window_start: datetime
    window_end: datetime
    address: str | None
    jobs: tuple[DayJob, ...]
    travel_m: int | None
    travel_minutes: int | None
    arrive_at: datetime | None
    begin_at: datetime | None
    leave_at: datetime | None
    done: bool
    warnings: tuple[Warning, ...]


@dataclass(frozen=True, slots=True)
class DayRoute:
    """One installer's day. `up_to_date`: no booking has changed since it was planned (`made_at`)."""

    installer_id: int
    day: date
    made_at: datetime | None
    up_to_date: bool
    speed_kmh: int | None
    detour_percent: int | None
    minutes_per_unit: int | None
    note: str
    stops: tuple[DayStopLine, ...]


_DAY = """
SELECT job.id, job.installer_id, job.visit_id, job.status, job.category_code, job.units, job.held, job.window_start,
       job.window_end, job.updated_at, job.closed_at, coalesce(product.name, job.sku) AS product_name,
       customer_order.personal, subject.wrapped_key, plan.made_at, plan.jobs AS planned_jobs,
       plan.changed_at AS planned_change, plan.basis, stop.position, stop.travel_m, stop.travel_s, stop.arrive_at,
       stop.begin_at, stop.leave_at, coalesce(stop.done, false) AS done, stop.warnings
  FROM job JOIN order_line ON order_line.id = job.order_line_id
  JOIN customer_order ON customer_order.id = order_line.order_id JOIN subject ON subject.id = customer_order.subject_id
  LEFT JOIN product ON product.sku = job.sku
  LEFT JOIN day_plan plan ON plan.installer_id = job.installer_id AND plan.dealer_id = job.dealer_id
                         AND plan.day = %(day)s
  LEFT JOIN day_stop stop ON stop.plan_id = plan.id AND stop.visit_id = job.visit_id
 WHERE job.dealer_id = %(dealer)s AND job.installer_id IS NOT NULL AND job.visit_id IS NOT NULL
   AND (%(installer)s::bigint IS NULL OR job.installer_id = %(installer)s)
   AND job.status IN ('booked', 'on_site', 'submitted', 'confirmed')
   AND job.window_start >= %(from)s AND job.window_start < %(until)s
 ORDER BY job.installer_id, stop.position NULLS LAST, job.window_start, job.visit_id, job.id
"""


@query
def of_installer(connection: Connection, actor: Actor, day: date, now: datetime) -> DayRoute:
    """The installer's own day; without visits an empty one."""
    if actor.person_id is None or actor.dealer_id is None:
        raise NotFound
    found = _days(connection, actor, actor.dealer_id, actor.person_id, day, now)
    return found[0] if found else DayRoute(actor.person_id, day, None, True, None, None, None, ESTIMATED, ())


@query
def of_dealer(
    connection: Connection, actor: Actor, dealer_id: int, installer_id: int | None, day: date, now: datetime
) -> tuple[DayRoute, ...]:
    """The day of each of the dealer's installers who has visits; `NotFound` for another's dealer."""
    if actor.dealer_id != dealer_id:
        raise NotFound
    return _days(connection, actor, dealer_id, installer_id, day, now)


def _days(
    connection: Connection, actor: Actor, dealer_id: int, installer_id: int | None, day: date, now: datetime
) -> tuple[DayRoute, ...]:
    asked = {"dealer": dealer_id, "installer": installer_id, "day": day, **bounds(day)}
    rows = connection.exec_driver_sql(_DAY, asked).all()
    return tuple(
        _day(actor, person, day, list(jobs), now)
        for person, jobs in groupby(rows, lambda row: row.installer_id)
    )


def _day(actor: Actor, installer_id: int, day: date, rows: Sequence[Any], now: datetime) -> DayRoute:
    first = rows[0]
    open_changes = [row.updated_at for row in rows if row.status in OPEN]
    state = (len(open_changes), max(open_changes, default=None))
    basis = (first.basis or {}).get("assumptions", {})
    stops = [_stop(actor, list(jobs), now) for _, jobs in groupby(rows, lambda row: row.visit_id)]
    return DayRoute(
        installer_id=installer_id,
        day=day,
        made_at=first.made_at,
        up_to_date=(first.planned_jobs, first.planned_change) == state,
        speed_kmh=basis.get("speed_kmh"),
        detour_percent=basis.get("detour_percent"),
        minutes_per_unit=basis.get("minutes_per_unit"),
        note=ESTIMATED,
        stops=tuple(stops),
    )


def _stop(actor: Actor, jobs: Sequence[Any], now: datetime) -> DayStopLine:
    first = jobs[0]
    return DayStopLine(
        visit_id=first.visit_id,
        position=first.position,
        window_start=first.window_start,
        window_end=first.window_end,
        address=_address(actor, first, now),
        jobs=tuple(_job(job) for job in jobs),
        travel_m=first.travel_m,
        travel_minutes=None if first.travel_s is None else -(-first.travel_s // 60),
        arrive_at=first.arrive_at,
        begin_at=first.begin_at,
        leave_at=first.leave_at,
        done=first.done,
        warnings=tuple(Warning(one["flag"], one["text"]) for one in first.warnings or ()),
    )


def _job(row: Any) -> DayJob:
    return DayJob(
        row.id,
        row.status,
        STATUS_NAMES[Status(row.status)],
        row.category_code,
        row.product_name,
        row.units,
        row.held,
    )


def _address(actor: Actor, row: Any, now: datetime) -> str | None:
    try:
        personal = reveal(unwrap(row.wrapped_key), "customer_order.personal", row.personal)
    except Erased:
        return None
    sight = sight_of(actor, row.status, row.closed_at, now)
    return shown("", "", personal.get("address") or "", sight)[2]
