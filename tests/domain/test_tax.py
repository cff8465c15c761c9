"""Tax per line: a rate that is found by one rule, parts that sum to the line, an entry for what comes on top."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tax import TAX, TaxRule, begin_faults, on_top, part, rule_for

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
EVERYBODY = TaxRule(MARCH, "*", None, 600)
FEES = TaxRule(MARCH, "base_fee", None, 900)
SMALL = TaxRule(MARCH, "*", 7, 100)
LATER = TaxRule(APRIL, "*", 7, 300, inclusive=False)


@pytest.mark.parametrize(
    ("kind", "dealer_id", "month", "rate_bp"),
    [
        ("base_fee", 8, MARCH, 900),  # the kind's own
        ("bonus", 8, MARCH, 600),
        ("base_fee", 7, MARCH, 100),  # the dealer's own comes first
        ("base_fee", 7, APRIL, 300),  # and its newest
        ("base_fee", 7, date(2026, 2, 1), 0),  # nobody has said anything
    ],
)
def test_a_dealers_own_rate_comes_first(kind: str, dealer_id: int, month: date, rate_bp: int) -> None:
    """Then the kind's own, then everybody's; the newest among equals."""
    assert rule_for([EVERYBODY, FEES, SMALL, LATER], kind, dealer_id, month).rate_bp == rate_bp


def test_a_rate_begins_with_a_month_that_is_not_over() -> None:
    """This one or a later one, and on its first day."""
    told = {
        day: [fault.code for fault in begin_faults(day, APRIL)] for day in (MARCH, APRIL, date(2026, 5, 15))
    }
    assert list(told.values()) == [["in_the_past"], [], ["not_a_first"]]


def test_the_arithmetic_of_the_text() -> None:
    """¥106.00 holds ¥6.00 at 6 %; ¥80.00 holds ¥4.53; on top of ¥100.00 come ¥6.00 of their own."""
    assert (part(10600, "base_fee", EVERYBODY).net_fen, part(10600, "base_fee", EVERYBODY).tax_fen) == (
        10000,
        600,
    )
    assert part(8000, "base_fee", EVERYBODY).tax_fen == 453
    rule = TaxRule(MARCH, "*", None, 600, inclusive=False)
    assert part(10000, "base_fee", rule).tax_fen == 0
    entry = on_top("job:1:base_fee:unit:1", 1, 7, 10000, rule, MARCH)
    assert entry is not None
    assert [(leg.account, leg.amount_fen) for leg in entry.legs] == [
        ("input_tax", 600),
        ("dealer_payable:7", -600),
    ]
    assert (entry.natural_key, entry.memo) == ("job:1:base_fee:unit:1:tax:7", "税额 ¥100.00 × 6% = ¥6.00")
    assert part(600, TAX, rule) == part(600, TAX, EVERYBODY).__class__(0, 600, 600, False)
    assert on_top("k", None, 7, 10000, EVERYBODY, MARCH) is None


@settings(max_examples=60)
@given(st.integers(-(10**10), 10**10), st.integers(0, 2000))
def test_the_parts_sum_to_the_line_and_a_reversal_mirrors_them(fen: int, rate_bp: int) -> None:
    """Net and tax are the amount, whatever the rate, and the mirror's are their mirrors."""
    rule = TaxRule(MARCH, "*", None, rate_bp)
    one, back = part(fen, "base_fee", rule), part(-fen, "base_fee", rule)
    assert one.net_fen + one.tax_fen == fen
    assert (back.net_fen, back.tax_fen) == (-one.net_fen, -one.tax_fen)
    assert abs(one.tax_fen * (10_000 + rate_bp) - fen * rate_bp) <= (10_000 + rate_bp)  # within one fen
