"""Side effects leave through outbox rows written in the transaction of their cause; drains deliver them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from models.notice import Outbox


@dataclass(frozen=True, slots=True)
class Owed:
    """Something to be done outside: `dedupe_key` makes it once, `payload` holds ids and codes only."""

    kind: str
    dedupe_key: str
    payload: Mapping[str, Any]
    job_id: int | None = None
    person_id: int | None = None


def put(tx: Connection, owed: Iterable[Owed], now: datetime) -> None:
    """Write what is owed; what is owed already stays as it is."""
    rows = [
        {
            "kind": item.kind,
            "dedupe_key": item.dedupe_key,
            "payload": dict(item.payload),
            "job_id": item.job_id,
            "person_id": item.person_id,
            "created_at": now,
            "next_at": now,
        }
        for item in owed
    ]
    if rows:
        tx.execute(insert(Outbox).values(rows).on_conflict_do_nothing(index_elements=["dedupe_key"]))
