"""Where an installer's phone was over a day, over all his jobs: what `domain.travel` is asked about.

Only certain times: a check-in whose phone's word was not believed carries `told_at` in its event and counts as of its
receipt, hours after; from it nothing can be said about the way. A photo counts with the camera's own moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.evidence_policy import Policy
from domain.job import JobState
from domain.travel import Leg, Stop, impossible
from services.direct import Asked
from services.parts import phone_clocks
from services.parts.rounds import point_of
from services.personal import Erased, reveal, unwrap
from services.queries.photos import SEALED_AS

DAY = timedelta(hours=24)
# The last dozen jobs: no honest day has more doors, and what is asked for every job handed in must have an end.
_JOBS = """
SELECT job_id FROM (
    SELECT job_id, occurred_at FROM job_event
     WHERE actor_role = 'installer' AND actor_id = %(person)s AND occurred_at > %(since)s AND occurred_at <= %(until)s
     ORDER BY occurred_at DESC LIMIT 300) lately
 GROUP BY job_id ORDER BY max(occurred_at) DESC LIMIT 12
"""
_CHECK_INS = """
SELECT c.job_id, c.occurred_at, c.place, subject.wrapped_key
  FROM check_in c JOIN subject ON subject.id = c.subject_id
 WHERE c.job_id = ANY(%(jobs)s) AND c.installer_id = %(person)s AND c.place IS NOT NULL AND c.occurred_at > %(since)s
   AND NOT EXISTS (SELECT 1 FROM job_event e WHERE e.job_id = c.job_id AND e.action = 'check_in'
                      AND e.received_at = c.received_at AND jsonb_exists(e.data, 'told_at'))
"""
# The first and the last of each job: what lies between says nothing more about the ways.
_PHOTOS = """
SELECT photo.job_id, photo.captured_at, photo.received_at, photo.device_id, photo.place, subject.wrapped_key
  FROM (SELECT id, row_number() OVER (PARTITION BY job_id ORDER BY captured_at, id) AS first,
               row_number() OVER (PARTITION BY job_id ORDER BY captured_at DESC, id DESC) AS last
          FROM photo WHERE job_id = ANY(%(jobs)s) AND installer_id = %(person)s AND capture = 'camera'
           AND place IS NOT NULL AND captured_at > %(since)s) edge
  JOIN photo ON photo.id = edge.id JOIN subject ON subject.id = photo.subject_id
 WHERE edge.first = 1 OR edge.last = 1
"""


def asking(job: JobState, at: datetime, now: datetime) -> Asked:
    """The statement that finds the jobs of this installer's 24 hours before `at`."""
    return _JOBS, {"person": job.installer_id, "since": at - DAY, "until": now}


def impossible_leg(
    tx: Connection, job: JobState, jobs: Sequence[int], at: datetime, now: datetime, policy: Policy
) -> Leg | None:
    """The way nobody drives among the stops at `jobs`, which `asking` found; None: nothing certain."""
    if len(jobs) < 2:
        return None
    asked: dict[str, Any] = {"person": job.installer_id, "since": at - DAY, "jobs": jobs}
    return impossible([*_check_ins(tx, asked), *_photos(tx, asked, now, policy)], policy)


def _check_ins(tx: Connection, asked: dict[str, Any]) -> Iterator[Stop]:
    for row in tx.exec_driver_sql(_CHECK_INS, asked).all():
        point = point_of(_opened(row, "check_in.place"))
        if point is not None:
            yield Stop(row.job_id, row.occurred_at, point)


def _photos(tx: Connection, asked: dict[str, Any], now: datetime, policy: Policy) -> Iterator[Stop]:
    for row in tx.exec_driver_sql(_PHOTOS, asked).all():
        at = phone_clocks.skew_of(tx, row.device_id, now).on_our_clock(row.captured_at)
        point = point_of((_opened(row, SEALED_AS) or {}).get("point"))
        if point is not None and at is not None and at <= row.received_at + policy.skew:
            yield Stop(row.job_id, at, point)


def _opened(row: Any, sealed_as: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = reveal(unwrap(row.wrapped_key), sealed_as, row.place)
    except Erased:
        return None
    return found
