"""The bills of a day: trades (payments and refunds) and the operating account's movements (transfers), as CSV."""

from __future__ import annotations

import gzip
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from wechat.stand_in.merchant.book import Book, PayError
from wechat.stand_in.state import World

SHANGHAI = timezone(timedelta(hours=8))
TRADE_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
FUND_HEAD = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,"
    "业务凭证号"
)


def make(world: World, book: Book, which: str, day: str, *, zipped: bool) -> dict[str, str]:
    """Where the bill of a past day can be fetched, and its SHA-1; 400 NO_STATEMENT_EXIST for an empty day."""
    if day >= datetime.fromtimestamp(world.clock.stamp(), SHANGHAI).date().isoformat():
        raise PayError(400, "INVALID_REQUEST", "账单日期须早于今天")
    lines = list(_trades(book, day) if which == "trade" else _movements(book, day))
    if not lines:
        raise PayError(400, "NO_STATEMENT_EXIST", "账单不存在")
    head = TRADE_HEAD if which == "trade" else FUND_HEAD
    text = "\r\n".join([head, *lines, "总笔数,合计", f"`{len(lines)},`0.00", ""]).encode("utf-8-sig")
    token = secrets.token_hex(12)
    book.files[token] = gzip.compress(text) if zipped else text
    return {"hash_type": "SHA1", "hash_value": hashlib.sha1(text).hexdigest(), "token": token}  # noqa: S324


def _trades(book: Book, day: str) -> Iterable[str]:
    faults = book.bill_faults
    for order in book.orders.values():
        if order.paid_at is not None and _day(order.paid_at) == day and order.number not in faults.drop:
            fen = faults.amounts.get(order.number, order.fen)
            yield _trade(order.paid_at, order.transaction_id, order.number, order.openid, "SUCCESS", fen)
    for made in book.refunds.values():
        if made.done_at is not None and _day(made.done_at) == day and made.number not in faults.drop:
            fen = faults.amounts.get(made.number, made.fen)
            order = made.order
            ids = (order.transaction_id, order.number, order.openid)
            yield _trade(made.done_at, *ids, "REFUND", 0, made.refund_id, made.number, fen)
    for number, fen in faults.extra.items():
        yield _trade(_midday(day), "4200009999", number, "o", "SUCCESS", fen)


def _trade(
    at: float, theirs: str, ours: str, openid: str, state: str, fen: int, refund_id: str = "", refund: str = "",
    back_fen: int = 0,
) -> str:  # fmt: skip
    told = [_time(at), "wx", "mch", "", "", theirs, ours, openid, "JSAPI", state, "OTHERS", "CNY", _yuan(fen)]
    told += [
        "0.00",
        refund_id,
        refund,
        _yuan(back_fen),
        "0.00",
        "ORIGINAL" if refund else "",
        state if refund else "",
    ]
    told += ["安装服务", "", "0.00000", "0.60%", _yuan(fen), _yuan(back_fen), ""]
    return ",".join(f"`{one}" for one in told)


def _movements(book: Book, day: str) -> Iterable[str]:
    faults = book.bill_faults
    for made in book.transfers.values():
        if made.state == "SUCCESS" and _day(made.changed_at) == day and made.number not in faults.drop:
            fen = faults.amounts.get(made.number, made.fen)
            told = [
                _time(made.changed_at),
                made.bill_no,
                "1" + made.bill_no,
                "商家转账",
                "商家转账",
                "支出",
                _yuan(fen),
            ]
            yield ",".join(f"`{one}" for one in [*told, "0.00", "system", "", made.number])


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, SHANGHAI).date().isoformat()


def _midday(day: str) -> float:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00").timestamp()


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
