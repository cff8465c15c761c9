"""Which division an address lies in, or an honest question: a wrong guess is worse than asking.

The platform's own columns come first, and the text must agree with them. The scan (`domain/division_scan.py`) is
anchored, so that 南京东路 in Shanghai is never Nanjing and 龙江县 never hides in 黑龙江. A district that is not
under the city named before it is a conflict, not a find elsewhere. The rules: docs/addresses.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice

from domain.division_columns import read_columns
from domain.division_doubt import doubted, related
from domain.division_names import CITY, DISTRICT, TOWN, DivisionAlias, DivisionRow, base_name, is_generic
from domain.division_scan import Scan, Spot
from domain.division_table import DivisionTable
from domain.division_text import UNKNOWN_TOWN, fold, skip, starts

__all__ = ["DivisionAlias", "DivisionRow", "DivisionTable", "Resolution", "ResolutionStatus", "resolve"]

_MAX_TEXT = 240
_NAME_BEFORE, _MOST_PROVINCES = 12, 4


class ResolutionStatus(StrEnum):
    """Only `resolved` may be dispatched without a person."""

    RESOLVED = "resolved"
    HISTORICAL = "historical"
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Resolution:
    """`division_code`: 9 digits for a town, 6 above; None unless one division is meant. `reason` is Chinese.

    `historical` carries the successor as `division_code` where there is one, all of them in `candidates`.
    """

    status: ResolutionStatus
    division_code: str | None
    candidates: tuple[str, ...]
    reason: str


def resolve(
    table: DivisionTable,
    address_text: str,
    *,
    province: str | None = None,
    city: str | None = None,
    district: str | None = None,
    town: str | None = None,
    on: date | None = None,
) -> Resolution:
    """Find the division an address lies in; about 0.1 ms.

    `on`: the day whose names count as current (None: the newest of the table). The text is never changed.
    `广东顺德区北滘镇美的大道6号` → resolved 440606101; `朝阳区建设街12号` → ambiguous;
    `南京市岳麓区` → conflict.
    """
    scan = Scan(table, fold(address_text[:_MAX_TEXT]), on)
    told = read_columns(table, on, (province, city, district, town))
    if told.stray:
        return _verdict(scan, told)
    return _verdict(scan, _agreed(scan, told) if told.nodes else read(scan))


def read(scan: Scan) -> Spot:
    """The deepest reading of the first beginning that names something, and what speaks against it."""
    first = Spot()
    for start in _beginnings(scan):
        best = _best(scan, [scan.down(head) for head in scan.heads(start)])
        if not best.nodes or (first.nodes and not best.anchored and not _street(scan, best)):
            continue
        weak = first.doubt and not first.anchored  # 周宁 may be a county or who lives there
        if first.nodes and weak and best.anchored and scan.level(best.nodes[0]) >= DISTRICT:
            first = best
        if first.nodes and best.anchored and not any(related(scan, n, first) for n in best.nodes):
            return first._replace(stray=scan.text[best.start : best.pos])
        if not first.nodes or scan.level(best.nodes[0]) > scan.level(first.nodes[0]):
            first = best
        if scan.level(first.nodes[0]) >= DISTRICT and first.anchored:
            break
    if not first.nodes:
        return first
    if not first.anchored and first.start > skip(scan.text, 0) and not _street(scan, first):
        first = first._replace(doubt=first.doubt or "区县前没有写城市")
    return doubted(scan, first)


def _street(scan: Scan, spot: Spot) -> bool:
    return scan.level(spot.nodes[0]) == TOWN and len(spot.nodes) == 1


def _beginnings(scan: Scan) -> Iterator[int]:
    """Where the address may begin; behind a name without a break only at a city in full with a part of it."""
    yield from starts(scan.text)
    yield from (
        mark.start() for mark in islice(scan.table.province_names.finditer(scan.text), _MOST_PROVINCES)
    )
    for at in range(1, min(_NAME_BEFORE, len(scan.text))):
        hits, end = scan.full(at, lambda node: scan.level(node) <= CITY)
        if any(scan.full(skip(scan.text, end), scan.inside(h >> 2))[0] for h in hits):
            yield at


def _best(scan: Scan, spots: list[Spot]) -> Spot:
    def depth(spot: Spot) -> tuple[int, int]:
        return scan.level(spot.nodes[0]), spot.pos

    if not spots:
        return Spot()
    top = max(spots, key=depth)
    if scan.level(top.nodes[0]) == CITY:  # 海南洋浦: the province as well as the prefecture
        wider = [s for s in spots if s.pos == top.pos and scan.level(s.nodes[0]) < CITY]
        top = wider[0] if wider else top
    equal = [s for s in spots if depth(s) == depth(top)]
    nodes = tuple(dict.fromkeys(node for s in equal for node in s.nodes))
    return top._replace(nodes=nodes, anchored=any(s.anchored for s in equal))


def _agreed(scan: Scan, told: Spot) -> Spot:
    """The columns' place, deeper where the text goes on below it; `stray` where the text says another place."""
    first, *later = starts(scan.text)
    best = _below(scan, told, first)
    if best.stray or scan.level(best.nodes[0]) > scan.level(told.nodes[0]):
        return best  # 上海庙镇 of the banner told is not in 上海
    best = max((best, *(_below(scan, told, start) for start in later)), key=lambda spot: _rank(scan, spot))
    free = read(scan)
    if not free.nodes or not free.anchored or free.stray:
        return best
    below = tuple(n for n in free.nodes if any(scan.table.within(n, own) for own in told.nodes))
    if below and scan.level(below[0]) > scan.level(best.nodes[0]):
        return free._replace(nodes=below, former=told.former or free.former, anchored=True)
    if any(related(scan, node, told) for node in free.nodes):
        return best
    return told._replace(nodes=(*told.nodes, *free.nodes), stray=scan.text[free.start : free.pos])


def _below(scan: Scan, told: Spot, start: int) -> Spot:
    spot = doubted(scan, scan.down(told._replace(pos=start, start=start)))
    return spot._replace(anchored=told.anchored or spot.anchored)


def _rank(scan: Scan, spot: Spot) -> tuple[bool, int, bool]:
    return bool(spot.stray), scan.level(spot.nodes[0]), not spot.doubt


# -- what the reading comes to -------------------------------------------------------------------------------


def _verdict(scan: Scan, spot: Spot) -> Resolution:
    table = scan.table
    codes = tuple(table.code(node) for node in spot.nodes)
    names = "、".join(table.full_name(code) for code in codes[:5])
    if not spot.nodes:
        reason = f"「{spot.stray}」不在行政区划表中" if spot.stray else "地址中没有可识别的省市区"
        return Resolution(ResolutionStatus.NONE, None, (), reason)
    if spot.stray:
        reason = f"「{spot.stray}」与{names}不一致，请核对"
        return Resolution(ResolutionStatus.CONFLICT, None, codes, reason)
    if spot.former:
        code = codes[0] if len(codes) == 1 else None
        return Resolution(ResolutionStatus.HISTORICAL, code, codes, f"地址用的是旧名，现为{names}，请核对")
    if len(codes) > 1:
        return Resolution(ResolutionStatus.AMBIGUOUS, None, codes, f"有多处同名：{names}")
    return _single(scan, spot, codes[0], names)


def _single(scan: Scan, spot: Spot, code: str, name: str) -> Resolution:
    node, table = spot.nodes[0], scan.table
    if not table.current(node, scan.on):
        return Resolution(ResolutionStatus.HISTORICAL, None, (code,), f"{name}已撤销或尚未设立")
    if spot.doubt:
        return Resolution(ResolutionStatus.AMBIGUOUS, None, (code,), f"{spot.doubt}，可能是{name}，请确认")
    if not spot.anchored and _thin(scan, spot):
        return Resolution(ResolutionStatus.AMBIGUOUS, None, (code,), f"只写了区县，可能是{name}，请确认城市")
    if table.is_deepest(node):
        return Resolution(ResolutionStatus.RESOLVED, code, (code,), name)
    below = [child for child in table.below(node) if table.current(child, scan.on)]
    what = "城市" if below and scan.level(below[0]) == CITY else "区县"
    candidates = tuple(table.code(child) for child in below)
    return Resolution(ResolutionStatus.AMBIGUOUS, None, candidates, f"只能确定到{name}，不能确定{what}")


def _thin(scan: Scan, spot: Spot) -> bool:
    """A district alone is believed when its name is its own and no unknown town follows."""
    node, table = spot.nodes[0], scan.table
    if scan.level(node) != DISTRICT:
        return False
    name = table.name(node)
    rivals = (h >> 2 for h in table.index.get(base_name(name), ()) if table.level(h >> 2) == DISTRICT)
    if any(table.parent(rival) != table.parent(node) for rival in rivals):
        return True  # 东乡县 is in Gansu, and was in Jiangxi
    return is_generic(name) or UNKNOWN_TOWN.match(scan.text, spot.pos) is not None
