"""Numbers of versions of what is never changed but followed by the next one: rules, terms, agreements."""

from __future__ import annotations

from typing import LiteralString

from sqlalchemy import Connection


def next_of(tx: Connection, table: LiteralString) -> int:
    """The number after the last one, 1 for the first; until the transaction ends nobody else gives one out."""
    tx.exec_driver_sql(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    return int(tx.exec_driver_sql(f"SELECT coalesce(max(version), 0) + 1 FROM {table}").scalar_one())
