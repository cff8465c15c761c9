"""The price list a job was made with, and which of it the customer's promise, or the quote of a repair, had shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.charges import REMOTE_TYPE, Item

_LIST = "SELECT id, version, effective_from FROM price_list WHERE id = %(list)s"
# Of a promise made under another price list, that list counts: its id stands among the promise's versions.
_ITEMS = """
SELECT item.code, item.name, item.unit, item.price_fen, item.charge_type,
       coalesce(promised.price_fen >= item.price_fen, false) OR EXISTS (
           SELECT 1 FROM service_request asked, jsonb_path_query(asked.quote, '$.parts.lines[*]') AS quoted
            WHERE asked.job_id = job.id AND asked.answer = 'agreed' AND quoted ->> 'item' = item.code
              AND (quoted ->> 'unit_fen')::bigint >= item.price_fen) AS shown
  FROM price_item item JOIN job ON job.id = %(job)s LEFT JOIN promise p ON p.id = job.promise_id
  LEFT JOIN price_item promised
    ON promised.price_list_id = (p.versions ->> 'price_list')::bigint AND promised.code = item.code
 WHERE item.price_list_id = job.price_list_id AND item.charge_type <> %(remote)s
   AND (item.categories = '[]' OR item.categories ? job.category_code)
   AND (%(item)s::text IS NULL OR item.code = %(item)s::text)
 ORDER BY item.id
"""


@dataclass(frozen=True, slots=True)
class JobPrices:
    """A version of the price list as it holds for one job."""

    id: int
    version: int
    effective_from: datetime
    items: tuple[Item, ...]


def of(tx: Connection, job_id: int, list_id: int | None) -> JobPrices | None:
    """The job's prices; None for a job that was made without a price list."""
    found = tx.exec_driver_sql(_LIST, {"list": list_id}).first()
    if found is None:
        return None
    return JobPrices(found.id, found.version, found.effective_from, _items(tx, job_id, None))


def item(tx: Connection, job_id: int, code: str) -> Item | None:
    """One item of the job's price list."""
    found = _items(tx, job_id, code)
    return found[0] if found else None


def _items(tx: Connection, job_id: int, code: str | None) -> tuple[Item, ...]:
    rows = tx.exec_driver_sql(_ITEMS, {"job": job_id, "remote": REMOTE_TYPE, "item": code})
    return tuple(Item(*row) for row in rows)
