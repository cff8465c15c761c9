"""Reading one address against the table of divisions, from its beginning downwards.

Anchored on purpose: province → city → district → town, each where the one before ends. A name somewhere in
the middle of an address is a road, a hospital, a shop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from domain.division_table import (
    CITY,
    DISTRICT,
    PROVINCE,
    DivisionTable,
    Hit,
    NameIndex,
    Spot,
    spot_of,
)

_SEPARATORS = " \t\r\n,，、;；:：.。-—_/|()（）[]【】"
FILLERS = (
    "市辖区",
    "省直辖县级行政区划",
    "自治区直辖县级行政区划",
    "省直辖县",
    "中国",
    "全境",
    "其它区",
    "其他",
)
# A short name before one of these is a road, a gate, a hospital: 南京东路, 朝阳门, 鼓楼医院.
_NOT_A_PLACE = re.compile(
    r"[东西南北中前后新老大小内外支环上下一二三四五六七八九十]{0,2}"
    r"(?:[路街道巷弄里门桥站寺庙宫祠塔亭山湖河江海港村屯苑园城银商关区县市省州盟旗镇乡]|胡同|立交|广场"
    r"|机场|医院|大学|学院|中学|小学|公园|码头|宾馆|饭店|酒店|大厦)"
)
_NOT_A_CITY = re.compile(r"[场委]|政[府路大协]|民[中广]|立[医学中]")
_TOWN_AHEAD = re.compile(r"街道|镇|乡|苏木|区公所")
UNKNOWN_TOWN = re.compile(r"[\u4e00-\u9fff]{1,4}(?:街道|镇|乡)")
_LABEL = re.compile(r"(?:地址|收货地)[:：是为]?")
_BREAK = re.compile(r"[\s,，;；:：。]+")


def _skip(text: str, pos: int) -> int:
    """Past separators and words that name nothing."""
    while pos < len(text):
        filler = next((f for f in FILLERS if text.startswith(f, pos)), "")
        if filler:
            pos += len(filler)
        elif text[pos] in _SEPARATORS:
            pos += 1
        else:
            break
    return pos


class Scan:
    """One address against one table."""

    def __init__(self, table: DivisionTable, text: str, on: date | None) -> None:
        self.table, self.text, self.on = table, text, on

    # -- names at a position -------------------------------------------------------------------------------

    def level(self, code: str) -> int:
        return self.table.rows[code].level

    def prune(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """Names in force push out former ones with the same parent; a division not in force is former."""
        rows = self.table.rows
        if len(found := tuple(hits)) == 1 and rows[found[0].code].current(self.on):
            return found
        seen = [replace(h, former=h.former or not rows[h.code].current(self.on)) for h in found]
        living = {rows[h.code].parent_code for h in seen if not h.former}
        kept = [h for h in seen if not h.former or rows[h.code].parent_code not in living]
        in_force = [h for h in kept if rows[h.code].current(self.on)]
        return tuple(in_force or kept)

    def _full(self, names: NameIndex, pos: int) -> tuple[tuple[Hit, ...], int]:
        hits, end = names.longest(self.text, pos)
        if not hits or (self.text[end - 1] == "市" and _NOT_A_CITY.match(self.text, end)):
            return (), pos
        return self.prune(hits), end

    def _short(self, names: NameIndex, pos: int) -> tuple[tuple[Hit, ...], int]:
        """A name without its suffix, unless what follows makes it a road; a division below it proves it."""
        hits, end = names.longest(self.text, pos)
        if not hits:
            return (), pos
        town_ahead = self.level(hits[0].code) == DISTRICT and UNKNOWN_TOWN.match(self.text, end)
        if not town_ahead and not _NOT_A_PLACE.match(self.text, end):
            return self.prune(hits), end
        proven = tuple(h for h in hits if self._leads_on(h.code, end))
        return (self.prune(proven), end) if proven else ((), pos)

    def _leads_on(self, code: str, pos: int) -> bool:
        pos = _skip(self.text, pos)
        scopes = (self.table.below.get(code), self.table.wide.get(code))
        if any(scope.full.longest(self.text, pos)[0] for scope in scopes if scope):
            return True
        if self.level(code) == PROVINCE and (below := self.table.below.get(code)):
            return bool(below.short.longest(self.text, pos)[0])
        return self._town_base_ahead(code, pos)

    def _town_base_ahead(self, code: str, pos: int) -> bool:
        towns = self.table.towns.get(code, {})
        return any(self.text[pos : pos + n] in towns for n in range(2, 7))

    def town(self, code: str, pos: int) -> tuple[tuple[str, ...], int]:
        """The town below `code` named at `pos`: 虎门镇, and 大良镇 for what is 大良街道 today."""
        towns = self.table.towns.get(code)
        for n in range(min(12, len(self.text) - pos), 0, -1) if towns else ():
            found = towns.get(self.text[pos : pos + n], ()) if towns else ()
            kind = _TOWN_AHEAD.match(self.text, pos + n)
            if found and kind:
                exact = tuple(c for c in found if self.table.rows[c].name.endswith(kind[0]))
                return exact or found, kind.end()
            if found and n > 1 and self.level(code) == CITY and not _NOT_A_PLACE.match(self.text, pos + n):
                return found, pos + n
            if found and self.level(code) == CITY and self.text.startswith("区", pos + n):
                return found, pos + n + 1
        return (), pos

    # -- going down ----------------------------------------------------------------------------------------

    def heads(self, pos: int) -> Iterator[Spot]:
        """Every way to read the beginning: as a province, a city, a district."""
        provinces = self.table.below.get("")
        if provinces is None:
            return
        for names, read in (
            (provinces.full, self._full),
            (provinces.short, self._short),
            (self.table.cities.full, self._full),
            (self.table.cities.short, self._short),
            (self.table.districts.full, self._full),
        ):
            hits, end = read(names, pos)
            if hits:
                yield spot_of(hits, end, anchored=self.level(hits[0].code) < DISTRICT)

    def down(self, spot: Spot) -> Spot:
        """One address level deeper each time, until nothing more fits."""
        while True:
            spot = replace(spot, pos=self.past_repeats(spot))
            deeper = self._step(spot)
            if deeper is None:
                return self._doubt(spot)
            spot = deeper

    def past_repeats(self, spot: Spot) -> int:
        """Past names already known: 北京北京市, or the whole beginning once more."""
        pos = _skip(self.text, spot.pos)
        known = {code for node in spot.nodes for code in self.table.path(node)}
        for code in self.table.path(spot.nodes[0]):
            scope = self.table.below.get(self.table.rows[code].parent_code or "")
            if scope is None:
                continue
            hits, end = self._full(scope.full, pos)
            if not hits and scope.short.longest(self.text, pos)[0] and not self._child_at(spot, pos):
                hits, end = self._short(scope.short, pos)
            if any(hit.code in known for hit in hits):
                pos = _skip(self.text, end)
        return pos

    def _child_at(self, spot: Spot, pos: int) -> bool:
        """阿拉善盟阿拉善左旗: what looks like the parent once more is a child's name."""
        for code in spot.nodes:
            scopes = (self.table.below.get(code), self.table.wide.get(code))
            if (
                any(scope.full.longest(self.text, pos)[0] for scope in scopes if scope)
                or self.town(code, pos)[0]
            ):
                return True
        return False

    def _step(self, spot: Spot) -> Spot | None:
        hits: list[Hit] = []
        best = spot.pos
        if len(spot.nodes) > 1 and not (spot.anchored or spot.former):
            return None  # two 朝阳区: a street of that name is too thin to choose by
        for code in spot.nodes:
            for found, end in self._below(code, spot.pos):
                if end > best:
                    hits, best = [], end
                if end == best and end > spot.pos:
                    hits += found
        if not hits:
            return None
        return spot_of(tuple(hits), best, anchored=spot.anchored, former=spot.former)

    def _below(self, code: str, pos: int) -> Iterator[tuple[tuple[Hit, ...], int]]:
        below, wide = self.table.below.get(code), self.table.wide.get(code)
        full = [self._full(scope.full, pos) for scope in (below, wide) if scope]
        yield from full
        towns, end = self.town(code, pos)
        yield tuple(Hit(t) for t in towns), end
        if below and not any(hits for hits, _ in full):
            yield self._short(below.short, pos)
        if self.level(code) <= CITY and not any(hits for hits, _ in full):
            yield self._town_of_city(code, pos)

    def _town_of_city(self, city: str, pos: int) -> tuple[tuple[Hit, ...], int]:
        """杭州市五常街道: the district was left out, but only one has that street."""
        found, best = [], pos
        for district in self.table.children(city):
            if self.level(district) != DISTRICT:
                continue
            towns, end = self.town(district, pos)
            found += [Hit(t) for t in towns]
            best = max(best, end)
        return (tuple(found), best) if len(found) == 1 else ((), pos)

    # -- doubt ---------------------------------------------------------------------------------------------

    def _doubt(self, spot: Spot) -> Spot:
        """Note what stands where a part of `spot` should stand, and is a part of something else."""
        return replace(spot, stray=self._elsewhere(spot) or self._wrong_town(spot) or self._second_city(spot))

    def _elsewhere(self, spot: Spot) -> str:
        for names in (self.table.cities.full, self.table.districts.full):
            hits, end = self._full(names, spot.pos)
            if hits and end - spot.pos > 2 and not any(self._related(h.code, spot) for h in hits):
                return self.text[spot.pos : end]
        return ""

    def _related(self, code: str, spot: Spot) -> bool:
        path = self.table.path(code)
        return any(code in self.table.path(node) or node in path for node in spot.nodes)

    def _wrong_town(self, spot: Spot) -> str:
        """余杭区南苑街道 was right before 2021: the street is in 临平区 now, so the district is in doubt."""
        if len(spot.nodes) != 1 or self.level(spot.nodes[0]) != DISTRICT or spot.former:
            return ""
        siblings = list(self.table.children(self.table.rows[spot.nodes[0]].parent_code or ""))
        for sibling in siblings:
            towns, end = self.town(sibling, spot.pos)
            if towns and self.text[spot.pos : end] == self.table.rows[towns[0]].name:
                return self.text[spot.pos : end]
        return ""

    def _second_city(self, spot: Spot) -> str:
        """Another 某市某区 further on: two addresses in one field."""
        start = spot.pos
        while (at := self.text.find("市", start)) >= 0:
            start = at + 1
            for first in range(max(spot.pos, at - 7), at):
                for hit in self.table.cities.full.get(self.text[first:start], ()):
                    below = self.table.below.get(hit.code)
                    hits, end = below.full.longest(self.text, start) if below else ((), start)
                    if hits and not any(self._related(h.code, spot) for h in hits):
                        return self.text[first:end]
        return ""

    # -- beginnings ----------------------------------------------------------------------------------------

    def starts(self) -> Iterator[int]:
        """Where an address may begin: at the start, at a full province name, after `地址:`, at a break."""
        yield _skip(self.text, 0)
        if province := self.table.province_names.search(self.text):
            yield province.start()
        for pattern in (_LABEL, _BREAK):
            yield from (found.end() for found in pattern.finditer(self.text))

    def read(self) -> Spot:
        """The deepest reading of the first beginning that names something; readings as good are joined."""
        partial = Spot()
        for index, start in enumerate(self.starts()):
            found = [self.down(h) for h in self.heads(start) if h.anchored or index == 0]
            best = self._best(found)
            if best.nodes and self.level(best.nodes[0]) >= DISTRICT:
                return best
            partial = partial if partial.nodes else best
        return partial

    def _best(self, spots: list[Spot]) -> Spot:
        def depth(spot: Spot) -> tuple[int, int]:
            return self.level(spot.nodes[0]), spot.pos

        if not spots:
            return Spot()
        top = max(spots, key=depth)
        equal = [s for s in spots if depth(s) == depth(top)]
        nodes = tuple(dict.fromkeys(code for s in equal for code in s.nodes))
        return replace(top, nodes=nodes, anchored=any(s.anchored for s in equal))
