"""An auditor's own pace and how often others agreed; nobody else's, and nothing of a round that is still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from domain.actors import Actor
from domain.reports import Period
from services.uow import query


@dataclass(frozen=True, slots=True)
class PaceDay:
    """A day's verdicts. `median_seconds` from one verdict to the next, pauses of half an hour and more left out."""

    day: date
    verdicts: int
    passed: int
    evidence: int
    work: int
    median_seconds: int | None


@dataclass(frozen=True, slots=True)
class OwnAudits:
    """`second_looks`: settled rounds in which another person spoke, too; `agreed`: said the same of verdict, fault
    and fraud; `held`: the verdict that held in the end was one's own.
    """

    since: date
    until: date
    days: tuple[PaceDay, ...]
    second_looks: int
    agreed: int
    held: int


_DAYS = """
SELECT day, count(*), count(*) FILTER (WHERE verdict = 'pass'), count(*) FILTER (WHERE verdict = 'evidence'),
       count(*) FILTER (WHERE verdict = 'work'),
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) FILTER (WHERE gap < 1800))::int
  FROM (SELECT verdict, (at AT TIME ZONE 'Asia/Shanghai')::date AS day,
               extract(epoch FROM at - lag(at) OVER (ORDER BY at)) AS gap
          FROM audit_verdict WHERE person_id = %(me)s AND at >= %(from)s AND at < %(until)s) said
 GROUP BY day ORDER BY day
"""
# What held in a round was said last: the second of two who agree, or the third.
_LOOKS = """
SELECT count(*), count(*) FILTER (WHERE said IS NOT DISTINCT FROM other),
       count(*) FILTER (WHERE said IS NOT DISTINCT FROM held)
  FROM (SELECT (mine.verdict, mine.fault, mine.fraud) AS said, (other.verdict, other.fault, other.fraud) AS other,
               (last.verdict, last.fault, last.fraud) AS held
          FROM audit_verdict mine JOIN audit a ON a.job_id = mine.job_id AND mine.round < a.round
          JOIN audit_verdict other ON other.job_id = mine.job_id AND other.round = mine.round
                                  AND other.turn = 3 - mine.turn
          JOIN LATERAL (SELECT * FROM audit_verdict v WHERE v.job_id = mine.job_id AND v.round = mine.round
                         ORDER BY v.turn DESC LIMIT 1) last ON true
         WHERE mine.person_id = %(me)s AND mine.at >= %(from)s AND mine.at < %(until)s) looks
"""


@query
def of(connection: Connection, actor: Actor, period: Period) -> OwnAudits:
    """The caller's own verdicts of the period."""
    asked = {"me": actor.person_id, "from": period.start, "until": period.end}
    days = tuple(PaceDay(*row) for row in connection.exec_driver_sql(_DAYS, asked))
    looks = connection.exec_driver_sql(_LOOKS, asked).one()
    return OwnAudits(period.since, period.until, days, *looks)
