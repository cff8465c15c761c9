"""The remote-fee rules that brands publish, as rules of ours: each test reads like the text it is from."""

from __future__ import annotations

from typing import Any

import pytest

from domain.clocks import Zone
from domain.errors import Invalid
from domain.fee_facts import JobFacts, Scheme
from domain.fee_parts import Part
from domain.fee_reading import read_rule
from domain.fee_remote import RemoteFeeNotAgreed
from domain.fee_rules import FeeRule
from domain.fees import dearest, price_of
from domain.job import Kind


def published(*remote: dict[str, Any]) -> FeeRule:
    """A rule of one category with these rows for the way."""
    heater = {"code": "heater", "name": "热水器"}
    base = [{"category": "heater", "zone": zone, "fen": 8000} for zone in Zone]
    data = {"version": 1, "effective_from": "2026-01-01", "categories": [heater], "base": base}
    return read_rule({**data, "remote": list(remote)})


QIANFENG = published(
    {"zone": "free", "free_m": 20_000, "per_km_fen": 200},  # 中心城市
    {"zone": "remote", "free_m": 10_000, "per_km_fen": 200},  # 乡镇、山区
)
HAIER_ROW = {"free_m": 20_000, "per_km_fen": 150, "flat_within_m": 25_000, "flat_fen": 2000}
HAIER = published({"zone": "free", **HAIER_ROW}, {"zone": "remote", **HAIER_ROW, "least_fen": 2000})  # 跨区


def way(rule: FeeRule, metres: int, zone: Zone = Zone.FREE, agreed_fen: int | None = None) -> Part | None:
    return rule.remote_part("heater", zone, metres, agreed_fen)


def fen(rule: FeeRule, metres: int, zone: Zone = Zone.FREE) -> int:
    part = way(rule, metres, zone)
    return 0 if part is None else part.amount_fen


def test_qianfeng_in_the_city_counts_each_kilometre_beyond_twenty() -> None:
    """前锋，中心城市：(单程公里数 − 20) × 2 元。"""
    assert [fen(QIANFENG, km * 1000) for km in (18, 20, 21, 35, 80)] == [0, 0, 200, 3_000, 12_000]
    assert way(QIANFENG, 35_000) == Part("remote_fee", 3_000, "远程费 (35 km − 20 km) × ¥2.00 = ¥30.00")


def test_qianfeng_in_towns_and_mountains_counts_each_kilometre_beyond_ten() -> None:
    """前锋，其他地区：(单程公里数 − 10) × 2 元。"""
    assert [fen(QIANFENG, km * 1000, Zone.REMOTE) for km in (10, 11, 35)] == [0, 200, 5_000]


def test_qianfeng_takes_the_way_once_for_two_pieces_of_one_household() -> None:
    """前锋：一户两件及以上只收一次。"""
    price = price_of(QIANFENG, "heater", Zone.FREE, units=2, distance_m=35_000)
    assert price.total_fen == 2 * 8_000 + 3_000


def test_haier_takes_twenty_yuan_within_twenty_five_kilometres_beyond() -> None:
    """海尔：超出部分 ≤ 25 km，20 元/台。"""
    assert [fen(HAIER, km * 1000) for km in (20, 21, 30, 45)] == [0, 2_000, 2_000, 2_000]
    assert way(HAIER, 45_000) == Part(
        "remote_fee", 2_000, "远程费 (45 km − 20 km) 在 25 km 以内，固定 ¥20.00"
    )


def test_haier_counts_every_kilometre_beyond_once_they_are_more_than_twenty_five() -> None:
    """海尔：超出部分 > 25 km，超公里数 × 1.5 元/km：26 km → ¥39.00."""
    assert [fen(HAIER, km * 1000) for km in (46, 60, 80)] == [3_900, 6_000, 9_000]


def test_haier_takes_at_least_twenty_yuan_across_districts() -> None:
    """海尔：跨区最低 20 元/台, also from next door; a longer way costs what it costs."""
    assert [fen(HAIER, km * 1000, Zone.REMOTE) for km in (0, 5, 30, 46)] == [2_000, 2_000, 2_000, 3_900]
    assert way(HAIER, 5_000, Zone.REMOTE) == Part("remote_fee", 2_000, "远程费 5 km，20 km 以内，最低 ¥20.00")


def test_haier_negotiates_beyond_eighty_kilometres() -> None:
    """海尔：> 80 km 与用户协商。"""
    with pytest.raises(RemoteFeeNotAgreed):
        way(HAIER, 80_100)
    assert way(HAIER, 80_100, agreed_fen=15_000) == Part(
        "remote_fee", 15_000, "远程费 80.1 km，超过 80 km，协商价 ¥150.00"
    )


def test_haier_takes_the_dearest_of_several_pieces_of_one_visit() -> None:
    """海尔：同次上门多台按最高一次收: of ¥20.00 and ¥39.00, ¥39.00 once."""
    near = JobFacts(1, 7, Kind.INSTALL, "heater", Zone.FREE, Scheme.SHARE, visit_id=3, distance_m=30_000)
    far = JobFacts(2, 7, Kind.INSTALL, "heater", Zone.FREE, Scheme.SHARE, visit_id=3, distance_m=46_000)
    assert dearest([near, far], HAIER) == 2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"flat_fen": 2000}, "flat_incomplete"),
        ({"flat_within_m": 25_000}, "flat_incomplete"),
        ({"least_fen": 2000, "cap_fen": 1999}, "least_above_cap"),
    ],
)
def test_half_a_band_and_a_least_above_the_cap_are_refused(row: dict[str, int], code: str) -> None:
    """A fixed sum needs its kilometres, and no row contradicts itself."""
    with pytest.raises(Invalid) as refused:
        published({"zone": "free", "free_m": 20_000, "per_km_fen": 150, **row})
    assert [fault.code for fault in refused.value.errors] == [code]
