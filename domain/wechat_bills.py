"""WeChat's bills of a day as lines: columns found by their headings, cells that begin with a backtick."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from domain.errors import Invalid
from domain.money import NotMoney, fen
from domain.payments import Kind

TRADE, FUNDS = "trade", "funds"  # payments and refunds; the account that transfers are paid out of
_NEEDED = {
    TRADE: (
        "微信订单号",
        "商户订单号",
        "交易状态",
        "订单金额",
        "微信退款单号",
        "商户退款单号",
        "申请退款金额",
    ),
    FUNDS: ("微信支付业务单号", "业务名称", "收支类型", "收支金额(元)", "业务凭证号"),
}


class BadWechatBill(Invalid):
    """Not the bill we know: a heading is missing, an amount is none."""

    code = "bad_wechat_bill"
    title = "微信账单格式无法识别"


@dataclass(frozen=True, slots=True)
class Line:
    """One movement: WeChat's number, ours where it is named, in fen."""

    kind: Kind
    their_number: str
    number: str
    amount_fen: int


def read(which: str, data: bytes) -> tuple[Line, ...]:
    """The lines of a bill, sums left out: a payment of "`100.00" is 10000. `BadWechatBill`."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        heads = rows[0] if rows else []
        if any(name not in heads for name in _NEEDED[which]):
            raise BadWechatBill
        cells = (
            dict(zip(heads, (cell.strip().lstrip("`") for cell in row), strict=False)) for row in rows[1:]
        )
        whole = (row for row in cells if len(row) == len(heads))
        return tuple(_trades(whole) if which == TRADE else _movements(whole))
    except (UnicodeDecodeError, NotMoney, csv.Error) as error:
        raise BadWechatBill from error


def _trades(rows: Iterator[dict[str, str]]) -> Iterator[Line]:
    for row in rows:
        if row["交易状态"] == "SUCCESS":
            yield Line(Kind.PAYMENT, row["微信订单号"], row["商户订单号"], fen(row["订单金额"]))
        elif row["交易状态"] == "REFUND":
            yield Line(Kind.REFUND, row["微信退款单号"], row["商户退款单号"], fen(row["申请退款金额"]))


def _movements(rows: Iterator[dict[str, str]]) -> Iterator[Line]:
    for row in rows:
        if row["收支类型"] == "支出" and "转账" in row["业务名称"]:
            yield Line(Kind.TRANSFER, row["微信支付业务单号"], row["业务凭证号"], fen(row["收支金额(元)"]))
