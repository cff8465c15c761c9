"""Jobs at one door: what could be done in one visit, for one remote fee (domain.md §1, Visit)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.calendar import SHANGHAI
from domain.dispatch import SAME_DOOR
from domain.errors import NotFound
from services.queries import scope
from services.uow import query


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another job at the same door for the same person, not begun yet; `advice` says what to do about it."""

    job_id: int
    kind: str
    status: str
    category_code: str
    product_name: str
    units: int
    dealer_id: int | None
    installer_id: int | None
    window_start: datetime | None
    window_end: datetime | None
    advice: str


# {here} and {there} are horizons: of the job asked about, and of its neighbours.
NEIGHBOURS = """
SELECT job.id, job.kind, job.status, job.category_code, coalesce(product.name, job.sku) AS product_name, job.units,
       job.dealer_id, job.installer_id, job.window_start, job.window_end
  FROM customer_order o JOIN order_line line ON line.order_id = o.id JOIN job ON job.order_line_id = line.id
  LEFT JOIN product ON product.sku = job.sku
 WHERE o.place_lookup = %(door)s AND job.id <> %(id)s
   AND job.status IN ('new', 'offered', 'accepted', 'booked', 'suspended')
   AND (job.created_at >= %(lately)s OR job.window_start >= %(now)s) AND {there}
 ORDER BY job.window_start NULLS LAST, job.id LIMIT 20
"""
_DOOR = """
SELECT o.place_lookup FROM job JOIN order_line line ON line.id = job.order_line_id
  JOIN customer_order o ON o.id = line.order_id WHERE job.id = %(id)s AND {here}
"""


@query
def beside(connection: Connection, actor: Actor, job_id: int, now: datetime) -> tuple[Neighbour, ...]:
    """The jobs at this one's door that the actor may know of too, booked ones first; NotFound outside the horizon."""
    condition, params = scope.jobs(actor)
    row = connection.exec_driver_sql(_DOOR.format(here=condition), params | {"id": job_id}).first()
    if row is None:
        raise NotFound
    asked = params | {"door": row.place_lookup, "id": job_id, "lately": now - SAME_DOOR, "now": now}
    rows = connection.exec_driver_sql(NEIGHBOURS.format(there=condition), asked)
    return tuple(Neighbour(*(*found, _advice(found.window_start, found.window_end))) for found in rows)


def _advice(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None:
        return "同一地址还有未预约的工单，建议一起预约，一次上门，远程费只收一次"
    begins, ends = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    when = f"{begins.month}月{begins.day}日 {begins:%H:%M}–{ends:%H:%M}"
    return f"同一地址的工单已约 {when}，建议约在同一时段、由同一位师傅上门，远程费只收一次"
