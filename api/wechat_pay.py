"""Money through WeChat: a customer pays, a person is paid, finance looks on, and WeChat's notifications come in.

The notifications have a door of their own, like WeChat's pushes: raw bytes in, 204 out, and a stranger learns nothing.
WeChat waits five seconds and comes again for a day, so one is answered after one short transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from api import limits, paging, routes
from api.described import Declared
from api.logging import log, traceback_of
from api.paging import Page
from api.routes import Call, route
from api.schemas.payouts import BillsQuery
from api.schemas.settling import PaymentBody
from domain.errors import DomainError, Unavailable
from domain.permissions import holders
from services import customer_payments, failed_refunds, transfers, wechat_bills
from services.customer_payments import PaymentStarted
from services.queries.wechat_bills import BillLine, listed
from services.transfers import TransferMade, TransferWaiting
from wechat.pay_terms import MAX_NOTE, BadNote, Note

area = routes.area("wechat_pay", "微信支付")
door = routes.area("wechat_pay_notify", "微信支付通知", prefix="")


@dataclass(frozen=True, slots=True)
class Transfers:
    """What waits for the owner's tap."""

    transfers: tuple[TransferWaiting, ...]


@route(
    area,
    "POST",
    "/jobs/<id:job_id>/payment",
    permission="payment:start",
    answer=PaymentStarted,
    errors=(404, 409, 429, 503),
    kept=False,
    summary="客户微信支付",
)
def start(call: Call, job_id: int) -> PaymentStarted:
    """An order for everything agreed and unpaid; the phone's success is no payment: look at the job's charges."""
    return customer_payments.start(call.who, job_id, call.now)


@route(
    area,
    "POST",
    "/statements/<id:statement_id>/transfer",
    permission="payout:make",
    answer=TransferMade,
    status=201,
    errors=(404, 409),
    summary="微信转账付款",
)
def transfer(call: Call, statement_id: int) -> TransferMade:
    """To a dealer who is a person; its owner takes it in the mini-program within a day."""
    return transfers.make(call.who, statement_id, call.now)


@route(area, "GET", "/transfers", permission="transfer:take", answer=Transfers, summary="待我确认的收款")
def waiting(call: Call) -> Transfers:
    """Each with what `wx.requestMerchantTransfer` takes."""
    return Transfers(tuple(transfers.waiting(call.who)))


@route(
    area,
    "GET",
    "/wechat-bills",
    permission="payout:make",
    query=BillsQuery,
    answer=Page[BillLine],
    summary="微信收付款列表",
)
def bill_list(_call: Call, query: Mapping[str, Any]) -> Page[BillLine]:
    """Transfers, payments, refunds: newest first, those under way oldest first."""
    before = paging.number(query["cursor"])
    found = listed(before, query["limit"] + 1, query["state"], query["kind"])
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    "/wechat-bills/<id:bill_id>/end",
    permission="payout:make",
    answer=BillLine,
    errors=(404, 503),
    kept=False,
    summary="撤销微信转账或关闭订单",
)
def end(call: Call, bill_id: int) -> BillLine:
    """As it stands afterwards: taken back, or taken after all."""
    return wechat_bills.end(call.who, bill_id, call.now)


@route(
    area,
    "POST",
    "/wechat-bills/<id:bill_id>/again",
    permission="payout:make",
    answer=BillLine,
    status=201,
    errors=(404, 409),
    summary="重新发起失败的退款",
)
def refund_again(call: Call, bill_id: int) -> BillLine:
    """The new bill, for the same amount and cause."""
    return failed_refunds.again(call.who, bill_id, call.now)


@route(
    area,
    "POST",
    "/wechat-bills/<id:bill_id>/paid-by-hand",
    permission="payout:make",
    body=PaymentBody,
    answer=BillLine,
    errors=(404, 409),
    summary="登记失败退款的银行付款",
)
def refund_by_hand(call: Call, body: Mapping[str, Any], bill_id: int) -> BillLine:
    """Posted from the customers' clearing to the bank, once."""
    return failed_refunds.by_hand(call.who, bill_id, body["paid_on"], body["reference"], call.now)


def notify() -> Response:
    """A signed notification of WeChat Pay; taken once however often it comes."""
    request.max_content_length = MAX_NOTE
    try:
        wechat_bills.heard(_read(), current_app.extensions["clock"]())
    except BadNote:
        limits.address(g.trace.address, known=False)
        raise
    except (DomainError, HTTPException):
        raise
    except Exception as surprise:
        log.error("pay_note_failed", request_id=g.trace.request_id, **traceback_of(surprise))
        raise Unavailable from None
    return Response(status=204)


def _read() -> Note:
    pay = current_app.extensions["wechat_pay"]
    if pay is None:
        raise BadNote("not set up")
    note: Note = pay.heard(request.headers, request.get_data())
    return note


def _open_door() -> None:
    """Declared like every route, but not read like one: the signature is over the raw bytes."""
    declared = Declared(
        method="POST",
        rule="/wechat/pay/notify",
        permission="wechat:pay",
        holders=holders("wechat:pay"),
        summary="接收微信支付通知",
        body=None,
        query=None,
        answer=None,
        status=204,
        errors=(403,),
        max_body=MAX_NOTE,
        tags=("wechat_pay_notify",),
    )
    notify.declared = declared  # type: ignore[attr-defined]  # for the guards in tests
    notify.provide_automatic_options = False  # type: ignore[attr-defined]  # no CORS: OPTIONS is a 405
    door.add_url_rule(declared.rule, "notify", notify, methods=["POST"], tags=list(declared.tags))


_open_door()
