"""Many rows into a table by one statement with one array per column.

An INSERT with a thousand VALUES has twenty thousand parameters, and the driver reads the statement's text for each:
that cost more than the database did. Arrays keep statement and plan the same for any number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_many(
    tx: Connection, model: Any, rows: Sequence[Mapping[str, Any]], *returning: str
) -> Sequence[Row[Any]]:
    """Insert rows that all have the same columns; returns the columns asked for, in no particular order.

    Take a natural key among `returning` to tell the rows apart again.
    """
    if not rows:
        return ()
    table: Table = model.__table__
    names = tuple(rows[0])
    arrays = {name: [_plain(table, name, row[name]) for row in rows] for name in names}
    found = tx.exec_driver_sql(_statement(table, names, returning), arrays)
    return found.all() if returning else ()


def _plain(table: Table, name: str, value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(table.c[name].type, JSONB) else value


@lru_cache(maxsize=64)
def _statement(table: Table, names: tuple[str, ...], returning: tuple[str, ...]) -> str:
    columns = ", ".join(names)
    arrays = ", ".join(f"%({name})s::{_array(table, name)}" for name in names)
    told = f" RETURNING {', '.join(returning)}" if returning else ""
    return f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays}) AS new({columns}){told}"


def _array(table: Table, name: str) -> str:
    kind = table.c[name].type
    return "text[]::jsonb[]" if isinstance(kind, JSONB) else f"{kind.compile(_DIALECT)}[]"
