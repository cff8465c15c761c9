"""One notice for many facts: at most one message per stem and hour; what comes after waits in the next hour's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from services.parts import digests

_OWE = """
INSERT INTO outbox (kind, dedupe_key, payload, created_at, next_at)
VALUES ('notice', %(key)s, %(payload)s::jsonb, %(now)s, %(now)s) ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
"""


def owe(tx: Connection, stem: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Tell now, or add `payload["values"]["count"]` to the message of the next hour still unsent."""
    values = {"key": stem + digests.hour_of(now), "payload": orjson.dumps(payload).decode(), "now": now}
    if tx.exec_driver_sql(_OWE, values).first() is None:
        digests.postpone(tx, [{"stem": stem, "job_id": None, "payload": dict(payload)}], now)
