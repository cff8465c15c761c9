"""Reading one address against the table of divisions, from its beginning downwards.

Anchored on purpose: province → city → district → town, each where the one before ends. A name somewhere in
the middle of an address is a road, a hospital, a shop. What makes a reading doubtful is noted on its `Spot`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from domain.division_finding import NO_HITS, Finder
from domain.division_names import CITY, DISTRICT, PROVINCE, TOWN
from domain.division_table import FORMER, SHORT, Hit
from domain.division_text import BREAK, ZONE, road_ahead, skip


class Spot(NamedTuple):
    """Where reading an address stands: the nodes that fit so far (a shared or parted name has several), and the
    position.

    `former`: an old name led here. `anchored`: a province or city was named. `stray`: what does not fit.
    `doubt`: why a person must look though only one division fits. `start`: where the reading began.
    """

    nodes: tuple[int, ...] = ()
    pos: int = 0
    former: bool = False
    anchored: bool = False
    stray: str = ""
    doubt: str = ""
    start: int = 0


class Scan(Finder):
    """Readings of one folded address."""

    def heads(self, pos: int) -> Iterator[Spot]:
        """Every way to read the beginning: as a province, a city, a district."""
        if not self.matches(pos):
            return
        level = self.level
        found = False
        for wanted in (PROVINCE, CITY, DISTRICT):
            for read in (self.full, self.short) if wanted < DISTRICT else (self.full,):
                hits, end = read(pos, lambda node: level(node) == wanted)  # noqa: B023
                if hits:
                    found = True
                    yield spot_of(hits, end, anchored=wanted < DISTRICT, start=pos)
        if not found:
            yield from self._weak_heads(pos)

    def _weak_heads(self, pos: int) -> Iterator[Spot]:
        """顺德大良, 从化市: a district without suffix or city, believed only with a street of its own in full."""
        hits, end = self.guess(pos, -1)
        if hits:
            yield spot_of(hits, end, anchored=False, start=pos)
            return
        hits, end = self.short(pos, lambda node: self.level(node) == DISTRICT)
        towns = [self.town(h >> 2, skip(self.text, end)) for h in hits]
        if hits:
            exact = sum(same for _, _, same in towns) == 1
            doubt = "" if exact else f"只写了「{self.text[pos:end]}」"
            yield spot_of(hits, end, anchored=False, start=pos)._replace(doubt=doubt)

    def down(self, spot: Spot) -> Spot:
        """One address level deeper each time, until nothing more fits."""
        while True:
            spot = self.past_repeats(spot)
            deeper = self._step(spot)
            if deeper is None:
                return spot
            spot = deeper

    def past_repeats(self, spot: Spot) -> Spot:
        """Past names already known: 北京北京市, or the whole beginning once more; 朝阳区(长春) chooses one."""
        while True:
            pos = skip(self.text, spot.pos)
            again = self._again(spot._replace(pos=pos))
            if again is None:
                if self.text.startswith(("县", "郊县"), pos) and self.level(spot.nodes[0]) == PROVINCE:
                    pos = self.text.index("县", pos) + 1  # 重庆市县云阳县: what a platform calls the city
                here = spot._replace(pos=pos)
                twice = (
                    pos
                    and self.text[pos : pos + 1] == self.text[pos - 1]
                    and self.text[pos] in "省市区县旗州盟"
                )
                if (
                    twice and not self._child_end(here) and self._child_end(spot._replace(pos=pos + 1))
                ):  # 佛山市市顺德区, but 青岛市市南区
                    return spot._replace(pos=pos + 1)
                return here
            spot = again

    def _again(self, spot: Spot) -> Spot | None:
        lines = {node: self.table.lineage(node) for node in spot.nodes}
        known = {node for line in lines.values() for node in line}
        if not any(h >> 2 in known for _, hits in self.matches(spot.pos) for h in hits):
            return None
        hits, end = self.full(spot.pos, known.__contains__)
        if not hits:
            hits, end = self.short(spot.pos, known.__contains__)
            if hits and not self._goes_on(spot, known, end):  # 竹山县湖北口回族乡
                return None
        if not hits or self._child_end(spot) >= end:
            return None
        named = {h >> 2 for h in hits}
        kept = tuple(node for node in spot.nodes if named & set(lines[node])) or spot.nodes
        above = any(self.level(node) < DISTRICT for node in named)
        return spot._replace(nodes=kept, pos=end, anchored=spot.anchored or above)

    def _goes_on(self, spot: Spot, known: set[int], pos: int) -> bool:
        """Does a break, a part of what is known or another name of it stand at `pos`?"""
        if BREAK.match(self.text, pos) or self._child_end(spot._replace(pos=pos)):
            return True
        return any(h >> 2 in known for _, hits in self.matches(pos) for h in hits)

    def _child_end(self, spot: Spot) -> int:
        """阿拉善盟阿拉善左旗: what looks like the parent once more is a child's name."""
        ends = [0]
        for node in spot.nodes:
            ends += [self.full(spot.pos, self.inside(node))[1], self.town(node, spot.pos)[1]]
        return max(ends) if max(ends) > spot.pos else 0

    def _step(self, spot: Spot) -> Spot | None:
        if len(spot.nodes) > 1 and not (spot.anchored or spot.former):
            return self._chosen_by_town(spot)
        best, doubt = spot.pos, ""
        hits: list[Hit] = []
        for node in spot.nodes:
            for found, end, why in self._below(node, spot.pos):
                if found and end > best:
                    hits, best, doubt = [], end, why
                if end == best and end > spot.pos:
                    hits += found
        if not hits:
            return None
        deeper = spot_of(tuple(hits), best, anchored=spot.anchored, former=spot.former, start=spot.start)
        return deeper._replace(doubt=spot.doubt or doubt)

    def _chosen_by_town(self, spot: Spot) -> Spot | None:
        """Two 南山区, but one 粤海街道: only a street as it is written chooses, a road of such a name does not."""
        fitting = [(self.town(node, spot.pos)) for node in spot.nodes]
        exact = [(towns, end) for towns, end, same in fitting if same]
        if len(exact) != 1 or len(exact[0][0]) != 1:
            return None
        return spot._replace(nodes=exact[0][0], pos=exact[0][1])

    def _below(self, node: int, pos: int) -> Iterator[tuple[tuple[Hit, ...], int, str]]:
        """What stands below `node` at `pos`: (hits, end, doubt)."""
        inside = self.inside(node)
        hits, end = self.full(pos, inside)
        if any(self._begins_with_city(h >> 2, end) for h in hits):
            end -= 1
        yield hits, end, ""
        towns, stop, _ = self.town(node, pos)
        yield tuple(t << 2 for t in towns), stop, ""
        if hits or towns or self.level(node) >= DISTRICT:
            return
        zone = self._zone_end(node, pos)
        if zone > pos:
            yield (*self.full(zone, inside), "")  # 河北雄安新区容城县
        yield from self._short_below(node, pos)
        if not self.table.is_deepest(node):
            yield self._town_further_down(node, pos)
        yield (*self.guess(pos, node), "")

    def _begins_with_city(self, city: int, end: int) -> bool:
        """青岛市南区: the 市 is the district's."""
        if self.text[end - 1] != "市" or self.level(city) != CITY:
            return False
        inside = self.inside(city)
        return bool(self.full(end - 1, inside)[0]) and not self.full(end, inside)[0]

    def _short_below(self, node: int, pos: int) -> Iterator[tuple[tuple[Hit, ...], int, str]]:
        """顺德 for 顺德区: certain before a break, a road or a part of it; else 越秀金融大厦 might be anywhere."""
        parent = self.table.parent
        hits, end = self.short(pos, lambda n: parent(n) == node)
        if not hits and self.level(node) == PROVINCE:  # 广东顺德北滘镇: the city left out
            hits, end = self.short(pos, self.inside(node))
        if not hits:
            return
        sure = (
            self.level(hits[0] >> 2) < DISTRICT or BREAK.match(self.text, end) or road_ahead(self.text, end)
        )
        sure = sure or self.text[end].isdigit() or any(self.leads_on(h >> 2, end) for h in hits)
        yield hits, end, "" if sure else f"「{self.text[pos:end]}」可能不是区县名"

    def _short_with_part(self, top: int, pos: int) -> bool:
        """巴彦镇东乡 is 镇东乡 of 巴彦县, not 巴彦镇: the short name of a child, and a part of that in full."""
        inside = self.inside(top)
        for end, hits in self.matches(pos):
            for node in (h >> 2 for h in hits if h & SHORT and inside(h >> 2)):
                if self.full(end, self.inside(node))[0] or self.town(node, end)[2]:
                    return True
        return False

    def _zone_end(self, top: int, pos: int) -> int:
        """Past 高新区 and the like; `pos` where none stands, or a division's name: 沈阳沈北新区, 浦东新区."""
        inside = self.inside(top)
        named = self.full(pos, lambda _: True)[0] or any(
            inside(h >> 2) for _, hits in self.matches(pos) for h in hits
        )
        zone = None if named else ZONE.match(self.text, pos)
        return skip(self.text, zone.end()) if zone else pos

    def _town_further_down(self, top: int, pos: int) -> tuple[tuple[Hit, ...], int, str]:
        """杭州市五常街道: the district was left out, but only one has that street. 高新区 before it says nothing."""
        table = self.table
        for at in dict.fromkeys((pos, self._zone_end(top, pos))):
            towns, end, exact = self.towns(at, table.first_town[top], table.town_end[top], bare=False)
            if towns and not self._short_with_part(top, at):
                wide = self.level(top) == PROVINCE and any(self.level(n) == CITY for n in table.below(top))
                doubt = "" if exact and not wide else f"只写了「{self.text[at:end]}」，没有写区县"
                return tuple(t << 2 for t in towns), end, doubt
        return NO_HITS, pos, ""


def spot_of(hits: tuple[Hit, ...], end: int, *, anchored: bool, former: bool = False, start: int = 0) -> Spot:
    """The spot these hits lead to."""
    nodes = tuple(dict.fromkeys(h >> 2 for h in hits))
    return Spot(nodes, end, former or all(h & FORMER for h in hits), anchored, start=start)


def is_town(scan: Scan, spot: Spot) -> bool:
    """Has the reading come down to one street?"""
    return len(spot.nodes) == 1 and scan.level(spot.nodes[0]) == TOWN
