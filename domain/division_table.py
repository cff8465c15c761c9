"""The table of administrative divisions, indexed by the names people write: full, short, former.

Built once per process from rows (about 42,000) and then only read. `domain/divisions.py` asks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from sys import intern

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

    Levels may be skipped: 朝阳区 110105 hangs on 北京市 110000, 虎门镇 on 东莞市.
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


@dataclass(frozen=True, slots=True)
class Hit:
    """A name led to this division; `former` when the name itself is no longer its name."""

    code: str
    former: bool = False


class NameIndex(dict[str, tuple[Hit, ...]]):
    """Names of two characters and more. `reach` bounds how long a name with these first two may be."""

    def __init__(self) -> None:
        super().__init__()
        self.reach: dict[str, int] = {}

    def add(self, name: str, hit: Hit) -> None:
        """Let this name lead to one more division."""
        known = self.get(name, ())
        if all(h.code != hit.code for h in known):
            self[name] = (*known, hit)
            self.reach[name[:2]] = max(len(name), self.reach.get(name[:2], 0))

    def longest(self, text: str, pos: int) -> tuple[tuple[Hit, ...], int]:
        """The longest name standing at `pos`, and where it ends; `((), pos)` if none."""
        reach = self.reach.get(text[pos : pos + 2], 0)
        for end in range(min(pos + reach, len(text)), pos + 1, -1):
            if hits := self.get(text[pos:end]):
                return hits, end
        return (), pos


_PEOPLE = re.compile(
    "朝鲜族|土家族|布依族|哈尼族|景颇族|傈僳族|仡佬族|维吾尔族?|拉祜族|纳西族|普米族|独龙族|布朗族|毛南族"
    "|撒拉族|保安族|东乡族|裕固族|锡伯族?|塔吉克族?|达斡尔族|鄂温克族|仫佬族|哈萨克族?|柯尔克孜族?|蒙古族?"
    "|苗族|藏族|羌族|彝族|侗族|壮族|傣族|白族|回族|瑶族|水族|畲族|满族|黎族|佤族|怒族|土族|各族"
)
_AUTONOMOUS = re.compile(r"^(.+?)(自治[区州县旗])$")
_SUFFIX = re.compile(r"(?:新区|林区|特区|地区|特别行政区|[省市区县旗盟州])$")
_TOWN_SUFFIX = re.compile(r"(?:街道|镇|乡|苏木|区公所)$")
# Too common to name one place without its city: 东城区 is Beijing's, and a part of Dongguan in every mouth.
_GENERIC = re.compile(
    "[城市路河江桥铁老新海]?[东西南北]城?|[东西南北]城|城[关中]|新[城市华兴]|老城|市中|和平|中原|中山"
    "|高新|经开|开发|工业|海港|港口|[矿郊城新]"
)


def base_name(name: str) -> str:
    """The name without what it is: 天河区 → 天河, 延边朝鲜族自治州 → 延边, 浦东新区 → 浦东, 东区 → 东."""
    autonomous = _AUTONOMOUS.match(name)
    if autonomous is None:
        return _SUFFIX.sub("", name) or name
    base = _PEOPLE.sub("", autonomous[1])
    return base if len(base) >= 2 else autonomous[1]


def town_base(name: str) -> str:
    """虎门镇 → 虎门: towns become streets, and people go on writing 镇."""
    return _TOWN_SUFFIX.sub("", name) or name


def is_generic(name: str) -> bool:
    """Must such a district not be believed without its city? Two characters (东区, 和县) never are."""
    return len(name) < 3 or _GENERIC.fullmatch(base_name(name)) is not None


def _shorts(row: DivisionRow) -> set[str]:
    base = base_name(row.name)
    shorts = {base} if len(base) >= 2 and (row.level < DISTRICT or not _GENERIC.fullmatch(base)) else set()
    kind = row.name[-1]
    if _AUTONOMOUS.match(row.name) and kind in "州县旗":
        shorts.add(base + kind)
    return {s for s in shorts if len(s) >= 2} - {row.name}


def _other_suffixes(row: DivisionRow) -> list[str]:
    """What a county that became a city or a district was or may be called: 吴江区 → 吴江市, 吴江县."""
    base = base_name(row.name)
    if row.level != DISTRICT or len(base) < 2 or _GENERIC.fullmatch(base):
        return []
    return [base + s for s in "市县区" if base + s != row.name]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where reading an address stands: the divisions that fit so far (a shared or parted name has several), and
    the position.

    `former`: an old name led here. `anchored`: a province or city was named. `stray`: what does not fit.
    """

    nodes: tuple[str, ...] = ()
    pos: int = 0
    former: bool = False
    anchored: bool = False
    stray: str = ""


def spot_of(hits: tuple[Hit, ...], end: int, *, anchored: bool, former: bool = False) -> Spot:
    """The spot these hits lead to."""
    codes = tuple(dict.fromkeys(h.code for h in hits))
    return Spot(codes, end, former or all(h.former for h in hits), anchored)


@dataclass(slots=True)
class _Names:
    """Full and short names below one division."""

    full: NameIndex = field(default_factory=NameIndex)
    short: NameIndex = field(default_factory=NameIndex)


class DivisionTable:
    """Read-only index. `rows[code]`, `children(code)`, `path(code)`, `full_name(code)`."""

    def __init__(self, rows: Iterable[DivisionRow]) -> None:
        self.rows: dict[str, DivisionRow] = {row.code: row for row in rows}
        self.below: dict[str, _Names] = {}  # by parent; "" holds the provinces
        self.wide: dict[str, _Names] = {}  # by province: all its districts
        self.cities = _Names()
        self.districts = _Names()
        self.towns: dict[str, dict[str, tuple[str, ...]]] = {}
        self._children: dict[str, list[str]] = {}
        for row in self.rows.values():
            self._children.setdefault(row.parent_code or "", []).append(row.code)
            if row.level == TOWN:
                self._index_town(row)
            else:
                self._index(row)
        self._index_other_suffixes()
        provinces = [self.rows[c].name for c in self._children.get("", ())]
        self.province_names = re.compile("|".join(map(re.escape, provinces)) or "(?!)")

    def _index_town(self, row: DivisionRow) -> None:
        towns = self.towns.setdefault(row.parent_code or "", {})
        base = intern(town_base(row.name))  # 城关, 新城 and the like stand hundreds of times
        towns[base] = (*towns.get(base, ()), row.code)

    def _scopes(self, row: DivisionRow) -> list[_Names]:
        scopes = [self.below.setdefault(row.parent_code or "", _Names())]
        if row.level == CITY:
            scopes.append(self.cities)
        if row.level == DISTRICT:
            scopes.append(self.wide.setdefault(self.path(row.code)[0], _Names()))
            scopes.append(self.districts)
        return scopes

    def _index(self, row: DivisionRow) -> None:
        hit = Hit(row.code)
        for scope in self._scopes(row):
            scope.full.add(row.name, hit)
            for short in _shorts(row):
                scope.short.add(short, hit)
            for alias in row.aliases:
                names = scope.full if _SUFFIX.search(alias.name) else scope.short
                names.add(alias.name, Hit(row.code, former=alias.until is not None))

    def _index_other_suffixes(self) -> None:
        """After all real names: none of them, and no alias, is pushed aside by a guess."""
        found: list[tuple[NameIndex, str, str]] = []
        for row in self.rows.values():
            for name in _other_suffixes(row):
                scopes = (self.below[row.parent_code or ""].full, self.wide[self.path(row.code)[0]].full)
                found += [(scope, name, row.code) for scope in scopes if name not in scope]
        for scope, name, code in found:
            scope.add(name, Hit(code, former=True))

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly below; of "" the provinces."""
        return tuple(self._children.get(code, ()))

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from the province down to this one."""
        codes = [code]
        while (parent := self.rows[codes[-1]].parent_code) and parent in self.rows:
            codes.append(parent)
        return tuple(reversed(codes))

    def full_name(self, code: str) -> str:
        """440606 → 广东省佛山市顺德区."""
        return "".join(self.rows[c].name for c in self.path(code))

    def deepest(self, code: str) -> bool:
        """Is there no district below? True for districts, towns, 东莞市, 香港."""
        return not any(self.rows[c].level <= DISTRICT for c in self._children.get(code, ()))
