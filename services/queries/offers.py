"""A dealer's offers, with everything the yes or no depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.capacity import Day, Diary, free_days, room
from domain.reviews import masked
from services.parts import notes, rooms, shelf
from services.uow import query


@dataclass(frozen=True, slots=True)
class OfferCard:
    """One offer: what, where (district), by when, how far, why this dealer, and how full it is at this moment.

    `capacity_left` is the units it could still accept in 30 days (None: no limit), `earliest` its first day with room
    for this one; None: the month is full, and accepting needs `beyond_capacity`. `by_hand`: an agent asked this dealer,
    perhaps with a `note`; `agreed_fen`: what was agreed for the way.
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
    by_hand: bool
    agreed_fen: int | None
    note: str | None


_LIST = """
SELECT offer.id, offer.job_id, offer.status, offer.offered_at, offer.expires_at, job.kind, job.category_code,
       coalesce(product.name, job.sku), job.units, division.name, offer.zone, offer.distance_m,
       ARRAY(SELECT step ->> 'words' FROM jsonb_array_elements(offer.funnel) AS line,
                    jsonb_array_elements(line -> 'steps') AS step
              WHERE (line ->> 'dealer_id')::bigint = offer.dealer_id) AS reasons,
       job.remote_agreed_fen, hand.note, hand.wrapped_key, coalesce(hand.by_hand, false) AS by_hand
  FROM offer JOIN job ON job.id = offer.job_id LEFT JOIN product ON product.sku = job.sku
  LEFT JOIN division ON division.code = job.division_code
  LEFT JOIN LATERAL (
       SELECT note.text AS note, subject.wrapped_key, true AS by_hand FROM job_event e
         LEFT JOIN note ON note.id = (e.data ->> 'note_id')::bigint
         LEFT JOIN subject ON subject.id = note.subject_id
        WHERE e.job_id = offer.job_id AND e.action = 'offer' AND e.received_at = offer.offered_at
          AND e.actor_role IN ('agent', 'admin') LIMIT 1) hand ON true
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
    by_hand = row.by_hand
    reasons = (*row.reasons, "由客服人工派单") if by_hand else tuple(row.reasons)
    room_left = None if left is None else max(0, left)
    return OfferCard(*(*row[:12], reasons, room_left, earliest, by_hand, row.remote_agreed_fen, _note(row)))


def _note(row: Any) -> str | None:
    """What the agent wrote to the dealer asked; without numbers one could call."""
    text = notes.opened(row.wrapped_key, row.note)
    return None if text is None else masked(text, None)
