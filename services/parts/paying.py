"""A statement paid: one entry from the payable to the bank, one row that says when, how and by whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import payouts
from domain.actors import Actor
from domain.calendar import local_date
from domain.errors import Conflict, Invalid
from services.parts import ledger, money_notices


class PayoutUnderWay(Conflict):
    """A payment of this statement is with the bank; its result comes first."""

    code = "payout_under_way"
    title = "该结算单的付款正在处理"


_ENTRY = "SELECT id FROM ledger_entry WHERE natural_key = %(key)s"


def post(tx: Connection, row: Any, paid_on: date, now: datetime, actor: Actor) -> int:
    """Post the payment of a statement's row, once; the entry's id. The owner is told.

    `Invalid` for a day that has not come.
    """
    if paid_on > local_date(now):
        raise Invalid("付款日期晚于今天")
    wanted = paid_on.replace(day=1)
    month = ledger.open_month(wanted, ledger.hold_months(tx))
    entry = payouts.payment(row.id, row.dealer_id, row.month, row.payout_fen, month)
    ledger.post(tx, [entry], {}, now, actor.person_id or "payouts")
    entry_id = int(tx.exec_driver_sql(_ENTRY, {"key": entry.natural_key}).scalar_one())
    money_notices.paid(tx, row.dealer_id, entry_id, row.month, row.payout_fen, now)
    return entry_id


_RECORD = """
INSERT INTO payout (statement_id, dealer_id, amount_fen, state, paid_on, reference, made_by, made_at, settled_by,
                    settled_at, entry_id)
VALUES (%(statement)s, %(dealer)s, %(fen)s, 'paid', %(on)s, %(reference)s, %(by)s, %(now)s, %(by)s, %(now)s, %(entry)s)
ON CONFLICT (statement_id) WHERE state <> 'failed' DO NOTHING RETURNING id
"""


def record(tx: Connection, actor: Actor, row: Any, paid_on: date, reference: str, now: datetime) -> None:
    """A payment that somebody made by hand. `PayoutUnderWay` while a bank has it."""
    values = {
        "statement": row.id,
        "dealer": row.dealer_id,
        "fen": row.payout_fen,
        "on": paid_on,
        "reference": reference,
        "by": actor.person_id,
        "now": now,
        "entry": post(tx, row, paid_on, now, actor),
    }
    if tx.exec_driver_sql(_RECORD, values).first() is None:
        raise PayoutUnderWay


_OPEN = "SELECT 1 FROM payout WHERE statement_id = %(id)s AND state = 'open'"


def check_none_open(tx: Connection, statement_id: int) -> None:
    """`PayoutUnderWay` while a bank has a payment of the statement."""
    if tx.exec_driver_sql(_OPEN, {"id": statement_id}).first():
        raise PayoutUnderWay
