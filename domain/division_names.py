"""What a division is called: its rows, the shorter names people write, and which names are too common to believe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

PROVINCE, CITY, DISTRICT, TOWN = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class DivisionAlias:
    """Another name of a division. `until` None: still in use (`雨花区` for 雨花台区); else the day it ended.

    A former district that was parted is an alias of each of its successors.
    """

    name: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One division. `level`: 1 province, 2 city, 3 district or county, 4 town; `valid_to` is exclusive.

    Levels may be skipped: 朝阳区 110105 hangs on 北京市 110000, 虎门镇 on 东莞市. `code`: up to nine digits.
    """

    code: str
    name: str
    level: int
    parent_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    aliases: tuple[DivisionAlias, ...] = ()

    def current(self, on: date | None) -> bool:
        """Is it in force on that day (None: by the newest state of the table)?"""
        if on is None:
            return self.valid_to is None
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on < self.valid_to)


_PEOPLE = re.compile(
    "朝鲜族|土家族|布依族|哈尼族|景颇族|傈僳族|仡佬族|维吾尔族?|拉祜族|纳西族|普米族|独龙族|布朗族|毛南族"
    "|撒拉族|保安族|东乡族|裕固族|锡伯族?|塔吉克族?|达斡尔族|鄂温克族|仫佬族|哈萨克族?|柯尔克孜族?|蒙古族?"
    "|苗族|藏族|羌族|彝族|侗族|壮族|傣族|白族|回族|瑶族|水族|畲族|满族|黎族|佤族|怒族|土族|各族"
)
_AUTONOMOUS = re.compile(r"^(.+?)(自治[区州县旗]|(?<=回族|尔族)区)$")
SUFFIX = re.compile(r"(?:新区|林区|特区|地区|特别行政区|[省市区县旗盟州])$")
TOWN_SUFFIX = re.compile(r"(?:街道|镇|乡|苏木|区公所)$")
# Too common to name one place without its city: 东城区 is Beijing's, and a part of Dongguan in every mouth.
_GENERIC = re.compile(
    "[城市路河江桥铁老新海]?[东西南北]城?|[东西南北]城|城[关中]|新[城市华兴]|老城|市中|和平|中原|中山"
    "|高新|经开|开发|工业|海港|港口|[矿郊城新]|中心|河[南北]|湖[南北]|江[南北]"
)


def base_name(name: str) -> str:
    """The name without what it is: 天河区 → 天河, 延边朝鲜族自治州 → 延边, 浦东新区 → 浦东, 东区 → 东."""
    autonomous = _AUTONOMOUS.match(name)
    if autonomous is None:
        return SUFFIX.sub("", name) or name
    base = _PEOPLE.sub("", autonomous[1])
    return base if len(base) >= 2 else autonomous[1].removesuffix("族")


def town_base(name: str) -> str:
    """虎门镇 → 虎门: towns become streets, and people go on writing 镇."""
    return TOWN_SUFFIX.sub("", name) or name


def is_generic(name: str) -> bool:
    """Must such a district not be believed without its city? Two characters (东区, 和县) never are."""
    return len(name) < 3 or any(map(_GENERIC.fullmatch, (base_name(name), name[:-1])))


def short_names(row: DivisionRow) -> set[str]:
    """天河 for 天河区, 延边 and 延边州 for the prefecture; none for a district whose short name says nothing."""
    base = base_name(row.name)
    shorts = {base} if len(base) >= 2 and (row.level < DISTRICT or not _GENERIC.fullmatch(base)) else set()
    kind = row.name[-1]
    if _AUTONOMOUS.match(row.name) and (kind in "州县旗" or row.level == DISTRICT):
        shorts.add(base + kind)
    return {s for s in shorts if len(s) >= 2} - {row.name}
