"""What an installer's day is planned from: his visits with their doors, read where the bookings stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.calendar import SHANGHAI
from domain.geo import Datum, Point
from domain.reasons import HOLD
from domain.route import Assumptions, Call, DayFacts
from services.parts.rounds import door_of

OPEN = ("booked", "on_site", "submitted")
"""Jobs whose change makes a plan stale; one confirmed stays in the day as done."""

_CERTIFICATES = {"gas": "燃气", "wiring": "电工"}
_DAY = """
SELECT job.id, job.visit_id, job.status, job.window_start, job.window_end, job.units, job.held, job.checked_in_at,
       job.submitted_at, job.updated_at, customer_order.personal, subject.wrapped_key,
       EXISTS (SELECT 1 FROM skill WHERE person_id = job.installer_id AND category_code = job.category_code) AS skilled,
       ARRAY(SELECT need FROM jsonb_array_elements_text(category.certificates) AS need WHERE NOT EXISTS (
           SELECT 1 FROM certificate c WHERE c.person_id = job.installer_id AND c.kind = need
              AND c.expires_on >= %(day)s)) AS uncertified
  FROM job JOIN order_line ON order_line.id = job.order_line_id
  JOIN customer_order ON customer_order.id = order_line.order_id JOIN subject ON subject.id = customer_order.subject_id
  JOIN category ON category.code = job.category_code
 WHERE job.installer_id = %(installer)s AND job.dealer_id = %(dealer)s AND job.visit_id IS NOT NULL
   AND job.status IN ('booked', 'on_site', 'submitted', 'confirmed')
   AND job.window_start >= %(from)s AND job.window_start < %(until)s ORDER BY job.id
"""
_OUTLET = "SELECT outlet_lng, outlet_lat, outlet_datum FROM dealer WHERE id = %(dealer)s"


def bounds(day: date) -> dict[str, datetime]:
    """The instants between which a day's windows begin, as `from` and `until`."""
    midnight = datetime.combine(day, time(), SHANGHAI)
    return {"from": midnight, "until": midnight + timedelta(days=1)}


def load(
    tx: Connection, installer_id: int, dealer_id: int, day: date, assumptions: Assumptions, now: datetime
) -> tuple[DayFacts, int, datetime | None]:
    """The facts, and the state of the bookings they were read from: how many are open, when one changed last."""
    asked = {"installer": installer_id, "dealer": dealer_id, "day": day, **bounds(day)}
    rows = tx.exec_driver_sql(_DAY, asked).all()
    outlet = tx.exec_driver_sql(_OUTLET, {"dealer": dealer_id}).one()
    visits: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        visits[row.visit_id].append(row)
    calls = tuple(_call(visit_id, jobs) for visit_id, jobs in visits.items())
    changes = [row.updated_at for row in rows if row.status in OPEN]
    facts = DayFacts(installer_id, day, now, _outlet(outlet), calls, assumptions)
    return facts, len(changes), max(changes, default=None)


def _outlet(row: Any) -> Point | None:
    if row.outlet_lng is None or row.outlet_lat is None:
        return None
    return Point(row.outlet_lng, row.outlet_lat, Datum(row.outlet_datum), None, "outlet")


def _call(visit_id: int, jobs: Sequence[Any]) -> Call:
    """The jobs at one door: the window that suits all of them, or the first one's where none does."""
    start, end = max(job.window_start for job in jobs), min(job.window_end for job in jobs)
    if start >= end:
        start, end = jobs[0].window_start, jobs[0].window_end
    arrived = [job.checked_in_at for job in jobs if job.status != "booked" and job.checked_in_at is not None]
    over = all(job.status in ("submitted", "confirmed") and job.submitted_at is not None for job in jobs)
    held = next((HOLD.get(job.held, job.held) for job in jobs if job.held is not None), None)
    return Call(
        visit_id=visit_id,
        job_ids=tuple(job.id for job in jobs),
        start=start,
        end=end,
        units=sum(job.units for job in jobs),
        point=next((point for point in map(door_of, jobs) if point is not None), None),
        arrived_at=min(arrived) if arrived else None,
        left_at=max(job.submitted_at for job in jobs) if over else None,
        held=held,
        faults=tuple(dict.fromkeys(fault for job in jobs for fault in _faults(job))),
    )


def _faults(job: Any) -> list[str]:
    faults = [] if job.skilled else [f"师傅没有工单 {job.id} 所需品类的技能"]
    return faults + [f"师傅当日没有有效的{_CERTIFICATES.get(kind, kind)}证书" for kind in job.uncertified]
