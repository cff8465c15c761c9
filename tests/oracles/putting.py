"""Rows into a table, many in one statement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

Row = Mapping[str, Any]


def put(tx: Connection, table: str, rows: Iterable[Row]) -> None:
    """All rows in one statement; they name the same columns."""
    found = list(rows)
    if not found:
        return
    names = ", ".join(found[0])
    told = json.dumps(found, default=lambda value: value.isoformat())
    tx.execute(
        text(
            f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {names}"
            f" FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json))"
        ),
        {"rows": told},
    )
