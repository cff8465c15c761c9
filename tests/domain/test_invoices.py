"""An invoice fits its statement or is refused with everything that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.invoices import BadInvoice, Invoice, check
from domain.payouts import payment

TODAY = date(2026, 4, 10)
GOOD = Invoice("26372000000012345678", date(2026, 4, 8), 8000, 453)


def test_the_right_invoice_passes() -> None:
    """Twenty digits of this year and a region that exists, the amount, the tax."""
    check(GOOD, 8000, 453, TODAY)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": "2637200000001234567"}, "数电票号码应为 20 位数字"),
        ({"number": "２6372000000012345678"}, "数电票号码应为 20 位数字"),
        ({"number": "25372000000012345678"}, "发票号码的年份 25 与开票日期不符"),
        ({"number": "26992000000012345678"}, "发票号码的地区代码 99 不存在"),
        ({"issued_on": date(2026, 4, 11)}, "开票日期晚于今天"),
        ({"amount_fen": 8001}, "价税合计应为 ¥80.00，发票为 ¥80.01"),
        ({"tax_fen": 0}, "税额应为 ¥4.53，发票为 ¥0.00"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, Any], words: str) -> None:
    """Field by field, in words finance can send back."""
    with pytest.raises(BadInvoice) as refusal:
        check(replace(GOOD, **change), 8000, 453, TODAY)
    assert [fault.message for fault in refusal.value.errors] == [words]


def test_a_payment_takes_the_payable_to_the_bank() -> None:
    """Named by the statement alone, so that it is posted once."""
    entry = payment(12, 7, date(2026, 3, 1), 8000, date(2026, 4, 1))
    assert [(leg.account, leg.amount_fen) for leg in entry.legs] == [
        ("dealer_payable:7", 8000),
        ("bank", -8000),
    ]
    assert (entry.natural_key, entry.memo) == ("statement:12:payout", "支付 2026-03 结算单 ¥80.00")
    with pytest.raises(ValueError, match="nothing"):
        payment(12, 7, date(2026, 3, 1), 0, date(2026, 4, 1))
