"""A promise finds the order it led to, and the order's jobs are held to it.

By its id where the shop passes it; else the newest that fits: same phone, one of the goods, the same place, made before
the order was placed and not expired then. A promise leads to one order. What the jobs take from it: who pays the way
and at most how much, whether silence confirms (where it knew the shop), whether a trip in vain may be charged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from channels.formats import PROMISE
from domain.calendar import SHANGHAI
from domain.orders import OrderRow
from services.parts import order_told, promise_tokens
from services.parts.order_book import Order

_PAID = ("by_km", "by_distance", "negotiated")


@dataclass(frozen=True, slots=True)
class Bound:
    """An order and its promise."""

    order_id: int
    promise_id: int
    fresh: bool


def named(rows: Sequence[OrderRow], given: Mapping[str, int]) -> dict[str, int]:
    """Promise ids by order number: those `given`, and those a file brings in a column of their own."""
    found = dict(given)
    for row in rows:
        for name, value in row.extra:
            if name == PROMISE and value.strip() and row.order_number not in found:
                promise_id = promise_tokens.read_or_none(value.strip())
                if promise_id is not None:
                    found[row.order_number] = promise_id
    return found


def unreadable(row: OrderRow) -> bool:
    """Whether a row names a promise that we never made."""
    return any(
        name == PROMISE and value.strip() and promise_tokens.read_or_none(value.strip()) is None
        for name, value in row.extra
    )


# Three ways to a promise, each by its index: bound before, named by the shop, or fitting.
_FIND = """
SELECT DISTINCT ON (o.id) o.id AS order_id, p.id AS promise_id, p.fresh
  FROM json_to_recordset(%(orders)s::json)
       AS o(id bigint, named bigint, phone text, division text, skus jsonb, ordered_at timestamptz,
            bought_by timestamptz),
  LATERAL (
    SELECT p.id, p.made_at, 1 AS way, false AS fresh FROM promise p WHERE p.order_id = o.id
    UNION ALL
    SELECT p.id, p.made_at, 2, true FROM promise p WHERE p.id = o.named AND p.order_id IS NULL AND {fits}
    UNION ALL
    SELECT p.id, p.made_at, 3, true FROM promise p
     WHERE o.phone IS NOT NULL AND p.phone_lookup = decode(o.phone, 'hex') AND p.order_id IS NULL
       AND p.made_at <= coalesce(o.bought_by, %(now)s) AND {fits}) AS p
 ORDER BY o.id, p.way, p.made_at DESC
""".replace(
    "{fits}",
    """
p.made_at <= %(now)s AND p.expires_at > coalesce(o.ordered_at, %(now)s)
       AND EXISTS (SELECT 1 FROM jsonb_array_elements(p.question -> 'lines') line WHERE o.skus ? (line ->> 0))
       AND (o.division IS NULL OR starts_with(o.division, p.division_code) OR starts_with(p.division_code, o.division))
""",
)
_CLAIM = "UPDATE promise SET order_id = %(order)s WHERE id = %(promise)s AND order_id IS NULL RETURNING id"
_ANSWERS = "SELECT id, answer, question ->> 'channel' AS channel FROM promise WHERE id = ANY(%(ids)s)"
# Work that has begun is held to what was promised when it began. A promise that knew no shop says nothing of silence.
_HOLD = """
UPDATE job SET promise_id = t.promise_id, silence_confirms = coalesce(t.silence, job.silence_confirms),
       remote_payer = t.payer, promised_remote_fen = t.most_fen, trip_by_customer = t.trip
  FROM json_to_recordset(%(terms)s::json)
       AS t(order_id bigint, promise_id bigint, sku text, silence boolean, payer text, most_fen bigint, trip boolean)
  JOIN order_line line ON line.order_id = t.order_id
 WHERE job.order_line_id = line.id AND job.sku = t.sku AND job.parent_id IS NULL
   AND job.kind IN ('install', 'deliver_install') AND job.checked_in_at IS NULL
"""
_TOLD = """
INSERT INTO order_event (order_line_id, kind, at, source, data)
SELECT min(line.id), 'promise', %(now)s, %(source)s, jsonb_build_object('promise_id', %(promise)s::bigint)
  FROM order_line line WHERE line.order_id = %(order)s
"""


def bind(
    tx: Connection, orders: Sequence[Order], names: Mapping[str, int], now: datetime, source: str
) -> tuple[Bound, ...]:
    """Find each order's promise and hold its jobs to it; one read where there is none."""
    asked = [_asked(order, names.get(order.number)) for order in orders if order.id is not None]
    if not asked:
        return ()
    values = {"orders": orjson.dumps(asked).decode(), "now": now}
    found = [Bound(*row) for row in tx.exec_driver_sql(_FIND, values)]
    held = [one for one in found if not one.fresh or claim(tx, one.order_id, one.promise_id, now, source)]
    hold(tx, held)
    return tuple(held)


def _asked(order: Order, named_id: int | None) -> dict[str, Any]:
    phone = order_told.phone_lookup(order.head.phone)
    return {
        "id": order.id,
        "named": named_id,
        "phone": None if phone is None else phone.hex(),
        "division": order.division_code,
        "skus": [line.row.sku for line in order.lines.values() if line.row.sku],
        "ordered_at": order.ordered_at,
        "bought_by": _bought_by(order.ordered_at),
    }


def _bought_by(ordered_at: datetime | None) -> datetime | None:
    """When the purchase was over. What is asked about somebody's phone after it, anybody may ask: it binds nobody.

    Clocks differ by minutes, and a file that knows only the day says midnight.
    """
    if ordered_at is None:
        return None
    only_the_day = ordered_at.astimezone(SHANGHAI).time() == time()
    return ordered_at + (timedelta(days=1) if only_the_day else timedelta(minutes=10))


def claim(tx: Connection, order_id: int, promise_id: int, now: datetime, source: str) -> bool:
    """Bind a promise to an order, unless another order has it; on the order's record."""
    if tx.exec_driver_sql(_CLAIM, {"order": order_id, "promise": promise_id}).first() is None:
        return False
    told = {"order": order_id, "promise": promise_id, "now": now, "source": source}
    tx.exec_driver_sql(_TOLD, told)
    return True


def hold(tx: Connection, bound: Sequence[Bound]) -> None:
    """Write what was promised onto the jobs that have not begun."""
    if not bound:
        return
    rows = tx.exec_driver_sql(_ANSWERS, {"ids": [one.promise_id for one in bound]})
    kept = {row.id: row for row in rows}
    terms = [term for one in bound for term in _terms(one, kept[one.promise_id])]
    tx.exec_driver_sql(_HOLD, {"terms": orjson.dumps(terms).decode()})


def _terms(bound: Bound, kept: Any) -> list[dict[str, Any]]:
    found, answer = [], kept.answer
    for line in answer["lines"]:
        remote, trip = line["remote"] or {}, line["trip"] or {}
        paid = remote.get("basis") in _PAID
        found.append(
            {
                "order_id": bound.order_id,
                "promise_id": bound.promise_id,
                "sku": line["sku"],
                "silence": None if kept.channel is None else answer["silence_confirms"],
                "payer": "customer" if paid else "operator",
                "most_fen": remote.get("amount_fen") if paid else None,
                "trip": trip.get("amount_fen") is not None,
            }
        )
    return found
