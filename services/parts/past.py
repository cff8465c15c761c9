"""The past under the tables' own names: the statements that made a promise read, years later, what they read then.

A CTE named like a table hides it. Each editioned table is hidden by the editions the promise names, coverage by the
rows it names (they end, they never change), and `job` by the load that was seen at that moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

EDITIONED = (
    "authorisation",
    "calendar_day",
    "capacity",
    "category",
    "channel",
    "dealer",
    "product",
    "promotion_day",
)
_EDITION = """
{table} AS (SELECT past.* FROM public.edition e, jsonb_populate_record(NULL::public.{table}, e.row) past
             WHERE e.kind = '{table}' AND e.id = ANY(%(editions)s))
"""
_OTHERS = """
coverage AS (SELECT id, dealer_id, category_code, division_code, zone, territory_owner, free_m, per_km_fen,
                    NULL::timestamptz AS valid_to FROM public.coverage WHERE id = ANY(%(coverage)s)),
job AS (SELECT * FROM json_to_recordset(%(load)s::json) AS job(dealer_id bigint, category_code text,
                    window_start timestamptz, units bigint, status text)),
price_list AS (SELECT * FROM public.price_list WHERE id = %(price_list)s),
price_item AS (SELECT * FROM public.price_item WHERE price_list_id = %(price_list)s),
fee_rule AS (SELECT * FROM public.fee_rule WHERE version = %(fee_rule)s)
"""
SHADOWS = ",".join([*(_EDITION.format(table=table) for table in EDITIONED), _OTHERS])
"""Goes behind WITH, before further CTEs."""


def parameters(versions: Mapping[str, Any], observed: Mapping[str, Any]) -> dict[str, Any]:
    """What `SHADOWS` asks for, from a promise's row. Load: [dealer, category, day or null, units] each."""
    load = [
        {
            "dealer_id": dealer,
            "category_code": category,
            "window_start": f"{day}T12:00:00+08:00" if day else None,
            "units": units,
            "status": "booked" if day else "accepted",
        }
        for dealer, category, day, units in observed["load"]
    ]
    return {
        "editions": list(versions["editions"]),
        "coverage": list(versions["coverage"]),
        "price_list": versions["price_list"],
        "fee_rule": versions["fee_rule"],
        "load": orjson.dumps(load).decode(),
    }
