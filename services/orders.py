"""Orders from a shop's system or an agent: placed whole, and told of what happened to them since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import delivery
from domain.actors import Actor
from domain.errors import Fault, Invalid, NotFound
from domain.orders import OrderRow, OrderState, validate
from domain.phones import parse
from services.config import config
from services.parts import order_book, promise_tokens
from services.parts.order_book import Channel
from services.parts.order_told import PLACE
from services.parts.orders import Taken, take_rows
from services.queries import orders as reading
from services.queries.orders import OrderKnown, OrderPage
from services.uow import use_case

_OF_LINE = (
    "line_number",
    "sku",
    "title",
    "quantity",
    "paid_fen",
    "delivered_at",
    "wanted_date",
    "state",
    "refund_fen",
)


@dataclass(frozen=True, slots=True)
class NewLine:
    """One line of a new order; money in fen, times in UTC."""

    sku: str
    line_number: int = 1
    title: str | None = None
    quantity: int = 1
    paid_fen: int | None = None
    delivered_at: datetime | None = None
    wanted_date: date | None = None
    state: OrderState | None = None
    refund_fen: int | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order with its lines. `point`: the customer's door {lng, lat, datum, accuracy_m, point_source}.

    `promise_id`: what was promised before it (`POST /promises`).
    """

    channel_id: int
    number: str
    receiver: str
    phone: str
    address: str
    lines: tuple[NewLine, ...]
    phone_expires_at: datetime | None = None
    province: str | None = None
    city: str | None = None
    district: str | None = None
    town: str | None = None
    point: dict[str, Any] | None = None
    ordered_at: datetime | None = None
    paid_at: datetime | None = None
    buyer_note: str | None = None
    promise_id: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Something about an order. `line_number` None: all its lines. `kind`: refund, address or delivery."""

    kind: str
    line_number: int | None = None
    refund_fen: int | None = None
    address: str | None = None
    province: str | None = None
    city: str | None = None
    district: str | None = None
    town: str | None = None
    delivered_at: datetime | None = None


def _rows(order: NewOrder) -> list[OrderRow]:
    phone = parse(order.phone)
    whole = OrderRow(
        order.number,
        receiver=order.receiver,
        phone=order.phone,
        phone_kind=phone.kind if phone else None,
        phone_extension=phone.extension if phone else None,
        phone_expires_at=order.phone_expires_at,
        address=order.address,
        province=order.province,
        city=order.city,
        district=order.district,
        town=order.town,
        ordered_at=order.ordered_at,
        paid_at=order.paid_at,
        buyer_note=order.buyer_note,
    )
    return [replace(whole, **{name: getattr(line, name) for name in _OF_LINE}) for line in order.lines]


def _check(rows: Sequence[OrderRow]) -> None:
    """All faults of all lines at once; what is wrong with the order itself is said once."""
    faults: dict[tuple[str, str], Fault] = {}
    seen: set[int] = set()
    for index, row in enumerate(rows):
        for fault in validate(row):
            of_line = fault.field in _OF_LINE
            field = f"lines.{index}.{fault.field}" if of_line else _ours(fault.field)
            faults.setdefault((field, fault.code), Fault(field, fault.code, fault.message))
        if row.line_number in seen:
            field = f"lines.{index}.line_number"
            faults[field, "repeated"] = Fault(field, "repeated", "行号重复")
        seen.add(row.line_number)
    if faults:
        raise Invalid(errors=list(faults.values()))


def _ours(field: str) -> str:
    return "number" if field == "order_number" else field


def _shop(tx: Connection, actor: Actor, channel_id: int) -> Channel:
    if actor.channel_ids is not None and channel_id not in actor.channel_ids:
        raise NotFound
    return order_book.channel(tx, channel_id)


def _source(actor: Actor) -> str:
    return "api" if actor.person_id is None else f"{actor.role}:{actor.person_id}"


def _refuse(taken: Taken) -> None:
    if taken.refused:
        faults = [
            Fault(f"lines.{refused.index}.{fault.field}", fault.code, fault.message)
            for refused in taken.refused
            for fault in refused.faults
        ]
        raise Invalid(errors=faults)


@use_case
def place(tx: Connection, actor: Actor, order: NewOrder, now: datetime) -> OrderPage:
    """Take an order whole or not at all; the same again is no-op, a changed one becomes order events: `OrderKnown`.

    `Invalid` names every fault (`lines.0.sku`); `NotFound` for a channel that is not the actor's.
    """
    rows = _rows(order)
    _check(rows)
    shop = _shop(tx, actor, order.channel_id)
    promises = {order.number: _promise(tx, shop.id, order)} if order.promise_id else None
    points = {order.number: order.point} if order.point else None
    taken = take_rows(tx, shop, rows, now, _source(actor), actor=actor, points=points, promises=promises)
    _refuse(taken)
    return reading.named(tx, actor, shop.id, order.number, OrderPage if taken.orders else OrderKnown)


_TAKEN = """
SELECT 1 FROM promise JOIN customer_order o ON o.id = promise.order_id
 WHERE promise.id = %(promise)s AND (o.channel_id, o.number) <> (%(channel)s, %(number)s)
"""


def _promise(tx: Connection, channel_id: int, order: NewOrder) -> int:
    """A promise that expired or is about something else binds nothing; one unknown or of another order is a mistake."""
    promise_id = promise_tokens.read_or_none(order.promise_id or "")
    if promise_id is None:
        raise Invalid(errors=[Fault("promise_id", "unknown_promise", "没有这个服务承诺")])
    asked = {"promise": promise_id, "channel": channel_id, "number": order.number}
    if tx.exec_driver_sql(_TAKEN, asked).first() is not None:
        raise Invalid(errors=[Fault("promise_id", "promise_used", "该服务承诺已用于其他订单")])
    return promise_id


@use_case
def tell(tx: Connection, actor: Actor, order_id: int, told: Told, now: datetime) -> OrderPage:
    """What happened to an order: refunded, moved, delivered. Told twice it happens once (domain.md §2.4).

    A refund without a sum is one of everything; a sum needs its line where there are several.
    """
    order = reading.read(tx, actor, order_id)
    numbers = [line.line_number for line in order.lines]
    if told.line_number is not None and told.line_number not in numbers:
        raise Invalid(errors=[Fault("line_number", "unknown_line", "订单中没有该行")])
    if told.delivered_at is not None:
        doubts = delivery.faults(told.delivered_at, order.ordered_at, now, config().delivered_back)
        if faults := [replace(doubt, field="delivered_at") for doubt in doubts]:
            raise Invalid(errors=faults)
    chosen = numbers if told.line_number is None else [told.line_number]
    if told.refund_fen is not None and len(chosen) > 1:
        raise Invalid(errors=[Fault("line_number", "required", "部分退款请指明订单行")])
    rows = [_telling(order.number, line_number, told) for line_number in chosen]
    _check(rows)
    shop = order_book.channel(tx, order.channel_id)
    _refuse(take_rows(tx, shop, rows, now, _source(actor), actor=actor))
    return reading.read(tx, actor, order_id)


def _telling(number: str, line_number: int, told: Told) -> OrderRow:
    row = OrderRow(number, line_number)
    if told.kind == "refund":
        state = OrderState.REFUNDED if told.refund_fen is None else None
        return replace(row, state=state, refund_fen=told.refund_fen)
    if told.kind == "delivery":
        return replace(row, state=OrderState.DELIVERED, delivered_at=told.delivered_at)
    if not told.address:
        raise Invalid(errors=[Fault("address", "required", "必填")])
    # Another address has other columns, or none: "" says so, where None would leave the old ones standing.
    place: dict[str, Any] = {name: getattr(told, name) or "" for name in PLACE}
    return replace(row, **place)
