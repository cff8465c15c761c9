"""Single cells: every usual form is understood, every other is one fault."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from channels.parsed import Bad, Good
from channels.template import template_csv
from domain.orders import OrderState
from tests.channels.generated import good, own, parse


def faults_of(**cells: str) -> set[tuple[str, str]]:
    (bad,) = parse(template_csv([own(**cells)]))
    assert isinstance(bad, Bad)
    return {(fault.field, fault.code) for fault in bad.faults}


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("order_number", "", "empty"),
        ("order_number", "3.72834E+17", "digits_lost"),
        ("order_number", "T 1", "bad_order_number"),
        ("line_number", "0", "out_of_range"),
        ("line_number", "一", "bad_number"),
        ("sku", "", "empty"),
        ("sku", "#N/A", "spreadsheet_error"),
        ("quantity", "0", "out_of_range"),
        ("quantity", "1000", "out_of_range"),
        ("quantity", "1.5", "bad_quantity"),
        ("quantity", "", "empty"),
        ("paid_fen", "面议", "bad_amount"),
        ("paid_fen", "1299.999", "bad_amount"),
        ("paid_fen", "1.299,00", "bad_amount"),
        ("paid_fen", "-1", "out_of_range"),
        ("paid_fen", "9" * 30, "bad_amount"),
        ("phone", "12345", "bad_phone"),
        ("phone", "", "empty"),
        ("address", "", "empty"),
        ("address", "长" * 401, "too_long"),
        ("receiver", "张\x07三", "control_character"),
        ("receiver", "=cmd", "formula"),
        ("ordered_at", "昨天", "bad_date"),
        ("ordered_at", "5/23/2016", "bad_date"),
        ("ordered_at", "42513.9", "bad_date"),
        ("ordered_at", "2026-02-30", "bad_date"),
        ("ordered_at", "1900-01-01", "bad_year"),
        ("paid_at", "9999-12-31 23:59:59", "bad_year"),
        ("wanted_date", "0000-00-00", "bad_year"),
        ("state", "(锁定)等待出库", "unknown_state"),
        ("state", "???", "unknown_state"),
        ("buyer_note", "长" * 2001, "too_long"),
    ],
)
def test_one_bad_cell_is_one_fault(field: str, cell: str, code: str) -> None:
    """Named by field and reason."""
    assert faults_of(**{field: cell}) == {(field, code)}


def test_all_faults_of_a_row_come_together() -> None:
    """A person mends a row once."""
    found = faults_of(phone="1", address="", quantity="很多", ordered_at="昨天", paid_fen="面议")
    assert {field for field, _ in found} == {"phone", "address", "quantity", "ordered_at", "paid_fen"}


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1299", 129_900),
        ("¥1,299.00", 129_900),
        ("￥12.5", 1_250),
        ("1299.00元", 129_900),
        ("12.50000", 1_250),
        ("0", 0),
    ],
)
def test_amounts_are_read_in_every_usual_form(cell: str, fen: int) -> None:
    """To whole fen, without rounding."""
    assert good(template_csv([own(paid_fen=cell)]))[0].paid_fen == fen


def test_what_a_phone_book_pastes_around_a_number_is_left_out() -> None:
    """The marks are unseen and turn the text around them; the number is the number."""
    [row] = good(template_csv([own(phone="\u202d13800138000\u202c", receiver="张三\u202e")]))
    assert (row.phone, row.receiver) == ("13800138000", "张三")


@pytest.mark.parametrize(
    "cell",
    [
        "2016/5/23 22:02",
        "2016-05-23 22:02:00",
        "2016年5月23日 22:02",
        "2016.5.23 22:02",
        "20160523220200",
        "2016-05-23T14:02:00Z",
        "2016-05-23T22:02:00+08:00",
        "２０１６/５/２３ 22：02",
    ],
)
def test_moments_are_read_in_every_usual_form(cell: str) -> None:
    """Chinese time unless it says otherwise."""
    assert good(template_csv([own(ordered_at=cell)]))[0].ordered_at == datetime(
        2016, 5, 23, 14, 2, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("等待买家付款", OrderState.UNPAID),
        ("买家已付款，等待卖家发货", OrderState.PAID),
        ("等待出库", OrderState.PAID),
        ("卖家已发货，等待买家确认", OrderState.SHIPPED),
        ("等待确认收货", OrderState.SHIPPED),
        ("交易成功", OrderState.DELIVERED),
        ("完成", OrderState.DELIVERED),
        ("交易关闭", OrderState.CLOSED),
        ("(删除)等待出库", OrderState.CLOSED),
        ("退款成功", OrderState.REFUNDED),
        ("shipped", OrderState.SHIPPED),
        ("", None),
    ],
)
def test_platform_words_become_states(cell: str, state: OrderState | None) -> None:
    """In the platforms' own words; no word, no claim."""
    assert good(template_csv([own(state=cell)]))[0].state is state


def test_the_same_line_twice_with_other_contents_is_a_question() -> None:
    """An identical repeat is harmless, a different one comes back."""
    parsed = parse(template_csv([own(), own(), own(quantity="2")]))
    assert [type(one) for one in parsed] == [Good, Good, Bad]
    assert parsed[2].faults[0].code == "line_repeated"  # type: ignore[union-attr]
