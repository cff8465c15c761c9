"""From a question to a promise: the facts as they are now, or as they were when it was made.

Two statements make a promise, each a transaction of its own: one reads who covers the place with their room and
people (and whether the shelf is still what stands there), one keeps the promise. The same statement over `past.py`
reads what it read then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.calendar import local_date
from domain.errors import Fault, Invalid
from domain.geo import Point, to_wgs84
from domain.promise import Answer, promise
from domain.promise_facts import ENGINE, Facts, Good, Terms
from services.parts import coverage, past, shelf
from services.parts.coverage import People, Seen
from services.parts.shelf import Shelf, Stamp

_SHADOWED = "WITH" + past.SHADOWS


def _reading(nearest: str, before: str, more: str) -> str:
    """Who covers the place, beside the shelf's stamp."""
    return f"""{before} {nearest}, found AS ({coverage.found(more)})
SELECT stamp.edition AS stamped, stamp.prices, stamp.rules, found.*
  FROM ({shelf.STAMP}) AS stamp LEFT JOIN found ON true
"""


_LIVE_ONE = _reading(coverage.NEAREST_OF_ONE, "WITH", coverage.PEOPLE)
_LIVE_MANY = _reading(coverage.NEAREST_OF_MANY, "WITH", coverage.PEOPLE)
_PAST = _reading(coverage.NEAREST_OF_MANY, _SHADOWED + ",", "")
_UNKNOWN = People()  # what promises of engine 1 observed of people


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, resolved: (sku, quantity) each; `path` the division and all above it, nearest first."""

    lines: tuple[tuple[str, int], ...]
    path: tuple[str, ...]
    place: str
    channel: str | None = None

    @property
    def division_code(self) -> str:
        """The division itself."""
        return self.path[0]


@dataclass(frozen=True, slots=True)
class Made:
    """An answer, and all it was computed from: `observed` at that moment, `versions` for ever."""

    answer: Answer
    observed: Mapping[str, Any]
    versions: Mapping[str, Any]


def make(tx: Connection, asked: Question, door: Point | None, now: datetime) -> Made:
    """The promise as of now; `Invalid` for goods or a shop nobody knows."""
    stamp, kept = shelf.kept(tx)
    rows, newest = _read(tx, asked, kept, now)
    if newest != stamp:
        kept = shelf.renewed(tx, stamp)[1]
        rows, _ = _read(tx, asked, kept, now)
    refuse_unknown(asked, kept)
    where = None if door is None else to_wgs84(door)
    day = local_date(now)
    seen = [coverage.seen(row, day, coverage.metres(row, where), coverage.people_of(row)) for row in rows]
    answer = promise(_facts(asked, kept, seen, now))
    return Made(answer, _observed(seen), _versions(asked, kept, seen, now))


def remake(
    tx: Connection,
    asked: Question,
    observed: Mapping[str, Any],
    versions: Mapping[str, Any],
    made_at: datetime,
    engine: int,
) -> Made:
    """The same promise from the history, by the engine of that day: nothing of what stands there now is read."""
    parameters = past.parameters(versions, observed)
    kept = shelf.load(tx, _SHADOWED, parameters)
    categories = {"categories": _categories(asked, kept)}
    values = {**coverage.place(asked.path), **coverage.span(made_at), **parameters, **categories}
    rows = [row for row in tx.exec_driver_sql(_PAST, values) if row.coverage_id is not None]
    metres, people, day = observed["metres"], _people(observed), local_date(made_at)
    seen = [
        coverage.seen(
            row,
            day,
            metres.get(str(row.dealer_id)),
            people.get((row.dealer_id, row.category_code), _UNKNOWN),
        )
        for row in rows
    ]
    answer = promise(_facts(asked, kept, seen, made_at, engine))
    return Made(answer, _observed(seen), _versions(asked, kept, seen, made_at))


def _people(observed: Mapping[str, Any]) -> dict[tuple[int, str], People]:
    told = observed.get("people", ())
    return {
        (dealer, category): People(skilled, tuple(lacks), level, recent)
        for dealer, category, skilled, lacks, level, recent in told
    }


def _read(tx: Connection, asked: Question, kept: Shelf, now: datetime) -> tuple[list[Any], Stamp]:
    categories = _categories(asked, kept)
    values: dict[str, Any] = {**coverage.place(asked.path), **coverage.span(now)}
    if len(categories) == 1:
        rows = tx.exec_driver_sql(_LIVE_ONE, values | {"category": categories[0]}).all()
    else:
        rows = tx.exec_driver_sql(_LIVE_MANY, values | {"categories": categories}).all()
    first = rows[0]
    stamp = (first.stamped, first.prices, first.rules)
    return [row for row in rows if row.coverage_id is not None], stamp


def _categories(asked: Question, kept: Shelf) -> list[str]:
    goods = [kept.goods[sku].good for sku, _ in asked.lines if sku in kept.goods]
    return sorted({good.category for good in goods if good.needs_installation})


def refuse_unknown(asked: Question, kept: Shelf) -> None:
    """Every SKU and the shop, all at once."""
    faults = [
        Fault(f"lines.{at}.sku", "unknown_sku", "没有这个商品")
        for at, (sku, _) in enumerate(asked.lines)
        if sku not in kept.goods
    ]
    if asked.channel is not None and asked.channel not in kept.shops:
        faults.append(Fault("channel", "unknown_channel", "没有这个店铺"))
    if faults:
        raise Invalid(errors=faults)


def _goods(asked: Question, kept: Shelf) -> Iterable[Good]:
    for sku, quantity in asked.lines:
        good = kept.goods[sku].good
        yield good if quantity == 1 else replace(good, quantity=quantity)


def _facts(asked: Question, kept: Shelf, seen: Sequence[Seen], now: datetime, engine: int = ENGINE) -> Facts:
    servers: dict[str, list[Any]] = {}
    for one in seen:
        servers.setdefault(one.category, []).append(one.server)
    prices = kept.price_list(now)
    return Facts(
        made_at=now,
        place=asked.place,
        goods=tuple(_goods(asked, kept)),
        servers=servers,
        terms=kept.shops[asked.channel].terms if asked.channel else Terms(),
        days=kept.days(now),
        extras=prices.extras if prices else (),
        rule=kept.rule(now),
        engine=engine,
    )


def _observed(seen: Sequence[Seen]) -> dict[str, Any]:
    """Load, people and distances: what no version tells afterwards."""
    load: list[Any] = []
    people: list[Any] = []
    for one in seen:
        server, dealer, diary = one.server, one.server.dealer_id, one.server.diary
        people.append([dealer, one.category, server.skilled, server.lacks, server.level, server.recent])
        load += [[dealer, one.category, day.isoformat(), units] for day, units in sorted(diary.used.items())]
        load += [[dealer, one.category, None, diary.pending]] if diary.pending else []
    metres = {
        str(one.server.dealer_id): one.server.distance_m for one in seen if one.server.distance_m is not None
    }
    return {"load": load, "people": people, "metres": metres}


def _versions(asked: Question, kept: Shelf, seen: Sequence[Seen], now: datetime) -> dict[str, Any]:
    goods = [kept.goods[sku] for sku, _ in asked.lines]
    editions = {edition for good in goods for edition in (good.edition, good.category_edition)}
    editions |= {edition for one in seen for edition in one.editions}
    editions |= set(kept.calendar_editions(now))
    if asked.channel:
        editions.add(kept.shops[asked.channel].edition)
    prices, rule = kept.price_list(now), kept.rule(now)
    return {
        "engine": ENGINE,
        "editions": sorted(editions),
        "coverage": sorted(one.coverage_id for one in seen),
        "price_list": prices.id if prices else None,
        "fee_rule": rule.version if rule else None,
        "categories": _categories(asked, kept),
    }


_KEEP = """
INSERT INTO promise (engine, made_at, expires_at, division_code, phone_lookup, question, observed, versions, answer)
SELECT %(engine)s::smallint, %(made_at)s::timestamptz, %(expires_at)s::timestamptz, %(division)s::text,
       %(phone)s::bytea, %(question)s::jsonb, %(observed)s::jsonb, %(versions)s::jsonb, %(answer)s::jsonb
{unhurried} RETURNING id
"""
_HURRIED = _KEEP.replace("{unhurried}", "")
# It binds nobody until an order names it, and the order's own commit, which waits, writes all before it to the disk.
# What a crash of the database's machine may cost is promises of its last moment that led to nothing.
_UNHURRIED = _KEEP.replace("{unhurried}", "WHERE set_config('synchronous_commit', 'off', true) = 'off'")


def write(
    tx: Connection, asked: Question, made: Made, phone: bytes | None, now: datetime, *, alone: bool = False
) -> int:
    """Write a promise down, its price list by its version; returns its id. `alone`: a transaction of its own."""
    values = {
        "engine": ENGINE,
        "made_at": now,
        "expires_at": made.answer.expires_at,
        "division": asked.division_code,
        "phone": phone,
        "question": _json(asked),
        "observed": _json(made.observed),
        "versions": _json(made.versions),
        "answer": _json(replace(made.answer, extras=())),
    }
    return int(tx.exec_driver_sql(_UNHURRIED if alone else _HURRIED, values).scalar_one())


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def question_of(kept: Mapping[str, Any]) -> Question:
    """A question as it was written down."""
    lines = tuple((sku, quantity) for sku, quantity in kept["lines"])
    return Question(lines, tuple(kept["path"]), kept["place"], kept["channel"])
