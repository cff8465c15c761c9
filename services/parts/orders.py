"""Taking orders, however they came: by file, by a shop's system, by an agent. The same row again changes nothing.

    taken = take_rows(tx, order_book.channel(tx, 3), rows, now, "import:12")

Set-based for what is new (a handful of statements for 500 rows); only a row that changes an existing job costs an
act of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import SYSTEM, Actor
from domain.orders import OrderRow
from services.parts import addresses, order_writing, price_guard, promised, repromising, shares
from services.parts.order_book import Channel, open_book, print_of
from services.parts.order_consequences import Round, follow, forget_links, move_house
from services.parts.order_taking import Refused, Taking


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows: each is counted once. `orders` are new ones, `jobs` the ids of those made."""

    orders: int
    new: int
    same: int
    changed: int
    refused: tuple[Refused, ...]
    jobs: tuple[int, ...]


def take_rows(
    tx: Connection,
    shop: Channel,
    rows: Sequence[OrderRow],
    now: datetime,
    source: str,
    *,
    actor: Actor = SYSTEM,
    points: Mapping[str, dict[str, Any]] | None = None,
    promises: Mapping[str, int] | None = None,
) -> Taken:
    """Take rows of one channel that `domain.orders.validate` found without fault.

    `source` is kept with each order event ("import:12", "api", "agent:7"); `actor` brought them; `points` are doors by
    order number, `promises` the ids of what was promised.
    A refused row leaves nothing behind. 500 new rows of one line each → 500 orders, lines and jobs.
    """
    prints = [print_of(row) for row in rows]
    book = open_book(tx, shop, rows, prints, now)
    taking = Taking(book, addresses.TABLE.get(tx), now, points or {})
    for index, (row, print_) in enumerate(zip(rows, prints, strict=True)):
        taking.judge(index, row, print_)
    names = promised.named(rows, promises or {})
    made = _write(tx, shop, taking, now, source, actor, names)
    refused = tuple(taking.refused)
    return Taken(
        len(taking.new_orders), len(taking.new_lines), taking.same, taking.rows_changed, refused, made
    )


def _write(
    tx: Connection,
    shop: Channel,
    taking: Taking,
    now: datetime,
    source: str,
    actor: Actor,
    names: Mapping[str, int],
) -> tuple[int, ...]:
    """Rows first, then what follows from them, refunds before anything that would dispatch."""
    book, new_orders = taking.book, {id(order) for order in taking.new_orders}
    order_writing.write_orders(tx, shop, taking.new_orders, now)
    order_writing.write_lines(tx, taking.new_lines, book, now)
    touched = [change.order for change in taking.changed] + [order for order, _ in taking.new_lines]
    known = {id(order): order for order in touched if id(order) not in new_orders}
    order_writing.rewrite_orders(tx, list(known.values()))
    order_writing.rewrite_lines(tx, taking.changed, book, now)
    shares.changed(tx, [change.line.id for change in taking.changed if change.line.id], now)
    sold = [line for _, line in taking.new_lines] + [change.line for change in taking.changed]
    price_guard.look(tx, [line.id for line in sold if line.id], now)
    told = [(change.line, event) for change in taking.changed for event in change.events]
    events = iter(order_writing.write_events(tx, told, now, source))
    round_ = Round(tx, book, actor, now)
    for change in taking.changed:
        follow(round_, change, [next(events) for _ in change.events])
    for order in taking.moved:
        if id(order) not in new_orders:
            move_house(round_, order)
            repromising.renew(tx, order, now, source)
    for order in taking.called:
        forget_links(round_, order)
    payable = [*taking.new_lines, *((change.order, change.line) for change in taking.changed)]
    unique = {id(line): (order, line) for order, line in payable}
    made = order_writing.make_jobs(tx, shop, list(unique.values()), book, now, actor)
    with_jobs = {id(order): order for order, _ in unique.values()} if made else {}
    promised.bind(tx, list(with_jobs.values()), names, now, source)
    return tuple(made)
