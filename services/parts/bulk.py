"""Rows into a table by one statement with one parameter: all of them as JSON.

An INSERT with a thousand VALUES has twenty thousand parameters, and the driver reads the statement's text for each;
a list per column is looked at element by element in Python. JSON is written and read by compiled code, and keeps
statement and plan the same for any number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_many(
    tx: Connection, model: Any, rows: Sequence[Mapping[str, Any]], *returning: str
) -> Sequence[Row[Any]]:
    """Insert rows that all have the same columns; returns the columns asked for, in no particular order.

    Take a natural key among `returning` to tell the rows apart again.
    """
    if not rows:
        return ()
    statement = _statement(model.__table__, tuple(rows[0]), returning)
    found = tx.exec_driver_sql(statement, {"rows": orjson.dumps(rows, default=_plain).decode()})
    return found.all() if returning else ()


def insert_several(
    tx: Connection, *tables: tuple[Any, Sequence[Mapping[str, Any]]], then: str = "SELECT 1"
) -> None:
    """Rows into several tables, and what follows from them, in one round trip; none may look for rows of another.

    `then` is the statement's last part; it finds the rows of the first table as the JSON parameter `rows0`.
    """
    texts = {
        f"rows{place}": orjson.dumps(rows, default=_plain).decode() for place, (_, rows) in enumerate(tables)
    }
    shape = tuple((model.__table__, tuple(rows[0]) if rows else ()) for model, rows in tables)
    tx.exec_driver_sql(_several(shape, then), texts)


def _plain(value: object) -> str:
    """Bytes as PostgreSQL writes them: b"ab" → \\x6162."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"{type(value).__name__} is of no column")


@lru_cache(maxsize=64)
def _several(shape: tuple[tuple[Table, tuple[str, ...]], ...], then: str) -> str:
    parts = [
        f"into{place} AS ({_statement(table, names, (), f'rows{place}')})"
        for place, (table, names) in enumerate(shape)
        if names
    ]
    return f"WITH {', '.join(parts)} {then}" if parts else then


@lru_cache(maxsize=64)
def _statement(table: Table, names: tuple[str, ...], returning: tuple[str, ...], rows: str = "rows") -> str:
    columns = ", ".join(names)
    kinds = ", ".join(f"{name} {table.c[name].type.compile(_DIALECT)}" for name in names)
    told = f" RETURNING {', '.join(returning)}" if returning else ""
    return (
        f"INSERT INTO {table.name} ({columns}) SELECT {columns}"
        f" FROM json_to_recordset(%({rows})s::json) AS new({kinds}){told}"
    )
