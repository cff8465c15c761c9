"""The clock of an appeal: how long the agents have to answer the dealer. It runs like every other one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.clock_policies import Place, applied
from domain.clocks import Zone, levels, started_by
from services.parts import policies

_START = """
INSERT INTO clock (job_id, kind, family, owner, turn, counts, window_s, starts_at, notice_at, due_at, severe_at,
                   next_at, provisional)
SELECT %(job)s, %(kind)s, %(family)s, %(owner)s, 1 + coalesce(max(turn), 0), %(counts)s, %(window_s)s, %(at)s,
       %(notice)s, %(due)s, %(severe)s,
       %(notice)s, %(provisional)s
  FROM clock WHERE job_id = %(job)s AND kind = %(kind)s AND family = %(family)s
RETURNING id
"""


def start(tx: Connection, job: Any, at: datetime) -> int:
    """Start the clock on a locked job (`job_id`, `channel_id`, `category_code`, `zone`); its id."""
    place = Place(job.channel_id, job.category_code, job.zone)
    default = started_by("breach_appealed", Zone(job.zone))
    [policy] = applied(default, policies.OVERRIDES.get(tx), place, at)
    assert policy.window is not None, "only the booked window has none"
    when = levels(at, policy.window, policy.counts, policies.CALENDAR.get(tx))
    values = {
        "job": job.job_id,
        "kind": policy.kind,
        "family": policy.family,
        "owner": policy.owner,
        "counts": policy.counts,
        "window_s": int(policy.window.total_seconds()),
        "at": at,
        "notice": when.notice_at,
        "due": when.breach_at,
        "severe": when.severe_at,
        "provisional": when.provisional,
    }
    return int(tx.exec_driver_sql(_START, values).scalar_one())


_STOP = """
UPDATE clock SET stopped_at = %(at)s, next_at = CASE WHEN next_at <= %(at)s THEN next_at END
 WHERE stopped_at IS NULL AND id IN (SELECT appeal_clock_id FROM breach WHERE clock_id = %(clock)s AND {which})
"""


def answered(tx: Connection, clock_id: int, at: datetime, breach_id: int | None = None) -> None:
    """Stop the appeal clocks of one breach, or of every breach of that clock."""
    which = "true" if breach_id is None else "id = %(breach)s"
    tx.exec_driver_sql(_STOP.format(which=which), {"clock": clock_id, "at": at, "breach": breach_id})


_STOP_ONE = """
UPDATE clock SET stopped_at = %(at)s, next_at = CASE WHEN next_at <= %(at)s THEN next_at END
 WHERE id = %(clock)s AND stopped_at IS NULL
"""


def stop(tx: Connection, clock_id: int, at: datetime) -> None:
    """Stop one clock by its id: an appeal that is no breach's was answered."""
    tx.exec_driver_sql(_STOP_ONE, {"clock": clock_id, "at": at})
