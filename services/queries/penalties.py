"""Penalties as dealer and brand read them, with what people wrote and the clock of the appeal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.penalties import APPEAL_WITHIN, REASON_NAMES, STATE_NAMES, State, state
from services.parts import notes
from services.queries import turns
from services.queries.money import horizon
from services.uow import query


@dataclass(frozen=True, slots=True)
class PenaltyLine:
    """A penalty in fen. Words are None once the customer of the job was erased; `answer_due_at`: the appeal's clock."""

    id: int
    dealer_id: int
    job_id: int
    reason: str
    reason_name: str
    words: str | None
    takes: str
    amount_fen: int
    year: int
    due_month: date
    photo_ids: tuple[int, ...]
    complaint_id: int | None
    channel_charge_id: int | None
    imposed_at: datetime
    appeal_until: datetime
    state: State
    state_name: str
    appeal: str | None
    answer: str | None
    answer_due_at: datetime | None
    posted: bool
    product_name: str


_LIST = """
SELECT penalty.*, subject.wrapped_key, said.text AS said, asked.text AS asked, told.text AS told, clock.due_at,
       EXISTS (SELECT 1 FROM ledger_entry WHERE natural_key = 'penalty:' || penalty.id) AS posted,
       coalesce(product.name, job.sku) AS product_name
  FROM penalty JOIN job ON job.id = penalty.job_id LEFT JOIN product ON product.sku = job.sku
  JOIN subject ON subject.id = job.subject_id
  LEFT JOIN note said ON said.id = note_id LEFT JOIN note asked ON asked.id = appeal_id
  LEFT JOIN note told ON told.id = answer_id LEFT JOIN clock ON clock.id = appeal_clock_id
 WHERE (%(dealer)s::bigint IS NULL OR penalty.dealer_id = %(dealer)s)
   AND (NOT %(waiting)s OR (penalty.appealed_at IS NOT NULL AND penalty.answered_at IS NULL))
   AND {turn} LIMIT %(limit)s
"""


@query
def penalties(
    connection: Connection, actor: Actor, dealer_id: int | None, waiting: bool, cursor: int | None, limit: int
) -> list[PenaltyLine]:
    """Newest first; `waiting`: whose appeal is not answered, oldest first. An owner sees its own dealer's."""
    values = {"dealer": horizon(actor, dealer_id), "waiting": waiting, "cursor": cursor, "limit": limit}
    sql = _LIST.format(turn=turns.by_id("penalty.id", oldest=waiting))
    return [_line(row) for row in connection.exec_driver_sql(sql, values)]


def _line(row: Any) -> PenaltyLine:
    now = state(row.appealed_at is not None, row.lifted)
    said, asked, told = (notes.opened(row.wrapped_key, text) for text in (row.said, row.asked, row.told))
    return PenaltyLine(
        id=row.id,
        dealer_id=row.dealer_id,
        job_id=row.job_id,
        reason=row.reason,
        reason_name=REASON_NAMES[row.reason],
        words=said,
        takes=row.takes,
        amount_fen=row.amount_fen,
        year=row.year,
        due_month=row.due_month,
        photo_ids=tuple(row.evidence["photo_ids"]),
        complaint_id=row.evidence["complaint_id"],
        channel_charge_id=row.channel_charge_id,
        imposed_at=row.imposed_at,
        appeal_until=row.imposed_at + APPEAL_WITHIN,
        state=now,
        state_name=STATE_NAMES[now],
        appeal=asked,
        answer=told,
        answer_due_at=row.due_at,
        posted=row.posted,
        product_name=row.product_name,
    )
