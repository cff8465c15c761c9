"""Rows that did not go in: kept encrypted for a month, and written back as they stood in the file.

What the reader refuses comes with its cells. What only the catalogue or the order book refuses comes as an `OrderRow`;
it is put back into the columns of the file's own header, or of our template when the file had no other bad row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from channels.formats import Layout, recognise
from channels.parsed import Bad
from channels.template import HEADERS
from domain.calendar import SHANGHAI
from domain.errors import DomainError, Fault
from domain.orders import OrderRow
from models.order import OrderImportBadRow
from services.parts.order_told import pack, unpack
from services.personal import reveal, seal

PLACE = "order_import_bad_row.cells"
HEADER = 0  # the row number under which the file's header is kept; rows of a file count from 2


def keep(
    tx: Connection,
    import_id: int,
    key: bytes,
    bads: Sequence[Bad],
    unfit: Sequence[tuple[int, OrderRow, Fault]],
) -> None:
    """Write bad rows; codes stand open for counting, cells and messages are sealed."""
    rows = [_row(import_id, key, bad.row_number, bad.faults, {"cells": bad.raw_cells}) for bad in bads]
    rows += [
        _row(import_id, key, number, [fault], {"told": pack(row), "number": row.order_number})
        for number, row, fault in unfit
    ]
    header = next((bad.header for bad in bads if bad.header), None)
    if header is not None:
        rows.append(_row(import_id, key, HEADER, (), {"cells": header}))
    if rows:
        tx.execute(insert(OrderImportBadRow).on_conflict_do_nothing(), rows)


def _row(
    import_id: int, key: bytes, number: int, faults: Iterable[Fault], contents: Mapping[str, Any]
) -> dict[str, Any]:
    said = [{"field": fault.field, "code": fault.code, "message": fault.message} for fault in faults]
    return {
        "import_id": import_id,
        "row_number": number,
        "cells": seal(key, PLACE, {**contents, "faults": said}),
        "reasons": [{"field": fault["field"], "code": fault["code"]} for fault in said],
    }


def header_of(key: bytes, sealed: bytes | None) -> tuple[str, ...]:
    """The header to write bad rows under: the file's own if we know it."""
    return HEADERS if sealed is None else tuple(reveal(key, PLACE, sealed)["cells"])


def bad_of(key: bytes, header: tuple[str, ...], number: int, sealed: bytes) -> Bad:
    """A kept row as it goes back under `header`."""
    contents = reveal(key, PLACE, sealed)
    faults = tuple(Fault(**fault) for fault in contents["faults"])
    if "cells" in contents:
        return Bad(number, tuple(contents["cells"]), faults, header)
    row = unpack(contents["number"], contents["told"])
    return Bad(number, _cells(row, header), faults, header)


def _cells(row: OrderRow, header: tuple[str, ...]) -> tuple[str, ...]:
    """An order row in the columns of a header, so that it can be mended and imported again."""
    cells = [""] * len(header)
    layout = _layout(header)
    for field, indices in layout.cells if layout else ():
        value = getattr(row, field, None)
        if value is not None:
            cells[indices[0]] = _text(field, value)
    return tuple(cells)


def _layout(header: tuple[str, ...]) -> Layout | None:
    try:
        return recognise(header)
    except DomainError:
        return None


def _text(field: str, value: Any) -> str:
    if field.endswith("_fen"):
        return f"{value // 100}.{value % 100:02d}"
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else str(value)
