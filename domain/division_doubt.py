"""What speaks against a reading: a part of somewhere else where a part of it should stand, a second address, a typo.

Each costs a question to an agent; overlooked, it costs an installer a day in the wrong city.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.division_names import CITY, DISTRICT, PROVINCE, TOWN, is_generic
from domain.division_scan import Scan, Spot, is_town
from domain.division_table import FORMER, SHORT
from domain.division_text import ANY_TOWN, skip, starts

_ENDINGS = frozenset("省市区县州盟旗")
_LONGEST, _LONGEST_TOWN = 9, 14
_TOWN_END = re.compile("街道|镇|乡|苏木")


def doubted(scan: Scan, spot: Spot) -> Spot:
    """The reading with `stray` set when something contradicts it, mended when a typo is certain."""
    stray = _elsewhere(scan, spot) or _wrong_town(scan, spot)
    if not stray and scan.level(spot.nodes[0]) < DISTRICT and (mended := _mended(scan, spot)):
        spot = mended
    return spot._replace(stray=stray or _second_address(scan, spot))


def related(scan: Scan, node: int, spot: Spot) -> bool:
    """Is it above, below or one of the divisions of this reading?"""
    within = scan.table.within
    return any(within(node, own) or within(own, node) for own in spot.nodes)


def _elsewhere(scan: Scan, spot: Spot) -> str:
    """南京市岳麓区: a name in full that belongs elsewhere; and of a neighbour also the short one."""
    for level in (PROVINCE, CITY, DISTRICT):
        hits, end = scan.full(spot.pos, lambda node: scan.level(node) == level)  # noqa: B023
        if not hits or end - spot.pos < 3 or any(related(scan, h >> 2, spot) for h in hits):
            continue
        name = scan.text[spot.pos : end]
        common = level == DISTRICT and is_generic(name) and not scan.lacks_districts(spot.nodes[0])
        if not common or any(_neighbours(scan, h >> 2, spot) for h in hits):
            return name
    level = scan.level(spot.nodes[0])
    hits, end = scan.short(
        spot.pos, lambda node: scan.level(node) == DISTRICT and _neighbours(scan, node, spot)
    )
    if level == DISTRICT and any(_part_follows(scan, h >> 2, end) for h in hits):
        return scan.text[spot.pos : end]
    hits, end = scan.short(spot.pos, lambda node: scan.level(node) <= CITY and not related(scan, node, spot))
    if level < DISTRICT and any(_part_follows(scan, h >> 2, end) for h in hits):
        return scan.text[spot.pos : end]
    return ""


def _neighbours(scan: Scan, node: int, spot: Spot) -> bool:
    parent = scan.table.parent
    return not related(scan, node, spot) and any(
        parent(node) in (own, parent(own), parent(parent(own)) if scan.level(own) == TOWN else -2)
        for own in spot.nodes
    )


def _part_follows(scan: Scan, node: int, pos: int) -> bool:
    """A division of `node` in full, or a street of it as it is written."""
    pos = skip(scan.text, pos)
    return bool(scan.full(pos, scan.inside(node))[0]) or scan.town(node, pos)[2]


def _wrong_town(scan: Scan, spot: Spot) -> str:
    """余杭区南苑街道 was right before 2021: the street is in 临平区 now, so the district is in doubt.

    A street known elsewhere in the city speaks against the district, and so does one that is the only one in China.
    """
    node = spot.nodes[0]
    if len(spot.nodes) != 1 or scan.level(node) == TOWN or spot.former or not scan.table.is_deepest(node):
        return ""
    around = scan.table.parent(node) if scan.level(node) == DISTRICT else node
    for end in _town_ends(scan.text, spot.pos):
        name, table = scan.text[spot.pos : end], scan.table
        near = table.towns_like(name, 0, table.first_town[around], table.town_end[around])
        if len(table.towns_named(name, 2)) == 1 or any(table.name(town) == name for town in near):
            return name
    return ""


def _town_ends(text: str, pos: int) -> list[int]:
    """Where a street's name beginning at `pos` may end."""
    ends = [mark.end() for mark in _TOWN_END.finditer(text, pos + 1, pos + _LONGEST_TOWN)]
    return ends if ends and ANY_TOWN.match(text, pos) else []


def _second_address(scan: Scan, spot: Spot) -> str:
    """Another 某市某区 further on: two addresses in one field."""
    for end, name, nodes in _full_names(scan, spot.pos):
        if any(related(scan, node, spot) for node in nodes):
            continue
        if any(_part_follows(scan, node, end) for node in nodes):
            return name
        if any(_ancestor_before(scan, node, end - len(name)) for node in nodes):
            return name
    for at in starts(scan.text[spot.pos :])[1:]:
        for head in scan.heads(spot.pos + at):
            deeper = scan.down(head) if head.anchored else head
            if deeper.doubt or any(related(scan, node, spot) for node in deeper.nodes):
                continue
            if scan.level(deeper.nodes[0]) >= DISTRICT and (deeper.anchored or is_town(scan, deeper)):
                return scan.text[head.start : deeper.pos]
    return ""


def _full_names(scan: Scan, pos: int) -> Iterator[tuple[int, str, list[int]]]:
    """Names in full anywhere behind `pos`: (end, name, nodes)."""
    text, index = scan.text, scan.table.index
    for at in range(pos + 1, len(text)):
        if text[at] not in _ENDINGS:
            continue
        for first in range(max(pos, at - _LONGEST), at):
            name = text[first : at + 1]
            nodes = [h >> 2 for h in index.get(name, ()) if not h & (SHORT | FORMER)]
            if nodes:
                yield at + 1, name, nodes


def _ancestor_before(scan: Scan, node: int, pos: int) -> bool:
    """杭州西湖区: the city right before the district, without its suffix."""
    above = scan.table.lineage(node)[:-1]
    return any(
        h >> 2 in above
        for size in range(2, 6)
        if pos >= size
        for h in scan.table.index.get(scan.text[pos - size : pos], ())
    )


def _mended(scan: Scan, spot: Spot) -> Spot | None:
    """One wrong character in a name: sure when a part of that division follows in full, else a question."""
    if len(spot.nodes) != 1:
        return None
    table, text, top = scan.table, scan.text, spot.nodes[0]
    alike = [
        n for n in table.below(top) if _alike(text[spot.pos : spot.pos + len(table.names[n])], table.names[n])
    ]
    if len(alike) != 1:
        return None
    end = spot.pos + len(table.names[alike[0]])
    typed = text[spot.pos : end]
    if is_generic(typed):
        return None
    deeper = scan.down(spot._replace(nodes=(alike[0],), pos=end))
    sure = deeper.nodes != (alike[0],) and _part_follows(scan, alike[0], end) and not deeper.doubt
    return deeper._replace(doubt="" if sure else f"「{typed}」可能是「{table.names[alike[0]]}」")


def _alike(typed: str, name: str) -> bool:
    """Three characters and more, one of them another; the last only for what sounds like 区."""
    if len(name) < 3 or len(typed) != len(name):
        return False
    wrong = [at for at, (a, b) in enumerate(zip(typed, name, strict=True)) if a != b]
    return len(wrong) == 1 and (wrong[0] < len(name) - 1 or typed[-1] in "曲去取趋驱巿")
