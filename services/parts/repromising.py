"""An order that moves is promised anew: another place has other people, days and ways (domain.md §2.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from domain.errors import Invalid
from domain.geo import Datum, Point
from services.parts import addresses, promised, promising
from services.parts.order_book import Order
from services.parts.promised import Bound

_NEWEST = "SELECT question, phone_lookup FROM promise WHERE order_id = %(order)s ORDER BY made_at DESC, id DESC LIMIT 1"


def renew(tx: Connection, order: Order, now: datetime, source: str) -> int | None:
    """A promise for where the order is now, in the place of the one before; None where there was none to replace.

    What has begun keeps what was promised when it began; goods no longer sold cannot be promised again.
    """
    row = tx.exec_driver_sql(_NEWEST, {"order": order.id}).first()
    if row is None or order.division_code is None or order.id is None:
        return None
    table = addresses.TABLE.get(tx)
    place = tuple(reversed(table.path(order.division_code))), table.full_name(order.division_code)
    question = replace(promising.question_of(row.question), path=place[0], place=place[1])
    try:
        made = promising.make(tx, question, _door(order), now)
    except Invalid:
        return None
    promise_id = promising.write(tx, question, made, row.phone_lookup, now)
    promised.claim(tx, order.id, promise_id, now, source)
    promised.hold(tx, [Bound(order.id, promise_id, True)])
    return promise_id


def _door(order: Order) -> Point | None:
    point = order.personal.get("point")
    return None if not point else Point(point["lng"], point["lat"], Datum(point["datum"]))
