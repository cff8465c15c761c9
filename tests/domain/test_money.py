"""Money: whole fen, named roundings, parts that sum to the whole."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    ROUNDINGS,
    NotMoney,
    fen,
    half_up_fen,
    percent,
    share_of,
    split_by_largest_remainder,
    whole,
    yuan,
)

AMOUNTS = st.integers(-(10**13), 10**13)
DECIMAL_NAMES = {"half_up": ROUND_HALF_UP, "up": ROUND_UP, "down": ROUND_DOWN}


@pytest.mark.parametrize("value", [1.0, True, "1", None, Decimal(1), Fraction(1)])
def test_only_whole_numbers_are_money(value: object) -> None:
    """Floats, bools and whatever else looks like a number are refused everywhere."""
    for use in (
        whole,
        yuan,
        lambda v: share_of(v, 100),
        lambda v: half_up_fen(v, 2),
        lambda v: half_up_fen(1, v),
    ):
        with pytest.raises(TypeError):
            use(value)
    with pytest.raises(TypeError):
        split_by_largest_remainder(100, [1, value])


@given(name=st.sampled_from(sorted(ROUNDINGS)), numerator=AMOUNTS, denominator=st.integers(1, 10**6))
def test_each_rounding_is_what_its_name_says(name: str, numerator: int, denominator: int) -> None:
    """The same answer as the standard library's decimal rounding of that name."""
    with localcontext(prec=60):
        exact = Decimal(numerator) / Decimal(denominator)
        expected = int(exact.to_integral_value(DECIMAL_NAMES[name]))
    assert ROUNDINGS[name](numerator, denominator) == expected


@given(numerator=AMOUNTS, denominator=st.integers(1, 10**6))
def test_rounding_a_reversal_mirrors_the_original(numerator: int, denominator: int) -> None:
    """Minus the amount rounds to minus the rounded amount."""
    for rounding in ROUNDINGS.values():
        assert rounding(-numerator, denominator) == -rounding(numerator, denominator)


@pytest.mark.parametrize(("numerator", "expected"), [(4, 2), (5, 3), (-5, -3), (6, 3), (0, 0)])
def test_half_up_takes_a_half_away_from_zero(numerator: int, expected: int) -> None:
    """5/2 fen is 3 fen, and −5/2 is −3."""
    assert half_up_fen(numerator, 2) == expected


@pytest.mark.parametrize("denominator", [0, -1])
def test_a_ratio_needs_a_positive_denominator(denominator: int) -> None:
    """Division by nothing is a programming error, said clearly."""
    with pytest.raises(ValueError, match="denominator"):
        half_up_fen(1, denominator)


def test_a_share_is_rounded_once() -> None:
    """Half of ¥80.01 is ¥40.01; 3.5 % of ¥1,234.56 is ¥43.21."""
    assert share_of(8001, 5000) == 4001
    assert share_of(123456, 350) == 4321


@given(total=AMOUNTS, weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_parts_of_a_split_sum_to_the_whole(total: int, weights: list[int]) -> None:
    """No fen is lost or made, each part is within one fen of its exact share, and weight 0 gets nothing."""
    parts = split_by_largest_remainder(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
        assert weight or part == 0


def test_the_odd_fen_goes_to_the_largest_remainder_then_to_the_first() -> None:
    """100 by 1:1:1 is 34, 33, 33; 10 by 1:2 is 3, 7."""
    assert split_by_largest_remainder(100, [1, 1, 1]) == (34, 33, 33)
    assert split_by_largest_remainder(-100, [1, 1, 1]) == (-34, -33, -33)
    assert split_by_largest_remainder(10, [1, 2]) == (3, 7)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_must_be_able_to_share(weights: list[int]) -> None:
    """Nothing to share by is refused."""
    with pytest.raises(ValueError, match="weights"):
        split_by_largest_remainder(100, weights)


@given(amount=AMOUNTS)
def test_an_amount_survives_being_written_and_read(amount: int) -> None:
    """`fen` is the inverse of `yuan`."""
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("¥6.80", 680), ("6.8", 680), (" ￥6 ", 600), ("1,234.50", 123450), ("-¥0.05", -5), ("−0.05", -5)],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: int) -> None:
    """With or without the sign, commas, either minus."""
    assert fen(text) == amount


@pytest.mark.parametrize(
    "text", ["", "¥", "6.805", "1,23", "1e3", "NaN", "６.８", "6.", ".8", "¥-1", "9" * 99, 6.8, None]
)
def test_what_is_no_amount_is_refused(text: object) -> None:
    """Three decimals, broken thousands, exponents, full-width digits, floats."""
    with pytest.raises(NotMoney):
        fen(text)


@pytest.mark.parametrize(
    ("bp", "text"), [(5000, "50%"), (11000, "110%"), (1250, "12.5%"), (1, "0.01%"), (0, "0%")]
)
def test_rates_are_written_as_percent(bp: int, text: str) -> None:
    """Without zeros nobody needs."""
    assert percent(bp) == text
