"""Province, city, district and town as a platform names them: perhaps empty, shifted by a column, or all in one.

Each column may mean several divisions; together they must lie on one line from a province downwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from domain.division_names import CITY, DISTRICT, PROVINCE, TOWN, base_name, is_generic
from domain.division_scan import Scan, Spot
from domain.division_table import FORMER, SHORT, DivisionTable, Hit
from domain.division_text import FILLERS, fold, skip

_EMPTY = frozenset(
    {*FILLERS, "", "县", "市", "区", "省", "无", "null", "NULL", "None", "none", "-", "其它区", "其他区"}
)
_ZONE = re.compile(r".*(?:开发区|高新区|经开区|新区|园区|示范区|度假区|保税区|管理区|合作区|风景区)")


def read_columns(table: DivisionTable, on: date | None, values: Iterable[str | None]) -> Spot:
    """Where the columns lead, together. `stray`: a column that names something, and nothing below the others.

    ("广东", "佛山市", "顺德区", "") → 顺德区; ("", "广东省佛山市", "顺德区大良街道", "") → 大良街道.
    """
    names = [(level, re.sub(r"\s", "", fold(value or ""))) for level, value in enumerate(values, PROVINCE)]
    told = [(level, name) for level, name in names if name not in _EMPTY and skip(name, 0) < len(name)]
    meant = [(level, name, _meant(Scan(table, name, on), level)) for level, name in told]
    spot = Spot()
    for _, name, hits in sorted(meant, key=lambda entry: _highest(table, entry[2])):
        if hits and not spot.stray:
            spot = _joined(table, spot, name, hits)
    if spot.stray:
        return spot
    if spot.nodes:
        spot = spot._replace(anchored=_anchored(table, meant))
    for level, name, hits in meant:
        if not hits and not spot.stray:
            spot = _unknown(Scan(table, name, on), spot, level)
    return spot


def _highest(table: DivisionTable, hits: tuple[Hit, ...]) -> int:
    return min((table.level(h >> 2) for h in hits), default=TOWN)


def _anchored(table: DivisionTable, meant: list[tuple[int, str, tuple[Hit, ...]]]) -> bool:
    """Was a province or city named, be it within another column?"""
    tops = [h >> 2 for _, _, hits in meant for h in hits]
    merged = any(len(name) > len(table.name(h >> 2)) + 1 for _, name, hits in meant for h in hits)
    return merged or any(table.level(node) <= CITY for node in tops)


def _meant(scan: Scan, level: int) -> tuple[Hit, ...]:
    """What one column can mean as a whole; what it has in its own level comes first."""
    table, name = scan.table, scan.text
    hits = table.index.get(name, ())
    if not hits:
        return _merged(scan) if level < TOWN else ()  # a street is sought in its district first: 上海庙镇
    hits = tuple(h for h in hits if not h & SHORT) or hits
    own = tuple(h for h in hits if table.level(h >> 2) == level)
    if not own and level == CITY:
        own = tuple(h for h in hits if table.level(h >> 2) == DISTRICT and name.endswith("市"))
    return scan.prune(own or hits)


def _merged(scan: Scan) -> tuple[Hit, ...]:
    """广东省佛山市顺德区 in one column: read to its end, or it is not understood."""
    best: tuple[Hit, ...] = ()
    for head in scan.heads(skip(scan.text, 0)):
        spot = scan.down(head)
        if spot.pos == len(scan.text) and not spot.doubt:
            former = FORMER if spot.former else 0
            hits = tuple(node << 2 | former for node in spot.nodes)
            if not best or _deeper(scan, hits, best):
                best = hits
    return best


def _deeper(scan: Scan, one: tuple[Hit, ...], other: tuple[Hit, ...]) -> bool:
    return scan.level(one[0] >> 2) > scan.level(other[0] >> 2)


def _joined(table: DivisionTable, spot: Spot, name: str, hits: tuple[Hit, ...]) -> Spot:
    """Keep what fits: a division below what stands so far, or one above it that says nothing new."""
    if not spot.nodes:
        return spot._replace(nodes=_nodes(hits), former=all(h & FORMER for h in hits))
    below = tuple(
        h for h in hits if any(table.within(h >> 2, node) and h >> 2 != node for node in spot.nodes)
    )
    if below:
        living = tuple(h for h in below if not h & FORMER) or below
        return spot._replace(nodes=_nodes(living), former=spot.former or all(h & FORMER for h in living))
    kept = tuple(node for node in spot.nodes if any(table.within(node, h >> 2) for h in hits))
    return spot._replace(nodes=kept) if kept else spot._replace(stray=name)


def _nodes(hits: tuple[Hit, ...]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(h >> 2 for h in hits))


def _unknown(scan: Scan, spot: Spot, level: int) -> Spot:
    """A column that names no division by itself: a street of the district, something unknown, or nonsense.

    An unknown province or city is a stray; an unknown district (高新区) or town is left to the text.
    """
    if not spot.nodes:
        if merged := _merged(scan):
            return _joined(scan.table, spot, scan.text, merged)._replace(anchored=True)
        return spot._replace(stray=scan.text) if level <= CITY else spot
    table, name = scan.table, scan.text
    found = scan.down(spot._replace(pos=0))
    if found.pos == len(name) and not found.stray:
        return found._replace(pos=0)
    if level == TOWN and (merged := _merged(scan)):
        return _joined(table, spot, name, merged)
    known = [table.name(up) for node in spot.nodes for up in table.lineage(node)]
    if any(name in (own, base_name(own)) for own in known):
        return spot
    if (
        level <= CITY
        and not _ZONE.match(name)
        and not is_generic(name)
        and scan.level(spot.nodes[0]) < DISTRICT
    ):
        return spot._replace(stray=name)
    same = table.towns_named(name, 2)
    elsewhere = len(same) == 1 and scan.level(spot.nodes[0]) >= CITY and not _holds(scan, spot, same[0])
    return spot._replace(stray=name) if elsewhere else spot


def _holds(scan: Scan, spot: Spot, town: int) -> bool:
    return any(scan.table.within(town, node) for node in spot.nodes)
