"""Which markets are a dealer's own, and who verifies."""

from __future__ import annotations

from datetime import date

import pytest

from domain.declarations import AlreadyVerified, NotOwnMarket, check_market, check_verdict, check_year
from domain.errors import Invalid


@pytest.mark.parametrize(
    ("own", "market", "is_own"),
    [
        ("370602", "370602", True),
        ("370602", "370602003", True),
        ("370600", "370602", True),
        ("370000", "370602", True),
        ("500000", "500101", True),
        ("361000", "361002", True),
        ("370602003", "370602", True),
        ("370602", "370600", False),
        ("370602003", "370600", False),
        ("370602003", "370602004", False),
        ("361000", "360102", False),
        ("370602", "370603", False),
    ],
)
def test_a_market_is_covered_or_the_district_around_covered_towns(
    own: str, market: str, is_own: bool
) -> None:
    """Codes nest by their leading digits; a city around one's district is not one's own."""
    if is_own:
        check_market([own], market)
    else:
        with pytest.raises(NotOwnMarket):
            check_market([own], market)


def test_a_year_is_declared_while_it_runs_or_within_two_years() -> None:
    """Nothing to come, nothing forgotten."""
    for year in (2024, 2025, 2026):
        check_year(year, date(2026, 5, 1))
    for year in (2023, 2027):
        with pytest.raises(Invalid):
            check_year(year, date(2026, 5, 1))


def test_an_amount_is_verified_once_and_another_one_with_a_reason() -> None:
    """As declared without words; more or less with them."""
    check_verdict("declared", 1, 2, 100, 100, None)
    check_verdict("declared", 1, 2, 100, 90, "含线上")
    with pytest.raises(Invalid):
        check_verdict("declared", 1, 2, 100, 90, None)
    with pytest.raises(AlreadyVerified):
        check_verdict("verified", 1, 2, 100, 100, None)
