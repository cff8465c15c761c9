"""Which division an address lies in, or an honest question: a wrong guess is worse than asking.

The platform's own columns come first, the text second. The scan (`domain/division_scan.py`) is anchored, so
that 南京东路 in Shanghai is never Nanjing and 龙江县 never hides in 黑龙江. A district that is not under the
city named before it is a conflict, not a find elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from domain.division_scan import FILLERS, UNKNOWN_TOWN, Scan
from domain.division_table import (
    CITY,
    DISTRICT,
    PROVINCE,
    DivisionAlias,
    DivisionRow,
    DivisionTable,
    Hit,
    Spot,
    base_name,
    is_generic,
    spot_of,
    town_base,
)

__all__ = ["DivisionAlias", "DivisionRow", "DivisionTable", "Resolution", "ResolutionStatus", "resolve"]

_MAX_TEXT = 400
_EMPTY_COLUMNS = frozenset({*FILLERS, "", "县", "市", "区", "其它", "无", "null"})


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


def _columns(table: DivisionTable, on: date | None, values: Iterable[str | None]) -> Spot:
    """Province, city, district, town as the platform names them; each must fit under the one before."""
    spot = Spot()
    for level, value in enumerate(values, PROVINCE):
        name = re.sub(r"\s", "", value or "")
        if name not in _EMPTY_COLUMNS and not spot.stray:
            spot = _column(Scan(table, name, on), spot, level)
    return spot


def _column(scan: Scan, spot: Spot, level: int) -> Spot:
    """One column. A wrong province or city is a stray; an unknown district (高新区) is left to the text."""
    table, name = scan.table, scan.text
    hits = scan.prune(_named(table, spot, level, name))
    if hits:
        return spot_of(hits, 0, anchored=bool(spot.nodes) or level <= CITY, former=spot.former)
    known = [table.rows[code] for node in spot.nodes for code in table.path(node)]
    if any(name in (row.name, base_name(row.name)) for row in known):
        return spot
    elsewhere = (
        spot.nodes and not is_generic(name) and (name in table.districts.full or name in table.cities.full)
    )
    return replace(spot, stray=name) if level <= CITY or elsewhere else spot


def _named(table: DivisionTable, spot: Spot, level: int, name: str) -> list[Hit]:
    if not spot.nodes:
        roots = (table.below.get(""), table.cities, table.districts)[: min(level, 3)]
        found = [hit for scope in roots if scope for hit in scope.full.get(name, scope.short.get(name, ()))]
        return [hit for hit in found if table.rows[hit.code].level < DISTRICT or not is_generic(name)]
    found = []
    for code in spot.nodes:
        below, wide = table.below.get(code), table.wide.get(code)
        full = [hit for scope in (below, wide) if scope for hit in scope.full.get(name, ())]
        short = below.short.get(name, ()) if below else ()
        known = table.towns.get(code, {})
        towns = known.get(town_base(name), known.get(name.removesuffix("区"), ()))
        found += full or short or tuple(Hit(t) for t in towns)
    return found


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
    scan = Scan(table, address_text[:_MAX_TEXT], on)
    told = _columns(table, on, (province, city, district, town))
    if told.stray:
        return _verdict(scan, told)
    return _verdict(scan, scan.down(told) if told.nodes else scan.read())


def _verdict(scan: Scan, spot: Spot) -> Resolution:
    names = "、".join(scan.table.full_name(code) for code in spot.nodes[:5])
    if spot.stray and not spot.nodes:
        return Resolution(ResolutionStatus.NONE, None, (), f"「{spot.stray}」不在行政区划表中")
    if not spot.nodes:
        return Resolution(ResolutionStatus.NONE, None, (), "地址中没有可识别的省市区")
    if spot.stray:
        reason = f"「{spot.stray}」与{names}不一致，请核对"
        return Resolution(ResolutionStatus.CONFLICT, None, spot.nodes, reason)
    if spot.former:
        code = spot.nodes[0] if len(spot.nodes) == 1 else None
        return Resolution(
            ResolutionStatus.HISTORICAL, code, spot.nodes, f"地址用的是旧名，现为{names}，请核对"
        )
    if len(spot.nodes) > 1:
        return Resolution(ResolutionStatus.AMBIGUOUS, None, spot.nodes, f"有多处同名：{names}")
    return _single(scan, spot, names)


def _single(scan: Scan, spot: Spot, name: str) -> Resolution:
    code = spot.nodes[0]
    row = scan.table.rows[code]
    if not row.current(scan.on):
        return Resolution(ResolutionStatus.HISTORICAL, None, (code,), f"{name}已撤销或尚未设立")
    if not spot.anchored and _thin(scan, spot):
        return Resolution(ResolutionStatus.AMBIGUOUS, None, (code,), f"只写了区县，可能是{name}，请确认城市")
    if scan.table.deepest(code):
        return Resolution(ResolutionStatus.RESOLVED, code, (code,), name)
    candidates = tuple(c for c in scan.table.children(code) if scan.table.rows[c].current(scan.on))
    what = "城市" if candidates and scan.level(candidates[0]) == CITY else "区县"
    return Resolution(ResolutionStatus.AMBIGUOUS, None, candidates, f"只能确定到{name}，不能确定{what}")


def _thin(scan: Scan, spot: Spot) -> bool:
    """A district alone is believed when its name is its own and no unknown town follows."""
    row = scan.table.rows[spot.nodes[0]]
    if row.level != DISTRICT:
        return False
    return is_generic(row.name) or UNKNOWN_TOWN.match(scan.text, spot.pos) is not None
