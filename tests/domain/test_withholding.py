"""What is withheld of a payment to a person, by bands that are data."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import payouts, withholding
from domain.ledger import Leg
from domain.withholding import MOST_BP, Band

BANDS = (Band(0, 0), Band(80_000, 2_000), Band(400_000, 1_600), Band(2_500_000, 2_400))


def test_each_band_takes_its_rate_of_what_lies_in_it() -> None:
    """¥800.00 nothing, ¥4,000.00 ¥640.00, ¥5,000.00 ¥800.00, ¥30,000.00 ¥5,200.00."""
    assert [withholding.of(fen, BANDS) for fen in (80_000, 400_000, 500_000, 3_000_000)] == [
        0,
        64_000,
        80_000,
        520_000,
    ]


@settings(max_examples=60)
@given(st.integers(1, 10**9), st.integers(1, 10**6))
def test_more_is_never_less_in_hand_and_something_always_arrives(gross: int, more: int) -> None:
    """Up to the rounding's fen, whoever earns more receives more; nobody receives nothing."""
    less = withholding.of(gross, BANDS)
    assert 0 <= less < gross
    assert gross + more - withholding.of(gross + more, BANDS) >= gross - less - 1
    assert withholding.of(1, (Band(0, MOST_BP),)) == 0


def test_bands_begin_at_zero_rise_and_leave_something() -> None:
    """All faults at once."""
    wrong = (Band(1, 9_001), Band(1, 0))
    assert [fault.code for fault in withholding.faults(wrong)] == ["from_zero", "not_rising", "out_of_range"]
    assert [fault.code for fault in withholding.faults(())] == ["from_zero"]
    assert list(withholding.faults(BANDS)) == []


def test_what_is_withheld_is_owed_to_the_tax_office_and_not_to_the_dealer() -> None:
    """¥5,000.00: the payable is empty, ¥4,200.00 leave the bank, ¥800.00 are owed."""
    entry = payouts.payment(1, 7, date(2026, 3, 1), 500_000, date(2026, 4, 1), withheld_fen=80_000)
    assert entry.legs == (
        Leg("dealer_payable:7", 500_000),
        Leg("bank", -420_000),
        Leg("withheld_tax", -80_000),
    )
    assert "代扣税款 ¥800.00" in entry.memo
