"""The table of administrative divisions, indexed by the names people write, in about three megabytes.

A process holds 42,000 rows for its whole life, so the 38,700 towns are no objects: their names are one string in
the order of the tree, their codes one array. A town is sought in the stretch of its district, city or province.
Nodes are numbers: first provinces, cities and districts in preorder, so that whatever lies below a node is a range;
then the towns. `domain/division_scan.py` reads by nodes, everyone else asks by code.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise

from domain.division_names import (
    CITY,
    DISTRICT,
    PROVINCE,
    SUFFIX,
    TOWN,
    DivisionAlias,
    DivisionRow,
    base_name,
    short_names,
)

__all__ = ["CITY", "DISTRICT", "PROVINCE", "TOWN", "DivisionAlias", "DivisionRow", "DivisionTable", "Hit"]

Hit = int  # node << 2 | SHORT | FORMER
SHORT, FORMER = 2, 1


class _Towns:
    """Towns as they arrive, joined per parent at once: a list of 38,700 strings would be the dearest thing here."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.codes: dict[str, array[int]] = {}
        self.dates: dict[int, tuple[date | None, date | None]] = {}
        self._parent, self._pending = "", list[str]()

    def add(self, row: DivisionRow) -> None:
        parent = row.parent_code or ""
        if parent != self._parent:
            self.flush()
            self._parent = parent
        self._pending.append(row.name)
        self.codes.setdefault(parent, array("I")).append(int(row.code))
        if row.valid_from or row.valid_to:
            self.dates[int(row.code)] = (row.valid_from, row.valid_to)

    def flush(self) -> None:
        if self._pending:
            joined = "".join(name + "\n" for name in self._pending)
            self.names[self._parent] = self.names.get(self._parent, "") + joined
        self._pending.clear()


class DivisionTable:
    """Read-only. By code: `rows[code]`, `children`, `path`, `full_name`, `deepest`. By node: the rest."""

    def __init__(self, rows: Iterable[DivisionRow]) -> None:
        """Reads `rows` once, parents before or after their children. Codes are digits, at most nine."""
        towns, upper = _Towns(), dict[str, DivisionRow]()
        for row in rows:
            if row.level == TOWN:
                towns.add(row)
            else:
                upper[row.code] = row
        towns.flush()
        self.names: list[str] = []
        self.levels = bytearray()
        self.parents, self.ends = array("i"), array("H")
        self.first_town, self.own_end, self.town_end = array("I"), array("I"), array("I")
        self.codes = array("I")
        self.dates: dict[int, tuple[date | None, date | None]] = {}
        self._town_codes, self.town_parents, self.starts = array("I"), array("H"), array("I")
        self._number_all(upper, towns)
        self.count = len(self.names)
        self.codes.extend(self._town_codes)
        self._town_codes = array("I")
        self._ascending = all(a < b for a, b in pairwise(self.codes[self.count :]))
        self._by_code: dict[int, int] = {code: node for node, code in enumerate(self.codes[: self.count])}
        for code, span in towns.dates.items():
            if (town := self._town(code)) is not None:
                self.dates[town] = span
        self.index: dict[str, tuple[Hit, ...]] = {}
        self._reach: dict[str, int] = {}
        for node, row in enumerate(upper[str(code)] for code in self.codes[: self.count]):
            self._index(node, row)
        provinces = [name for name, level in zip(self.names, self.levels, strict=True) if level == PROVINCE]
        self.province_names = re.compile("|".join(map(re.escape, provinces)) or "(?!)")

    def _number_all(self, upper: dict[str, DivisionRow], towns: _Towns) -> None:
        """Preorder with an own stack: below "" come the provinces, and whatever hangs on nothing known."""
        below: dict[str, list[str]] = {}
        for row in upper.values():
            parent = row.parent_code or ""
            below.setdefault(parent if parent in upper else "", []).append(row.code)
        blob = ["\n"]
        self._length = 1

        def visit(code: str, parent: int) -> None:
            node = self._open(upper[code], parent, blob, towns)
            for child in below.get(code, ()):
                visit(child, node)
            self.ends[node] = len(self.names)
            self.town_end[node] = len(self._town_codes)

        for code in below.get("", ()):
            visit(code, -1)
        self.starts.append(self._length)
        self.blob = "".join(blob)

    def _open(self, row: DivisionRow, parent: int, blob: list[str], towns: _Towns) -> int:
        node = len(self.names)
        self.names.append(row.name)
        self.levels.append(row.level)
        self.parents.append(parent)
        self.ends.append(0)
        self.codes.append(int(row.code))
        if row.valid_from or row.valid_to:
            self.dates[node] = (row.valid_from, row.valid_to)
        self.first_town.append(len(self._town_codes))
        text = towns.names.pop(row.code, "")
        for name in text.split("\n")[:-1]:
            self.starts.append(self._length)
            self._length += len(name) + 1
            self.town_parents.append(node)
        blob.append(text)
        self._town_codes.extend(towns.codes.pop(row.code, ()))
        self.own_end.append(len(self._town_codes))
        self.town_end.append(0)
        return node

    def _index(self, node: int, row: DivisionRow) -> None:
        self._name(row.name, node << 2)
        base = base_name(row.name)
        for short in short_names(row):  # 镇宁县 for 镇宁布依族苗族自治县 is as good as in full
            self._name(short, node << 2 | (SHORT if short == base else 0))
        for alias in row.aliases:
            kind = 0 if SUFFIX.search(alias.name) else SHORT
            self._name(alias.name, node << 2 | kind | (FORMER if alias.until is not None else 0))

    def _name(self, name: str, hit: Hit) -> None:
        known = self.index.get(name, ())
        if all(hit >> 2 != other >> 2 for other in known):
            self.index[name] = (*known, hit)
            self._reach[name[0]] = max(len(name), self._reach.get(name[0], 0))

    def node(self, code: str) -> int | None:
        """The number of a code, None if the table has no such row."""
        if not code.isdecimal() or len(code) > 9:
            return None
        number = int(code)
        found = self._by_code.get(number)
        return found if found is not None else self._town(number)

    def _town(self, code: int) -> int | None:
        if self._ascending:
            at = bisect_left(self.codes, code, self.count)
            return at if at < len(self.codes) and self.codes[at] == code else None
        return next((n for n in range(self.count, len(self.codes)) if self.codes[n] == code), None)

    def code(self, node: int) -> str:
        return str(self.codes[node])

    def name(self, node: int) -> str:
        if node < self.count:
            return self.names[node]
        start = self.starts[node - self.count]
        return self.blob[start : self.starts[node - self.count + 1] - 1]

    def level(self, node: int) -> int:
        return self.levels[node] if node < self.count else TOWN

    def parent(self, node: int) -> int:
        """The node above, -1 above a province."""
        return self.parents[node] if node < self.count else self.town_parents[node - self.count]

    def within(self, node: int, top: int) -> bool:
        """Is `node` `top` itself or somewhere below it?"""
        if node >= self.count:
            return node == top or (
                top < self.count and self.within(self.town_parents[node - self.count], top)
            )
        return top <= node < self.ends[top] if top < self.count else False

    def lineage(self, node: int) -> list[int]:
        """From the province down to this one."""
        nodes = [node]
        while (above := self.parent(nodes[-1])) >= 0:
            nodes.append(above)
        return nodes[::-1]

    def current(self, node: int, on: date | None) -> bool:
        """Is it in force on that day (None: by the newest state of the table)?"""
        span = self.dates.get(node)
        if span is None:
            return True
        if on is None:
            return span[1] is None
        return (span[0] is None or span[0] <= on) and (span[1] is None or on < span[1])

    def below(self, node: int) -> Iterator[int]:
        """Direct children that are no towns."""
        child, end = node + 1, self.ends[node] if node < self.count else 0
        while child < end:
            yield child
            child = self.ends[child]

    def matches(self, text: str, pos: int) -> Iterator[tuple[int, tuple[Hit, ...]]]:
        """Names of provinces, cities and districts standing at `pos`, longest first: (end, hits)."""
        reach = self._reach.get(text[pos : pos + 1], 0)
        for end in range(min(pos + reach, len(text)), pos + 1, -1):
            if hits := self.index.get(text[pos:end]):
                yield end, hits

    def towns_like(self, text: str, pos: int, first: int, end: int) -> Iterator[int]:
        """Towns number first … end-1 whose names begin with the two characters at `pos`."""
        key = text[pos : pos + 2]
        if first >= end or len(key) < 2 or "\n" in key:
            return
        key, last = "\n" + key, self.starts[end]
        at = self.blob.find(key, self.starts[first] - 1, last)
        while at >= 0:
            yield self.count + bisect_right(self.starts, at + 1) - 1
            at = self.blob.find(key, at + 1, last)

    def towns_named(self, name: str, most: int) -> list[int]:
        """Towns of exactly this name in the whole table; stops after `most`."""
        found: list[int] = []
        at = self.blob.find(f"\n{name}\n")
        while at >= 0 and len(found) < most:
            found.append(self.count + bisect_right(self.starts, at + 1) - 1)
            at = self.blob.find(f"\n{name}\n", at + 1)
        return found

    @property
    def rows(self) -> Mapping[str, DivisionRow]:
        """All rows as a mapping; each is made when asked for, and without its aliases."""
        return _Rows(self)

    def areas(self) -> list[str]:
        """Codes of all that are no towns, in their order as text; walking over `rows` makes every row, 0.1 s."""
        return sorted(map(str, self.codes[: self.count]))

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly below; of "" the provinces."""
        if not code:
            return tuple(self.code(n) for n in range(self.count) if self.parents[n] < 0)
        node = self.node(code)
        if node is None or node >= self.count:
            return ()
        towns = range(self.count + self.first_town[node], self.count + self.own_end[node])
        return tuple(self.code(n) for n in (*self.below(node), *towns))

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from the province down to this one. Raises KeyError for a code the table does not have."""
        return tuple(self.code(n) for n in self.lineage(self._known(code)))

    def full_name(self, code: str) -> str:
        """440606 → 广东省佛山市顺德区."""
        return "".join(map(self.name, self.lineage(self._known(code))))

    def _known(self, code: str) -> int:
        if (node := self.node(code)) is None:
            raise KeyError(code)
        return node

    def deepest(self, code: str) -> bool:
        """Is there no district below? True for districts, towns, 东莞市, 香港."""
        return (node := self.node(code)) is None or self.is_deepest(node)

    def is_deepest(self, node: int) -> bool:
        return node >= self.count or self.levels[node] >= DISTRICT or self.ends[node] == node + 1


class _Rows(Mapping[str, DivisionRow]):
    def __init__(self, table: DivisionTable) -> None:
        self._table = table

    def __getitem__(self, code: str) -> DivisionRow:
        table, node = self._table, self._table._known(code)
        above, span = table.parent(node), table.dates.get(node, (None, None))
        parent = table.code(above) if above >= 0 else None
        return DivisionRow(code, table.name(node), table.level(node), parent, *span)

    def __iter__(self) -> Iterator[str]:
        return map(str, self._table.codes)

    def __len__(self) -> int:
        return len(self._table.codes)
