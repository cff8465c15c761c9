"""What a sale leaves, whose it is, and how it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.fee_facts import Scheme
from domain.ledger import Leg
from domain.price_guard import Breach, Guard, alerts, scheme_of
from domain.profit_share import (
    TAKEN_OFF,
    UNTOLD,
    Cost,
    Sale,
    ShareRule,
    Ships,
    entry,
    key,
    missing,
    payer,
    receiver,
    rule_on,
    share,
    ships,
    split,
)

COSTS = ((Cost.GOODS, 60_000), (Cost.CHANNEL, 6_000), (Cost.LOGISTICS, 4_000), (Cost.OPERATING, 2_000))
SALE = Sale(7, "EWH-60", Scheme.SHARE, 113_000, costs=COSTS, service_fen=8_000)
MARCH = date(2026, 3, 1)


def test_the_operator_keeps_five_per_cent_and_the_dealer_has_the_rest() -> None:
    """¥1,130.00 is ¥1,000.00 without tax; costs ¥720.00, service ¥80.00: profit ¥200.00, ¥10.00 of it kept."""
    found = share(SALE, UNTOLD)
    assert (found.profit_fen, found.kept_fen, found.dealer_fen) == (20_000, 1_000, 19_000)
    assert found.text == (
        "利润分成 EWH-60 收入 ¥1,130.00 ÷ 113% = ¥1,000.00，减货品成本 ¥600.00、渠道与推广 ¥60.00、物流 ¥40.00、"
        "线上运营 ¥20.00、服务费 ¥80.00，利润 ¥200.00；经营方留 5%，服务商得 ¥190.00（默认分成规则）"
    )


def test_three_per_cent_and_a_part_of_the_rest_are_a_rule() -> None:
    """3 % of ¥200.00 kept; of ¥194.00 half is the dealer's, and the version is named."""
    found = share(SALE, ShareRule(2, MARCH, operator_bp=300, dealer_bp=5_000))
    assert (found.kept_fen, found.dealer_fen) == (10_300, 9_700)
    assert found.text.endswith("经营方留 3%，其余的 50% 归服务商，服务商得 ¥97.00（分成规则 2）")


def test_a_loss_shares_nothing() -> None:
    """Goods dearer than the sale: the dealer pays nothing for it."""
    found = share(replace(SALE, costs=((Cost.GOODS, 99_000), *COSTS[1:])), UNTOLD)
    assert (found.profit_fen, found.kept_fen, found.dealer_fen) == (-19_000, 0, 0)
    assert found.text.endswith("利润 −¥190.00，不足分配")


def test_what_was_refunded_is_not_shared() -> None:
    """¥113.00 back: the profit is ¥100.00, the dealer's part ¥95.00; all back: nothing."""
    found = share(replace(SALE, refunded_fen=11_300), UNTOLD)
    assert (found.profit_fen, found.dealer_fen) == (10_000, 9_500)
    assert "收入 (¥1,130.00 − 退款 ¥113.00) ÷ 113%" in found.text
    assert share(replace(SALE, refunded_fen=113_000), UNTOLD).dealer_fen == 0
    assert share(replace(SALE, off=True, costs=()), UNTOLD).dealer_fen == 0


def test_below_the_floor_the_difference_is_the_operators() -> None:
    """Sold for ¥904.00 with a floor of ¥1,130.00: shared as if sold at the floor."""
    found = share(replace(SALE, paid_fen=90_400, floor_fen=113_000), UNTOLD)
    assert (found.revenue_fen, found.dealer_fen) == (113_000, 19_000)
    assert "¥904.00 × 底价 ¥1,130.00 ÷ 成交 ¥904.00" in found.text


def test_an_exclusive_product_shares_nothing_and_waits_for_no_cost() -> None:
    """S1's 网上独家制: the fee is higher, the profit stays."""
    sale = replace(SALE, scheme=Scheme.EXCLUSIVE, costs=())
    assert missing(sale) == ()
    assert share(sale, UNTOLD).dealer_fen == 0


def test_a_dealer_who_ships_has_the_sale_and_the_operator_the_agreed_rate() -> None:
    """S1's 网上订单制: 8 % of ¥1,130.00 is ¥90.40; no cost is asked, the goods were the dealer's."""
    sale = replace(SALE, scheme=Scheme.DEALER_SHIPS, costs=())
    found = share(sale, ShareRule(1, MARCH, dealer_ships_bp=800))
    assert (found.kept_fen, found.dealer_fen) == (9_040, 103_960)
    assert missing(sale) == ()
    assert ships(Scheme.DEALER_SHIPS) == Ships.DEALER
    assert {ships(Scheme.SHARE), ships(Scheme.EXCLUSIVE)} == {Ships.BRAND}


def test_a_line_says_what_it_waits_for() -> None:
    """A missing cost, and a sum that the platform gave for the whole order."""
    assert missing(replace(SALE, paid_fen=None, costs=COSTS[:2])) == (
        Cost.REVENUE,
        Cost.LOGISTICS,
        Cost.OPERATING,
    )


def test_the_territorys_owner_has_the_share_unless_it_declined() -> None:
    """Then it is the dealer who served; so it is where nobody owns the place."""
    assert receiver(3, declined=False, served_id=5) == 3
    assert receiver(3, declined=True, served_id=5) == 5
    assert receiver(None, declined=False, served_id=5) == 5


def test_the_account_that_pays() -> None:
    """The operating dealer's; the brand's profit; what the brand holds for a dealer who shipped."""
    assert payer(Scheme.SHARE, 4) == payer(Scheme.DEALER_SHIPS, 4) == "channel_operator:4"
    assert payer(Scheme.SHARE, None) == "profit_share_expense"
    assert payer(Scheme.DEALER_SHIPS, None) == "customer_clearing"
    made = entry(key(7, 1), Scheme.SHARE, 19_000, "profit_share_expense", 3, 9, MARCH, "…")
    assert made.legs == (Leg("profit_share_expense", 19_000), Leg("dealer_payable:3", -19_000))
    assert (made.natural_key, key(7, 2)) == ("line:7:profit_share", "line:7:profit_share:2")


def test_the_rule_of_the_day_of_the_order_decides() -> None:
    """The latest begun, the higher version on a tie; before the first, the defaults."""
    rules = [ShareRule(1, MARCH), ShareRule(2, MARCH), ShareRule(3, date(2026, 4, 1))]
    assert rule_on(rules, date(2026, 3, 31)).version == 2
    assert rule_on(rules, date(2026, 2, 28)) == UNTOLD


amounts = st.integers(0, 10**9)


@settings(max_examples=40, deadline=None)
@given(
    amounts,
    amounts,
    st.lists(amounts, min_size=4, max_size=4),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)
def test_parts_are_the_whole(paid: int, back: int, costs: list[int], operator: int, dealer: int) -> None:
    """Kept and shared are the profit, never negative, whatever the rule; nothing is shared of a loss."""
    rule = ShareRule(1, MARCH, operator, dealer, dealer_ships_bp=operator)
    told = tuple(zip(TAKEN_OFF, costs, strict=True))
    for scheme in Scheme:
        found = share(Sale(1, "A", scheme, paid, min(back, paid), costs=told), rule)
        assert found.kept_fen >= 0
        assert found.dealer_fen >= 0
        assert found.kept_fen + found.dealer_fen == max(0, found.profit_fen)
    assert sum(split(paid, rule)) == paid


def test_the_price_guard_sees_both_breaches() -> None:
    """¥1,800.00 for two above a floor of ¥1,000.00 each, on a channel that may not sell it."""
    found = alerts("A", 2, 180_000, 2, Guard(100_000, exclusive_channel_id=1))
    assert [alert.breach for alert in found] == [Breach.BELOW_FLOOR, Breach.EXCLUSIVE_ELSEWHERE]
    assert found[0].text == "A 2 件成交 ¥1,800.00，低于底价 ¥1,000.00 × 2"
    assert alerts("A", 1, 200_000, 2, Guard(100_000, exclusive_channel_id=1)) == ()


def test_one_scheme_per_channel_and_sku() -> None:
    """Exclusive on its own channel; elsewhere the profit is shared after all."""
    guard = Guard(exclusive_channel_id=1)
    assert scheme_of(Scheme.SHARE, 1, guard) == Scheme.EXCLUSIVE
    assert scheme_of(Scheme.EXCLUSIVE, 2, guard) == Scheme.SHARE
    assert scheme_of(Scheme.DEALER_SHIPS, 2, guard) == Scheme.DEALER_SHIPS
    assert scheme_of(Scheme.EXCLUSIVE, 2, Guard()) == Scheme.EXCLUSIVE
