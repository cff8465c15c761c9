"""An all-digital invoice (数电票) held against the statement that it is for: number, day, amount, tax.

A number has twenty digits: two of the year, two of the region, one of the channel, fifteen in sequence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from domain.errors import Conflict, Fault, Invalid
from domain.money import yuan

_NUMBER = re.compile(r"[0-9]{20}")
REGIONS = frozenset(
    str(number)
    for numbers in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66))
    for number in range(*numbers)
)


class BadInvoice(Invalid):
    """The number, day, amount or tax is not what this statement's invoice must have; `errors` name each."""

    code = "bad_invoice"
    title = "发票与结算单不符"


class NoInvoice(Conflict):
    """None is recorded for the statement, or it was refused."""

    code = "no_invoice"
    title = "该结算单没有有效的发票"


class InvoiceUsed(Conflict):
    """An invoice stands for one statement only."""

    code = "invoice_used"
    title = "该发票号码已用于其他结算单"


@dataclass(frozen=True, slots=True)
class Invoice:
    """As printed: amount with tax, and the tax in it, in fen."""

    number: str
    issued_on: date
    amount_fen: int
    tax_fen: int


def check(invoice: Invoice, amount_fen: int, tax_fen: int, today: date) -> None:
    """`BadInvoice` with a fault for everything that does not fit a statement that pays `amount_fen` with `tax_fen`.

    "26372000000012345678" of 2026-04-08 over ¥80.00 with ¥4.53: fits a payout of 8000 fen with 453 of tax.
    """
    wrong = {
        "number": _number(invoice),
        "issued_on": "开票日期晚于今天" if invoice.issued_on > today else "",
        "amount_fen": _differs("价税合计", invoice.amount_fen, amount_fen),
        "tax_fen": _differs("税额", invoice.tax_fen, tax_fen),
    }
    faults = [Fault(field, "mismatch", words) for field, words in wrong.items() if words]
    if faults:
        raise BadInvoice("；".join(fault.message for fault in faults), errors=faults)


def _number(invoice: Invoice) -> str:
    number = invoice.number
    if not _NUMBER.fullmatch(number):
        return "数电票号码应为 20 位数字"
    if number[:2] != f"{invoice.issued_on.year % 100:02d}":
        return f"发票号码的年份 {number[:2]} 与开票日期不符"
    return "" if number[2:4] in REGIONS else f"发票号码的地区代码 {number[2:4]} 不存在"


def _differs(name: str, given: int, wanted: int) -> str:
    return "" if given == wanted else f"{name}应为 {yuan(wanted)}，发票为 {yuan(given)}"
