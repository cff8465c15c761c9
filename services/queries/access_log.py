"""Who looked at what: reveals, notes, complaints, remote-fee cases, photos; who signed in, was let in, was refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.queries.people import opened
from services.uow import query


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One entry. `person_id`: whom it concerns, `actor_person_id`: who did it, if anybody known did.

    `actor_role`: acted in, or of the session that was opened.
    `actor_name`: of who did it or came in, of staff alone: a customer's name is revealed elsewhere, on record.
    """

    id: int
    at: datetime
    kind: str
    actor_person_id: int | None
    actor_name: str | None
    actor_role: str | None
    person_id: int | None
    job_id: int | None
    reason: str | None
    data: dict[str, Any]


_LIST = """
SELECT e.id, at, e.kind, actor_person_id, coalesce(actor_role, opened.role) AS actor_role, e.person_id, e.job_id,
       reason, data, wrapped_key, personal
  FROM access_event e LEFT JOIN session opened ON opened.id = (data ->> 'session_id')::bigint
  LEFT JOIN person p ON p.id = coalesce(actor_person_id, e.person_id) AND actor_role IS DISTINCT FROM 'customer'
        AND EXISTS (SELECT 1 FROM role_binding WHERE person_id = p.id AND role <> 'customer')
  LEFT JOIN subject s ON s.id = p.subject_id
 WHERE (%(before)s::bigint IS NULL OR e.id < %(before)s) AND (%(kind)s::text IS NULL OR e.kind = %(kind)s)
   AND (%(job)s::bigint IS NULL OR e.job_id = %(job)s)
   AND (%(person)s::bigint IS NULL OR actor_person_id = %(person)s OR e.person_id = %(person)s)
 ORDER BY e.id DESC LIMIT %(limit)s
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
    return [_line(row) for row in connection.exec_driver_sql(_LIST, asked)]


def _line(row: Any) -> AccessLine:
    known = opened(row.wrapped_key, row.personal)
    columns = {name: getattr(row, name) for name in AccessLine.__slots__ if name != "actor_name"}
    return AccessLine(**columns, actor_name=known.get("name"))
