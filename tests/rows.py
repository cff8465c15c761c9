"""Looking into the database of a test, and changing it behind the product's back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text, update

from models import db


def rows(sql: str, **params: Any) -> list[Any]:
    """What a statement finds, or its effect, in a transaction of its own."""
    with db.engine.begin() as tx:
        found = tx.execute(text(sql), params)
        return list(found) if found.returns_rows else []


def change(table: Any, **values: Any) -> None:
    """Set these columns in every row of a table."""
    with db.engine.begin() as tx:
        tx.execute(update(table).values(**values))
