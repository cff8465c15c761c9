"""The official table, and our list of former names laid over it."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from channels.division_aliases import FORMER
from channels.division_source import as_of, division_rows
from domain.divisions import DivisionTable, ResolutionStatus, resolve


@pytest.fixture(scope="module")
def table() -> DivisionTable:
    return DivisionTable(division_rows())


def test_the_table_is_whole(table: DivisionTable) -> None:
    """33 provinces, 333 cities, 2,845 districts, 38,723 towns, each under a parent that exists."""
    assert Counter(row.level for row in table.rows.values()) == {1: 33, 2: 333, 3: 2845, 4: 38_723}
    assert all(row.parent_code is None or row.parent_code in table.rows for row in table.rows.values())
    assert as_of() == date(2025, 12, 31)


def test_every_former_name_leads_to_its_successors_and_is_never_resolved(table: DivisionTable) -> None:
    """Written with its province and city, an old name is historical and offers what our list says."""
    for _, place, name, successors in FORMER:
        result = resolve(table, place.replace(" ", "") + name + "某处")
        assert result.status is ResolutionStatus.HISTORICAL, (place, name, result)
        assert {table.rows[code].name for code in result.candidates} >= set(successors), (place, name)


def test_one_town_in_forty_written_three_ways_is_right_or_a_question(table: DivisionTable) -> None:
    """Written out: exact. Without province, or district and town alone: exact or asked, never another city."""
    towns = [row for row in table.rows.values() if row.level == 4][::40]
    for town in towns:
        path = table.path(town.code)
        names = [table.rows[code].name for code in path]
        assert resolve(table, "".join(names) + "长江路1号").division_code == town.code
        for text in ("".join(names[1:]), "".join(names[-2:])):
            told = resolve(table, text + "长江路1号").division_code
            assert told is None or path[-2] in table.path(told), text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("重庆市两江新区龙溪街道", "重庆市两江新区龙溪街道"),
        ("海南省儋州市那大镇中兴大街", "海南省儋州市那大镇"),
        ("甘肃省嘉峪关市雄关街道", "甘肃省嘉峪关市雄关街道"),
        ("广东省中山市小榄镇升平中路", "广东省中山市小榄镇"),
        ("新疆石河子市红山街道", "新疆维吾尔自治区石河子市红山街道"),
        ("河南济源市天坛街道", "河南省济源市天坛街道"),
        ("北京大兴庄镇", "北京市平谷区大兴庄镇"),
        ("湘西吉首市", "湖南省湘西土家族苗族自治州吉首市"),
    ],
)
def test_the_odd_corners_of_the_map(table: DivisionTable, text: str, name: str) -> None:
    """Cities without districts, counties without a city, autonomous prefectures by their short names."""
    result = resolve(table, text)
    assert result.division_code is not None
    assert table.full_name(result.division_code) == name


def test_the_trap_of_two_yuhua_districts(table: DivisionTable) -> None:
    """雨花区 in Nanjing is 雨花台区, never Changsha's."""
    result = resolve(table, "南京市雨花区铁心桥大街")
    assert result.division_code is not None
    assert table.full_name(result.division_code) == "江苏省南京市雨花台区"
