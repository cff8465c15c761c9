"""A bank's file by a template: the same bytes every time, and its answer read back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.bank_files import (
    BadBankFile,
    Column,
    NotInEncoding,
    Payment,
    Result,
    Template,
    lacking,
    number_of,
    payout_of,
    read,
    written,
)

TEMPLATE = Template(
    columns=(
        Column("编号", "number"), Column("账号", "account"), Column("户名", "holder"), Column("币种", None, "CNY"),
        Column("金额", "amount_yuan"),
    ),
    encoding="gb18030", number_head="编号", amount_head="金额", state_head="状态",
    paid_words=("成功",), failed_words=("失败",), reason_head="原因",
)  # fmt: skip
PAYMENT = Payment(12, "6222020200112233", "烟台某某电器", "工商银行", "102456000012", 800_001, "2026-03")


def test_the_file_is_the_templates_columns_in_its_encoding() -> None:
    """Headings and rows as the bank wants them, constants where it wants those; twice the same bytes."""
    data = written(TEMPLATE, [PAYMENT])
    assert data.decode("gb18030") == (
        "编号,账号,户名,币种,金额\r\nTZ0000000012,6222020200112233,烟台某某电器,CNY,8000.01\r\n"
    )
    assert written(TEMPLATE, [PAYMENT]) == data
    assert written(replace(TEMPLATE, encoding="utf-8-sig"), []).startswith(b"\xef\xbb\xbf")
    with pytest.raises(NotInEncoding):
        written(TEMPLATE, [replace(PAYMENT, holder="\ud800")])


def test_the_answer_is_read_by_the_templates_words() -> None:
    """Paid, failed with its reason, and a word nobody told us."""
    told = (
        '编号,金额,状态,原因\r\nTZ0000000012,"8,000.01",成功,\r\n'
        "TZ0000000013,1.00,失败,户名不符\r\nX,2.00,处理中,\r\n\r\n"
    )
    assert read(TEMPLATE, told.encode("gb18030")) == (
        Result("TZ0000000012", 800_001, True, ""),
        Result("TZ0000000013", 100, False, "户名不符"),
        Result("X", 200, None, "处理中"),
    )


@pytest.mark.parametrize(
    "told", ["编号,金额\r\n", "", "编号,金额,状态\r\nTZ1,壹元,成功\r\n", "编号,金额,状态\r\n\0,1,成功"]
)
def test_what_is_not_the_templates_answer_is_refused(told: str) -> None:
    """A column too few, nothing at all, an amount that is none, a character that no text has."""
    with pytest.raises(BadBankFile):
        read(TEMPLATE, told.encode("gb18030"))
    with pytest.raises(BadBankFile):
        read(TEMPLATE, b"\xff\xff\xff")


@settings(max_examples=30)
@given(st.integers(1, 10**18 - 1))
def test_a_number_names_one_payment(payout_id: int) -> None:
    """There and back; nothing else is a number of ours."""
    assert payout_of(number_of(payout_id)) == payout_id
    assert payout_of(f"x{number_of(payout_id)}") is None


def test_a_template_has_what_a_bank_needs() -> None:
    """Number, account, holder and an amount, in yuan or in fen."""
    enough = [Column(name, name) for name in ("number", "account", "holder", "amount_fen")]
    assert (lacking(enough), lacking(enough[:2])) == ((), ("收款户名", "金额（元）"))
