"""A version of the fee rules in words, and what changed between two."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, get_args, get_type_hints

from domain.fee_reading import read_rule
from domain.fee_rules import FeeRule
from domain.fee_words import COLUMNS, TABLES, Place, changes, of_line, rows
from tests.services.money import RULE


def version(number: int, **change: Any) -> FeeRule:
    """The rule of the money tests, some of it otherwise."""
    return read_rule({**RULE, "version": number, **change})


def told(**change: Any) -> list[str]:
    """What the next version says otherwise."""
    return [one.text for one in changes(version(1), version(2, **change))]


def test_a_price_that_changed_is_told_as_finance_reads_it() -> None:
    """The row, the old price, the new one; a version that says the same changed nothing."""
    base = [{**RULE["base"][0], "fen": 8500}, RULE["base"][1]]
    assert told(base=base) == ["基础费 电热水器 免费区 ¥80.00 → ¥85.00"]
    assert told() == []


def test_new_and_gone_rows_are_told_whole() -> None:
    """What comes is 新增, what goes is 取消, and they come last."""
    exclusive = {"category": "water_heater", "zone": "free", "fen": 9500, "scheme": "exclusive"}
    sent = {"category": "water_heater", "zone": "free", "fen": 9900, "kind": "deliver_install"}
    assert told(base=[RULE["base"][0], exclusive, sent]) == [
        "基础费 电热水器 免费区 网上独家制 新增 ¥95.00",
        "送装费 电热水器 免费区 新增 ¥99.00",
        "基础费 电热水器 远程区 取消（原 ¥88.00）",
    ]


def test_each_column_of_a_row_is_told_by_its_name_and_unit() -> None:
    """Kilometres, yuan, percent, days and words, none of them raw."""
    remote = [{"zone": "free", "free_m": 15_000, "per_km_fen": 250, "cap_fen": 8000, "km_rounding": "up"}]
    assert told(remote=remote, trip_bp=6000, effective_from="2026-05-01") == [
        "生效日期 2026-01-01 → 2026-05-01",
        "远程费 免费区 免费里程 20 km → 15 km",
        "远程费 免费区 每公里 ¥2.00 → ¥2.50",
        "远程费 免费区 封顶 无 → ¥80.00",
        "远程费 免费区 里程取整方式 四舍五入 → 进位",
        "空跑费比例 50% → 60%",
    ]


def test_a_line_finds_what_the_version_says_about_it() -> None:
    """Of its own kind, category, zone, scheme and clock; a line that no fee rule makes finds nothing."""
    rule, usual = version(1), Place("water_heater", "free", "share", "install", "arrive")
    exclusive, remote = replace(usual, scheme="exclusive"), replace(usual, zone="remote")
    assert of_line(rule, "base_fee", usual) == ("基础费 电热水器 免费区 ¥80.00",)
    assert of_line(rule, "base_fee", exclusive) == ("基础费 电热水器 免费区 ¥80.00", "独家加价 10%")
    assert [text[:7] for text in of_line(rule, "remote_fee", usual)] == ["远程费 免费区"]
    assert of_line(rule, "remote_fee", remote) == ()
    assert [text[:5] for text in of_line(rule, "penalty", usual)] == ["时效 上门"] * 3
    assert of_line(rule, "profit_share", usual) == ()


def test_everything_a_rule_may_say_has_words() -> None:
    """A new table or column of the rules cannot be left out of the comparison."""
    hints = get_type_hints(FeeRule)
    for column in fields(FeeRule):
        if not column.init or column.name == "version":
            continue
        row_type, *_ = get_args(hints[column.name]) or (None,)
        if row_type is None:
            assert column.name in COLUMNS, column.name
            continue
        own = {one.name for one in fields(row_type)}
        assert own <= set(TABLES[column.name][1]) | set(COLUMNS), column.name
    assert len({row.key for row in rows(version(1))}) == len(rows(version(1)))


def test_what_good_and_bad_work_brings_is_told_too() -> None:
    """Stars, first visits, upheld complaints, promotion days, and how often an overcharge goes back."""
    more = {
        "rating": [{"overall": 5, "fen": 500}],
        "complaints": [{"about": "attitude", "fen": 5000}],
        "promotion": [{"fen": 1500}],
    }
    assert told(**more, first_time_fen=300, overcharge_times=3) == [
        "好评奖励 5 星 新增 ¥5.00",
        "一次完工奖励 ¥0.00 → ¥3.00",
        "投诉扣款 服务态度投诉 新增 ¥50.00",
        "大促补贴 新增 ¥15.00",
        "多收退赔 2 倍 → 3 倍",
    ]
