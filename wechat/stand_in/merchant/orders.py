"""JSAPI orders and their refunds."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from wechat.stand_in.merchant.book import Book, Merchant, Order, PayError, Refund
from wechat.stand_in.merchant.notes import Notes, when
from wechat.stand_in.state import World

Json = dict[str, Any]
PAY_S = 7 * 24 * 3600


def create(world: World, book: Book, merchant: Merchant, body: Json) -> Json:
    """`POST /v3/pay/transactions/jsapi`: the same order again gives the same prepay_id, another is refused."""
    number, openid = _number(body, "out_trade_no"), body.get("payer", {}).get("openid")
    fen = body.get("amount", {}).get("total")
    if body.get("appid") != merchant.appid or body.get("mchid") != merchant.mchid:
        raise PayError(400, "APPID_MCHID_NOT_MATCH")
    if world.user_of(merchant.appid, openid) is None or not isinstance(fen, int) or fen < 1:
        raise PayError(400, "PARAM_ERROR", "openid 或金额无效")
    if not body.get("description") or not body.get("notify_url"):
        raise PayError(400, "PARAM_ERROR", "缺少参数")
    known = book.orders.get(number)
    if known is not None:
        if known.asked != body:
            raise PayError(400, "INVALID_REQUEST", "商户订单号重复")
        if known.state != "NOTPAY":
            raise PayError(400, "ORDERPAID" if known.state == "SUCCESS" else "ORDER_CLOSED")
        return {"prepay_id": known.prepay_id}
    until = body.get("time_expire")
    ends = datetime.fromisoformat(until).timestamp() if until else world.clock.stamp() + PAY_S
    prepay = "wx" + secrets.token_hex(16)
    book.orders[number] = Order(number, body, str(openid), fen, prepay, ends)
    return {"prepay_id": prepay}


def show(book: Book, merchant: Merchant, number: str) -> Json:
    """`GET /v3/pay/transactions/out-trade-no/{number}`."""
    return told(merchant, _found(book, number))


def told(merchant: Merchant, order: Order) -> Json:
    """An order as query and notification tell it."""
    names = {"SUCCESS": "支付成功", "NOTPAY": "订单未支付", "CLOSED": "订单已关闭", "REFUND": "转入退款"}
    said: Json = {
        "appid": merchant.appid,
        "mchid": merchant.mchid,
        "out_trade_no": order.number,
        "trade_state": order.state,
        "trade_state_desc": names[order.state],
        "amount": {"total": order.fen, "currency": "CNY"},
        "payer": {"openid": order.openid},
    }
    if order.paid_at is not None:
        said |= {
            "transaction_id": order.transaction_id,
            "success_time": when(order.paid_at),
            "trade_type": "JSAPI",
        }
    return said


def close(book: Book, number: str) -> None:
    """`POST …/close`: nobody can pay it any more; 400 ORDERPAID for one that is paid."""
    order = _found(book, number)
    if order.paid_at is not None:
        raise PayError(400, "ORDERPAID", "该订单已支付")
    order.state = "CLOSED"


def pay(world: World, book: Book, merchant: Merchant, notes: Notes, number: str, openid: str) -> Json:
    """The customer's thumb on the phone."""
    order = _found(book, number)
    if order.openid != openid:
        raise PayError(400, "PARAM_ERROR", "不是该用户的订单")
    if order.state != "NOTPAY" or world.clock.stamp() > order.expires_at:
        raise PayError(400, "ORDER_CLOSED", "订单不能支付")
    order.state, order.paid_at = "SUCCESS", world.clock.stamp()
    order.transaction_id = "42" + f"{secrets.randbelow(10**26):026d}"
    said = told(merchant, order)
    notes.send(merchant, order.asked["notify_url"], "TRANSACTION.SUCCESS", said)
    return said


def refund(world: World, book: Book, body: Json) -> Json:
    """`POST /v3/refund/domestic/refunds`: once per number, all together no more than was paid."""
    number, amount = _number(body, "out_refund_no"), body.get("amount", {})
    known = book.refunds.get(number)
    if known is not None:
        if known.asked != body:
            raise PayError(400, "INVALID_REQUEST", "商户退款单号重复")
        return refund_told(known)
    order = _found(book, str(body.get("out_trade_no")))
    fen = amount.get("refund")
    if order.paid_at is None or not isinstance(fen, int) or fen < 1 or amount.get("total") != order.fen:
        raise PayError(400, "PARAM_ERROR", "退款金额或订单状态无效")
    if order.refunded_fen + fen > order.fen:
        raise PayError(403, "NOT_ENOUGH", "可退金额不足")
    order.refunded_fen += fen
    order.state = "REFUND"
    made = Refund(number, body, order, fen, "50" + f"{secrets.randbelow(10**26):026d}", world.clock.stamp())
    book.refunds[number] = made
    return refund_told(made)


def show_refund(book: Book, number: str) -> Json:
    """`GET /v3/refund/domestic/refunds/{number}`."""
    made = book.refunds.get(number)
    if made is None:
        raise PayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return refund_told(made)


def refund_told(made: Refund, *, notifying: bool = False) -> Json:
    """A refund as reply (`status`) or notification (`refund_status`) tells it."""
    said: Json = {
        "out_refund_no": made.number,
        "refund_id": made.refund_id,
        "out_trade_no": made.order.number,
        "transaction_id": made.order.transaction_id,
        "refund_status" if notifying else "status": made.state,
        "amount": {"total": made.order.fen, "refund": made.fen, "payer_refund": made.fen},
    }
    if made.done_at is not None:
        said["success_time"] = when(made.done_at)
    return said


def finish_refund(world: World, merchant: Merchant, notes: Notes, made: Refund, state: str) -> None:
    """SUCCESS, CLOSED or ABNORMAL."""
    made.state = state
    if state == "SUCCESS":
        made.done_at = world.clock.stamp()
    told_of = {"mchid": merchant.mchid, **refund_told(made, notifying=True)}
    notes.send(merchant, str(made.asked.get("notify_url", "")), f"REFUND.{state}", told_of)


def _found(book: Book, number: str) -> Order:
    order = book.orders.get(number)
    if order is None:
        raise PayError(404, "ORDER_NOT_EXIST", "订单不存在")
    return order


def _number(body: Json, name: str) -> str:
    number = str(body.get(name, ""))
    if not (6 <= len(number) <= 32 and number.isascii() and number.isalnum()):
        raise PayError(400, "PARAM_ERROR", f"{name} 无效")
    return number
