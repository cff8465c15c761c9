"""Names at one position of an address: in full, shortened, former, and the towns of a district."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain.division_names import CITY, DISTRICT, town_base
from domain.division_table import FORMER, SHORT, DivisionTable, Hit
from domain.division_text import BREAK, NOT_A_CITY, NOT_A_PLACE, TOWN_AHEAD, UNKNOWN_TOWN, ZONE, skip

Found = tuple[tuple[Hit, ...], int]  # hits and where their name ends; ((), pos): nothing
NO_HITS: tuple[Hit, ...] = ()


class Finder:
    """One folded address against one table."""

    def __init__(self, table: DivisionTable, text: str, on: date | None) -> None:
        self.table, self.text, self.on = table, text, on
        self._seen: dict[int, list[tuple[int, tuple[Hit, ...]]]] = {}

    # -- names at a position -------------------------------------------------------------------------------

    def matches(self, pos: int) -> list[tuple[int, tuple[Hit, ...]]]:
        found = self._seen.get(pos)
        if found is None:
            found = self._seen[pos] = list(self.table.matches(self.text, pos))
        return found

    def level(self, node: int) -> int:
        return self.table.level(node)

    def prune(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """Names in force push out former ones with the same parent; a division not in force is former."""
        table = self.table
        seen = tuple(h if table.current(h >> 2, self.on) else h | FORMER for h in hits)
        if len(seen) < 2:
            return seen
        living = {table.parent(h >> 2) for h in seen if not h & FORMER}
        kept = tuple(h for h in seen if not h & FORMER or table.parent(h >> 2) not in living)
        return tuple(h for h in kept if table.current(h >> 2, self.on)) or kept

    def full(self, pos: int, fits: Callable[[int], bool]) -> Found:
        """The longest full name at `pos` among nodes that fit."""
        for end, hits in self.matches(pos):
            found = tuple(h for h in hits if not h & SHORT and fits(h >> 2))
            if found:
                if self.text[end - 1] == "市" and NOT_A_CITY.match(self.text, end):
                    return NO_HITS, pos
                return self.prune(found), end
        return NO_HITS, pos

    def short(self, pos: int, fits: Callable[[int], bool]) -> Found:
        """The longest name without its suffix, unless what follows makes it a road; a part of it proves it."""
        for end, hits in self.matches(pos):
            found = tuple(h for h in hits if h & SHORT and fits(h >> 2))
            if not found:
                continue
            unknown = self.level(found[0] >> 2) == DISTRICT and UNKNOWN_TOWN.match(self.text, end)
            if not unknown and not NOT_A_PLACE.match(self.text, end):
                return self.prune(found), end
            proven = tuple(h for h in found if self.leads_on(h >> 2, end))
            return (self.prune(proven), end) if proven else (NO_HITS, pos)
        return NO_HITS, pos

    def guess(self, pos: int, top: int) -> Found:
        """What a county that became a city or a district was or may be called: 吴江市 or 吴江县 for 吴江区."""
        for end, hits in self.matches(pos):
            suffix = self.text[end : end + 1]
            kinds = {DISTRICT} if suffix and suffix in "市县区" else set[int]()
            if self.text.startswith("地区", end):
                kinds = {CITY}
            found = [h for h in hits if h & SHORT and not h & FORMER and self.level(h >> 2) in kinds]
            found = [h for h in found if h >> 2 != top and (top < 0 or self.table.within(h >> 2, top))]
            if found and not any(self.leads_on(h >> 2, end) for h in found):  # 番禺市桥: 市桥街道 of 番禺区
                return tuple(h & ~SHORT | FORMER for h in found), end + (2 if CITY in kinds else 1)
        return NO_HITS, pos

    def leads_on(self, node: int, pos: int) -> bool:
        """Does a part of this division stand at `pos`?"""
        pos = skip(self.text, pos)
        inside = self.inside(node)
        if self.full(pos, inside)[0] or self.town(node, pos)[0]:
            return True
        if self.level(node) >= DISTRICT or self.lacks_districts(node):
            return self._bare_town(node, pos)
        parent, table = self.table.parent, self.table
        for end, hits in self.matches(pos):
            below = [h >> 2 for h in hits if h & SHORT and h >> 2 != node and table.within(h >> 2, node)]
            if any(parent(n) == node or self.town(n, skip(self.text, end))[2] for n in below):
                return True
        zone = ZONE.match(self.text, pos)
        return zone is not None or self.towns(pos, table.first_town[node], table.town_end[node], False)[2]

    def _bare_town(self, node: int, pos: int) -> bool:
        table = self.table
        for town in table.towns_like(self.text, pos, table.first_town[node], table.own_end[node]):
            base = town_base(table.name(town))
            if len(base) >= 2 and self.text.startswith(base, pos) and BREAK.match(self.text, pos + len(base)):
                return True
        return False

    def inside(self, top: int) -> Callable[[int], bool]:
        """Lies a node below `top`?"""
        end = self.table.ends[top] if top < self.table.count else 0
        return lambda node: top < node < end

    def town(self, node: int, pos: int) -> tuple[tuple[int, ...], int, bool]:
        """The own towns of `node` named at `pos`, where the name ends, and whether it is written as it is.

        虎门镇; and, not quite so, 大良镇 for what is 大良街道 today; in a city without districts 虎门 alone.
        """
        if node >= self.table.count:
            return (), pos, False
        return self.towns(
            pos, self.table.first_town[node], self.table.own_end[node], self.lacks_districts(node)
        )

    def lacks_districts(self, node: int) -> bool:
        """东莞, 中山, 儋州, 嘉峪关: the streets hang on the city."""
        return self.level(node) == CITY and self.table.is_deepest(node)

    def towns(self, pos: int, first: int, end: int, bare: bool) -> tuple[tuple[int, ...], int, bool]:
        text, best, exact = self.text, pos, False
        found: list[int] = []
        for town in self.table.towns_like(text, pos, first, end):
            name = self.table.name(town)
            if text.startswith(name, pos):
                stop, same = pos + len(name), True
            else:
                stop, same = self._loosely(town_base(name), pos, bare), False
            if stop <= pos or (exact, best) > (same, stop):
                continue
            if (same, stop) > (exact, best):
                found, best, exact = [], stop, same
            found.append(town)
        return tuple(found), best, exact

    def _loosely(self, base: str, pos: int, bare: bool) -> int:
        """The end of a town written with another suffix or, where `bare` will do, with none; 0 if it is not."""
        end = pos + len(base)
        if len(base) < 2 or not self.text.startswith(base, pos):
            return 0
        if kind := TOWN_AHEAD.match(self.text, end):
            return kind.end()
        if bare and self.text.startswith("区", end):
            return end + 1
        return end if bare and not NOT_A_PLACE.match(self.text, end) else 0
