"""Who pays the remote fee: at most what was shown, by the rule that was named; in doubt not the customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clocks import Zone
from domain.fee_reading import read_rule
from domain.geo import Place
from domain.remote_verdict import (
    Arrival,
    Basis,
    Ground,
    Lacking,
    Payer,
    Shown,
    Verdict,
    Way,
    judge,
    without_agreement,
)

DATA: dict[str, Any] = {
    "version": 3,
    "effective_from": "2026-01-01",
    "categories": [{"code": "heater", "name": "电热水器"}],
    "base": [
        {"category": "heater", "zone": "free", "fen": 8000},
        {"category": "heater", "zone": "remote", "fen": 8800},
    ],
    "remote": [{"zone": "remote", "free_m": 20000, "per_km_fen": 200}],
}
RULE = read_rule(DATA)
DEARER = read_rule({**DATA, "version": 4, "remote": [{"zone": "remote", "free_m": 20000, "per_km_fen": 300}]})
WAY = Way("heater", Zone.REMOTE, RULE, 23_400)
SHOWN = Shown("p12.abc", datetime(2026, 3, 1, tzinfo=UTC), Basis.BY_KM, 680, Zone.REMOTE, RULE)
THERE = Arrival(Place.INSIDE, 35)


def test_what_was_shown_and_driven_is_paid_by_the_customer() -> None:
    """Every number stands in the paragraph."""
    found = judge(WAY, SHOWN, THERE)

    assert (found.decided, found.payer, found.customer_fen, found.brand_fen) == (True, Payer.CUSTOMER, 680, 0)
    assert found.text == (
        "您下单前（2026 年 3 月 1 日）看到的服务承诺 p12.abc 写明：远程费 ¥6.80。"
        "按收费规则第 3 版：远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80。"
        "师傅已在您家签到（相距 35 米）。远程费 ¥6.80 由您支付，同一次上门只收一次。"
    )


def test_nobody_pays_more_than_was_shown() -> None:
    """The dealer came from 30 km: ¥20.00 by the rule, ¥6.80 by the promise, the rest is the brand's."""
    found = judge(replace(WAY, distance_m=30_000), SHOWN, THERE)

    assert (found.decided, found.payer, found.owed_fen) == (True, Payer.BOTH, 2000)
    assert (found.customer_fen, found.brand_fen) == (680, 1320)
    assert "超出承诺的 ¥13.20 由品牌承担" in found.text


def test_less_than_was_shown_is_asked_where_the_way_is_shorter() -> None:
    """A sum shown is the most, not the price."""
    assert judge(replace(WAY, distance_m=21_000), SHOWN, THERE).customer_fen == 200


def test_the_promises_own_rule_counts_for_the_customer() -> None:
    """A dearer rule since then is between brand and dealer."""
    shown = replace(SHOWN, basis=Basis.BY_DISTANCE, amount_fen=None)
    found = judge(replace(WAY, rule=DEARER), shown, THERE)

    assert (found.owed_fen, found.customer_fen, found.brand_fen, found.decided) == (1020, 680, 340, True)


def test_another_dealers_longer_way_is_not_the_customers() -> None:
    """By distance, the shorter of the promised dealer's way and the driven one."""
    shown = replace(SHOWN, basis=Basis.BY_DISTANCE, amount_fen=None, distance_m=21_000)
    assert judge(WAY, shown, THERE).customer_fen == 200


@pytest.mark.parametrize(
    ("way", "shown", "arrival", "ground"),
    [
        (WAY, None, THERE, Ground.NO_PROMISE),
        (replace(WAY, distance_m=None), SHOWN, THERE, Ground.DISTANCE_UNKNOWN),
        (replace(WAY, rule=None), SHOWN, THERE, Ground.NO_RULE),
        (replace(WAY, distance_m=90_000), SHOWN, THERE, Ground.NOT_AGREED),
        (WAY, replace(SHOWN, basis=Basis.FREE, amount_fen=0), THERE, Ground.BOUNDARY_WRONG),
        (WAY, replace(SHOWN, basis=Basis.NONE, amount_fen=None), THERE, Ground.BOUNDARY_WRONG),
        (WAY, SHOWN, Arrival(Place.OUTSIDE, 2300), Ground.CHECK_IN_OUTSIDE),
        (WAY, SHOWN, Arrival(Place.UNKNOWN, None), Ground.CHECK_IN_UNKNOWN),
    ],
)
def test_what_the_rule_cannot_decide_goes_to_an_agent_and_is_not_the_customers(
    way: Way, shown: Shown | None, arrival: Arrival, ground: Ground
) -> None:
    """Each doubt is named, and by default the brand pays."""
    found = judge(way, shown, arrival)

    assert not found.decided
    assert (found.grounds, found.customer_fen, found.payer) == ((ground,), 0, Payer.BRAND)
    assert "请不要付款" in found.text


def test_no_fee_by_the_rule_needs_no_agent() -> None:
    """Within the radius, or a zone without a rate, there is nothing to quarrel about, promise or not."""
    for way in (replace(WAY, distance_m=20_000), replace(WAY, zone=Zone.FREE)):
        found = judge(way, None, None)
        assert (found.decided, found.payer, found.owed_fen) == (True, Payer.NOBODY, 0)
        assert found.text.endswith("按规则不收远程费，您无需支付。")


FREE_BY_KM = read_rule({**DATA, "remote": [{"zone": "free", "free_m": 20000, "per_km_fen": 200}]})


@pytest.mark.parametrize("shown", [None, replace(SHOWN, basis=Basis.FREE, amount_fen=0)])
def test_in_a_free_zone_an_unmeasured_way_alarms_no_customer(shown: Shown | None) -> None:
    """Nobody told him of a fee, so he reads that there is none; an agent may still rule for the dealer."""
    way = Way("heater", Zone.FREE, FREE_BY_KM, None)
    found = judge(way, shown, Arrival(Place.UNKNOWN, None))

    assert (found.decided, found.asks, found.customer_fen) == (False, False, 0)
    assert found.text.endswith("您家在免费上门区，不收远程费，您无需支付。")
    assert "定位" not in found.text
    assert "请不要付款" in judge(way, SHOWN, Arrival(Place.UNKNOWN, None)).text


def test_before_the_visit_the_answer_is_provisional() -> None:
    """Nobody has checked in yet."""
    found = judge(WAY, SHOWN, None)
    assert (found.decided, found.provisional, found.customer_fen) == (True, True, 680)


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        (Lacking.DOOR, "您家的地址尚未准确定位，无法核对师傅的签到位置"),
        (Lacking.FIX, "师傅签到时没有可用的定位"),
        (Lacking.UNKNOWN, "师傅签到时的位置无法核对"),
    ],
)
def test_an_arrival_that_cannot_be_checked_says_what_was_lacking(lacking: Lacking, words: str) -> None:
    """An installer with a good fix is not said to have had none where it is the address that nobody located."""
    assert words in judge(WAY, SHOWN, Arrival(Place.UNKNOWN, None, lacking)).text


def test_a_negotiated_fee_still_needs_the_customers_yes() -> None:
    """The promise showed no sum; what was agreed is asked for on site."""
    shown = replace(SHOWN, basis=Basis.NEGOTIATED, amount_fen=None)
    found = judge(replace(WAY, distance_m=90_000, agreed_fen=15_000), shown, THERE)

    assert (found.decided, found.customer_fen, found.needs_yes) == (True, 15_000, True)


def _whole(found: Verdict) -> bool:
    return found.brand_fen is None or found.customer_fen + found.brand_fen == found.owed_fen


@settings(max_examples=60, deadline=None)
@given(
    distance=st.one_of(st.none(), st.integers(0, 120_000)),
    agreed=st.one_of(st.none(), st.integers(0, 50_000)),
    basis=st.sampled_from(Basis),
    amount=st.integers(0, 5000),
    result=st.sampled_from(Place),
)
def test_the_parts_make_the_whole_and_the_customer_pays_no_more_than_was_shown(
    distance: int | None, agreed: int | None, basis: Basis, amount: int, result: Place
) -> None:
    """Whatever the facts: shares sum up, doubt costs the customer nothing, a sum shown is never passed."""
    way = replace(WAY, distance_m=distance, agreed_fen=agreed)
    found = judge(way, replace(SHOWN, basis=basis, amount_fen=amount), Arrival(result, 10))

    assert _whole(found)
    assert found.decided or found.customer_fen == 0
    assert basis != Basis.BY_KM or found.customer_fen <= amount
    assert basis not in (Basis.FREE, Basis.NONE) or found.customer_fen == 0


BY_ROAD = read_rule({**DATA, "remote": [{**DATA["remote"][0], "distance": "road"}]})


@pytest.mark.parametrize(
    ("way", "fen"),
    [
        (replace(WAY, distance_m=87_600), 13_520),
        (replace(WAY, distance_m=87_600, rule=BY_ROAD), 13_520),
        (replace(WAY, distance_m=87_600, free_m=80_000, per_km_fen=100), 760),
        (replace(WAY, distance_m=15_000, rule=BY_ROAD), 0),
        (replace(WAY, distance_m=None), 0),
        (replace(WAY, distance_m=87_600, rule=None), 0),
    ],
)
def test_a_way_nobody_priced_in_time_is_owed_by_the_formula_carried_on(way: Way, fen: int) -> None:
    """(87.6 km − 20 km) × ¥2.00, also where the road counts, whose straight metres are its least."""
    assert without_agreement(way) == fen


def test_a_rule_of_the_road_goes_to_an_agent_and_no_straight_metres_stand_in_for_it() -> None:
    """Nothing is computed and nothing taken until somebody has named the price; then it needs the customer's yes."""
    way = replace(WAY, rule=BY_ROAD)
    shown = replace(SHOWN, basis=Basis.BY_DISTANCE, amount_fen=None, rule=BY_ROAD)
    found = judge(way, shown, THERE)

    assert (found.decided, found.grounds, found.owed_fen) == (False, (Ground.ROAD_UNKNOWN,), None)
    assert (found.customer_fen, found.payer, found.needs_yes) == (0, Payer.BRAND, True)
    assert "按实际道路里程" in found.text
    assert "23.4" not in found.text

    agreed = judge(replace(way, agreed_fen=1500), shown, THERE)
    assert (agreed.decided, agreed.customer_fen, agreed.needs_yes) == (True, 1500, True)
    assert judge(way, SHOWN, THERE).grounds == (Ground.ROAD_UNKNOWN,)
