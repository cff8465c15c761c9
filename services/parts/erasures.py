"""The record of what was erased, written in the transaction that erases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.events import GENESIS
from domain.retention import Cause, Erasure, Kind, digest

# One writer at a time until its commit: a chain has no forks. Taken last, since deleting may take seconds.
_ALONE = "SELECT pg_advisory_xact_lock(1953855866, hashtext('erasure_record'))"
_HEAD = "SELECT seq, hash FROM erasure_record ORDER BY seq DESC LIMIT 1"
_APPEND = """
INSERT INTO erasure_record (seq, kind, cause, rule, at, data, prev_hash, hash)
VALUES (%(seq)s, %(kind)s, %(cause)s, %(rule)s, %(at)s, %(data)s, %(prev)s, %(hash)s)
"""


def record(
    tx: Connection, kind: Kind, cause: Cause, rule: str, data: Mapping[str, Any], now: datetime
) -> None:
    """Append to the chain; `data` holds ids, hashes and counts only."""
    tx.exec_driver_sql(_ALONE)
    head = tx.exec_driver_sql(_HEAD).first()
    seq, prev = (head.seq + 1, bytes(head.hash)) if head else (1, GENESIS)
    erasure = Erasure(seq, kind, cause, rule, now, data)
    values = {
        "seq": seq,
        "kind": kind,
        "cause": cause,
        "rule": rule,
        "at": now,
        "data": orjson.dumps(data).decode(),
        "prev": prev,
        "hash": digest(prev, erasure),
    }
    tx.exec_driver_sql(_APPEND, values)
