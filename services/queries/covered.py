"""Where an SKU is installed, as published; and for the brand where coverage has holes and where it overlaps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from domain.calendar import local_date
from domain.division_table import DISTRICT, DivisionTable
from domain.errors import NotFound
from services.parts import addresses, shelf
from services.uow import query

FRESH_S = 60.0
T = TypeVar("T")

_MAY = """
dealer.status = 'active' AND EXISTS (SELECT 1 FROM category WHERE code = %(category)s AND (
       NOT needs_authorisation OR EXISTS (SELECT 1 FROM authorisation leave WHERE leave.dealer_id = dealer.id
           AND leave.category_code = category.code AND (leave.until IS NULL OR leave.until >= %(today)s))))
"""
_COVERED = f"""
SELECT coverage.division_code, bool_or(dealer.alliance) AS alliance FROM coverage
  JOIN dealer ON dealer.id = coverage.dealer_id AND {_MAY}
 WHERE coverage.category_code = %(category)s AND coverage.valid_to IS NULL AND coverage.zone <> 'none'
 GROUP BY 1
"""
# A street may be left out of a district: where a dealer says so and nobody else comes either. The nearest row counts.
_LEFT_OUT = f"""
WITH RECURSIVE place AS (
    SELECT DISTINCT division_code AS code, division_code AS above FROM coverage
     WHERE category_code = %(category)s AND valid_to IS NULL AND zone = 'none'
    UNION ALL
    SELECT place.code, division.parent_code FROM place JOIN division ON division.code = place.above
     WHERE division.parent_code IS NOT NULL),
ruled AS (
    SELECT DISTINCT ON (place.code, coverage.dealer_id) place.code, coverage.dealer_id, coverage.zone
      FROM place JOIN coverage ON coverage.division_code = place.above AND coverage.category_code = %(category)s
       AND coverage.valid_to IS NULL
     ORDER BY place.code, coverage.dealer_id, length(place.above) DESC, place.above DESC)
SELECT ruled.code FROM ruled JOIN dealer ON dealer.id = ruled.dealer_id AND {_MAY}
 GROUP BY ruled.code HAVING bool_and(ruled.zone = 'none')
"""


@dataclass(frozen=True, slots=True)
class Area:
    """A division: installed in `all` of it, in `part`, or in `none`; `alliance`: by members of the alliance."""

    code: str
    name: str
    level: int
    covered: str
    alliance: bool


@dataclass(frozen=True, slots=True)
class Covered:
    """The divisions under one, for one SKU."""

    sku: str
    parent: str | None
    items: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class _Map:
    """`whole`: divisions with coverage of their own → by the alliance; `part`: those above them.

    `left_out`: divisions that nobody serves although somebody serves what is around them; `holed`: those above them.
    """

    whole: Mapping[str, bool]
    part: Mapping[str, bool]
    left_out: frozenset[str] = frozenset()
    holed: frozenset[str] = frozenset()

    def server(self, path: Sequence[str]) -> str | None:
        """The nearest division of a path, nearest first, by which it is served."""
        for code in path:
            if code in self.left_out:
                return None
            if code in self.whole:
                return code
        return None


_maps: WeakKeyDictionary[Engine, dict[str, tuple[float, _Map]]] = WeakKeyDictionary()


def _map(tx: Connection, table: DivisionTable, category: str, now: datetime) -> _Map:
    """At most a minute old: published lists are cached by shops anyway."""
    kept = _maps.setdefault(tx.engine, {})
    at, found = kept.get(category, (-FRESH_S, _Map({}, {})))
    if time.monotonic() - at < FRESH_S:
        return found
    asked = {"category": category, "today": local_date(now)}
    whole = {row.division_code: row.alliance for row in tx.exec_driver_sql(_COVERED, asked)}
    left_out = frozenset(tx.exec_driver_sql(_LEFT_OUT, asked).scalars())
    holed = frozenset(above for code in left_out if code in table.rows for above in table.path(code)[:-1])
    part: dict[str, bool] = {}
    for code, alliance in whole.items():
        for above in table.path(code)[:-1] if code in table.rows else ():
            part[above] = part.get(above, False) or alliance
    found = _Map(whole, part, left_out, holed)
    kept[category] = (time.monotonic(), found)
    return found


@query
def published(connection: Connection, sku: str, parent: str | None, now: datetime) -> Covered:
    """Which of the divisions under `parent` (None: provinces) are covered; `NotFound` for no such SKU or division."""
    good = shelf.newest(connection).goods.get(sku)
    table = addresses.TABLE.get(connection)
    if good is None or (parent is not None and parent not in table.rows):
        raise NotFound
    drawn = _map(connection, table, good.good.category, now)
    above = table.path(parent) if parent else ()
    today = local_date(now)
    codes = table.children(parent or "")
    rows = [table.rows[code] for code in codes if table.rows[code].current(today)]
    areas = [_area(drawn, row.code, row.name, row.level, above) for row in rows]
    return Covered(sku, parent, tuple(sorted(areas, key=lambda area: area.code)))


def _area(drawn: _Map, code: str, name: str, level: int, above: tuple[str, ...]) -> Area:
    path = (code, *reversed(above))
    if drawn.server(path) is not None:
        by = any(drawn.whole.get(one, False) for one in path)
        return Area(code, name, level, "part" if code in drawn.holed else "all", by)
    return Area(code, name, level, "part" if code in drawn.part else "none", drawn.part.get(code, False))


# -- for the brand


@dataclass(frozen=True, slots=True)
class Hole:
    """A district in which nobody installs a category; `streets` of it are covered all the same."""

    category_code: str
    division_code: str
    division: str
    streets: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Several active dealers for one category in one division; without an owner nobody comes first by right."""

    category_code: str
    division_code: str
    division: str
    dealers: tuple[str, ...]
    owner: str | None


_CATEGORIES = """
SELECT code FROM category WHERE (%(only)s::text IS NULL OR code = %(only)s) AND code >= %(after)s ORDER BY code
"""
Key = tuple[str, str]  # category and division


def _by_category(
    tx: Connection,
    only: str | None,
    after: Key | None,
    limit: int,
    listed: Callable[[str, str, int], list[T]],
) -> list[T]:
    """`limit` rows behind `after` (None: from the start) by category, then by division."""
    behind, code = after or ("", "")
    found: list[T] = []
    for one in tx.exec_driver_sql(_CATEGORIES, {"only": only, "after": behind}).scalars():
        found += listed(one, code if one == behind else "", limit - len(found))
        if len(found) == limit:
            break
    return found


@query
def holes(
    connection: Connection, category: str | None, after: Key | None, limit: int, now: datetime
) -> list[Hole]:
    """Districts without a dealer for the category (None: for each), by category and code; `limit` of them."""

    def listed(one: str, code: str, most: int) -> list[Hole]:
        return _holes(connection, one, code, most, now)

    return _by_category(connection, category, after, limit, listed)


def _holes(connection: Connection, category: str, after: str, limit: int, now: datetime) -> list[Hole]:
    table, found = addresses.TABLE.get(connection), list[Hole]()
    _maps.get(connection.engine, {}).pop(category, None)  # whoever mends holes looks again at once
    drawn = _map(connection, table, category, now)
    for code in table.areas():
        row = table.rows[code]
        if (
            code <= after
            or row.level > DISTRICT
            or not row.current(local_date(now))
            or not table.deepest(code)
        ):
            continue
        if drawn.server(tuple(reversed(table.path(code)))) is not None:
            continue
        streets = sum(1 for town in table.children(code) if town in drawn.whole)
        found.append(Hole(category, code, table.full_name(code), streets))
        if len(found) == limit:
            break
    return found


# The dealers of a division and of all above it: an owner of the street and one of the district meet in the street.
_OVERLAPS = """
WITH RECURSIVE place AS (
    SELECT DISTINCT division_code AS code, division_code AS above FROM coverage
     WHERE category_code = %(category)s AND valid_to IS NULL AND division_code > %(after)s
    UNION ALL
    SELECT place.code, division.parent_code FROM place JOIN division ON division.code = place.above
     WHERE division.parent_code IS NOT NULL),
ruled AS (
    SELECT DISTINCT ON (place.code, coverage.dealer_id) place.code, coverage.dealer_id, coverage.zone,
           coverage.territory_owner AND coverage.division_code = place.code AS owns
      FROM place JOIN coverage ON coverage.division_code = place.above AND coverage.category_code = %(category)s
       AND coverage.valid_to IS NULL
     ORDER BY place.code, coverage.dealer_id, length(place.above) DESC, place.above DESC)
SELECT ruled.code, array_agg(dealer.name ORDER BY ruled.owns DESC, dealer.id) AS dealers,
       max(dealer.name) FILTER (WHERE ruled.owns) AS owner
  FROM ruled JOIN dealer ON dealer.id = ruled.dealer_id AND dealer.status = 'active'
 WHERE ruled.zone <> 'none' GROUP BY ruled.code
HAVING count(*) > 1 AND (NOT %(unowned)s OR count(*) FILTER (WHERE ruled.owns) = 0) ORDER BY ruled.code LIMIT %(limit)s
"""


@query
def overlaps(
    connection: Connection, category: str | None, after: Key | None, limit: int, *, unowned: bool = False
) -> list[Overlap]:
    """Divisions that several dealers serve, by category and code; `unowned`: only those that nobody owns."""

    def listed(one: str, code: str, most: int) -> list[Overlap]:
        return _overlaps(connection, one, code, most, unowned)

    return _by_category(connection, category, after, limit, listed)


def _overlaps(connection: Connection, category: str, after: str, limit: int, unowned: bool) -> list[Overlap]:
    table = addresses.TABLE.get(connection)
    asked = {"category": category, "after": after, "limit": limit, "unowned": unowned}
    return [
        Overlap(
            category,
            row.code,
            table.full_name(row.code) if row.code in table.rows else row.code,
            tuple(row.dealers),
            row.owner,
        )
        for row in connection.exec_driver_sql(_OVERLAPS, asked)
    ]
