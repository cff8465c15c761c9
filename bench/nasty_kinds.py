"""Nasty addresses, first half: what people leave out, repeat, shorten, put before and behind."""

from __future__ import annotations

import re

from bench.nasty_atlas import ASK, EITHER, PEOPLE, RESOLVE, Case, Made, base, kind

_PLAIN = "广东县区镇乡龙凤门马陕宁湾台兴庆济阳开业会宝丰单义乐乌书云华卢卫厂历双发"
_TRADITIONAL = "廣東縣區鎮鄉龍鳳門馬陝寧灣臺興慶濟陽開業會寶豐單義樂烏書雲華盧衛廠歷雙發"
_ZONES = ("高新区", "经开区", "经济技术开发区", "高新技术产业开发区", "新区")


@kind
def _written_out(c: Case) -> Made | None:
    return c.made(c.whole + c.road)


@kind
def _with_separators(c: Case) -> Made | None:
    return c.made(c.dice.choice([" ", ",", "-", "/", "，", "、", "  "]).join([*c.names, c.road]))


@kind
def _without_province(c: Case) -> Made | None:
    return c.made("".join(c.names[1:]) + c.road) if c.city else None


@kind
def _without_city(c: Case) -> Made | None:
    if not (c.city and c.district):
        return None
    rivals = [d for d in c.atlas.districts[c.district.name] if d[:2] == c.district.code[:2]]
    return c.made(c.names[0] + "".join(c.names[2:]) + c.road, RESOLVE if len(rivals) == 1 else EITHER)


@kind
def _without_district(c: Case) -> Made | None:
    top = c.city or c.line[0]
    if not c.district or len(c.line) < 3 or (not c.city and not c.names[0].endswith("市")):
        return None
    alone = c.atlas.same_town_in(top, c.town.name) == 1
    return c.made("".join(row.name for row in c.line if row.level != 3) + c.road, RESOLVE if alone else ASK)


@kind
def _district_and_town_alone(c: Case) -> Made | None:
    if not c.district:
        return None
    alone = c.atlas.pairs[c.district.name, c.town.name] == 1
    return c.made(c.district.name + c.town.name + c.road, EITHER if alone else ASK)


@kind
def _district_alone(c: Case) -> Made | None:
    if not c.district:
        return None
    alone = len(c.atlas.districts[c.district.name]) == 1 and not c.atlas.aliases[c.district.name]
    return c.made(c.district.name + c.road, EITHER if alone else ASK, c.district.code)


@kind
def _beginning_repeated(c: Case) -> Made | None:
    first, second, *rest = c.names
    forms = (
        first + second + second + "".join(rest),
        first + c.whole,
        c.whole + c.whole,
        first + second + c.whole,
        "".join(c.names[:-1]) + " " + c.whole,
    )
    return c.made(c.dice.choice(forms) + c.road)


@kind
def _name_and_phone_before(c: Case) -> Made | None:
    phone = c.dice.choice(
        ["13812345678", "138-1234-5678", "+86 13812345678", "0535-6612345", "15900001111转8823"]
    )
    return c.made(f"{c.dice.choice(PEOPLE)}{c.dice.choice([' ', ',', '，'])}{phone} {c.whole}{c.road}")


@kind
def _name_glued_on(c: Case) -> Made | None:
    return c.made(c.dice.choice(PEOPLE) + c.whole + c.road)


@kind
def _phone_glued_on(c: Case) -> Made | None:
    return c.made(f"13812345678{c.whole}{c.road}")


@kind
def _labelled(c: Case) -> Made | None:
    return c.made(f"收货人:{c.dice.choice(PEOPLE)},电话:15900001111,地址:{c.whole}{c.road}")


@kind
def _name_and_phone_behind(c: Case) -> Made | None:
    return c.made(f"{c.whole}{c.road} {c.dice.choice(PEOPLE)} 18630001234")


@kind
def _zip_code(c: Case) -> Made | None:
    return c.made(
        c.dice.choice([f"310023 {c.whole}{c.road}", f"{c.whole}{c.road}(264000)", f"310023{c.whole}{c.road}"])
    )


@kind
def _full_width(c: Case) -> Made | None:
    wide = {i: i + 0xFEE0 for i in range(0x21, 0x7F)} | {32: 0x3000}
    return c.made(f"{c.names[0]} {''.join(c.names[1:])},{c.road}".translate(wide))


@kind
def _traditional(c: Case) -> Made | None:
    return c.made((c.whole + c.road).translate(str.maketrans(_PLAIN, _TRADITIONAL)))


@kind
def _blanks_within(c: Case) -> Made | None:
    return c.made(c.dice.choice([" ".join(c.whole), "\u200b".join(c.whole)]) + " " + c.road)


@kind
def _short_province_and_city(c: Case) -> Made | None:
    rest = "".join(row.name for row in c.line if row.level > 2)
    return c.made(base(c.names[0]) + (base(c.city.name) if c.city else "") + rest + c.road)


@kind
def _short_city_alone(c: Case) -> Made | None:
    if not c.city:
        return None
    return c.made(base(c.city.name) + "".join(row.name for row in c.line if row.level > 2) + c.road)


@kind
def _all_short(c: Case) -> Made | None:
    if not c.district or not c.city:
        return None
    text = base(c.city.name) + base(c.district.name) + c.town.name + c.road
    return c.made(text, EITHER, c.town.code)


@kind
def _short_district_and_landmark(c: Case) -> Made | None:
    """西湖国际大酒店 may stand anywhere: a district's short name in a building's is no district."""
    if (
        not c.district
        or not c.city
        or len(base(c.district.name)) < 2
        or c.district.name == base(c.district.name)
    ):
        return None
    building = c.dice.choice(["金融大厦", "医院", "大酒店", "火车站", "国际中心", "博物馆", "山庄"])
    return c.made(c.city.name + base(c.district.name) + building, ASK, c.district.code)


@kind
def _town_of_another_kind(c: Case) -> Made | None:
    if not c.town.name.endswith(("街道", "镇")):
        return None
    stem = re.sub("(街道|镇)$", "", c.town.name)
    others = [t.name for t in c.atlas.below[c.town.parent_code or ""] if t.name.startswith(stem)]
    other = stem + ("镇" if c.town.name.endswith("街道") else "街道")
    return c.made("".join(c.names[:-1]) + other + c.road) if len(others) == 1 and len(stem) > 1 else None


@kind
def _unknown_town(c: Case) -> Made | None:
    top = c.line[-2]
    return c.made("".join(c.names[:-1]) + "玖畹瓊街道" + c.road, RESOLVE, top.code)


@kind
def _no_town(c: Case) -> Made | None:
    return c.made("".join(c.names[:-1]) + c.road, RESOLVE, c.line[-2].code)


@kind
def _reversed(c: Case) -> Made | None:
    if not c.city or not c.district:
        return None
    return c.made(f"{c.district.name} {c.city.name} {c.names[0]} {c.town.name}{c.road}", EITHER)


@kind
def _city_in_brackets(c: Case) -> Made | None:
    if not c.city or not c.district:
        return None
    return c.made(f"{c.district.name}({c.city.name}){c.town.name}{c.road}", EITHER)


@kind
def _only_city_and_road(c: Case) -> Made | None:
    if not c.city or not c.district:
        return None
    return c.made(c.names[0] + c.city.name + c.road, ASK, *(row.code for row in c.atlas.below[c.city.code]))


@kind
def _only_road(c: Case) -> Made | None:
    return c.made(c.road, ASK)


@kind
def _development_zone(c: Case) -> Made | None:
    if not c.city or not c.district:
        return None
    zone = c.dice.choice((*_ZONES, base(c.city.name) + "新区"))
    return c.made(
        c.names[0] + c.city.name + zone + c.road, ASK, *(row.code for row in c.atlas.below[c.city.code])
    )


@kind
def _zone_before_the_town(c: Case) -> Made | None:
    if not c.city or not c.district:
        return None
    return c.made(c.names[0] + c.city.name + "高新区" + c.town.name + c.road, EITHER)


@kind
def _zone_behind_the_district(c: Case) -> Made | None:
    if not c.district:
        return None
    return c.made("".join(c.names[:-1]) + "经济技术开发区" + c.road, RESOLVE, c.district.code)


@kind
def _suffix_doubled(c: Case) -> Made | None:
    at = c.dice.randrange(1, len(c.line) - 1) if len(c.line) > 2 else 0
    names = [name + name[-1] if i == at else name for i, name in enumerate(c.names)]
    return c.made("".join(names) + c.road, EITHER)


@kind
def _city_without_districts(c: Case) -> Made | None:
    """东莞市东莞市虎门镇, 中山石岐区: the street hangs on the city."""
    bare = [
        line for line in c.atlas.odd["no districts"] if all(r.level == 4 for r in c.atlas.below[line[1].code])
    ]
    line = c.dice.choice(bare)
    province, city, town = (row.name for row in line)
    stem = re.sub("(街道|镇)$", "", town)
    forms = [province + city + town, city + town, base(city) + town, base(province) + base(city) + town]
    forms += [province + city + city + town] + ([city + stem + "区"] if town.endswith("街道") else [])
    return c.made(c.dice.choice(forms) + c.road, RESOLVE, line[-1].code)


@kind
def _county_run_by_its_province(c: Case) -> Made | None:
    """仙桃, 济源, 石河子, the counties of Hainan: no city stands between."""
    line = c.dice.choice(c.atlas.odd["no city"])
    province, county, town = (row.name for row in line)
    filler = c.dice.choice(("省直辖县级行政区划", "自治区直辖县级行政区划", "市辖区", county))
    forms = (province + county + town, base(province) + county + town, province + filler + county + town)
    return c.made(c.dice.choice((*forms, county + town)) + c.road, RESOLVE, line[-1].code)


@kind
def _regiment(c: Case) -> Made | None:
    """兵团 cities as people write them."""
    cities = [line for line in c.atlas.odd["no city"] if line[0].name.startswith("新疆")]
    line = c.dice.choice(cities)
    division = c.dice.choice("一二三四五六七八九")
    text = f"新疆生产建设兵团第{division}师{line[1].name}{line[-1].name}"
    return c.made(text + c.road, RESOLVE, line[-1].code)


@kind
def _two_distortions(c: Case) -> Made | None:
    """A phone before, a repeated beginning, blanks or traditional characters, all in one."""
    whole = c.names[0] + c.whole if c.dice.random() < 0.5 else c.whole
    text = f"{c.dice.choice(PEOPLE)} 13812345678 {whole}{c.road}，100000"
    if c.dice.random() < 0.5:
        text = text.translate(str.maketrans(_PLAIN, _TRADITIONAL))
    return c.made(text.replace("1", "１").replace(",", "，"))
