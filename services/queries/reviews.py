"""Platform reviews as people read them: the brand within its channels, a dealer those of its own jobs and shops.

A dealer reads the words without the customer's name and without numbers one could call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import BRAND_ROLES, Actor
from domain.causes import CAUSES
from domain.errors import NotFound
from domain.reviews import masked
from services.parts.reviews import opened
from services.queries import said, turns
from services.uow import query


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A review. `text` None: erased with its customer. `cause`: as a person said it, else as the words name it."""

    id: int
    channel_id: int
    channel_name: str
    platform_id: str
    score: int
    bad: bool
    cause: str | None
    cause_name: str | None
    cause_given: bool
    reviewed_at: datetime
    follow_up_at: datetime | None
    order_number: str | None
    sku: str | None
    order_line_id: int | None
    job_id: int | None
    dealer_id: int | None
    linked_by: str | None
    text: str | None
    follow_up: str | None
    answer: str | None
    answered_at: datetime | None
    complaint_id: int | None


@dataclass(frozen=True, slots=True)
class ReviewFilters:
    """Which ones: `state` all, bad, unanswered (bad ones), loose."""

    state: str = "all"
    channel_id: int | None = None
    job_id: int | None = None
    sku: str | None = None


_STATES = {
    "all": "true",
    "bad": "review.bad",
    "unanswered": "review.bad AND review.answered_at IS NULL",
    "loose": "review.order_line_id IS NULL",
}
STATES = tuple(_STATES)
_WAITING = ("unanswered", "loose")
_ROWS = """
SELECT review.*, channel.name AS channel_name, job.dealer_id, coalesce(review.sku, line.sku) AS known_sku,
       subject.wrapped_key, o.personal, given.cause, given.given_by IS NOT NULL AS stated
  FROM review JOIN channel ON channel.id = review.channel_id JOIN subject ON subject.id = review.subject_id
  LEFT JOIN job ON job.id = review.job_id LEFT JOIN order_line line ON line.id = review.order_line_id
  LEFT JOIN customer_order o ON o.id = line.order_id
  LEFT JOIN cause_given given ON given.source = 'review' AND given.source_id = review.id
 WHERE {horizon}
"""
_LISTED = """
   AND (%(channel)s::bigint IS NULL OR review.channel_id = %(channel)s)
   AND (%(job)s::bigint IS NULL OR review.job_id = %(job)s)
   AND (%(sku)s::text IS NULL OR coalesce(review.sku, line.sku) = %(sku)s) AND {state}
   AND {turn} LIMIT %(most)s
"""


@query
def listed(
    connection: Connection, actor: Actor, wanted: ReviewFilters, cursor: int | None, limit: int
) -> list[ReviewCard]:
    """Within the actor's horizon: newest first, those that wait for somebody oldest first."""
    horizon, params = _horizon(actor)
    values = {"cursor": cursor, "channel": wanted.channel_id, "job": wanted.job_id, "sku": wanted.sku}
    turn = turns.by_id("review.id", oldest=wanted.state in _WAITING)
    sql = _ROWS.format(horizon=horizon) + _LISTED.format(state=_STATES[wanted.state], turn=turn)
    rows = connection.exec_driver_sql(sql, {**params, **values, "most": limit})
    return [_card(row, actor) for row in rows]


@query
def card(connection: Connection, actor: Actor, review_id: int) -> ReviewCard:
    """One review; `NotFound` outside the actor's horizon."""
    horizon, params = _horizon(actor)
    sql = _ROWS.format(horizon=horizon) + " AND review.id = %(id)s"
    row = connection.exec_driver_sql(sql, {**params, "id": review_id}).first()
    if row is None:
        raise NotFound
    return _card(row, actor)


def _horizon(actor: Actor) -> tuple[str, dict[str, Any]]:
    if actor.role in BRAND_ROLES:
        if actor.channel_ids is None:
            return "true", {}
        return "review.channel_id = ANY(%(channels)s)", {"channels": sorted(actor.channel_ids)}
    if actor.dealer_id is None:
        return "false", {}
    return "(job.dealer_id = %(dealer)s OR channel.operator_dealer_id = %(dealer)s)", {
        "dealer": actor.dealer_id
    }


def _card(row: Any, actor: Actor) -> ReviewCard:
    words = opened(row.wrapped_key, row.words)
    cause = row.cause if row.bad else None
    of = said.whose(row.wrapped_key, row.personal)

    def shown(part: str) -> str | None:
        text = words.get(part)
        return text if text is None or actor.role in BRAND_ROLES else masked(text, *of)

    return ReviewCard(
        row.id, row.channel_id, row.channel_name, row.platform_id, row.score, row.bad, cause, CAUSES.get(cause or ""),
        row.stated, row.reviewed_at, row.follow_up_at, row.order_number, row.known_sku,
        row.order_line_id, row.job_id, row.dealer_id, row.linked_by, shown("text"), shown("follow_up"),
        shown("answer"), row.answered_at, row.complaint_id,
    )  # fmt: skip
