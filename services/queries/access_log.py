"""Who looked at what: reveals, notes, complaints, remote-fee cases, photos; who signed in, was let in, was refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.uow import query


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One entry; ids only. `person_id`: whom it concerns, `actor_person_id`: who did it."""

    id: int
    at: datetime
    kind: str
    actor_person_id: int | None
    actor_role: str | None
    person_id: int | None
    job_id: int | None
    reason: str | None
    data: dict[str, Any]


_LIST = """
SELECT id, at, kind, actor_person_id, actor_role, person_id, job_id, reason, data FROM access_event
 WHERE (%(before)s::bigint IS NULL OR id < %(before)s) AND (%(kind)s::text IS NULL OR kind = %(kind)s)
   AND (%(job)s::bigint IS NULL OR job_id = %(job)s)
   AND (%(person)s::bigint IS NULL OR actor_person_id = %(person)s OR person_id = %(person)s)
 ORDER BY id DESC LIMIT %(limit)s
"""


@query
def listed(
    connection: Connection,
    person_id: int | None,
    job_id: int | None,
    kind: str | None,
    before: int | None,
    limit: int,
) -> list[AccessLine]:
    """Newest first, below `before`; of one person (doing or concerned), one job, one kind."""
    asked = {"person": person_id, "job": job_id, "kind": kind, "before": before, "limit": limit}
    return [AccessLine(*row) for row in connection.exec_driver_sql(_LIST, asked)]
