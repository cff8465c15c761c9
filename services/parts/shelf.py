"""What promises are computed from and what changes rarely, kept in the process: goods, shops, prices, rules, days.

`stamp` is asked together with every promise (see `coverage.py`); another one than was loaded, and it is loaded anew:
nobody is promised yesterday's price. The same statements read the past (`past.py`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from domain.calendar import local_date
from domain.capacity import HORIZON_DAYS, Day
from domain.fee_reading import read_rule
from domain.fee_rules import FeeRule, rule_on
from domain.promise_facts import Extra, Good, Terms

FRESH_S = 30.0
# Trap: numbers are drawn before the commit. Who drew 10 may commit after 11 was seen, and the newest is still 11; the
# sum of the last hundred changes with any of them.
STAMP = """
SELECT (SELECT sum(id)::bigint FROM (SELECT id FROM edition
         WHERE kind IN ('product', 'category', 'channel', 'promotion_day', 'calendar_day')
         ORDER BY id DESC LIMIT 100) AS latest) AS edition,
       (SELECT count(*) FROM price_list) AS prices, (SELECT count(*) FROM fee_rule) AS rules
"""
GOODS = """
SELECT product.sku, product.name, product.category_code, job_kind, needs_installation, self_install_allowed,
       category.certificates, lead_days, guide, product.edition, category.edition AS category_edition
  FROM product JOIN category ON category.code = product.category_code
"""
SHOPS = "SELECT id, code, scheme, silence_confirms, trip_fee_shown, edition FROM channel"
PROMOTIONS = "SELECT day, name, extra_lead_days, edition FROM promotion_day"
HOLIDAYS = "SELECT day, edition FROM calendar_day WHERE NOT working"
LISTS = "SELECT id, effective_from FROM price_list"
ITEMS = "SELECT price_list_id, code, name, unit, price_fen, categories FROM price_item ORDER BY id"
RULES = "SELECT id, version, rule FROM fee_rule"


@dataclass(frozen=True, slots=True)
class Kept:
    """A good and the editions it was read from."""

    good: Good
    edition: int
    category_edition: int
    guide: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shop:
    """A channel's terms."""

    id: int
    terms: Terms
    edition: int


@dataclass(frozen=True, slots=True)
class PriceList:
    """A version of the price list."""

    id: int
    effective_from: datetime
    extras: tuple[Extra, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All of it."""

    goods: Mapping[str, Kept]
    shops: Mapping[str, Shop]
    promotions: Mapping[date, tuple[str, int, int]]
    holidays: Mapping[date, int]
    prices: tuple[PriceList, ...]
    rules: tuple[FeeRule, ...]
    _days: dict[date, tuple[Day, ...]] = field(default_factory=dict, repr=False, compare=False)

    def days(self, now: datetime) -> tuple[Day, ...]:
        """The days a promise looks at, from today in Shanghai on."""
        first = local_date(now)
        found = self._days.get(first)
        if found is None:
            found = self._days[first] = tuple(
                self.day(first + timedelta(days=n)) for n in range(HORIZON_DAYS)
            )
        return found

    def day(self, day: date) -> Day:
        """A day as the calendars see it."""
        name, extra, _ = self.promotions.get(day, (None, 0, 0))
        return Day(day, name, extra, day in self.holidays)

    def price_list(self, now: datetime) -> PriceList | None:
        """The one in force."""
        begun = [one for one in self.prices if one.effective_from <= now]
        return max(begun, key=lambda one: (one.effective_from, one.id), default=None)

    def rule(self, now: datetime) -> FeeRule | None:
        """The fee rule in force today in Shanghai."""
        return rule_on(self.rules, local_date(now))

    def calendar_editions(self, now: datetime) -> list[int]:
        """Of the promotion days and holidays among `days`."""
        if not self.promotions and not self.holidays:
            return []
        seen = [day.date for day in self.days(now)]
        promoted = [self.promotions[day][2] for day in seen if day in self.promotions]
        return promoted + [self.holidays[day] for day in seen if day in self.holidays]


def load(tx: Connection, prefix: str = "", asked: Mapping[str, Any] | None = None) -> Shelf:
    """The shelf as it stands; with a `prefix` of `past.py`, as it stood."""

    def rows(statement: str) -> Any:
        return tx.exec_driver_sql(prefix + statement, dict(asked or {}))

    items: dict[int, list[Extra]] = {}
    for row in rows(ITEMS):
        items.setdefault(row.price_list_id, []).append(
            Extra(row.code, row.name, row.unit, row.price_fen, tuple(row.categories))
        )
    return Shelf(
        goods={row.sku: _kept(row) for row in rows(GOODS)},
        shops={
            row.code: Shop(row.id, Terms(row.scheme, row.silence_confirms, row.trip_fee_shown), row.edition)
            for row in rows(SHOPS)
        },
        promotions={row.day: (row.name, row.extra_lead_days, row.edition) for row in rows(PROMOTIONS)},
        holidays={row.day: row.edition for row in rows(HOLIDAYS)},
        prices=tuple(
            PriceList(row.id, row.effective_from, tuple(items.get(row.id, ()))) for row in rows(LISTS)
        ),
        rules=tuple(read_rule({**row.rule, "version": row.version}) for row in rows(RULES)),
    )


def _kept(row: Any) -> Kept:
    guide = row.guide or {}
    good = Good(
        sku=row.sku,
        name=row.name,
        quantity=1,
        category=row.category_code,
        kind=row.job_kind,
        needs_installation=row.needs_installation,
        self_install_allowed=row.self_install_allowed,
        certificates=tuple(row.certificates),
        lead_days=row.lead_days,
        included=tuple(guide.get("included", ())),
        video_url=guide.get("video_url"),
        steps=tuple(guide.get("steps", ())),
        notes=tuple(guide.get("notes", ())),
        guide_version=guide.get("version"),
    )
    return Kept(good, row.edition, row.category_edition, guide)


Stamp = tuple[Any, Any, Any]
_lock = Lock()
_shelves: WeakKeyDictionary[Engine, tuple[Stamp, Shelf]] = WeakKeyDictionary()
_looked: WeakKeyDictionary[Engine, float] = WeakKeyDictionary()


def kept(tx: Connection) -> tuple[Stamp, Shelf]:
    """The shelf of this process, loaded when there is none; its caller looks at the stamp."""
    found = _shelves.get(tx.engine)
    return found if found is not None else renewed(tx, None)


def fresh(tx: Connection) -> Shelf:
    """The shelf for whoever does not ask for the stamp himself: at most half a minute old."""
    if time.monotonic() - _looked.get(tx.engine, -FRESH_S) > FRESH_S:
        _looked[tx.engine] = time.monotonic()
        return newest(tx)
    return kept(tx)[1]


def newest(tx: Connection) -> Shelf:
    """The shelf as it stands: one look at the stamp."""
    stamp, found = kept(tx)
    return found if tuple(tx.exec_driver_sql(STAMP).one()) == stamp else renewed(tx, stamp)[1]


def renewed(tx: Connection, old: Stamp | None) -> tuple[Stamp, Shelf]:
    """Load anew, unless somebody has while we waited; `old` is the stamp found wanting."""
    with _lock:
        found = _shelves.get(tx.engine)
        if found is None or found[0] == old:
            stamp: Stamp = tuple(
                tx.exec_driver_sql(STAMP).one()
            )  # before the rows: never newer than they are
            found = _shelves[tx.engine] = (stamp, load(tx))
    return found
