"""What is known of a channel's orders and of the catalogue, loaded for a batch of rows; and locked where it changes.

Rows that say nothing new are told apart by their print alone: nothing is locked or opened for them. Orders that may
change are locked jobs first (children before parents), then orders: the order in which actions take the same locks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.errors import NotFound
from domain.orders import OrderRow, OrderState, fingerprint
from services.direct import Asked, together
from services.parts import order_told
from services.personal import Erased, lookup, reveal, unwrap

SEALED = "customer_order.personal"


@dataclass(frozen=True, slots=True)
class Channel:
    """A shop as far as taking orders goes."""

    id: int
    scheme: str
    silence_confirms: bool
    operator_dealer_id: int | None


@dataclass(frozen=True, slots=True)
class Product:
    """An SKU with the checklist in force for its category, the price list of all, the one channel that may sell it."""

    sku: str
    category_code: str
    name: str
    job_kind: str
    needs_installation: bool
    checklist_id: int | None
    price_list_id: int | None
    exclusive_channel_id: int | None = None


@dataclass(slots=True)
class Line:
    """An order line while a batch is taken; `row` is all that is known of it, `id` None until it is written."""

    row: OrderRow
    print: bytes
    id: int | None = None
    jobs: int = 0


@dataclass(slots=True)
class Order:
    """An order while a batch is taken; `id` and `key` are None until it is written."""

    number: str
    head: OrderRow
    personal: dict[str, Any]
    id: int | None = None
    subject_id: int | None = None
    key: bytes | None = None
    ordered_at: datetime | None = None
    division_code: str | None = None
    resolution: str = "none"
    candidates: tuple[str, ...] = ()
    lines: dict[int, Line] = field(default_factory=dict)

    @property
    def erased(self) -> bool:
        """Its customer's key is gone (a new order has none yet)."""
        return self.id is not None and self.key is None


@dataclass(slots=True)
class Book:
    """Everything a batch needs to be judged; orders by number."""

    orders: dict[str, Order]
    products: Mapping[str, Product]


_CHANNEL = "SELECT id, scheme, silence_confirms, operator_dealer_id FROM channel WHERE id = %(id)s"
_FEW = 50  # orders up to which each is locked by itself
_ONE_WRITER = "SELECT pg_advisory_xact_lock(hashtext('orders'), %(id)s::int)"
_ONE_WRITER_EACH = """
SELECT pg_advisory_xact_lock_shared(hashtext('orders'), %(id)s::int), (
       SELECT count(pg_advisory_xact_lock(place)) FROM (
              SELECT DISTINCT hashtextextended('order:' || number, %(id)s) AS place
                FROM unnest(%(numbers)s::text[]) AS number ORDER BY place) AS own)
"""
_PRINTS = """
SELECT o.number, line.line_number, line.fingerprint
  FROM customer_order o LEFT JOIN order_line line ON line.order_id = o.id
 WHERE o.channel_id = %(channel)s AND o.number = ANY(%(numbers)s)
"""
_LOCK_JOBS = """
SELECT job.id FROM job JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
 WHERE o.channel_id = %(channel)s AND o.number = ANY(%(numbers)s) ORDER BY job.id DESC FOR UPDATE OF job
"""
_ORDERS = """
SELECT o.id, o.number, o.subject_id, o.personal, o.division_code, o.resolution, o.resolution_candidates, o.ordered_at,
       subject.wrapped_key
  FROM customer_order o JOIN subject ON subject.id = o.subject_id
 WHERE o.channel_id = %(channel)s AND o.number = ANY(%(numbers)s) ORDER BY o.id FOR UPDATE OF o
"""
_LINES = """
SELECT line.*, (SELECT count(*) FROM job WHERE job.order_line_id = line.id) AS jobs
  FROM order_line line WHERE line.order_id = ANY(%(orders)s)
"""
_PRODUCTS = """
SELECT product.sku, product.category_code, product.name, job_kind, needs_installation,
       (SELECT id FROM checklist WHERE checklist.category_code = product.category_code
           AND effective_from <= %(now)s ORDER BY effective_from DESC, version DESC LIMIT 1),
       (SELECT id FROM price_list WHERE effective_from <= %(now)s ORDER BY effective_from DESC, version DESC LIMIT 1),
       (SELECT exclusive_channel_id FROM price_guard WHERE price_guard.sku = product.sku
           AND effective_from <= (%(now)s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
         ORDER BY effective_from DESC, id DESC LIMIT 1)
  FROM product WHERE sku = ANY(%(skus)s)
"""


def channel(tx: Connection, channel_id: int) -> Channel:
    """The channel; `NotFound`."""
    row = tx.exec_driver_sql(_CHANNEL, {"id": channel_id}).first()
    if row is None:
        raise NotFound
    return Channel(*row)


def print_of(row: OrderRow) -> bytes:
    """A row's fingerprint, keyed: without the key nobody can try telephone numbers against it."""
    return lookup("order_row", fingerprint(row))


def open_book(
    tx: Connection, shop: Channel, rows: Sequence[OrderRow], prints: Sequence[bytes], now: datetime
) -> Book:
    """Lock the channel for other takers, or only these orders where they are few; and load what these rows touch."""
    numbers = sorted({row.order_number for row in rows})
    lock = _ONE_WRITER_EACH if len(numbers) <= _FEW else _ONE_WRITER
    told = {row.sku for row in rows if row.sku}
    _, prints_known, products = together(
        tx,
        (lock, {"id": shop.id % 2**31, "numbers": numbers}),
        (_PRINTS, {"channel": shop.id, "numbers": numbers}),
        _asking_products(told, now),
    )
    known: dict[str, dict[int, bytes]] = {}
    for found in prints_known:
        of_order = known.setdefault(found.number, {})
        if found.line_number is not None:
            of_order[found.line_number] = found.fingerprint
    touched = {
        row.order_number
        for row, print_ in zip(rows, prints, strict=True)
        if row.order_number in known and known[row.order_number].get(row.line_number) != print_
    }
    orders = {number: _unopened(number, lines) for number, lines in known.items() if number not in touched}
    opened = _opened(tx, shop, sorted(touched))
    lines = (line for order in opened.values() for line in order.lines.values())
    if more := {line.row.sku for line in lines if line.row.sku} - told:
        products = [*products, *tx.exec_driver_sql(*_asking_products(more, now))]
    return Book(orders | opened, {row.sku: Product(*row) for row in products})


def known_skus(tx: Connection, skus: Collection[str], now: datetime) -> set[str]:
    """Those of these that the catalogue has."""
    return {row.sku for row in tx.exec_driver_sql(*_asking_products(skus, now))} if skus else set()


def _unopened(number: str, lines: Mapping[int, bytes]) -> Order:
    """An order of which this batch tells nothing new: only its prints matter."""
    bare = OrderRow(number)
    known = {line_number: Line(bare, print_) for line_number, print_ in lines.items()}
    return Order(number, bare, {}, lines=known)


def _opened(tx: Connection, shop: Channel, numbers: Sequence[str]) -> dict[str, Order]:
    if not numbers:
        return {}
    asked = {"channel": shop.id, "numbers": numbers}
    tx.exec_driver_sql(_LOCK_JOBS, asked)
    orders = {row.id: _order(row) for row in tx.exec_driver_sql(_ORDERS, asked).all()}
    for row in tx.exec_driver_sql(_LINES, {"orders": list(orders)}):
        order = orders[row.order_id]
        order.lines[row.line_number] = Line(_known(order, row), row.fingerprint, row.id, row.jobs)
    return {order.number: order for order in orders.values()}


def _order(row: Any) -> Order:
    try:
        key = unwrap(row.wrapped_key)
        personal = reveal(key, SEALED, row.personal)
    except Erased:
        key, personal = None, {}
    return Order(
        row.number,
        _head(row.number, personal),
        personal,
        row.id,
        row.subject_id,
        key,
        row.ordered_at,
        row.division_code,
        row.resolution,
        tuple(row.resolution_candidates),
    )


def _head(number: str, personal: Mapping[str, Any]) -> OrderRow:
    if "head" in personal:
        return order_told.unpack(number, personal["head"])
    told = {"receiver": "name", "phone": "phone", "phone_kind": "phone_kind", "address": "address"}
    return order_told.unpack(number, {name: personal[key] for name, key in told.items() if personal.get(key)})


def _known(order: Order, row: Any) -> OrderRow:
    """All that was told of a line; from its columns where the telling is not there (erased)."""
    told = order.personal.get("lines", {}).get(str(row.line_number))
    if told is not None:
        return order_told.unpack(order.number, told)
    head = {name: getattr(order.head, name) for name in order_told.HEAD}
    states = [state.value for state in OrderState]
    return OrderRow(
        order.number,
        row.line_number,
        sku=row.sku,
        title=row.title,
        quantity=row.quantity,
        paid_fen=row.paid_fen,
        ordered_at=order.ordered_at,
        delivered_at=row.delivered_at,
        wanted_date=row.wanted_on,
        state=OrderState(row.state) if row.state in states else None,
        refund_fen=row.refunded_fen or None,
        **head,
    )


def _asking_products(skus: Collection[str], now: datetime) -> Asked:
    return _PRODUCTS, {"skus": sorted(skus), "now": now}
