"""Platforms' penalties as finance reads them, and the owners of dealers who operate shops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.channel_charges import FAULT_NAMES, REASONS, Fault
from services.queries import turns
from services.queries.money import horizon
from services.uow import query


@dataclass(frozen=True, slots=True)
class ChannelChargeLine:
    """One penalty in fen, whose fault it is said to be, and the penalty of ours that rests on it.

    `late_dealer_id` speaks for a fault: who was latest with a clock of this order line, and not excused.
    """

    id: int
    channel_id: int
    number: str
    charged_on: date
    reason: str
    reason_name: str
    amount_fen: int
    order_line_id: int | None
    operator_dealer_id: int | None
    late_dealer_id: int | None
    fault: Fault | None
    fault_name: str
    penalty_id: int | None
    allocated_at: datetime | None


_LIST = """
SELECT charge.id, channel_id, charge.number, charged_on, charge.reason, charge.amount_fen, order_line_id,
       operator_dealer_id, fault, allocated_at,
       (SELECT breach.dealer_id FROM job JOIN breach ON breach.job_id = job.id
         WHERE job.order_line_id = charge.order_line_id AND breach.level > 1 AND excused_at IS NULL
           AND withdrawn_at IS NULL ORDER BY breach.level DESC, breach.id DESC LIMIT 1) AS late_dealer_id,
       (SELECT max(id) FROM penalty WHERE channel_charge_id = charge.id AND lifted IS NOT TRUE) AS penalty_id
  FROM channel_charge charge JOIN channel ON channel.id = charge.channel_id
 WHERE (%(dealer)s::bigint IS NULL OR operator_dealer_id = %(dealer)s) AND (NOT %(waiting)s OR fault IS NULL)
   AND {turn} LIMIT %(limit)s
"""


@query
def channel_charges(
    connection: Connection, actor: Actor, cursor: int | None, limit: int, *, waiting: bool
) -> list[ChannelChargeLine]:
    """Newest first; `waiting`: whose fault nobody has said, oldest first. An owner sees its shops'."""
    asked = {"dealer": horizon(actor), "waiting": waiting, "cursor": cursor, "limit": limit}
    sql = _LIST.format(turn=turns.by_id("charge.id", oldest=waiting))
    return [
        ChannelChargeLine(
            id=row.id,
            channel_id=row.channel_id,
            number=row.number,
            charged_on=row.charged_on,
            reason=row.reason,
            reason_name=REASONS[row.reason],
            amount_fen=row.amount_fen,
            order_line_id=row.order_line_id,
            operator_dealer_id=row.operator_dealer_id,
            late_dealer_id=row.late_dealer_id,
            fault=Fault(row.fault) if row.fault else None,
            fault_name=FAULT_NAMES[row.fault],
            penalty_id=row.penalty_id,
            allocated_at=row.allocated_at,
        )
        for row in connection.exec_driver_sql(sql, asked)
    ]
