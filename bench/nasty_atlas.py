"""Places to make nasty addresses of: the plain rows, one town with its line above, and the register of kinds.

Told apart from the resolver on purpose: it counts names in the rows and uses none of the resolver's helpers.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from domain.division_names import DivisionRow

RESOLVE, ASK, HISTORICAL, EITHER = "resolve", "ask", "historical", "either"
COLUMNS = ("province", "city", "district", "town")


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\S+", text))


ROADS = _words(
    "南京东路 北京西路 中山路 朝阳街 解放大道 西湖大道 和平路 广州路 长江路 鼓楼街 上海路 天津道 建设街 人民中路 "
    "台湾路 海南大道 吉林街 重庆中路 江西路 新华路 文化街 环城北路 迎宾大道 学府路 黄河路 深圳路 青年大街"
)
TAILS = (
    "",
    "3栋2单元501",
    "保利花园8号楼1102",
    "(近鼓楼医院)",
    "朝阳小区西门",
    "万达广场B座",
    "北京华联超市旁",
    "A区5-302",
)
PEOPLE = _words("张伟 李秀英 王师傅 欧阳女士 陈江 高峰 周宁 江海洋 何先生 南宫燕 安娜 林立")
_SHORT = _words(
    "内蒙古 广西 宁夏 新疆 西藏 香港 澳门 延边 恩施 湘西 阿坝 甘孜 凉山 黔西南 黔东南 黔南 楚雄 红河 文山 西双版纳 "
    "大理 德宏 怒江 迪庆 临夏 甘南 海北 黄南 海南 果洛 玉树 海西 昌吉 博尔塔拉 巴音郭楞 克孜勒苏 伊犁"
)
_SUFFIX = re.compile(r"(?<=..)(?:街道|特别行政区|新区|林区|地区|[省市区县旗盟州镇乡])$")


def base(name: str) -> str:
    """A name without its kind, the generator's own way."""
    known = next((short for short in _SHORT if "自治" in name and name.startswith(short)), None)
    return known or _SUFFIX.sub("", name)


@dataclass(frozen=True, slots=True)
class Nasty:
    """`want`: what must come of it; `accept`: the codes that are right when it is resolved or offered."""

    kind: str
    text: str
    want: str
    accept: frozenset[str]
    columns: dict[str, str] = field(default_factory=dict)


class Atlas:
    """The rows, by what the generator asks of them."""

    def __init__(self, rows: Iterable[DivisionRow]) -> None:
        self.rows = {row.code: row for row in rows}
        self.below: dict[str, list[DivisionRow]] = defaultdict(list)
        self.districts: dict[str, list[str]] = defaultdict(list)
        self.places: dict[str, list[list[DivisionRow]]] = defaultdict(list)
        self.odd: dict[str, list[list[DivisionRow]]] = {"no districts": [], "no city": []}
        self.aliases: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()
        for row in self.rows.values():
            self.below[row.parent_code or ""].append(row)
            self.aliases.update(alias.name for alias in row.aliases)
            if row.level == 3:
                self.districts[row.name].append(row.code)
            if row.level == 4:
                self._place(self.line(row))

    def _place(self, line: list[DivisionRow]) -> None:
        self.places[line[0].code].append(line)
        self.pairs[line[-2].name, line[-1].name] += 1
        if all(row.level != 3 for row in line):
            self.odd["no districts"].append(line)
        elif all(row.level != 2 for row in line) and not line[0].name.endswith("市"):
            self.odd["no city"].append(line)

    def line(self, row: DivisionRow) -> list[DivisionRow]:
        """From the province down to this row."""
        line = [row]
        while line[0].parent_code:
            line.insert(0, self.rows[line[0].parent_code])
        return line

    def same_town_in(self, top: DivisionRow, name: str) -> int:
        """How many towns below `top` have this name."""
        return sum(town.name == name for town in self.towns_under(top.code))

    def towns_under(self, code: str) -> Iterator[DivisionRow]:
        """All towns below, at any depth."""
        for row in self.below[code]:
            if row.level == 4:
                yield row
            else:
                yield from self.towns_under(row.code)


Made = tuple[str, str, tuple[str, ...], dict[str, str]]


@dataclass(slots=True)
class Case:
    """One town and its line above, and a road to live in."""

    atlas: Atlas
    dice: random.Random
    line: list[DivisionRow]
    road: str

    @property
    def names(self) -> list[str]:
        return [row.name for row in self.line]

    @property
    def town(self) -> DivisionRow:
        return self.line[-1]

    @property
    def district(self) -> DivisionRow | None:
        return next((row for row in self.line if row.level == 3), None)

    @property
    def city(self) -> DivisionRow | None:
        return next((row for row in self.line if row.level == 2), None)

    @property
    def whole(self) -> str:
        return "".join(self.names)

    def made(self, text: str, want: str = RESOLVE, *accept: str, **columns: str) -> Made:
        """What a kind answers; the town is what is right unless something else is said."""
        return text, want, accept or (self.town.code,), columns


KINDS: dict[str, Callable[[Case], Made | None]] = {}


def kind(make: Callable[[Case], Made | None]) -> Callable[[Case], Made | None]:
    """Register a kind under its function's name; None from it: this place does not lend itself."""
    KINDS[make.__name__.strip("_").replace("_", " ")] = make
    return make
