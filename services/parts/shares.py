"""Which order lines the profit share looks at next: woken in the transaction that changed what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from services.parts import arrays

_PAID = """
WITH ended AS (
    SELECT order_line_id, bool_or(kind IN ('install', 'deliver_install') AND status = 'closed') AS installed
      FROM job WHERE id = ANY(%(ids)s::bigint[]) GROUP BY order_line_id),
woken AS (
    UPDATE profit_share SET check_at = %(now)s FROM ended
     WHERE profit_share.order_line_id = ended.order_line_id AND NOT installed AND profit_share.state <> 'waiting')
INSERT INTO profit_share (order_line_id, check_at)
SELECT order_line_id, %(now)s::timestamptz FROM ended WHERE installed ORDER BY order_line_id
ON CONFLICT (order_line_id) DO UPDATE SET check_at = excluded.check_at
"""


def fees_posted(tx: Connection, job_ids: Iterable[int], now: datetime) -> None:
    """The fees of these jobs stand in the ledger: a line whose installation is closed waits for its share now."""
    tx.exec_driver_sql(_PAID, {"ids": arrays.plain(job_ids), "now": now})


_LINES = """
UPDATE profit_share SET check_at = %(now)s
 WHERE order_line_id = ANY(%(ids)s::bigint[]) AND profit_share.state <> 'waiting'
"""


def changed(tx: Connection, line_ids: Iterable[int], now: datetime) -> None:
    """Sums of these lines are others now; who still waits for the refund window is looked at then anyway."""
    tx.exec_driver_sql(_LINES, {"ids": arrays.plain(line_ids), "now": now})


_JOB = """
UPDATE profit_share SET check_at = %(now)s FROM job
 WHERE job.id = %(job)s AND profit_share.order_line_id = job.order_line_id AND profit_share.state <> 'waiting'
"""


def corrected(tx: Connection, job_id: int | None, now: datetime) -> None:
    """An entry about this job was taken back or came late: what the service cost is another sum."""
    if job_id is not None:
        tx.exec_driver_sql(_JOB, {"job": job_id, "now": now})


_OWN = """
INSERT INTO profit_share (order_line_id, check_at) SELECT id, %(now)s FROM unnest(%(ids)s::bigint[]) AS told(id)
ON CONFLICT (order_line_id) DO UPDATE SET check_at = excluded.check_at
"""
_SKUS = """
UPDATE profit_share SET check_at = %(now)s
  FROM unnest(%(skus)s::text[], %(days)s::date[]) AS told(sku, day)
  JOIN order_line line ON line.sku = told.sku JOIN customer_order head ON head.id = line.order_id
 WHERE profit_share.order_line_id = line.id AND profit_share.state <> 'waiting'
   AND coalesce(head.ordered_at, head.created_at) >= told.day::timestamp AT TIME ZONE 'Asia/Shanghai'
"""


def lines_told(tx: Connection, line_ids: Iterable[int], now: datetime) -> None:
    """Costs of these very lines were told; one that nobody watched yet is watched from now on."""
    tx.exec_driver_sql(_OWN, {"ids": arrays.plain(sorted(set(line_ids))), "now": now})


def skus_told(tx: Connection, told: Iterable[tuple[str, str]], now: datetime) -> None:
    """Costs or prices of (SKU, first day as text): what was ordered since is reckoned anew."""
    pairs = sorted(set(told))
    values = {
        "skus": arrays.texts([sku for sku, _ in pairs]),
        "days": arrays.texts([day for _, day in pairs]),
    }
    tx.exec_driver_sql(_SKUS, {**values, "now": now})
