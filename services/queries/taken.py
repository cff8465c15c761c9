"""How much of a dealer's month is spoken for: what stands beside its capacity calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from domain.calendar import SHANGHAI
from services.parts import coverage
from services.uow import query


@dataclass(frozen=True, slots=True)
class TakenDay:
    """Units with an appointment that day."""

    day: date
    units: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A category's month. `pending`: units accepted and without an appointment, whatever the month."""

    category_code: str
    days: tuple[TakenDay, ...]
    pending: int


_OF = "category.code"
_TAKEN = f"""
SELECT category.code, used, pending FROM dealer CROSS JOIN category
 CROSS JOIN LATERAL (SELECT ({coverage.USED.format(category=_OF)}) AS used,
                            ({coverage.PENDING.format(category=_OF)}) AS pending) AS taken
 WHERE dealer.id = %(dealer)s AND (used IS NOT NULL OR pending > 0) ORDER BY category.code
"""


@query
def of_month(connection: Connection, dealer_id: int, month: date) -> tuple[Taken, ...]:
    """As promises and dispatch count them; days and categories without any are left out."""
    first = month.replace(day=1)
    until = (first + timedelta(days=31)).replace(day=1)
    asked = {
        "dealer": dealer_id,
        "midnight": datetime.combine(first, time(), SHANGHAI),
        "until": datetime.combine(until, time(), SHANGHAI),
    }
    rows = connection.exec_driver_sql(_TAKEN, asked)
    return tuple(Taken(row.code, _days(row.used or {}), int(row.pending)) for row in rows)


def _days(used: dict[str, int]) -> tuple[TakenDay, ...]:
    return tuple(TakenDay(date.fromisoformat(day), units) for day, units in sorted(used.items()))
