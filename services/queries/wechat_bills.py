"""Bills through WeChat as finance sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.payments import STATE_NAMES, Kind, State
from services.queries import turns
from services.uow import query


@dataclass(frozen=True, slots=True)
class BillLine:
    """A bill as finance sees it; `reason` is WeChat's code of a refusal or an end."""

    id: int
    kind: Kind
    kind_name: str
    number: str
    their_number: str | None
    amount_fen: int
    state: State
    state_name: str
    job_id: int | None
    statement_id: int | None
    tries: int
    made_at: datetime
    ended_at: datetime | None
    reason: str | None
    entry_id: int | None


_UNDER_WAY = (State.QUEUED, State.UNSURE, State.WAITING)
KIND_NAMES = {Kind.TRANSFER: "转账", Kind.PAYMENT: "客户付款", Kind.REFUND: "退款"}
_LIST = """
SELECT bill.*, payout.statement_id FROM wechat_bill bill LEFT JOIN payout ON payout.id = payout_id
 WHERE (%(state)s::text IS NULL OR bill.state = %(state)s)
   AND (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(id)s::bigint IS NULL OR bill.id = %(id)s)
   AND {turn} LIMIT %(limit)s
"""


@query
def listed(
    connection: Connection,
    cursor: int | None,
    limit: int,
    state: str | None,
    kind: str | None,
    only: int | None = None,
) -> list[BillLine]:
    """Newest first; those under way oldest first."""
    sql = _LIST.format(turn=turns.by_id("bill.id", oldest=state in _UNDER_WAY))
    asked = {"cursor": cursor, "limit": limit, "state": state, "kind": kind, "id": only}
    return [_line(row) for row in connection.exec_driver_sql(sql, asked)]


def line(connection: Connection, bill_id: int) -> BillLine:
    """One of them, as it stands in a transaction."""
    asked = {"cursor": None, "limit": 1, "state": None, "kind": None, "id": bill_id}
    return _line(
        connection.exec_driver_sql(_LIST.format(turn=turns.by_id("bill.id", oldest=False)), asked).one()
    )


read = query(line)


def _line(row: Any) -> BillLine:
    kind, state = Kind(row.kind), State(row.state)
    return BillLine(
        row.id, kind, KIND_NAMES[kind], row.number, row.their_number, row.amount_fen, state, STATE_NAMES[state],
        row.job_id, row.statement_id, row.tries, row.made_at, row.ended_at, row.reason, row.entry_id,
    )  # fmt: skip
