"""A customer pays what he agreed to with WeChat: one open order per job, for exactly the charges it names.

The phone's word that it paid counts for nothing: a charge is paid by a notification or an answer of WeChat's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import Conflict, NotFound, Unavailable
from domain.job import Status
from domain.payments import PAY_WITHIN, Heard, Kind, State
from services import limits
from services.config import config
from services.parts import wechat_bills, wechat_calls, wechat_words
from services.parts.wechat_bills import NewBill
from services.parts.wechat_calls import Due
from services.parts.wechat_words import Told
from services.queries import scope
from services.uow import use_case
from wechat.pay_terms import Pay, PhonePay

PER_SESSION = (30, timedelta(hours=1))
LEFT = timedelta(minutes=10)  # an order that ends sooner is not given out again


class NothingToPay(Conflict):
    """No charge of the brand's is agreed and unpaid."""

    code = "nothing_to_pay"
    title = "没有待支付的费用"


class PayInWechat(Conflict):
    """An order is for one WeChat account: who came by a link in a browser has none."""

    code = "pay_in_wechat"
    title = "请在微信小程序内支付"


class PaymentUnderWay(Conflict):
    """Another order for this job is open, and WeChat has not said yet what became of it."""

    code = "payment_under_way"
    title = "上一笔支付正在处理，请稍后再试"


class OrderNotMade(Unavailable):
    """WeChat gave no order; trying again is the same order."""

    code = "wechat_order_not_made"
    title = "微信支付暂时无法下单，请稍后再试"


@dataclass(frozen=True, slots=True)
class PaymentStarted:
    """An order in fen and what `wx.requestPayment` takes for it."""

    number: str
    amount_fen: int
    charge_ids: tuple[int, ...]
    until: datetime
    phone: PhonePay


@dataclass(frozen=True, slots=True)
class _Order:
    """The job's open order; `fits`: it is for just these charges and this account, and long enough open."""

    due: Due
    charge_ids: tuple[int, ...]
    until: datetime
    ticket: str | None
    fits: bool


def start(actor: Actor, job_id: int, now: datetime) -> PaymentStarted:
    """Order what is agreed and unpaid; asked again it is the same order. What became of a former one is asked first.

    `NotFound`, `NothingToPay`, `PayInWechat`, `PaymentUnderWay`, `OrderNotMade`, `PayNotSetUp`.
    """
    limits.hit(f"wechat_pay:{actor.session_id}", *PER_SESSION, now)
    order = _prepare(actor, job_id, now)
    pay = wechat_calls.gateway()
    if not order.fits:
        _tell(order.due.number, wechat_calls.close(pay, order.due), now)
        order = _prepare(actor, job_id, now)
        if not order.fits:
            raise PaymentUnderWay
    ticket = order.ticket or _send(pay, order, now)
    asked = order.due.ask
    return PaymentStarted(asked.number, asked.amount_fen, order.charge_ids, order.until, pay.phone(ticket))


def _send(pay: Pay, order: _Order, now: datetime) -> str:
    """A payment nobody was given can be sent again under its number; without an answer the customer tries again.

    So he does when the order was replaced while it was on its way: what we ended is given to nobody to pay.
    """
    told = wechat_calls.send(pay, order.due)
    state = _tell(order.due.number, told, now)
    if state != State.WAITING or told.word is None or told.word.ticket is None:
        raise OrderNotMade
    return told.word.ticket


_WHO = """
SELECT identity.id FROM session JOIN wechat_identity identity ON identity.id = session.identity_id
 WHERE session.id = %(session)s AND identity.app_id = %(app)s
"""
_CHARGES = """
SELECT id, amount_fen FROM charge
 WHERE job_id = %(job)s AND status = 'approved' AND settled_at IS NULL AND collected_by = 'brand' AND amount_fen > 0
 ORDER BY id
"""
_OPEN = """
SELECT id, number, charge_ids, identity_id, until, ticket, state FROM wechat_bill
 WHERE job_id = %(job)s AND kind = 'payment' AND state IN ('queued', 'unsure', 'refused', 'waiting')
"""
_SENDING = """
UPDATE wechat_bill SET state = 'unsure', doubted = true, next_at = %(next)s, tries = tries + 1 WHERE id = %(id)s
"""


@use_case
def _prepare(tx: Connection, actor: Actor, job_id: int, now: datetime) -> _Order:
    """The job's open order, or a new one; what is to be sent is `unsure` from this moment."""
    condition, params = scope.jobs(actor)
    held = tx.exec_driver_sql(
        f"SELECT status FROM job WHERE id = %(id)s AND {condition} FOR UPDATE", {**params, "id": job_id}
    ).first()
    if held is None:
        raise NotFound
    who = tx.exec_driver_sql(_WHO, {"session": actor.session_id, "app": config().wechat_app_id}).scalar()
    if who is None:
        raise PayInWechat
    wechat_calls.gateway()  # before anything is written that nobody could send
    payable = held.status in (Status.ON_SITE, Status.SUBMITTED)  # else it could not be settled
    charges = tx.exec_driver_sql(_CHARGES, {"job": job_id}).all() if payable else ()
    row = tx.exec_driver_sql(_OPEN, {"job": job_id}).first()
    ids = tuple(charge.id for charge in charges)
    fits = row is not None and _fits(row, ids, who, now)
    # WeChat did not have it when it was asked; a send still on its way finds it ended and gives no ticket.
    if row is not None and not fits and row.state == State.QUEUED:
        wechat_words.tell(tx, wechat_bills.held(tx, row.number), _REPLACED, now)
        row = None
    if row is None:
        row, fits = _new(tx, actor, job_id, charges, who, now), True
    if fits and row.state == State.QUEUED:
        tx.exec_driver_sql(_SENDING, {"id": row.id, "next": now + wechat_calls.lease()})
        wechat_words.keep(tx, row.id, row.number, Told("send", Heard.CLAIMED), None, now)
    ticket = row.ticket if row.state == State.WAITING else None
    return _Order(wechat_calls.due(tx, row.id), tuple(row.charge_ids), row.until, ticket, fits)


def _fits(row: Any, ids: tuple[int, ...], who: int, now: datetime) -> bool:
    return tuple(row.charge_ids) == ids and row.identity_id == who and row.until > now + LEFT


_REPLACED = Told("close", Heard.ENDED, "REPLACED")


def _new(tx: Connection, actor: Actor, job_id: int, charges: Sequence[Any], who: int, now: datetime) -> Any:
    if not charges:
        raise NothingToPay
    new = NewBill(
        Kind.PAYMENT,
        sum(charge.amount_fen for charge in charges),
        "安装服务收费",
        job_id=job_id,
        charge_ids=[charge.id for charge in charges],
        identity_id=who,
        until=now + PAY_WITHIN,
    )
    return wechat_bills.make(tx, new, actor.person_id, now)


@use_case
def _tell(tx: Connection, number: str, told: Told, now: datetime) -> State:
    return wechat_words.tell(tx, wechat_bills.held(tx, number), told, now)
