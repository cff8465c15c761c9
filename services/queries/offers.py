"""A dealer's offers, with everything the yes or no depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.capacity import Day, Diary, free_days, room
from services.parts import rooms, shelf
from services.uow import query


@dataclass(frozen=True, slots=True)
class OfferCard:
    """One offer: what, where (district), by when, how far, why this dealer, and how full it is at this moment.

    `capacity_left` is the units it could still accept in 30 days (None: no limit), `earliest` its first day with room
    for this one; None: the month is full, and accepting needs `beyond_capacity`.
    """

    id: int
    job_id: int
    status: str
    offered_at: datetime
    expires_at: datetime
    kind: str
    category_code: str
    product_name: str
    units: int
    division_name: str | None
    zone: str
    distance_m: int | None
    reasons: tuple[str, ...]
    capacity_left: int | None
    earliest: date | None


_LIST = """
SELECT offer.id, offer.job_id, offer.status, offer.offered_at, offer.expires_at, job.kind, job.category_code,
       coalesce(product.name, job.sku), job.units, division.name, offer.zone, offer.distance_m,
       ARRAY(SELECT step ->> 'words' FROM jsonb_array_elements(offer.funnel) AS line,
                    jsonb_array_elements(line -> 'steps') AS step
              WHERE (line ->> 'dealer_id')::bigint = offer.dealer_id)
  FROM offer JOIN job ON job.id = offer.job_id LEFT JOIN product ON product.sku = job.sku
  LEFT JOIN division ON division.code = job.division_code
 WHERE offer.dealer_id = %(dealer)s AND offer.status = %(status)s
   AND (%(before)s::bigint IS NULL OR offer.id < %(before)s)
 ORDER BY offer.id DESC LIMIT %(limit)s
"""


@query
def listed(
    connection: Connection, actor: Actor, status: str, before: int | None, limit: int, now: datetime
) -> list[OfferCard]:
    """Offers of the actor's dealer in one status, newest first; nobody else's ever."""
    asked = {"dealer": actor.dealer_id, "status": status, "before": before, "limit": limit}
    rows = connection.exec_driver_sql(_LIST, asked).all()
    dealer_id = actor.dealer_id or 0
    diaries = {
        name: rooms.diary(connection, dealer_id, name, now) for name in {r.category_code for r in rows}
    }
    days = shelf.fresh(connection).days(now)
    return [_card(row, diaries[row.category_code], days) for row in rows]


def _card(row: Any, diary: Diary, days: Sequence[Day]) -> OfferCard:
    left, earliest = room(diary, days), next(free_days(diary, days, row.units), None)
    return OfferCard(*(*row[:-1], tuple(row[-1]), None if left is None else max(0, left), earliest))
