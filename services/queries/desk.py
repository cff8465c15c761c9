"""What waits for a dealer at this moment, counted: the page on which its people's day begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor, Role
from domain.calendar import local_date
from domain.desk import NAMES, Waits
from domain.penalties import APPEAL_WITHIN
from domain.statements import answer_by, end_of
from services.queries import breaches
from services.uow import query

EXPIRING = timedelta(days=30)  # so long before its end a certificate is to be renewed


@dataclass(frozen=True, slots=True)
class DeskLine:
    """Things of one kind: how many, and when the first of them runs out or ran out (None: it may wait)."""

    kind: str
    name: str
    count: int
    due_at: datetime | None


_COUNTS = f"""
SELECT 'offers' AS kind, count(*) AS waiting, min(expires_at) AS due
  FROM offer WHERE dealer_id = %(own)s AND status = 'open'
UNION ALL
SELECT 'urges', count(DISTINCT job.id), min(due_at) FROM clock JOIN job ON job.id = clock.job_id
 WHERE job.dealer_id = %(own)s AND clock.kind = 'urge_reply' AND stopped_at IS NULL
UNION ALL
SELECT CASE WHEN clock.stopped_at IS NULL THEN 'late' ELSE 'explain' END, count(*),
       CASE WHEN clock.stopped_at IS NULL THEN min(breach.due_at) END
  FROM breach JOIN clock ON clock.id = breach.clock_id
 WHERE {breaches.OWN} AND breach.level > 1 AND coalesce(acknowledged_at, excused_at, breach.withdrawn_at) IS NULL
   AND {breaches.LATEST.format(among=breaches.BESIDE)} GROUP BY clock.stopped_at IS NULL
UNION ALL
SELECT 'arrange', count(*), min((SELECT min(due_at) FROM clock WHERE job_id = job.id AND owner = 'dealer'
       AND kind IN ('name_installer', 'contact', 'book') AND stopped_at IS NULL AND paused_at IS NULL))
  FROM job WHERE dealer_id = %(own)s AND status = 'accepted'
UNION ALL
SELECT 'complaints', count(*), min((SELECT min(due_at) FROM clock WHERE job_id = c.job_id
       AND kind IN ('complaint_first_reply', 'complaint_close', 'safety') AND stopped_at IS NULL))
  FROM complaint c JOIN job ON job.id = c.job_id WHERE job.dealer_id = %(own)s AND c.closed_at IS NULL
UNION ALL
SELECT 'certificates', count(*), min((expires_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
  FROM certificate JOIN role_binding binding ON binding.person_id = certificate.person_id
 WHERE binding.dealer_id = %(own)s AND binding.role = 'installer' AND binding.status = 'active'
   AND expires_on <= %(renew)s
"""
_OWNERS = """
SELECT 'penalties' AS kind, count(*) AS waiting, min(imposed_at + %(within)s) AS due FROM penalty
 WHERE dealer_id = %(own)s AND appealed_at IS NULL AND imposed_at + %(within)s > %(now)s
UNION ALL
SELECT 'agreement', count(*), NULL FROM agreement
 WHERE version = (SELECT max(version) FROM agreement)
   AND EXISTS (SELECT 1 FROM alliance_membership WHERE dealer_id = %(own)s AND left_on IS NULL)
   AND NOT EXISTS (SELECT 1 FROM agreement_signature WHERE agreement_id = agreement.id AND dealer_id = %(own)s)
UNION ALL
SELECT 'people', count(*), NULL FROM role_binding WHERE dealer_id = %(own)s AND status = 'pending'
UNION ALL
SELECT 'transfers', count(*), NULL FROM wechat_bill bill JOIN payout ON payout.id = payout_id
 WHERE payout.dealer_id = %(own)s AND bill.person_id = %(person)s AND bill.state = 'waiting' AND ticket IS NOT NULL
"""
_DRAFTS = "SELECT month, drawn_at FROM statement WHERE dealer_id = %(own)s AND status = 'draft'"


@query
def waiting(connection: Connection, actor: Actor, now: datetime) -> tuple[DeskLine, ...]:
    """What runs out first is first; what is late is before it, what may wait after it. Nothing that is none."""
    own: dict[str, Any] = {"own": actor.dealer_id, "person": actor.person_id, "now": now}
    own |= {"within": APPEAL_WITHIN, "renew": local_date(now + EXPIRING)}
    counted = list(connection.exec_driver_sql(_COUNTS, own))
    lines = [_line(row.kind, row.waiting, row.due) for row in counted if row.waiting]
    if actor.role is Role.DEALER_OWNER:
        lines += _of_owners(connection, own, now)
    return tuple(sorted(lines, key=lambda line: (line.due_at is None, line.due_at or now)))


def _of_owners(connection: Connection, own: Mapping[str, Any], now: datetime) -> Iterator[DeskLine]:
    for row in connection.exec_driver_sql(_OWNERS, own):
        if row.waiting:
            yield _line(row.kind, row.waiting, row.due)
    over = [row for row in connection.exec_driver_sql(_DRAFTS, own) if end_of(row.month) <= now]
    if over:
        yield _line("statements", len(over), min(answer_by(row.month, row.drawn_at) for row in over))


def _line(kind: str, count: int, due_at: datetime | None) -> DeskLine:
    return DeskLine(kind, NAMES[Waits(kind)], count, due_at)
