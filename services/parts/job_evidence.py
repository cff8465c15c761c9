"""A job's evidence as one row: what was found on it as a whole, its score, and whether somebody must look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import evidence_score
from domain.evidence_policy import Policy
from domain.evidence_score import Score, Weighed
from domain.finding_words import Code
from domain.job import JobState
from services.parts import evidence_policies, journeys, serial_numbers

# The photo that proves a check-in outside is taken before it, far from the door (4): that is explained by the check-in.
_FINDINGS = """
SELECT f.code, f.weight, photo.status = 'active' FROM photo JOIN photo_finding f ON f.photo_id = photo.id
 WHERE photo.job_id = %(job)s
   AND NOT (f.code = 'taken_elsewhere' AND f.numbers ->> 'against' = '4' AND coalesce(
            (SELECT result = 'outside' FROM check_in WHERE job_id = %(job)s ORDER BY id DESC LIMIT 1), false))
 UNION ALL
SELECT code, weight, true FROM job_finding WHERE job_id = %(job)s
"""
_SCORE = """
INSERT INTO job_evidence (job_id, score, flagged, policy_version, computed_at)
VALUES (%(job)s, %(score)s, %(flagged)s, %(version)s, %(now)s)
ON CONFLICT (job_id) DO UPDATE SET score = excluded.score, flagged = excluded.flagged,
       policy_version = excluded.policy_version, computed_at = excluded.computed_at
"""
# What is found on a job stays found: a second submit may add to it, never take off.
_KEEP = """
INSERT INTO job_finding (job_id, code, weight, numbers, policy_version, found_at)
VALUES (%(job)s, %(code)s, %(weight)s, %(numbers)s::jsonb, %(version)s, %(now)s)
ON CONFLICT (job_id, code) DO NOTHING
"""
_OUTSIDE = """
SELECT result, distance_m FROM check_in WHERE job_id = %(job)s ORDER BY id DESC LIMIT 1
"""
_SHARED = """
SELECT count(DISTINCT person_id) FROM session
 WHERE role = 'installer' AND person_id <> %(person)s AND last_seen > %(since)s
   AND device_id IN (SELECT device_id FROM photo WHERE job_id = %(job)s AND installer_id = %(person)s
                     UNION SELECT %(device)s::text)
"""


def rescore(tx: Connection, job_id: int, policy: Policy, now: datetime) -> Score:
    """The job's score from all findings stored, written to `job_evidence`."""
    rows = tx.exec_driver_sql(_FINDINGS, {"job": job_id})
    made = evidence_score.score([Weighed(*row) for row in rows], policy)
    values = {
        "job": job_id,
        "score": made.score,
        "flagged": made.flagged,
        "version": policy.version,
        "now": now,
    }
    tx.exec_driver_sql(_SCORE, values)
    return made


def judge(
    tx: Connection,
    job: JobState,
    serials: tuple[str, ...],
    device_id: str | None,
    at: datetime,
    now: datetime,
) -> Score:
    """Look at a job that is handed in: its installer's day, phone and serial numbers; then the score.

    `at` is the judged time of handing in. What came from a phone without a network is judged now, all together.
    """
    policy = evidence_policies.policy_for(tx, job.category_code, now)
    found = dict(_on_job(tx, job, serials, device_id, at, now, policy))
    for code, numbers in found.items():
        values = {
            "job": job.id,
            "code": str(code),
            "weight": policy.weights[code],
            "numbers": orjson.dumps(numbers).decode(),
            "version": policy.version,
            "now": now,
        }
        tx.exec_driver_sql(_KEEP, values)
    return rescore(tx, job.id, policy, now)


def _on_job(
    tx: Connection,
    job: JobState,
    serials: tuple[str, ...],
    device_id: str | None,
    at: datetime,
    now: datetime,
    policy: Policy,
) -> Iterator[tuple[Code, Mapping[str, Any]]]:
    place = tx.exec_driver_sql(_OUTSIDE, {"job": job.id}).first()
    if place is not None and place.result == "outside":
        yield Code.CHECKED_IN_OUTSIDE, {"metres": place.distance_m}
    leg = journeys.impossible_leg(tx, job, at, now, policy)
    if leg is not None:
        yield Code.IMPOSSIBLE_TRAVEL, leg.numbers(policy)
    since = now - timedelta(days=policy.shared_days)
    asked = {"person": job.installer_id, "since": since, "job": job.id, "device": device_id}
    people = tx.exec_driver_sql(_SHARED, asked).scalar_one()
    if people:
        yield Code.SHARED_DEVICE, {"days": policy.shared_days, "people": people}
    before = serial_numbers.installed_before(tx, job, serials)
    if before:
        first = before[0]
        days = max(0, (now - first.at).days)
        numbers = {"serials": len({one.serial for one in before}), "job_id": first.job_id, "days": days}
        yield Code.SERIAL_INSTALLED_BEFORE, numbers
