"""Resolving addresses: right, or an honest question. The table here is a small one of our own."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.divisions import DivisionAlias, DivisionRow, DivisionTable, Resolution, ResolutionStatus, resolve

# code, name, level, parent, aliases (name or name@year of its end)
_ROWS = """
11 北京市 1 -
1101 东城区 3 11 崇文区@2010
1105 朝阳区 3 11
110501 望京街道 4 1105
15 内蒙古自治区 1 - 内蒙
1502 包头市 2 15
150203 昆都仑区 3 1502
1529 阿拉善盟 2 15
152921 阿拉善左旗 3 1529
15292101 温都尔勒图镇 4 152921
22 吉林省 1 -
2201 长春市 2 22
220104 朝阳区 3 2201
22010401 建设街道 4 220104
2202 吉林市 2 22
220202 昌邑区 3 2202
23 黑龙江省 1 -
2302 齐齐哈尔市 2 23
230221 龙江县 3 2302
31 上海市 1 -
3101 黄浦区 3 31 卢湾区@2011
3106 静安区 3 31 闸北区@2015
32 江苏省 1 -
3201 南京市 2 32
320105 建邺区 3 3201
320106 鼓楼区 3 3201 下关区@2013
320114 雨花台区 3 3201 雨花区
32011401 铁心桥街道 4 320114
3203 徐州市 2 32
320302 鼓楼区 3 3203
3205 苏州市 2 32
320509 吴江区 3 3205
320583 昆山市 3 3205
33 浙江省 1 -
3301 杭州市 2 33
330102 上城区 3 3301 江干区@2021
33010201 凯旋街道 4 330102
330106 西湖区 3 3301
330110 余杭区 3 3301
33011001 五常街道 4 330110
330113 临平区 3 3301
33011301 南苑街道 4 330113
330114 钱塘区 3 3301 江干区@2021
3302 宁波市 2 33
330205 江北区 3 3302
42 湖北省 1 -
4201 武汉市 2 42
420116 黄陂区 3 4201
42011601 天河街道 4 420116
429004 仙桃市 3 42
43 湖南省 1 -
4301 长沙市 2 43
430104 岳麓区 3 4301
430111 雨花区 3 4301
430121 长沙县 3 4301
44 广东省 1 -
4401 广州市 2 44
440106 天河区 3 4401
4406 佛山市 2 44
440605 南海区 3 4406
440606 顺德区 3 4406
44060601 大良街道 4 440606
4419 东莞市 2 44
441901 南城街道 4 4419
441902 虎门镇 4 4419
50 重庆市 1 -
5001 渝中区 3 50
5015 两江新区 3 50 江北区@2025 渝北区@2025
51 四川省 1 -
5104 攀枝花市 2 51
510402 东区 3 5104
81 香港特别行政区 1 -
"""


def _alias(text: str) -> DivisionAlias:
    name, _, year = text.partition("@")
    return DivisionAlias(name, date(int(year), 12, 31) if year else None)


def _row(line: str) -> DivisionRow:
    code, name, level, parent, *aliases = line.split()
    return DivisionRow(
        code, name, int(level), None if parent == "-" else parent, aliases=tuple(map(_alias, aliases))
    )


TABLE = DivisionTable(_row(line) for line in _ROWS.strip().splitlines())
S = ResolutionStatus


def found(text: str, **columns: str) -> Resolution:
    return resolve(TABLE, text, **columns)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("广东省佛山市顺德区大良街道新宁路12号", "44060601"),
        ("浙江省 杭州市 余杭区 五常街道文一西路969号 310023", "33011001"),
        ("浙江省杭州市余杭区 浙江省杭州市余杭区五常街道文一西路", "33011001"),
        ("北京北京市朝阳区望京街道阜通东大街6号", "110501"),
        ("广东顺德区大良镇美的大道6号", "44060601"),
        ("广州天河体育东路 正佳广场", "440106"),
        ("南京建邺 河西大街", "320105"),
        ("内蒙包头昆都仑区钢铁大街", "150203"),
        ("吉林吉林市昌邑区", "220202"),
        ("吉林长春朝阳区建设街道", "22010401"),
        ("昆山市玉山镇前进中路", None),
        ("江苏昆山市前进中路", "320583"),
        ("湖北省仙桃市沙嘴街道", "429004"),
        ("广东省东莞市南城街道鸿福路", "441901"),
        ("东莞南城区鸿福路", "441901"),
        ("东莞虎门大道路口", "4419"),
        ("杭州市五常街道", "33011001"),
        ("上海市黄浦区南京东路300号", "3101"),
        ("黑龙江省齐齐哈尔市龙江县正阳街", "230221"),
        ("南京市雨花区铁心桥街道", "32011401"),
        ("长沙市雨花区", "430111"),
        ("长沙县开元中路", "430121"),
        ("内蒙古自治区阿拉善盟阿拉善左旗温都尔勒图镇", "15292101"),
        ("武汉天河街道", "42011601"),
        ("张师傅 13812345678 广东省佛山市南海区桂澜路", "440605"),
        ("收货人:李四,电话:15900001111,地址:浙江省杭州市西湖区文三路", "330106"),
        ("张三广东省佛山市南海区", "440605"),
        ("香港特别行政区九龙", "81"),
    ],
)
def test_an_address_resolves_to_the_deepest_division_it_names(text: str, code: str | None) -> None:
    """To the street where the text has it; a district alone with an unknown town is asked about."""
    result = found(text)
    assert (result.division_code, result.status is S.RESOLVED) == (code, code is not None)


@pytest.mark.parametrize(
    ("text", "status", "candidates"),
    [
        ("朝阳区建设街12号", S.AMBIGUOUS, {"1105", "220104"}),
        ("鼓楼区中山路88号", S.AMBIGUOUS, {"320106", "320302"}),
        ("江苏鼓楼区中山路", S.AMBIGUOUS, {"320106", "320302"}),
        ("江北区观音桥", S.AMBIGUOUS, {"330205", "5015"}),
        ("东区人民路", S.AMBIGUOUS, {"510402"}),
        ("佛山市某处", S.AMBIGUOUS, {"440605", "440606"}),
        ("上海南京东路300号", S.AMBIGUOUS, {"3101", "3106"}),
        ("北京朝阳门内大街", S.AMBIGUOUS, {"1101", "1105"}),
        ("南京东路300号", S.NONE, set()),
        ("新区长江路66号", S.NONE, set()),
        ("广州路1号", S.NONE, set()),
        ("杭州市场路", S.NONE, set()),
        ("", S.NONE, set()),
        ("南京市岳麓区", S.CONFLICT, {"3201"}),
        ("广东省杭州市西湖区", S.CONFLICT, {"44"}),
        ("浙江省昆山市玉山镇", S.CONFLICT, {"33"}),
        ("浙江省杭州市余杭区南苑街道", S.CONFLICT, {"330110"}),
        ("广东省佛山市顺德区(实际:浙江省杭州市西湖区)", S.CONFLICT, {"440606"}),
    ],
)
def test_what_is_not_certain_is_a_question(text: str, status: ResolutionStatus, candidates: set[str]) -> None:
    """Shared names, roads named after cities, districts of another city, two addresses in one: ask."""
    result = found(text)
    assert (result.status, result.division_code, set(result.candidates)) == (status, None, candidates)
    assert result.reason


@pytest.mark.parametrize(
    ("text", "code", "candidates"),
    [
        ("上海市闸北区共和新路", "3106", {"3106"}),
        ("重庆市渝北区龙溪街道", "5015", {"5015"}),
        ("南京市下关区", "320106", {"320106"}),
        ("杭州市江干区庆春路", None, {"330102", "330114"}),
        ("杭州市江干区凯旋街道", "33010201", {"33010201"}),
        ("江苏吴江市松陵镇", "320509", {"320509"}),
    ],
)
def test_a_former_name_is_historical_with_its_successor(
    text: str, code: str | None, candidates: set[str]
) -> None:
    """The successor is offered, chosen by the street where the district was parted; a person decides."""
    result = found(text)
    assert (result.status, result.division_code) == (S.HISTORICAL, code)
    assert set(result.candidates) == candidates


@pytest.mark.parametrize(
    ("text", "columns", "status", "code"),
    [
        ("长江路1号", ("广东省", "佛山市", "顺德区", "大良街道"), S.RESOLVED, "44060601"),
        ("大良街道新宁路", ("广东", "佛山", "顺德", ""), S.RESOLVED, "44060601"),
        ("广东省佛山市顺德区大良街道", ("广东省", "佛山市", "顺德区", ""), S.RESOLVED, "44060601"),
        ("三环内", ("北京", "朝阳区", "三环到四环之间", ""), S.RESOLVED, "1105"),
        ("某路", ("北京", "市辖区", "朝阳区", ""), S.RESOLVED, "1105"),
        ("某路", ("湖北省", "省直辖县级行政区划", "仙桃市", ""), S.RESOLVED, "429004"),
        ("某路", ("广东省", "东莞市", "东莞市", "虎门镇"), S.RESOLVED, "441902"),
        ("西湖区某路", ("浙江省", "杭州市", "高新区", ""), S.RESOLVED, "330106"),
        ("某路", ("浙江省", "杭州市", "高新区", ""), S.AMBIGUOUS, None),
        ("某路", ("浙江省", "杭州市", "江干区", ""), S.HISTORICAL, None),
        ("南海区桂城街道", ("广东省", "佛山市", "顺德区", ""), S.CONFLICT, None),
        ("浙江省杭州市西湖区", ("江苏省", "南京市", "", ""), S.CONFLICT, None),
        ("某路", ("浙江省", "杭州市", "雨花区", ""), S.CONFLICT, None),
        ("某路", ("", "", "鼓楼区", ""), S.AMBIGUOUS, None),
        ("浙江省杭州市西湖区", ("海外", "", "", ""), S.NONE, None),
    ],
)
def test_the_platforms_columns_come_first_and_the_text_must_agree(
    text: str, columns: tuple[str, str, str, str], status: ResolutionStatus, code: str | None
) -> None:
    """Columns lead, the text goes deeper; where the two disagree it is a conflict."""
    named = dict(zip(("province", "city", "district", "town"), columns, strict=True))
    result = found(text, **named)
    assert (result.status, result.division_code) == (status, code)


def test_a_division_counts_only_on_the_days_it_is_in_force() -> None:
    """Before it begins and after it ends its name is history."""
    table = DivisionTable(
        [
            DivisionRow("33", "浙江省", 1),
            DivisionRow("3301", "杭州市", 2, "33"),
            DivisionRow("330103", "下城区", 3, "3301", valid_to=date(2021, 4, 9)),
            DivisionRow("330113", "临平区", 3, "3301", valid_from=date(2021, 4, 9)),
        ]
    )
    before, after = date(2021, 4, 8), date(2021, 4, 9)
    assert resolve(table, "杭州市下城区武林路", on=before).division_code == "330103"
    assert resolve(table, "杭州市下城区武林路", on=after).status is S.HISTORICAL
    assert resolve(table, "杭州市临平区南大街", on=before).status is S.HISTORICAL
    assert resolve(table, "杭州市临平区南大街", on=after).division_code == "330113"
    assert resolve(table, "杭州市下城区武林路").status is S.HISTORICAL


NAMES = [row.name for row in TABLE.rows.values()] + ["路", "街道", "市", "区", " ", "1号", "地址:"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(NAMES), max_size=8), st.text(max_size=8))
def test_any_pile_of_names_gets_an_answer_that_keeps_its_promise(names: list[str], tail: str) -> None:
    """No exception; resolved means one division without anything below it to choose from."""
    result = found("".join(names) + tail)
    assert result.reason
    assert all(code in TABLE.rows for code in result.candidates)
    if result.status is S.RESOLVED:
        assert result.division_code is not None
        assert TABLE.deepest(result.division_code)
    elif result.status is not S.HISTORICAL:
        assert result.division_code is None


@pytest.mark.parametrize("row", [r for r in TABLE.rows.values() if r.level >= 3], ids=lambda row: row.code)
def test_every_division_is_found_by_its_own_full_name(row: DivisionRow) -> None:
    """Province to town written out leads back to the same code."""
    assert found(TABLE.full_name(row.code) + "长江路1号").division_code == row.code
