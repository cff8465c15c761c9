"""The ledger's values: entries that sum to zero or do not exist."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger import (
    CHART,
    Account,
    BadEntry,
    Entry,
    FeeLine,
    Leg,
    Parties,
    Party,
    account,
    balances,
    entries_for,
    reverse,
)

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LINES = st.builds(
    FeeLine,
    key=st.uuids().map(str),
    job_id=st.integers(1),
    kind=st.just("base_fee"),
    amount_fen=st.integers(1, 10**9),
    debit=st.sampled_from([None, *(set(Party) - {Party.DEALER})]),
    credit=st.just(Party.DEALER),
    rule_version=st.just(3),
    text=st.just("基础安装费 电热水器 免费区 ¥80.00"),
)


def line(debit: Party | None, credit: Party | None, amount_fen: int = 8000) -> FeeLine:
    return FeeLine("job:1:base_fee:unit:1", 1, "base_fee", amount_fen, debit, credit, 3, "基础安装费 ¥80.00")


def entry(*amounts: int, month: date = MARCH) -> Entry:
    return Entry("key", month, tuple(Leg(f"account:{i}", fen) for i, fen in enumerate(amounts)), "memo")


def test_accounts_are_named_by_kind_and_dealer() -> None:
    """Per dealer where the chart says so, and only there."""
    assert account(Account.DEALER_PAYABLE, 7) == "dealer_payable:7"
    assert account(Account.PENALTY_INCOME) == "penalty_income"


@pytest.mark.parametrize("kind", Account)
def test_every_account_stands_in_the_chart_and_minds_its_dealer(kind: Account) -> None:
    """A dealer too many or too few is an error, not another account."""
    _, per_dealer = CHART[kind]
    with pytest.raises(ValueError, match="per dealer"):
        account(kind, None if per_dealer else 7)


@pytest.mark.parametrize("amounts", [(), (0, 0), (100, -100, 0), (100, -99), (100,)])
def test_a_lopsided_entry_cannot_be_made(amounts: tuple[int, ...]) -> None:
    """No legs, a zero leg, or a sum other than zero are refused by the constructor."""
    with pytest.raises(BadEntry):
        entry(*amounts)


def test_amounts_must_be_whole_fen() -> None:
    """A float leg never reaches the ledger."""
    with pytest.raises(TypeError):
        entry(0.5, -0.5)


def test_an_account_stands_once_in_an_entry() -> None:
    """Two legs on one account would be one leg written twice."""
    with pytest.raises(BadEntry, match="twice"):
        Entry("key", MARCH, (Leg("bank", 1), Leg("bank", -1)), "memo")


def test_a_month_is_its_first_day() -> None:
    """Any other day would make two months of one."""
    with pytest.raises(BadEntry, match="first day"):
        entry(1, -1, month=date(2026, 3, 2))


def test_a_reversal_mirrors_its_original_in_the_open_month() -> None:
    """Together they are nothing; the reversal says what it reverses."""
    original = entry(8000, -5000, -3000)
    mirror = reverse(original, "key:reversal:1", APRIL)
    assert set(balances([original, mirror]).values()) == {0}
    assert (mirror.natural_key, mirror.month, mirror.reverses) == ("key:reversal:1", APRIL, "key")
    assert reverse(original, "key:reversal:1").month == MARCH


@pytest.mark.parametrize(
    ("debit", "parties", "name"),
    [
        (Party.OPERATOR, Parties(7), "brand_service_expense"),
        (Party.OPERATOR, Parties(7, operator_dealer_id=9), "channel_operator:9"),
        (Party.OPERATOR, Parties(7, operator_dealer_id=7), "channel_operator:7"),
        (Party.BRAND, Parties(7, operator_dealer_id=9), "brand_service_expense"),
        (Party.CUSTOMER, Parties(7), "customer_clearing"),
        (Party.DEALER_AT_FAULT, Parties(7, dealer_at_fault_id=5), "dealer_payable:5"),
        (Party.BONUS, Parties(7), "bonus_expense"),
    ],
)
def test_a_fee_goes_from_who_pays_to_the_serving_dealer(debit: Party, parties: Parties, name: str) -> None:
    """Debit positive, credit negative, one entry per line with its words and rule."""
    [made] = entries_for([line(debit, Party.DEALER)], parties, MARCH)
    assert made.legs == (Leg(name, 8000), Leg("dealer_payable:7", -8000))
    assert (made.natural_key, made.kind, made.job_id) == ("job:1:base_fee:unit:1", "base_fee", 1)
    assert (made.memo, made.rule_version, made.month) == ("基础安装费 ¥80.00", 3, MARCH)


def test_a_penalty_goes_from_the_dealer_to_income() -> None:
    """It lowers what we owe the dealer."""
    [made] = entries_for([line(Party.DEALER, Party.PENALTY)], Parties(7), MARCH)
    assert made.legs == (Leg("dealer_payable:7", 8000), Leg("penalty_income", -8000))


def test_a_memo_posts_nothing() -> None:
    """Money the dealer collected itself is never paid again."""
    assert entries_for([line(None, None)], Parties(7), MARCH) == ()


def test_a_line_that_names_nobody_is_an_error() -> None:
    """A dealer at fault must be known before its account is charged."""
    with pytest.raises(ValueError, match="at fault"):
        entries_for([line(Party.DEALER_AT_FAULT, Party.DEALER)], Parties(7), MARCH)


@given(lines=st.lists(LINES, max_size=20))
def test_all_entries_together_sum_to_zero(lines: list[FeeLine]) -> None:
    """And the dealer's payable is minus what the lines add up to."""
    entries = entries_for(lines, Parties(7, 9, 5), MARCH)
    sums = balances(entries)
    assert sum(sums.values()) == 0
    posted = [line for line in lines if line.debit is not None]
    assert len(entries) == len(posted)
    assert sums.get("dealer_payable:7", 0) == sum(
        line.amount_fen * ((line.debit == Party.DEALER) - (line.credit == Party.DEALER)) for line in posted
    )
