"""A refund that WeChat could not deliver: sent again under a new number, or paid by hand out of the bank.

Delivered under the old number all the same (somebody saw to it in WeChat's own console), it is a contradiction and
listed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import payments
from domain.actors import Actor
from domain.calendar import local_date
from domain.errors import Conflict, NotFound
from domain.payments import Kind, State
from domain.payouts import check_day
from services.parts import access, ledger, wechat_bills
from services.queries.wechat_bills import BillLine, line
from services.uow import use_case


class RefundNotFailed(Conflict):
    """No refund that failed, or it was sent again or paid by hand before."""

    code = "refund_not_failed"
    title = "该笔不是失败的退款，或已重新处理"


class RefundAboveLeft(Conflict):
    """Other refunds have taken what was left of the payment since."""

    code = "refund_above_left"
    title = "原支付剩余金额不足，请通过银行退款"


_NUMBER = "SELECT number FROM wechat_bill WHERE id = %(id)s"
_LATER = "SELECT 1 FROM wechat_bill WHERE cause = %(cause)s AND id > %(id)s"
_OF = "SELECT id, number, job_id, amount_fen FROM wechat_bill WHERE id = %(id)s FOR UPDATE"


def _failed(tx: Connection, bill_id: int) -> Any:
    """The held row of a failed refund with which nothing was done yet. `NotFound`, `RefundNotFailed`."""
    number = tx.exec_driver_sql(_NUMBER, {"id": bill_id}).scalar()
    if number is None:
        raise NotFound
    row = wechat_bills.held(tx, number)
    failed = row.kind == Kind.REFUND and row.state == State.FAILED and row.entry_id is None
    if not failed or tx.exec_driver_sql(_LATER, {"cause": row.cause, "id": row.id}).first():
        raise RefundNotFailed
    return row


@use_case
def again(tx: Connection, actor: Actor, bill_id: int, now: datetime) -> BillLine:
    """Send the same amount for the same cause under a new number; the new bill. `RefundAboveLeft`."""
    row = _failed(tx, bill_id)
    paid = tx.exec_driver_sql(_OF, {"id": row.of_id}).one()
    if wechat_bills.left_fen(tx, paid) < row.amount_fen:
        raise RefundAboveLeft
    new = wechat_bills.refund(tx, paid, row.amount_fen, row.cause, actor.person_id, now)
    if new is None:
        raise RefundNotFailed
    access.note(tx, "wechat_refund_again", now, actor, bill_id=bill_id)
    return line(tx, new.id)


_ENTRY = """
UPDATE wechat_bill SET entry_id = (SELECT id FROM ledger_entry WHERE natural_key = %(key)s) WHERE id = %(id)s
"""


@use_case
def by_hand(
    tx: Connection, actor: Actor, bill_id: int, paid_on: date, reference: str, now: datetime
) -> BillLine:
    """The brand's bank paid the customer: customer_clearing to bank, once.

    `Invalid` for a day before the refund was made, or one that has not come.
    """
    row = _failed(tx, bill_id)
    check_day(paid_on, local_date(row.made_at), local_date(now))
    wanted = paid_on.replace(day=1)
    month = ledger.open_month(wanted, ledger.hold_months(tx))
    entry = payments.returned_by_hand(row.number, row.job_id, row.amount_fen, month, reference)
    entry = replace(entry, memo=entry.memo + ledger.late_note(wanted, month))
    ledger.post(tx, [entry], {}, now, actor.person_id or "wechat_bills")
    tx.exec_driver_sql(_ENTRY, {"key": entry.natural_key, "id": row.id})
    return line(tx, row.id)
