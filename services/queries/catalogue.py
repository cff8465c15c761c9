"""The catalogue, divisions and dealers as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from services.parts import examples
from services.uow import query


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category with the newest checklist's version."""

    code: str
    name: str
    certificates: tuple[str, ...]
    checklist_version: int | None
    needs_authorisation: bool


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product."""

    sku: str
    category_code: str
    name: str
    job_kind: str
    needs_installation: bool
    self_install_allowed: bool
    lead_days: int
    warranty_months: int


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """A product that somebody must install, as anybody may know of it."""

    sku: str
    name: str
    category_name: str


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A shot of the newest checklist; `example` links a picture of how it should look."""

    code: str
    name: str
    hint: str
    phase: str
    required: bool
    camera_only: bool
    min_side: int
    example: str | None


@dataclass(frozen=True, slots=True)
class PriceListLine:
    """A version of the price list: from when it holds, and how many items it has."""

    version: int
    effective_from: datetime
    items: int


@dataclass(frozen=True, slots=True)
class PriceLine:
    """An extra of a price list; `price_fen` per unit."""

    code: str
    name: str
    unit: str
    price_fen: int
    charge_type: int
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DivisionLine:
    """A division in force; `level` 1 province … 4 town."""

    code: str
    name: str
    level: int
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class DealerLine:
    """A dealer."""

    id: int
    code: str
    name: str
    status: str
    party: str
    alliance: bool
    auto_accept: bool
    score: int
    outlet_lng: float | None
    outlet_lat: float | None
    outlet_datum: str
    short_name: str | None
    opening_days: int
    holidays_open: bool


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """What a dealer does where, since when."""

    category_code: str
    division_code: str
    division_name: str
    zone: str
    territory_owner: bool
    free_m: int | None
    per_km_fen: int | None
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class AuthorisationLine:
    """The brand's leave to install a category that needs it; `until` is the last day, None: no end."""

    category_code: str
    until: date | None


@dataclass(frozen=True, slots=True)
class CapacityLine:
    """Units a day; `day` None is the standing figure."""

    category_code: str
    day: date | None
    units: int
    promotion: bool


_CATEGORIES = """
SELECT code, name, certificates, (SELECT max(version) FROM checklist WHERE category_code = category.code),
       needs_authorisation
  FROM category ORDER BY code
"""
_PRODUCTS = """
SELECT sku, category_code, name, job_kind, needs_installation, self_install_allowed, lead_days, warranty_months
  FROM product WHERE sku > %(after)s ORDER BY sku LIMIT %(limit)s
"""
_SHOWN = """
SELECT sku, product.name, category.name FROM product JOIN category ON category.code = product.category_code
 WHERE needs_installation AND strpos(lower(sku || ' ' || product.name || ' ' || category.name), lower(%(words)s)) > 0
 ORDER BY category.name, product.name, sku LIMIT %(limit)s
"""
_SLOTS = f"""
SELECT code, name, hint, phase, required, camera_only, min_side, {examples.LINK} FROM slot
 WHERE checklist_id = (SELECT id FROM checklist WHERE category_code = %(category)s ORDER BY version DESC LIMIT 1)
 ORDER BY position
"""
_PRICES = """
SELECT code, name, unit, price_fen, charge_type, categories FROM price_item
 WHERE price_list_id = (SELECT id FROM price_list WHERE effective_from <= %(now)s
                         ORDER BY effective_from DESC, version DESC LIMIT 1) ORDER BY id
"""
_VERSIONS = """
SELECT version, effective_from, (SELECT count(*) FROM price_item WHERE price_list_id = price_list.id) AS items
  FROM price_list ORDER BY version DESC
"""
_VERSION = """
SELECT code, name, unit, price_fen, charge_type, categories FROM price_item
 WHERE price_list_id = (SELECT id FROM price_list WHERE version = %(version)s) ORDER BY id
"""
_DIVISIONS = """
SELECT code, name, level, parent_code FROM division
 WHERE parent_code IS NOT DISTINCT FROM %(parent)s AND valid_to IS NULL ORDER BY code
"""
_DEALERS = """
SELECT id, code, name, status, party, alliance, auto_accept, score, outlet_lng, outlet_lat, outlet_datum,
       short_name, opening_days, holidays_open FROM dealer
 WHERE id > %(after)s AND (%(dealer)s::bigint IS NULL OR id = %(dealer)s) ORDER BY id LIMIT %(limit)s
"""
_COVERAGE = """
SELECT category_code, division_code, division.name, zone, territory_owner, free_m, per_km_fen, coverage.valid_from,
       coverage.valid_to
  FROM coverage JOIN division ON division.code = division_code
 WHERE dealer_id = %(dealer)s
   AND CASE WHEN %(at)s::timestamptz IS NULL THEN coverage.valid_to IS NULL
            ELSE coverage.valid_from <= %(at)s AND (coverage.valid_to IS NULL OR coverage.valid_to > %(at)s) END
 ORDER BY category_code, division_code
"""
_CAPACITY = """
SELECT category_code, day, units, promotion FROM capacity WHERE dealer_id = %(dealer)s
 ORDER BY category_code, day NULLS FIRST, promotion
"""


@query
def categories(connection: Connection) -> tuple[CategoryLine, ...]:
    """All categories."""
    rows = connection.exec_driver_sql(_CATEGORIES)
    return tuple(CategoryLine(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in rows)


@query
def products(connection: Connection, after: str, limit: int) -> list[ProductLine]:
    """Products by SKU, after the one named."""
    return [
        ProductLine(*row) for row in connection.exec_driver_sql(_PRODUCTS, {"after": after, "limit": limit})
    ]


@query
def shown(connection: Connection, words: str, limit: int) -> tuple[ShownProduct, ...]:
    """Products by category and name, those with `words` in SKU, name or category."""
    rows = connection.exec_driver_sql(_SHOWN, {"words": words, "limit": limit})
    return tuple(ShownProduct(*row) for row in rows)


@query
def slots(connection: Connection, category_code: str) -> tuple[SlotLine, ...]:
    """The newest checklist of a category; NotFound when it has none."""
    found = tuple(SlotLine(*row) for row in connection.exec_driver_sql(_SLOTS, {"category": category_code}))
    if not found:
        raise NotFound
    return found


@query
def prices(connection: Connection, now: datetime) -> tuple[PriceLine, ...]:
    """The price list of extras in force."""
    return tuple(PriceLine(*row) for row in connection.exec_driver_sql(_PRICES, {"now": now}))


@query
def price_lists(connection: Connection) -> tuple[PriceListLine, ...]:
    """Every version of the price list, newest first; later ones may not have begun."""
    return tuple(PriceListLine(*row) for row in connection.exec_driver_sql(_VERSIONS))


@query
def price_version(connection: Connection, version: int) -> tuple[PriceLine, ...]:
    """One version of the price list, whether in force or not; NotFound."""
    found = tuple(PriceLine(*row) for row in connection.exec_driver_sql(_VERSION, {"version": version}))
    if not found:
        raise NotFound
    return found


@query
def divisions(connection: Connection, parent: str | None) -> tuple[DivisionLine, ...]:
    """The divisions under a parent, provinces without one."""
    return tuple(DivisionLine(*row) for row in connection.exec_driver_sql(_DIVISIONS, {"parent": parent}))


@query
def dealers(connection: Connection, actor: Actor, after: int, limit: int) -> list[DealerLine]:
    """Dealers by id; a dealer's people see their own."""
    asked = {"after": after, "dealer": actor.dealer_id, "limit": limit}
    return [DealerLine(*row) for row in connection.exec_driver_sql(_DEALERS, asked)]


@query
def coverage(connection: Connection, dealer_id: int, at: datetime | None = None) -> tuple[CoverageLine, ...]:
    """A dealer's coverage as it is now, or as it was."""
    asked = {"dealer": dealer_id, "at": at}
    return tuple(CoverageLine(*row) for row in connection.exec_driver_sql(_COVERAGE, asked))


@query
def capacity(connection: Connection, dealer_id: int) -> tuple[CapacityLine, ...]:
    """A dealer's standing figures and days."""
    return tuple(CapacityLine(*row) for row in connection.exec_driver_sql(_CAPACITY, {"dealer": dealer_id}))


_AUTHORISATIONS = (
    "SELECT category_code, until FROM authorisation WHERE dealer_id = %(dealer)s ORDER BY category_code"
)


@query
def authorisations(connection: Connection, dealer_id: int) -> tuple[AuthorisationLine, ...]:
    """What a dealer has the brand's leave for, run out or not."""
    rows = connection.exec_driver_sql(_AUTHORISATIONS, {"dealer": dealer_id})
    return tuple(AuthorisationLine(*row) for row in rows)
