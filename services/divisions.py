"""The official division table, loaded and reloaded without losing what was true before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.division_table import DivisionRow
from models.catalogue import Division, DivisionAlias
from services.parts.addresses import TABLE
from services.uow import use_case


@use_case
def load(tx: Connection, rows: Iterable[DivisionRow]) -> int:
    """Write the table (parents before children is not needed); what is there is brought up to date."""
    count = 0
    aliases: list[dict[str, Any]] = []
    for part in _batches(rows, 5000):
        values = [_values(row) for row in part]
        given = upsert(Division).values(values)
        renewed = {
            name: given.excluded[name] for name in ("name", "level", "parent_code", "valid_from", "valid_to")
        }
        tx.execute(given.on_conflict_do_update(index_elements=["code"], set_=renewed))
        aliases += [
            {"division_code": row.code, "name": alias.name, "until": alias.until}
            for row in part
            for alias in row.aliases
        ]
        count += len(values)
    if aliases:
        tx.execute(upsert(DivisionAlias).values(aliases).on_conflict_do_nothing())
    TABLE.forget()
    return count


def _values(row: DivisionRow) -> dict[str, Any]:
    names = ("code", "name", "level", "parent_code", "valid_from", "valid_to")
    return {name: getattr(row, name) for name in names}


def _batches(rows: Iterable[DivisionRow], size: int) -> Iterator[list[DivisionRow]]:
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        yield part
