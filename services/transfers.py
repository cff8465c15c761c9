"""An invoiced statement paid to a person through WeChat: made by finance, taken by the owner within a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.calendar import local_date
from domain.errors import Conflict
from domain.payments import NAME_FROM_FEN, Kind
from services.config import config
from services.parts import contradicted, stating, wechat_bills, withheld
from services.parts.paying import PayoutUnderWay
from services.parts.wechat_bills import NewBill
from services.parts.wechat_calls import name_of
from services.uow import query, use_case


class NotAPerson(Conflict):
    """WeChat pays people; a company has a bank account."""

    code = "payee_not_a_person"
    title = "微信转账只能付给自然人服务商，公司请用银行付款"


class PayeeUnclear(Conflict):
    """The dealer must have exactly one owner, who has opened the mini-program and given a name where one is asked."""

    code = "payee_unclear"
    title = "该服务商须有且只有一位已登录小程序的负责人"


class PayeeNameMissing(Conflict):
    """From ¥2,000.00 on WeChat compares the payee's name."""

    code = "payee_name_missing"
    title = "转账满 2000 元须有收款人姓名"


@dataclass(frozen=True, slots=True)
class TransferMade:
    """A transfer that the next run sends; `number` is WeChat's out_bill_no, for ever."""

    number: str
    statement_id: int
    amount_fen: int


_PARTY = "SELECT party FROM dealer WHERE id = %(id)s"
_OWNERS = """
SELECT person.id AS person_id, identity.id AS identity_id, person.personal, subject.wrapped_key
  FROM role_binding binding JOIN person ON person.id = binding.person_id AND person.status = 'active'
  JOIN subject ON subject.id = person.subject_id
  LEFT JOIN wechat_identity identity ON identity.person_id = person.id AND identity.app_id = %(app)s
 WHERE binding.dealer_id = %(dealer)s AND binding.role = 'dealer_owner' AND binding.status = 'active'
"""
_PAYOUT = """
INSERT INTO payout (statement_id, dealer_id, amount_fen, withheld_fen, state, made_by, made_at)
VALUES (%(statement)s, %(dealer)s, %(fen)s, %(withheld)s, 'open', %(by)s, %(now)s)
ON CONFLICT (statement_id) WHERE state <> 'failed' DO NOTHING RETURNING id
"""


@use_case
def make(tx: Connection, actor: Actor, statement_id: int, now: datetime) -> TransferMade:
    """One transfer of the whole payout, less what is withheld.

    `NotAPerson`, `PayeeUnclear`, `PayeeNameMissing`, `PayoutUnderWay`, `PayoutContradicted`.
    """
    row = stating.locked(tx, actor, statement_id, None)
    stating.to(row, actor, "record_payment")
    contradicted.check(tx, row.id)
    payee = _payee(tx, row)
    less = withheld.of(tx, [row.id], local_date(now)).get(row.id, 0)
    fen = row.payout_fen - less
    values = {"statement": row.id, "dealer": row.dealer_id, "fen": fen, "withheld": less}
    payout = tx.exec_driver_sql(_PAYOUT, {**values, "by": actor.person_id, "now": now}).first()
    if payout is None:
        raise PayoutUnderWay
    new = NewBill(
        Kind.TRANSFER,
        fen,
        f"{row.month:%Y-%m} 安装服务费",
        payout_id=payout.id,
        identity_id=payee.identity_id,
        person_id=payee.person_id,
    )
    bill = wechat_bills.make(tx, new, actor.person_id, now)
    return TransferMade(bill.number, row.id, bill.amount_fen)


def _payee(tx: Connection, row: Any) -> Any:
    if tx.exec_driver_sql(_PARTY, {"id": row.dealer_id}).scalar_one() != "natural_person":
        raise NotAPerson
    found = tx.exec_driver_sql(_OWNERS, {"dealer": row.dealer_id, "app": config().wechat_app_id}).all()
    if len(found) != 1 or found[0].identity_id is None:
        raise PayeeUnclear
    if row.payout_fen >= NAME_FROM_FEN and not name_of(found[0].wrapped_key, found[0].personal):
        raise PayeeNameMissing
    return found[0]


@dataclass(frozen=True, slots=True)
class TransferWaiting:
    """What `wx.requestMerchantTransfer` takes to let the payee take one transfer; its tap is no payment yet."""

    number: str
    amount_fen: int
    words: str
    mch_id: str
    app_id: str
    package: str
    made_at: datetime


_WAITING = """
SELECT bill.number, bill.amount_fen, words, ticket, bill.made_at
  FROM wechat_bill bill JOIN payout ON payout.id = payout_id
 WHERE payout.dealer_id = %(dealer)s AND bill.person_id = %(person)s AND bill.state = 'waiting' AND ticket IS NOT NULL
 ORDER BY bill.id LIMIT 100
"""


@query
def waiting(connection: Connection, actor: Actor) -> list[TransferWaiting]:
    """The owner's own transfers that wait for a tap."""
    asked = {"dealer": actor.dealer_id, "person": actor.person_id}
    told = config()
    return [
        TransferWaiting(
            row.number,
            row.amount_fen,
            row.words,
            told.wechat_mch_id,
            told.wechat_app_id,
            row.ticket,
            row.made_at,
        )
        for row in connection.exec_driver_sql(_WAITING, asked)
    ]
