"""Rows that did not go in: kept encrypted for a month, and written back as they stood in the file, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from channels.parsed import Bad
from channels.template import HEADERS
from domain.errors import Fault
from models.order import OrderImportBadRow
from services.personal import reveal, seal

PLACE = "order_import_bad_row.cells"
HEADER = 0  # the row number under which the file's header is kept; rows of a file count from 2


def keep(tx: Connection, import_id: int, key: bytes, bads: Sequence[Bad]) -> None:
    """Write bad rows; codes stand open for counting, cells and messages are sealed."""
    rows = [_row(import_id, key, bad.row_number, bad.faults, {"cells": bad.raw_cells}) for bad in bads]
    if rows:
        rows.append(_row(import_id, key, HEADER, (), {"cells": bads[0].header}))
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
    """The file's own header, to write bad rows under."""
    return HEADERS if sealed is None else tuple(reveal(key, PLACE, sealed)["cells"])


def bad_of(key: bytes, header: tuple[str, ...], number: int, sealed: bytes) -> Bad:
    """A kept row as it goes back under `header`."""
    contents = reveal(key, PLACE, sealed)
    # trap: rows kept before cells were may lie there for a month; of those only the order's number comes back
    cells = contents.get("cells") or (contents.get("number", ""),)
    return Bad(number, tuple(cells), tuple(Fault(**fault) for fault in contents["faults"]), header)
