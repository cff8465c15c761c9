"""The official division table, loaded and reloaded without losing what was true before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.division_table import DivisionRow
from models.catalogue import DivisionAlias
from services.parts.addresses import TABLE
from services.uow import use_case

# One array per column: 42,000 rows in a second, where a VALUES list takes ten to put together.
_LOAD = """
INSERT INTO division (code, name, level, parent_code, valid_from, valid_to)
SELECT * FROM unnest(%(code)s::text[], %(name)s::text[], %(level)s::int[], %(parent_code)s::text[],
                     %(valid_from)s::date[], %(valid_to)s::date[])
ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, parent_code = excluded.parent_code,
       valid_from = excluded.valid_from, valid_to = excluded.valid_to
"""
_COLUMNS = ("code", "name", "level", "parent_code", "valid_from", "valid_to")


@use_case
def load(tx: Connection, rows: Iterable[DivisionRow]) -> int:
    """Write the table (parents before children is not needed); what is there is brought up to date."""
    count = 0
    aliases: list[dict[str, Any]] = []
    for part in _batches(rows, 5000):
        tx.exec_driver_sql(_LOAD, {name: [getattr(row, name) for row in part] for name in _COLUMNS})
        aliases += [
            {"division_code": row.code, "name": alias.name, "until": alias.until}
            for row in part
            for alias in row.aliases
        ]
        count += len(part)
    if aliases:
        tx.execute(upsert(DivisionAlias).values(aliases).on_conflict_do_nothing())
    TABLE.forget()
    return count


def _batches(rows: Iterable[DivisionRow], size: int) -> Iterator[list[DivisionRow]]:
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        yield part
