"""What a customer was assured of before the purchase, as whoever stands at the door reads it: free, and not free."""

from __future__ import annotations

from typing import Any

from domain.job import Kind
from domain.promise_words import included
from services.queries.job_views import Assured

# Joined to `job` and `product`: the job's line of its promise, and what the product's guide says without one.
COLUMNS = "assured.line AS assured_line, product.guide AS product_guide"
JOIN = """LEFT JOIN LATERAL (
    SELECT line FROM promise, jsonb_array_elements(answer -> 'lines') line
     WHERE promise.id = job.promise_id AND line ->> 'sku' = job.sku LIMIT 1) assured ON true"""
GUIDE_VERSION = "coalesce(assured.line ->> 'guide_version', product.guide ->> 'version')::bigint"
_FIRST = (Kind.INSTALL, Kind.DELIVER_INSTALL)


def assured(row: Any, kind: str) -> Assured | None:
    """`row` has `COLUMNS`. Without a promise what the product's guide says; of later visits nothing was said."""
    line = row.assured_line
    if line is not None:
        told = ((line.get(name) or {}).get("text") for name in ("remote", "trip"))
        return Assured(True, tuple(line["included"]), *told)
    if kind not in _FIRST:
        return None
    free = (row.product_guide or {}).get("included") or included(kind)
    return Assured(False, tuple(free), None, None)
