"""A dealer's offers, with everything the yes or no depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import offer_fee
from domain.actors import Actor
from domain.capacity import Day, Diary, free_days, room
from domain.clocks import Zone
from domain.fee_facts import Blame, JobFacts, Scheme
from domain.job import Kind
from domain.offer_fee import OfferFee
from domain.reviews import masked
from services.parts import notes, rooms, shelf
from services.queries import turns
from services.uow import query


@dataclass(frozen=True, slots=True)
class OfferCard:
    """One offer: what, where (district), by when, how far, why this dealer, and how full it is at this moment.

    `capacity_left` is the units it could still accept in 30 days (None: no limit), `earliest` its first day with room
    for this one; None: the month is full, and accepting needs `beyond_capacity`. `by_hand`: an agent asked this dealer,
    perhaps with a `note`; `agreed_fen`: what was agreed for the way. `fee_fen`: what coming pays by the fee rule of
    today, with zone, way and agreement of this offer, as `fee_text` reckons it; None: not known yet. `together`: this
    dealer's other open offers at the same door, one visit if all are accepted.
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
    fee_fen: int | None
    fee_text: str
    together: tuple[int, ...]


_LIST = """
SELECT offer.id, offer.job_id, offer.status, offer.offered_at, offer.expires_at, job.kind, job.category_code,
       coalesce(product.name, job.sku), job.units, division.name, offer.zone, offer.distance_m,
       ARRAY(SELECT step ->> 'words' FROM jsonb_array_elements(offer.funnel) AS asked,
                    jsonb_array_elements(asked -> 'steps') AS step
              WHERE (asked ->> 'dealer_id')::bigint = offer.dealer_id) AS reasons,
       job.remote_agreed_fen, hand.note, hand.wrapped_key, coalesce(hand.by_hand, false) AS by_hand,
       ARRAY(SELECT beside.id FROM customer_order o JOIN order_line ol ON ol.order_id = o.id
                JOIN job next ON next.order_line_id = ol.id JOIN offer beside ON beside.job_id = next.id
              WHERE o.place_lookup = ordered.place_lookup AND beside.dealer_id = offer.dealer_id
                AND beside.status = 'open' AND offer.status = 'open' AND beside.id <> offer.id
              ORDER BY beside.id) AS together,
       job.scheme, offer.free_m, offer.per_km_fen,
       coalesce(parent.dealer_id, repair.liable_dealer_id) AS first_dealer_id,
       CASE WHEN judged.child_id IS NULL OR job.fault <> 'dealer' THEN job.fault ELSE 'brand' END AS fault
  FROM offer JOIN job ON job.id = offer.job_id JOIN order_line line ON line.id = job.order_line_id
  JOIN customer_order ordered ON ordered.id = line.order_id LEFT JOIN product ON product.sku = job.sku
  LEFT JOIN job parent ON parent.id = job.parent_id LEFT JOIN service_request repair ON repair.job_id = job.id
  LEFT JOIN audit judged ON judged.child_id = job.id AND judged.reversed_at IS NOT NULL
  LEFT JOIN division ON division.code = job.division_code
  LEFT JOIN LATERAL (
       SELECT note.text AS note, subject.wrapped_key, true AS by_hand FROM job_event e
         LEFT JOIN note ON note.id = (e.data ->> 'note_id')::bigint
         LEFT JOIN subject ON subject.id = note.subject_id
        WHERE e.job_id = offer.job_id AND e.action = 'offer' AND e.received_at = offer.offered_at
          AND e.actor_role IN ('agent', 'admin') LIMIT 1) hand ON true
 WHERE offer.dealer_id = %(dealer)s AND offer.status = %(status)s
   AND {turn} LIMIT %(limit)s
"""


@query
def listed(
    connection: Connection, actor: Actor, status: str, cursor: int | None, limit: int, now: datetime
) -> list[OfferCard]:
    """Offers of the actor's dealer in one status, newest first, open ones oldest first; nobody else's ever."""
    asked = {"dealer": actor.dealer_id, "status": status, "cursor": cursor, "limit": limit}
    sql = _LIST.format(turn=turns.by_id("offer.id", oldest=status == "open"))
    rows = connection.exec_driver_sql(sql, asked).all()
    dealer_id = actor.dealer_id or 0
    diaries = {
        name: rooms.diary(connection, dealer_id, name, now) for name in {r.category_code for r in rows}
    }
    kept = shelf.fresh(connection)
    days, rule = kept.days(now), kept.rule(now)
    return [
        _card(row, diaries[row.category_code], days, offer_fee.of(_facts(row, dealer_id), rule))
        for row in rows
    ]


def _facts(row: Any, dealer_id: int) -> JobFacts:
    """What the fee would rest on, were this offer accepted."""
    return JobFacts(
        row.job_id,
        dealer_id,
        Kind(row.kind),
        row.category_code,
        Zone(row.zone),
        Scheme(row.scheme),
        units=row.units,
        distance_m=row.distance_m,
        agreed_remote_fen=row.remote_agreed_fen,
        free_m=row.free_m,
        per_km_fen=row.per_km_fen,
        blame=None if row.fault is None else Blame(row.fault),
        dealer_at_fault_id=row.first_dealer_id,
    )


def _card(row: Any, diary: Diary, days: Sequence[Day], fee: OfferFee) -> OfferCard:
    left, earliest = room(diary, days), next(free_days(diary, days, row.units), None)
    by_hand = row.by_hand
    reasons = (*row.reasons, "由客服人工派单") if by_hand else tuple(row.reasons)
    room_left = None if left is None else max(0, left)
    hand = (by_hand, row.remote_agreed_fen, _note(row))
    return OfferCard(
        *(*row[:12], reasons, room_left, earliest, *hand, fee.fen, fee.text, tuple(row.together))
    )


def _note(row: Any) -> str | None:
    """What the agent wrote to the dealer asked; without numbers one could call."""
    text = notes.opened(row.wrapped_key, row.note)
    return None if text is None else masked(text, None)
