"""One row of cells into an order row, or into all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from channels import cells as c
from channels.formats import Layout
from channels.parsed import EXAMPLE_MARK, Bad, Good, Parsed, Record, example, storable
from domain.errors import Fault
from domain.orders import OrderRow, OrderState, label, validate
from domain.phones import parse

MAX_CELL = 5_000
_READERS: dict[str, Callable[[str], Any]] = {
    "order_number": c.identifier,
    "line_number": c.line_number,
    "sku": c.identifier,
    "quantity": c.quantity,
    "paid_fen": c.amount_fen,
    "refund_fen": c.amount_fen,
    "phone": c.identifier,
    "phone_expires_at": c.moment,
    "ordered_at": c.moment,
    "paid_at": c.moment,
    "delivered_at": c.moment,
    "wanted_date": c.day,
    "state": c.state,
    "title": str,
    "buyer_note": str,
}
_TEXTS = frozenset({"order_number", "sku", "receiver", "phone", "address"})


def parse_record(record: Record, layout: Layout) -> Parsed:
    """`Good`, or `Bad` with every fault of the row; never an exception."""
    faults = [record.fault] if record.fault else _shape_faults(record, layout)
    if faults:
        return Bad.of(record, faults, layout.header)
    texts = _texts(record, layout)
    if texts.get("order_number", "").startswith(EXAMPLE_MARK):
        return Bad.of(record, [example("order_number")], layout.header)
    values, faults = _values(texts)
    row = _finish(OrderRow(**{"order_number": "", **values}), texts, layout, record)
    unfit = {fault.field for fault in faults}
    faults += _unfilled(texts, layout)
    faults += [fault for fault in validate(row) if fault.field not in unfit and fault.code != "empty"]
    if faults:
        return Bad.of(record, faults, layout.header, row)
    return Good(record.number, row, record.cells, layout.header)


def _shape_faults(record: Record, layout: Layout) -> list[Fault]:
    faults = []
    if any(cell.strip() for cell in record.cells[len(layout.header) :]):
        faults.append(Fault("", "too_many_cells", "列数多于表头，可能是内容中的逗号没有加引号"))
    if any(len(cell) > MAX_CELL for cell in record.cells):
        faults.append(Fault("", "cell_too_long", f"有单元格超过 {MAX_CELL} 个字"))
    return faults


def _texts(record: Record, layout: Layout) -> dict[str, str]:
    """Field → cleaned text; a row cut short counts as ending in empty cells."""
    cells = record.cells
    found = {}
    for field, indices in layout.cells:
        texts = (c.clean(cells[i]) for i in indices if i < len(cells))
        found[field] = next((text for text in texts if text), "")
    return found


def _values(texts: dict[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults = []
    for field, text in texts.items():
        if not text or field == "refund_state":
            continue
        try:
            values[field] = _READERS.get(field, c.plain)(text)
        except c.CellError as error:
            faults.append(Fault(field, error.code, f"{label(field)}{error.message}"))
            if field in _TEXTS:
                values[field] = text
    return values, faults


def _unfilled(texts: dict[str, str], layout: Layout) -> list[Fault]:
    return [
        Fault(field, "empty", f"{label(field)}不能为空")
        for field in layout.format.filled
        if not texts.get(field)
    ]


def _finish(row: OrderRow, texts: dict[str, str], layout: Layout, record: Record) -> OrderRow:
    """What several cells say together: the kind of phone, whose money it is, whether a refund went through."""
    phone = parse(row.phone) if row.phone else None
    told: dict[str, Any] = {
        "order_amounts": layout.format.order_amounts,
        "phone_kind": phone.kind if phone else None,
        "phone_extension": phone.extension if phone else None,
        "extra": _extra(record, layout),
    }
    if str(row.line_number) == row.order_number:
        told["line_number"] = 1  # Taobao numbers the only line of an order as the order itself
    if "refund_state" in texts:
        refunded = "退款成功" in texts["refund_state"]
        told["refund_fen"] = row.refund_fen if refunded else None
        told["state"] = OrderState.REFUNDED if refunded and not _partly(row) else row.state
    return replace(row, **told)


def _partly(row: OrderRow) -> bool:
    return row.refund_fen is not None and row.paid_fen is not None and row.refund_fen < row.paid_fen


def _extra(record: Record, layout: Layout) -> tuple[tuple[str, str], ...]:
    cells = record.cells
    pairs = ((name, c.clean(cells[i])) for i, name in layout.extra if i < len(cells))
    return tuple((name, storable(text)) for name, text in pairs if text)
