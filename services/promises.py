"""Promises before a purchase (domain.md §3): made, kept, shown again, proven from the history, decided upon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.calendar import SHANGHAI, local_date
from domain.divisions import ResolutionStatus
from domain.errors import Fault, Invalid, NotFound
from domain.geo import Datum, Point
from domain.promise import Answer, fitting, is_for_nobody
from domain.promise_facts import ENGINE, Extra
from domain.promise_reading import read_answer
from services.parts import addresses, order_told, promise_tokens, promising, shelf
from services.parts.known_places import place_of
from services.parts.promising import Question
from services.uow import query, use_case

KEPT = timedelta(days=30)  # after it expired, where no order came of it


class AddressUnclear(Invalid):
    """Which district is it? `candidates` are those it may be."""

    code = "address_unclear"
    title = "地址不够明确，请补充省市区"


@dataclass(frozen=True, slots=True)
class AskedLine:
    """So many pieces of one SKU."""

    sku: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: goods and where. The address is read and not kept; of the phone only a keyed hash is."""

    lines: tuple[AskedLine, ...]
    address: str | None = None
    division_code: str | None = None
    point: dict[str, Any] | None = None
    channel: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class PromisePage:
    """A promise as anybody who holds its id may see it."""

    id: str
    engine: int
    made_at: datetime
    expires_at: datetime
    expired: bool
    division_code: str
    decision: str | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class Proof:
    """A promise computed again from the versions it names; `same` when every word of it came out again."""

    id: str
    same: bool
    versions: dict[str, Any]
    answer: Answer
    again: Answer


@query
def make(tx: Connection, asked: Asked, now: datetime) -> PromisePage:
    """Answer and keep the answer. `Invalid` names unknown goods, `AddressUnclear` the places it may be.

    Not in one transaction: what is written is one row, and what it was computed from stands in it.
    """
    question = Question(
        tuple((line.sku, line.quantity) for line in asked.lines), *_place(tx, asked, now), asked.channel
    )
    made = promising.make(tx, question, _door(asked), now)
    promise_id = promising.write(tx, question, made, order_told.phone_lookup(asked.phone), now, alone=True)
    token, until = promise_tokens.sign(promise_id), made.answer.expires_at
    return PromisePage(token, ENGINE, now, until, False, question.division_code, None, made.answer)


def _door(asked: Asked) -> Point | None:
    point = asked.point
    return None if point is None else Point(point["lng"], point["lat"], Datum(point["datum"]))


def _place(tx: Connection, asked: Asked, now: datetime) -> tuple[tuple[str, ...], str]:
    """(the division and what is above it, its full name)"""
    table = addresses.TABLE.get(tx)
    if asked.division_code is not None:
        place = place_of(table, asked.division_code)
        if place is None or not place.stands(local_date(now)):
            raise Invalid(errors=[Fault("division_code", "unknown_division", "请选择到区县或街道")])
    elif asked.address is not None:
        found = addresses.resolve(tx, asked.address)
        if found.status != ResolutionStatus.RESOLVED or found.division_code is None:
            fault = Fault("address", found.status, found.reason)
            named = [{"code": one, "name": table.full_name(one)} for one in found.candidates[:20]]
            raise AddressUnclear(found.reason, errors=[fault], candidates=named)
        place = place_of(table, found.division_code)
    else:
        raise Invalid(errors=[Fault("address", "required", _ADD_TO_POINT if asked.point else _ADD_PLACE)])
    assert place is not None
    return place.path, place.name


# No boundary is at hand to say in which district a point lies: a wrong guess is worse than a question.
_ADD_TO_POINT = (
    "只有坐标不能确定在哪个区县，请同时填写 address（带省市区的地址）或 division_code（区县或街道的代码）"
)
_ADD_PLACE = "请填写 address（带省市区的地址）或 division_code（区县或街道的代码）"


_ROW = """
SELECT id, engine, made_at, expires_at, division_code, decision, question, observed, versions, answer
  FROM promise WHERE id = %(id)s
"""
_EXTRAS = "SELECT code, name, unit, price_fen, categories FROM price_item WHERE price_list_id = %(list)s ORDER BY id"


def _row(tx: Connection, token: str) -> tuple[Any, Answer]:
    row = tx.exec_driver_sql(_ROW, {"id": promise_tokens.read(token)}).first()
    if row is None:
        raise NotFound
    found = tx.exec_driver_sql(_EXTRAS, {"list": row.versions["price_list"]})
    items = tuple(Extra(one.code, one.name, one.unit, one.price_fen, tuple(one.categories)) for one in found)
    if (categories := row.versions.get("categories")) is not None:  # from engine 3 on
        items = fitting(items, categories)
    answer = read_answer(row.answer, items)
    nobody = row.engine > 2 and is_for_nobody(answer.lines)
    return row, replace(answer, extras=()) if nobody else answer


def _page(row: Any, answer: Answer, now: datetime) -> PromisePage:
    token, over = promise_tokens.sign(row.id), row.expires_at <= now
    return PromisePage(
        token, row.engine, row.made_at, row.expires_at, over, row.division_code, row.decision, answer
    )


@query
def show(connection: Connection, token: str, now: datetime) -> PromisePage:
    """The promise as it was given; `NotFound` for a name we did not sign."""
    return _page(*_row(connection, token), now)


@query
def prove(connection: Connection, token: str) -> Proof:
    """The promise computed again from the rules, coverage and calendars it names, whatever stands there now."""
    row, answer = _row(connection, token)
    question = promising.question_of(row.question)
    asked = (row.observed, row.versions, row.made_at, row.engine)
    again = promising.remake(connection, question, *asked).answer
    return Proof(token, again == answer, row.versions, answer, again)


_DECIDE = """
UPDATE promise SET decision = %(decision)s, decided_at = %(now)s WHERE id = %(id)s AND order_id IS NULL RETURNING id
"""


@use_case
def decide(tx: Connection, token: str, decision: str, now: datetime) -> PromisePage:
    """The customer's answer to whether he can install it himself; it may be given anew until he orders."""
    row, answer = _row(tx, token)
    asked = [line for line in answer.lines if line.self_install is not None and line.self_install.suitable]
    if not asked:
        raise Invalid(errors=[Fault("decision", "not_asked", "该承诺没有询问自行安装")])
    given = {"id": row.id, "decision": decision, "now": now}
    if tx.exec_driver_sql(_DECIDE, given).first() is None:
        raise Invalid(errors=[Fault("decision", "ordered", "已下单，不能再更改")])
    return replace(_page(row, answer, now), decision=decision)


_PURGE = """
DELETE FROM promise WHERE id IN (
    SELECT id FROM promise WHERE order_id IS NULL AND decision IS NULL AND expires_at < %(before)s
     ORDER BY expires_at LIMIT %(most)s)
"""


@use_case
def purge(tx: Connection, now: datetime, at_most: int = 10_000) -> int:
    """Forget promises that led to nothing, not even a decision, 30 days after they expired; how many."""
    return int(tx.exec_driver_sql(_PURGE, {"before": now - KEPT, "most": at_most}).rowcount)


@query
def preview(connection: Connection, sku: str, division_code: str, now: datetime) -> Answer:
    """What one piece of this SKU is promised in a division now: for shops to cache, kept nowhere."""
    asked = Asked((AskedLine(sku),), division_code=division_code)
    try:
        place = _place(connection, asked, now)
        answer = promising.make(connection, Question(((sku, 1),), *place), None, now).answer
    except Invalid as refused:
        raise NotFound from refused
    midnight = datetime.combine(local_date(now) + timedelta(days=1), time(), SHANGHAI)
    return replace(answer, expires_at=midnight.astimezone(UTC))  # not a moment of its own: caches compare


@dataclass(frozen=True, slots=True)
class Choosing:
    """Where the widget stands: a product, the place chosen so far, and what lies below it."""

    sku: str
    name: str
    place: str
    code: str | None
    parent: str | None
    deepest: bool
    below: tuple[tuple[str, str], ...]


@query
def choosing(
    connection: Connection, sku: str, division_code: str | None, channel: str | None, now: datetime
) -> Choosing:
    """The next step of the widget; `NotFound` for no such SKU, shop or division, each in words."""
    known, table = shelf.newest(connection), addresses.TABLE.get(connection)
    kept = known.goods.get(sku)
    if kept is None:
        raise NotFound(f"没有商品 {sku}")
    if channel is not None and channel not in known.shops:
        raise NotFound(f"没有店铺 {channel}")
    if division_code is not None and division_code not in table.rows:
        raise NotFound(f"没有区划 {division_code}")
    codes = sorted(table.children(division_code or ""))
    below = [(code, table.rows[code].name) for code in codes if table.rows[code].current(local_date(now))]
    deepest = division_code is not None and table.deepest(division_code)
    parent = table.rows[division_code].parent_code if division_code else None
    place = table.full_name(division_code) if division_code else ""
    return Choosing(sku, kept.good.name, place, division_code, parent, deepest, tuple(below))
