"""What waits for brand staff: open complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor, Role
from services.queries import scope
from services.uow import query


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """An open or closed complaint and when it was first answered."""

    id: int
    job_id: int
    dealer_id: int | None
    category: str
    opened_at: datetime
    first_reply_at: datetime | None
    closed_at: datetime | None
    verdict: str | None
    compensation_fen: int
    dealer_name: str | None
    product_name: str


def least_compensation(actor: Actor) -> int:
    """From which compensation on, in fen, a complaint is this reader's business."""
    return 1 if actor.role == Role.FINANCE else 0


_COMPLAINTS = """
SELECT c.id, c.job_id, job.dealer_id, c.category, c.opened_at, c.first_reply_at, c.closed_at, c.verdict,
       c.compensation_fen, coalesce(dealer.short_name, dealer.name), coalesce(product.name, job.sku)
  FROM complaint c JOIN job ON job.id = c.job_id LEFT JOIN dealer ON dealer.id = job.dealer_id
  LEFT JOIN product ON product.sku = job.sku
 WHERE (%(open)s::boolean IS NULL OR (c.closed_at IS NULL) = %(open)s)
   AND (%(job)s::bigint IS NULL OR c.job_id = %(job)s) AND c.compensation_fen >= %(least)s AND c.id > %(after)s
   AND {condition} ORDER BY c.id LIMIT %(limit)s
"""


@query
def complaints(
    connection: Connection,
    actor: Actor,
    is_open: bool | None,
    after: int,
    limit: int,
    job_id: int | None = None,
) -> list[ComplaintLine]:
    """Complaints about jobs within the actor's horizon, oldest first; finance sees those it owes a compensation for.

    `is_open` None: both.
    """
    condition, params = scope.jobs(actor)
    wanted = {"open": is_open, "job": job_id, "least": least_compensation(actor)}
    asked = params | wanted | {"after": after, "limit": limit}
    rows = connection.exec_driver_sql(_COMPLAINTS.format(condition=condition), asked)
    return [ComplaintLine(*row) for row in rows]
