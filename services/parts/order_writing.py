"""Writing what a batch of rows came to: a few statements for all of them, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, insert, update

from domain.actors import Actor
from domain.calendar import SHANGHAI
from domain.fee_facts import Scheme
from domain.orders import OrderEvent, OrderRow, OrderState
from domain.price_guard import Guard, scheme_of
from models.order import CustomerOrder, OrderLine
from models.order import OrderEvent as EventRow
from models.person import Subject
from services import personal
from services.parts import jobs, order_told
from services.parts.bulk import insert_many
from services.parts.order_book import SEALED, Book, Channel, Line, Order, Product
from services.parts.order_taking import Changed


def subjects(tx: Connection, count: int) -> list[tuple[int, bytes]]:
    """So many fresh subjects in one statement: (id, data key) each."""
    keys = [AESGCM.generate_key(256) for _ in range(count)]
    rows = [{"wrapped_key": personal.wrap(key)} for key in keys]
    ids = {row.wrapped_key: row.id for row in insert_many(tx, Subject, rows, "id", "wrapped_key")}
    return [(ids[row["wrapped_key"]], key) for row, key in zip(rows, keys, strict=True)]


def write_orders(tx: Connection, shop: Channel, orders: Sequence[Order], now: datetime) -> None:
    """Insert new orders, each under a subject of its own."""
    if not orders:
        return
    for order, (subject_id, key) in zip(orders, subjects(tx, len(orders)), strict=True):
        order.subject_id, order.key = subject_id, key
    rows = [
        _order_values(order)
        | {
            "channel_id": shop.id,
            "number": order.number,
            "subject_id": order.subject_id,
            "ordered_at": order.ordered_at,
            "created_at": now,
        }
        for order in orders
    ]
    ids = {row.number: row.id for row in insert_many(tx, CustomerOrder, rows, "id", "number")}
    for order in orders:
        order.id = ids[order.number]


def _order_values(order: Order) -> dict[str, Any]:
    if order.key is None:
        return {}
    return {
        "personal": personal.seal(order.key, SEALED, order.personal),
        "phone_lookup": order_told.phone_lookup(order.head.phone),
        "place_lookup": order_told.door_lookup(order.personal),
        "division_code": order.division_code,
        "resolution": str(order.resolution),
        "resolution_candidates": list(order.candidates),
    }


def rewrite_orders(tx: Connection, orders: Sequence[Order]) -> None:
    """Write changed orders anew; an erased one has nothing to write."""
    rows = [{"which": order.id} | _order_values(order) for order in orders if order.key is not None]
    if rows:
        tx.execute(
            update(CustomerOrder)
            .where(CustomerOrder.id == bindparam("which"))
            .values({name: bindparam(name) for name in rows[0] if name != "which"})
            .execution_options(synchronize_session=False),
            rows,
        )


def write_lines(tx: Connection, added: Sequence[tuple[Order, Line]], book: Book, now: datetime) -> None:
    """Insert new lines."""
    if not added:
        return
    rows = [
        _line_values(line, book, now)
        | {"order_id": order.id, "line_number": line.row.line_number, "created_at": now}
        for order, line in added
    ]
    made = insert_many(tx, OrderLine, rows, "id", "order_id", "line_number")
    ids = {(row.order_id, row.line_number): row.id for row in made}
    for order, line in added:
        line.id = ids[order.id, line.row.line_number]


def rewrite_lines(tx: Connection, changed: Sequence[Changed], book: Book, now: datetime) -> None:
    """Write changed lines anew."""
    lines = {change.line.id: change.line for change in changed}
    rows = [{"which": line.id} | _line_values(line, book, now) for line in lines.values()]
    if rows:
        tx.execute(
            update(OrderLine)
            .where(OrderLine.id == bindparam("which"))
            .values({name: bindparam(name) for name in rows[0] if name != "which"})
            .execution_options(synchronize_session=False),
            rows,
        )


def _line_values(line: Line, book: Book, now: datetime) -> dict[str, Any]:
    row = line.row
    product = book.products.get(row.sku or "")
    return {
        "sku": row.sku,
        "title": row.title or (product.name if product else row.sku),
        "quantity": row.quantity or 1,
        "paid_fen": row.paid_fen,
        "refunded_fen": row.refund_fen or 0,
        "order_amounts": row.order_amounts,
        "state": str(row.state or OrderState.PAID),
        "delivered_at": delivered(row, now),
        "wanted_on": row.wanted_date,
        "fingerprint": line.print,
    }


def delivered(row: OrderRow, now: datetime) -> datetime | None:
    """When the goods were there; a moment in the future is the shop's mistake, and means now."""
    return None if row.delivered_at is None else min(row.delivered_at, now)


def wanted(row: OrderRow) -> datetime | None:
    """The day the customer asked for begins at midnight in Shanghai."""
    if row.wanted_date is None:
        return None
    return datetime.combine(row.wanted_date, time(), SHANGHAI).astimezone(UTC)


def write_events(
    tx: Connection, told: Sequence[tuple[Line, OrderEvent]], now: datetime, source: str
) -> list[int]:
    """Append to the life of each line; returns the events' ids in order. Field names and sums, nothing personal."""
    if not told:
        return []
    rows = [
        {
            "order_line_id": line.id,
            "kind": str(event.kind),
            "at": now,
            "source": source,
            "data": _data(line, event),
        }
        for line, event in told
    ]
    made = tx.execute(insert(EventRow).returning(EventRow.id, sort_by_parameter_order=True), rows)
    return [row.id for row in made]


def _data(line: Line, event: OrderEvent) -> Mapping[str, Any]:
    data: dict[str, Any] = {"fields": list(event.fields)}
    if "refund_fen" in event.fields:
        data["refund_fen"] = line.row.refund_fen
    if "state" in event.fields:
        data["state"] = str(line.row.state)
    return data


def needs_job(line: Line, product: Product | None) -> bool:
    """Paid, not off, to be installed, and nobody is on it yet."""
    return bool(product and product.needs_installation and line.row.wants_installing and not line.jobs)


def make_jobs(
    tx: Connection,
    shop: Channel,
    lines: Sequence[tuple[Order, Line]],
    book: Book,
    now: datetime,
    actor: Actor,
) -> list[int]:
    """A job for each line that needs one, dispatchable only where the address is resolved."""
    wanted_jobs = [
        _job(shop, order, line, product, now)
        for order, line in lines
        if (product := book.products.get(line.row.sku or "")) and needs_job(line, product)
    ]
    made = jobs.create(tx, wanted_jobs, now, actor)
    of_line = {line.id: line for _, line in lines}
    for job in wanted_jobs:
        of_line[job.order_line_id].jobs += 1
    return made


def _job(shop: Channel, order: Order, line: Line, product: Product, now: datetime) -> jobs.NewJob:
    assert line.id is not None
    assert order.subject_id is not None
    return jobs.NewJob(
        kind=product.job_kind,
        order_line_id=line.id,
        channel_id=shop.id,
        subject_id=order.subject_id,
        sku=product.sku,
        category_code=product.category_code,
        units=line.row.quantity or 1,
        scheme=scheme_of(Scheme(shop.scheme), shop.id, Guard(None, product.exclusive_channel_id)).value,
        division_code=order.division_code,
        checklist_id=product.checklist_id,
        price_list_id=product.price_list_id,
        silence_confirms=shop.silence_confirms,
        delivered_at=delivered(line.row, now),
        wanted_at=wanted(line.row),
        queue=None if order.division_code else "address",
    )
