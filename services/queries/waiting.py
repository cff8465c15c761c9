"""What waits for the agents at this moment, counted: the page on which their day begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from services.direct import together
from services.queries import scope
from services.uow import query


@dataclass(frozen=True, slots=True)
class QueueCount:
    """Jobs that wait for one reason, the first since `since`."""

    queue: str
    jobs: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """`complaints` open, `unreplied` of them without a first reply; `appeals` against breaches without an answer;
    `reviews` bad and without an answer; `repairs` whose order line nobody found yet."""

    queues: tuple[QueueCount, ...]
    complaints: int
    unreplied: int
    appeals: int
    reviews: int
    repairs: int


_QUEUES = """
SELECT queue, count(*), min(queued_at) FROM job WHERE queue IS NOT NULL AND {condition}
 GROUP BY queue ORDER BY min(queued_at), queue
"""
_COUNTS = """
SELECT (SELECT count(*) FROM complaint c JOIN job ON job.id = c.job_id
         WHERE c.closed_at IS NULL AND {condition}),
       (SELECT count(*) FROM complaint c JOIN job ON job.id = c.job_id
         WHERE c.closed_at IS NULL AND c.first_reply_at IS NULL AND {condition}),
       (SELECT count(*) FROM breach JOIN job ON job.id = breach.job_id
         WHERE appealed_at IS NOT NULL AND coalesce(excused_at, declined_at, withdrawn_at) IS NULL AND {condition}),
       (SELECT count(*) FROM review WHERE bad AND answered_at IS NULL AND {shop}),
       (SELECT count(*) FROM service_request
         WHERE job_id IS NULL AND closed_at IS NULL AND (channel_id IS NULL OR {shop}))
"""


@query
def of(connection: Connection, actor: Actor) -> Waiting:
    """Within the agent's channels."""
    condition, params = scope.jobs(actor)
    shop = "true" if actor.channel_ids is None else "channel_id = ANY(%(channels)s)"
    queues, counts = together(
        connection,
        (_QUEUES.format(condition=condition), params),
        (_COUNTS.format(condition=condition, shop=shop), params),
    )
    return Waiting(tuple(QueueCount(*row) for row in queues), *counts.one())
