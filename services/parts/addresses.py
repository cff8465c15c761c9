"""Addresses: resolved against the division table, corrected on the order; what was typed is never lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, select

from domain.division_table import DivisionAlias, DivisionRow, DivisionTable
from domain.divisions import Resolution
from domain.divisions import resolve as resolve_text
from domain.geo import Point
from domain.job import JobState
from models.catalogue import DivisionAlias as AliasRow
from services.parts.policies import Kept
from services.personal import lookup, reveal, seal, unwrap

Resolved = Resolution
MOST_CANDIDATES = 40  # as many districts as Chongqing has; kept with the order and shown to the agent


_PAGE = """
SELECT code, name, level, parent_code, valid_from, valid_to FROM division
 WHERE code > %(after)s ORDER BY code LIMIT 500
"""
# Any row written since has another transaction, not always a younger one; any row gone changes the count.
_STAMP = """
SELECT (SELECT (count(*), sum(xmin::text::bigint))::text FROM division),
       (SELECT (count(*), sum(xmin::text::bigint))::text FROM division_alias)
"""


def _load(tx: Connection) -> DivisionTable:
    aliases: dict[str, list[DivisionAlias]] = defaultdict(list)
    for alias in tx.execute(select(AliasRow.__table__)):
        aliases[alias.division_code].append(DivisionAlias(alias.name, alias.until))
    rows = (
        DivisionRow(code, name, level, parent, begun, ended, tuple(aliases.get(code, ())))
        for code, name, level, parent, begun, ended in _divisions(tx)
    )
    return DivisionTable(rows)


def _divisions(tx: Connection) -> Iterator[Any]:
    """All rows, in pages: at once they would take more memory than the table made from them."""
    after = ""
    while page := tx.exec_driver_sql(_PAGE, {"after": after}).all():
        yield from page
        after = page[-1][0]


def table_stamp(tx: Connection) -> tuple[str, str]:
    """Another one means that divisions or their aliases are not those that were read."""
    divisions, aliases = tx.exec_driver_sql(_STAMP).one()
    return divisions, aliases


TABLE: Kept[DivisionTable] = Kept(_load, table_stamp)


def resolve(tx: Connection, text: str) -> Resolution:
    """Where an address is, to the street if the table has it; status and candidates when it is not sure."""
    return resolve_text(TABLE.get(tx), text)


_ORDER = """
SELECT o.id, o.personal, subject.wrapped_key FROM order_line
  JOIN customer_order o ON o.id = order_line.order_id JOIN subject ON subject.id = o.subject_id
 WHERE order_line.id = %(line)s FOR UPDATE OF o
"""
_CORRECT = """
UPDATE customer_order SET personal = %(personal)s, division_code = %(division)s, resolution = %(resolution)s,
       resolution_candidates = %(candidates)s, place_lookup = %(place)s WHERE id = %(id)s
"""


def correct(tx: Connection, job: JobState, text: str, found: Resolution, pin: Point | None) -> None:
    """Write the corrected address beside the typed one, with the point set on the map or none."""
    row = tx.exec_driver_sql(_ORDER, {"line": job.order_line_id}).one()
    key = unwrap(row.wrapped_key)
    personal = reveal(key, "customer_order.personal", row.personal)
    personal["typed"] = [*personal.get("typed", []), personal["address"]]
    personal |= {"address": text, "point": asdict(pin) if pin else None}
    values = {
        "personal": seal(key, "customer_order.personal", personal),
        "division": found.division_code,
        "resolution": found.status,
        "candidates": Jsonb(found.candidates[:MOST_CANDIDATES]),
        "place": place_lookup(text, personal.get("phone", "")),
        "id": row.id,
    }
    tx.exec_driver_sql(_CORRECT, values)


def place_lookup(address: str, phone: str) -> bytes:
    """The keyed hash by which two orders to one door and one person are one visit."""
    return lookup("place", "".join(address.split()) + "|" + phone)
