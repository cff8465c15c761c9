"""Saying why somebody was unhappy, where what follows from the case itself is not it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.causes import CAUSES
from domain.errors import NotFound
from services.uow import use_case


@dataclass(frozen=True, slots=True)
class CauseStated:
    """A case and its cause."""

    source: str
    source_id: int
    cause: str
    cause_name: str


_CHANNEL = {
    "complaint": "SELECT channel_id FROM complaint JOIN job ON job.id = job_id WHERE complaint.id = %(id)s",
    "review": "SELECT channel_id FROM review WHERE id = %(id)s",
    "abort": """SELECT channel_id FROM job WHERE id = %(id)s
        AND EXISTS (SELECT 1 FROM job_event WHERE job_id = job.id AND action = 'abort_visit')""",
    "return_visit": "SELECT channel_id FROM job WHERE id = %(id)s AND kind = 'return_visit'",
}
_GIVE = """
INSERT INTO cause_given (source, source_id, cause, given_by, given_at)
VALUES (%(source)s, %(id)s, %(cause)s, %(by)s, %(now)s)
ON CONFLICT (source, source_id) DO UPDATE
   SET cause = excluded.cause, given_by = excluded.given_by, given_at = excluded.given_at
"""


@use_case
def give(tx: Connection, actor: Actor, source: str, source_id: int, cause: str, now: datetime) -> CauseStated:
    """The last word counts; `NotFound` for no such case within the actor's channels."""
    channel_id = tx.exec_driver_sql(_CHANNEL[source], {"id": source_id}).scalar()
    if channel_id is None or (actor.channel_ids is not None and channel_id not in actor.channel_ids):
        raise NotFound
    values = {"source": source, "id": source_id, "cause": cause, "by": actor.person_id, "now": now}
    tx.exec_driver_sql(_GIVE, values)
    return CauseStated(source, source_id, cause, CAUSES[cause])
