"""A caller's job, found by what he can say on the telephone: the number of his order, of his phone, of the job.

A phone is found whole only, by its keyed hash: nobody's last four digits are kept anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.masking import mask_name
from services.parts import order_told
from services.personal import Erased, reveal, unwrap
from services.queries import scope
from services.uow import query

MOST = 50


@dataclass(frozen=True, slots=True)
class FoundJob:
    """Enough to ask the caller whether it is this one. `customer` is masked, None once erased."""

    id: int
    order_number: str
    kind: str
    status: str
    product_name: str
    units: int
    dealer_name: str | None
    window_start: datetime | None
    window_end: datetime | None
    queue: str | None
    created_at: datetime
    customer: str | None


_FOUND = """
SELECT job.id, o.number AS order_number, job.kind, job.status, coalesce(product.name, job.sku) AS product_name,
       job.units, coalesce(dealer.short_name, dealer.name) AS dealer_name, job.window_start,
       job.window_end, job.queue, job.created_at,
       o.personal, subject.wrapped_key
  FROM customer_order o JOIN order_line line ON line.order_id = o.id JOIN job ON job.order_line_id = line.id
  JOIN subject ON subject.id = o.subject_id LEFT JOIN product ON product.sku = job.sku
  LEFT JOIN dealer ON dealer.id = job.dealer_id
 WHERE o.id IN (SELECT id FROM customer_order WHERE phone_lookup = %(phone)s
                UNION ALL SELECT named.id FROM channel
                  JOIN customer_order named ON named.channel_id = channel.id AND named.number = %(text)s
                UNION ALL SELECT line.order_id FROM job JOIN order_line line ON line.id = job.order_line_id
                           WHERE job.id = %(job)s)
   AND {condition} ORDER BY job.id DESC LIMIT %(most)s
"""


@query
def jobs(connection: Connection, actor: Actor, text: str) -> tuple[FoundJob, ...]:
    """All jobs of the orders meant, newest first; none where nothing of that number is within the horizon."""
    condition, params = scope.jobs(actor)
    asked = {"text": text, "phone": order_told.phone_lookup(text), "job": _number(text), "most": MOST}
    rows = connection.exec_driver_sql(_FOUND.format(condition=condition), params | asked)
    return tuple(map(_found, rows))


def _found(row: Any) -> FoundJob:
    told = row._asdict()
    return FoundJob(customer=_name(told.pop("personal"), told.pop("wrapped_key")), **told)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _name(sealed: bytes | None, key: bytes | None) -> str | None:
    try:
        return mask_name(reveal(unwrap(key), "customer_order.personal", sealed).get("name"))
    except Erased:
        return None
