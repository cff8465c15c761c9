"""WeChat's bills of the days since our first, fetched once each; `payout_check` holds ours against them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain import wechat_bills
from domain.calendar import local_date
from domain.errors import DomainError
from domain.wechat_bills import FUNDS, TRADE, Line
from services.config import extensions
from services.uow import query, use_case
from wechat.errors import NoAnswer, Unreachable
from wechat.pay_terms import Pay

log = logging.getLogger("tuozhuang.wechat_bills")
BACK = timedelta(days=85)  # WeChat keeps them for three months

_MISSING = """
WITH first AS (SELECT greatest(min((made_at AT TIME ZONE 'Asia/Shanghai')::date), %(from)s) AS day FROM wechat_bill
               HAVING count(*) > 0)
SELECT bill.which, days.day::date AS day
  FROM first, generate_series(first.day, %(to)s, interval '1 day') AS days(day), unnest(%(both)s::text[]) AS bill(which)
 WHERE NOT EXISTS (SELECT 1 FROM wechat_day known WHERE known.which = bill.which AND known.day = days.day::date)
 ORDER BY days.day DESC, bill.which
"""


def fetch(now: datetime) -> dict[str, int]:
    """The daily run: every bill not read yet, yesterday's first; one that fails is fetched the next time.

    One that gets no answer is passed over, lest a bill that never comes keep all older ones away. The second ends it:
    `left` are for the next run, not a deadline each for 170 bills.
    """
    counts = {"bills": 0, "lines": 0, "failed": 0, "left": 0}
    pay: Pay | None = extensions().get("wechat_pay")
    if pay is None:
        return counts
    missing, silences = _missing(now), 0
    for tried, (which, day) in enumerate(missing, 1):
        try:
            data = pay.bill(which, day.isoformat())
            lines = wechat_bills.read(which, data) if data is not None else ()
        except DomainError as no:
            log.error("the bill %s of %s: %s", which, day, no)
            counts["failed"] += 1
            silences += isinstance(no, Unreachable | NoAnswer)
            if silences == 2:
                counts["left"] = len(missing) - tried
                log.error("WeChat does not answer: %d bills are left for the next run", counts["left"])
                break
            continue
        keep(which, day, lines, now)
        counts["bills"] += 1
        counts["lines"] += len(lines)
    return counts


@query
def _missing(connection: Connection, now: datetime) -> list[tuple[str, date]]:
    yesterday = local_date(now) - timedelta(days=1)
    asked: dict[str, Any] = {"from": yesterday - BACK, "to": yesterday, "both": [TRADE, FUNDS]}
    return [(row.which, row.day) for row in connection.exec_driver_sql(_MISSING, asked)]


_DAY = """
INSERT INTO wechat_day (which, day, lines, read_at) VALUES (%(which)s, %(day)s, %(lines)s, %(now)s)
ON CONFLICT DO NOTHING
"""
_LINES = """
INSERT INTO wechat_line (kind, day, number, their_number, amount_fen)
SELECT kind, %(day)s, number, theirs, fen
  FROM unnest(%(kinds)s::text[], %(numbers)s::text[], %(theirs)s::text[], %(fens)s::bigint[])
       AS line(kind, number, theirs, fen)
ON CONFLICT (kind, their_number) DO NOTHING
"""


_ENDED = """
UPDATE wechat_bill SET next_at = %(now)s WHERE kind = 'payment' AND state = 'failed' AND number = ANY(%(numbers)s)
"""


@use_case
def keep(tx: Connection, which: str, day: date, lines: Sequence[Line], now: datetime) -> None:
    """A day's lines, once. A payment in it that had ended with us is asked for by the next run."""
    tx.exec_driver_sql(_DAY, {"which": which, "day": day, "lines": len(lines), "now": now})
    values = {
        "day": day,
        "kinds": [line.kind.value for line in lines],
        "numbers": [line.number for line in lines],
        "theirs": [line.their_number for line in lines],
        "fens": [line.amount_fen for line in lines],
    }
    tx.exec_driver_sql(_LINES, values)
    tx.exec_driver_sql(_ENDED, {"now": now, "numbers": values["numbers"]})
