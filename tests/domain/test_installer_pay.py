"""Rates of installers: which one holds, and what a job earns by it."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import Invalid
from domain.installer_pay import (
    ANY,
    EarningsChanged,
    Rate,
    Reason,
    check_begin,
    check_paid,
    earned,
    line_faults,
    rate_for,
)

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
RATES = (
    Rate(1, MARCH, ANY, ANY, 5000),
    Rate(2, MARCH, ANY, "repair", 6000),
    Rate(3, MARCH, "water_heater", ANY, 8000, 3000),
    Rate(4, APRIL, "water_heater", ANY, 9000, 3000),
    Rate(5, MARCH, "water_heater", "second_visit", 0),
)


@pytest.mark.parametrize(
    ("category", "kind", "day", "wanted"),
    [
        ("hood", "install", MARCH, 1),
        ("hood", "repair", APRIL, 2),
        ("water_heater", "repair", MARCH, 3),
        ("water_heater", "install", APRIL, 4),
        ("water_heater", "second_visit", APRIL, 5),
    ],
)
def test_the_narrower_rate_holds_before_the_newer(category: str, kind: str, day: date, wanted: int) -> None:
    """The category's own before every one's, then the kind's own, then the newest that has begun."""
    found = rate_for(RATES, category, kind, day)
    assert found is not None
    assert found.id == wanted


def test_before_the_first_rate_nothing_is_earned() -> None:
    """No rate of the day: no line, and none of nothing either."""
    assert rate_for(RATES, "hood", "install", date(2026, 2, 28)) is None


def test_further_pieces_have_their_own_price_and_the_words_say_it() -> None:
    """¥80.00 and two more at ¥30.00 are ¥140.00; a rate of nothing is a line of nothing."""
    assert earned(RATES[2], 3, "安装", "电热水器") == (
        14_000,
        "安装 电热水器 ¥80.00 + 2 × ¥30.00 = ¥140.00（单价 3）",
    )
    assert earned(RATES[4], 2, "二次上门", "电热水器") == (0, "二次上门 电热水器 ¥0.00（单价 5）")


@pytest.mark.parametrize(
    ("reason", "fen", "code"),
    [
        (Reason.BONUS, 500, None),
        (Reason.BONUS, -500, "wrong_sign"),
        (Reason.DEDUCTION, -500, None),
        (Reason.DEDUCTION, 500, "wrong_sign"),
        (Reason.MATERIALS, -300, None),
        (Reason.OTHER, 0, "no_amount"),
    ],
)
def test_a_line_has_the_sign_that_its_name_says(reason: Reason, fen: int, code: str | None) -> None:
    """A bonus gives and a deduction takes; materials may be either."""
    assert [fault.code for fault in line_faults(reason, fen)] == ([code] if code else [])


def test_a_rate_begins_last_month_at_the_earliest() -> None:
    """On 15 April: 1 March may be, 28 February may not."""
    check_begin(MARCH, date(2026, 4, 15))
    with pytest.raises(Invalid):
        check_begin(date(2026, 2, 28), date(2026, 4, 15))


def test_what_is_marked_as_paid_is_what_was_seen() -> None:
    """Another sum, a day that has not come, or one before the work is refused."""
    check_paid(100, 100, MARCH, MARCH, APRIL)
    with pytest.raises(EarningsChanged):
        check_paid(100, 101, MARCH, MARCH, MARCH)
    for worked_on, today in ((MARCH, MARCH), (date(2026, 4, 2), date(2026, 4, 3))):
        with pytest.raises(Invalid):
            check_paid(100, 100, APRIL, worked_on, today)
