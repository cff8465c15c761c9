"""Judging a batch of rows against what is known: new, the same, changed, or refused with the reason. No SQL here.

Rows of one batch may belong to one order and build on each other, so each is judged against the book as the rows
before it have left it. What must be written or done in consequence is only noted; `order_writing` and
`order_consequences` do it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.calendar import local_date
from domain.division_table import DivisionTable
from domain.divisions import resolve
from domain.errors import Fault
from domain.lateness import SKEW
from domain.orders import OrderEvent, OrderRow, OrderState, changes, label, merged
from services.parts import order_told, promised
from services.parts.addresses import MOST_CANDIDATES
from services.parts.order_book import Book, Line, Order


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that did not go in, with every reason; `index` counts from 0 in the batch."""

    index: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A line of which something new was told, and what."""

    order: Order
    line: Line
    events: tuple[OrderEvent, ...]


def of_itself(row: OrderRow, products: Container[str], now: datetime) -> Iterator[Fault]:
    """What the clock, our promises and the catalogue have against a row, whatever is known of its order."""
    if row.delivered_at is not None and row.delivered_at > now + SKEW:
        yield Fault("delivered_at", "in_future", "签收时间不能在将来")
    if promised.unreadable(row):
        yield Fault("promise_id", "unknown_promise", "没有这个承诺编号，请核对或留空")
    if row.sku is not None and row.sku not in products:
        yield Fault("sku", "unknown_sku", f"商家编码 {row.sku} 不在商品目录中")


@dataclass(slots=True)
class Taking:
    """A batch being judged. `moved`: orders whose address is another now; `called`: whose own number is another."""

    book: Book
    table: DivisionTable
    now: datetime
    points: Mapping[str, dict[str, Any]]
    same: int = 0
    rows_changed: int = 0
    new_orders: list[Order] = field(default_factory=list)
    new_lines: list[tuple[Order, Line]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    moved: list[Order] = field(default_factory=list)
    called: list[Order] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def judge(self, index: int, row: OrderRow, print_: bytes) -> None:
        """Take note of what one row says."""
        order = self.book.orders.get(row.order_number)
        line = order.lines.get(row.line_number) if order else None
        if line is not None and line.print == print_:
            self.same += 1
            return
        if faults := (*of_itself(row, self.book.products, self.now), *self._faults(row, order, line)):
            self.refused.append(Refused(index, faults))
        elif order is None:
            self._begin(row, print_)
        elif row.sku is not None and line is None:
            self._add(order, row, print_)
        else:
            told = self._tell(order, line, row, print_) if line else self._tell_all(order, row)
            self.same += not told
            self.rows_changed += told

    def _faults(self, row: OrderRow, order: Order | None, line: Line | None) -> Iterator[Fault]:
        """Why this row cannot go in, given what is known of its order."""
        if order is None and row.sku is None:
            yield Fault("sku", "empty", "缺少商家编码，无法生成订单")
        if order is None and not (row.address and row.phone and row.receiver):
            told = [label(name) for name in ("receiver", "phone", "address") if not getattr(row, name)]
            yield Fault("order_number", "no_contact", f"缺少{'、'.join(told)}，请先导入带收货信息的订单报表")
        if order is not None and order.erased and line is None:
            yield Fault("order_number", "erased", "该订单的客户信息已按要求删除，不能再增加商品")

    def _begin(self, row: OrderRow, print_: bytes) -> None:
        order = Order(row.order_number, order_told.head_of(row), order_told.contact_of(row))
        order.ordered_at = row.ordered_at
        self.book.orders[order.number] = order
        self.new_orders.append(order)
        self._settle(order, self.points.get(order.number) or order_told.point_of(row))
        self._add(order, row, print_)

    def _add(self, order: Order, row: OrderRow, print_: bytes) -> None:
        """A line not known yet; what it does not say of the contact, the order knows."""
        row = order_told.unmasked(order.head, row)
        self._turn_head(order, row)
        whole = self._heard(merged(replace(order.head, line_number=row.line_number), row))
        line = Line(whole, print_)
        order.lines[row.line_number] = line
        order.personal.setdefault("lines", {})[str(row.line_number)] = order_told.pack(whole)
        self.new_lines.append((order, line))

    def _tell_all(self, order: Order, row: OrderRow) -> bool:
        """A row about the order as a whole (no SKU, no line of its own) is told of each line.

        Its refund is a sum over all lines: the first carries it, so that it counts once.
        """
        whole = replace(row, title=None, quantity=None, paid_fen=None, order_amounts=False)
        before = len(self.changed)
        for number, line in order.lines.items():
            self._tell(order, line, replace(whole, line_number=number), None)
            whole = replace(whole, refund_fen=None)
        return len(self.changed) > before

    def _tell(self, order: Order, line: Line, row: OrderRow, print_: bytes | None) -> bool:
        """Whether a row says something new about a known line. Without an SKU it is half a row: the print stays."""
        row = order_told.unmasked(line.row, row)
        if order.erased:
            row = order_told.without_personal(row)
        events = changes(line.row, row)
        if not events:
            return False
        self._turn_head(order, row)
        line.row = self._heard(merged(line.row, row))
        if print_ is not None and row.sku is not None:
            line.print = print_
        if order.personal:
            order.personal.setdefault("lines", {})[str(line.row.line_number)] = order_told.pack(line.row)
        self.changed.append(Changed(order, line, events))
        return True

    def _heard(self, row: OrderRow) -> OrderRow:
        """Where only the state says that the goods are there, they are there since we heard it."""
        at = row.delivered_at or (self.now if row.state is OrderState.DELIVERED else None)
        return row if at == row.delivered_at else replace(row, delivered_at=at)

    def _turn_head(self, order: Order, row: OrderRow) -> None:
        """Contact and place are the order's: whichever line tells them last."""
        if not order.personal:
            return
        old = order.head
        told = order_told.unmasked(old, order_told.head_of(row))
        order.head = head = order_told.head_of(merged(old, told))
        if head == old and "head" in order.personal:
            return
        order.personal["head"] = order_told.pack(head, order_told.HEAD)
        order.personal |= order_told.contact_of(head)
        if order_told.full_address(head) != order_told.full_address(old):
            self._settle(order, order_told.point_of(row))
            self.moved += [order] if order not in self.moved else []
        if order_told.phone_lookup(old.phone) not in (None, order_told.phone_lookup(head.phone)):
            self.called.append(order)

    def _settle(self, order: Order, point: dict[str, Any] | None) -> None:
        """Find where the order's address is; the one before is kept as typed."""
        head, personal = order.head, order.personal
        if personal.get("address"):
            personal["typed"] = [*personal.get("typed", []), personal["address"]]
        personal |= {"address": order_told.full_address(head), "point": point}
        personal["head"] = order_told.pack(head, order_told.HEAD)
        found = resolve(
            self.table,
            head.address or "",
            province=head.province,
            city=head.city,
            district=head.district,
            town=head.town,
            on=local_date(self.now),
        )
        order.resolution, order.candidates = found.status, found.candidates[:MOST_CANDIDATES]
        order.division_code = found.division_code if found.status == "resolved" else None
