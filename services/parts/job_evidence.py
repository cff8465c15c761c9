"""A job's evidence as one row: what was found on it as a whole, its score, and whether somebody must look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import evidence_score
from domain.evidence_policy import Policy
from domain.evidence_score import Weighed
from domain.finding_words import Code
from domain.job import JobState
from services.direct import Asked, together
from services.parts import evidence_policies, journeys, serial_numbers
from services.parts.serial_numbers import Installed

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


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A job as its installer hands it in; `at` is the judged time of it."""

    job: JobState
    serials: tuple[str, ...]
    device_id: str | None
    at: datetime
    now: datetime


def rescore(tx: Connection, job_id: int, policy: Policy, now: datetime) -> None:
    """The job's score from all findings stored, written to `job_evidence`."""
    tx.exec_driver_sql(*_scoring(job_id, tx.exec_driver_sql(_FINDINGS, {"job": job_id}), policy, now))


def _scoring(job_id: int, rows: Iterable[Any], policy: Policy, now: datetime) -> Asked:
    made = evidence_score.score([Weighed(*row) for row in rows], policy)
    return _SCORE, {
        "job": job_id,
        "score": made.score,
        "flagged": made.flagged,
        "version": policy.version,
        "now": now,
    }


def judge(tx: Connection, this: HandedIn) -> Asked:
    """Look at a job handed in: its installer's day, phone and serial numbers; returns what writes the score.

    What came from a phone without a network is judged now, all together.
    """
    job, now = this.job, this.now
    own = {"job": job.id, "person": job.installer_id, "device": this.device_id}
    policies, findings, check_ins, jobs, *rest = together(
        tx,
        evidence_policies.asking(job.category_code, now),
        (_FINDINGS, own),
        (_OUTSIDE, own),
        journeys.asking(job, this.at, now),
        *((serial_numbers.asking_before(job, this.serials),) if this.serials else ()),
    )
    policy = evidence_policies.policy_of(policies, job.category_code, now)
    found = dict(_on_place(check_ins.first()))
    leg = journeys.impossible_leg(tx, job, jobs.scalars(), this.at, now, policy)
    if leg is not None:
        found[Code.IMPOSSIBLE_TRAVEL] = leg.numbers(policy)
    people = tx.exec_driver_sql(
        _SHARED, own | {"since": now - timedelta(days=policy.shared_days)}
    ).scalar_one()
    if people:
        found[Code.SHARED_DEVICE] = {"days": policy.shared_days, "people": people}
    found |= _on_serials(serial_numbers.installed_before(rest[0] if rest else ()), now)
    for code, numbers in found.items():
        _keep(tx, job.id, code, numbers, policy, now)
    return _scoring(job.id, tx.exec_driver_sql(_FINDINGS, own) if found else findings, policy, now)


def _keep(
    tx: Connection, job_id: int, code: Code, numbers: Mapping[str, Any], policy: Policy, now: datetime
) -> None:
    values = {
        "job": job_id,
        "code": str(code),
        "weight": policy.weights[code],
        "numbers": orjson.dumps(numbers).decode(),
        "version": policy.version,
        "now": now,
    }
    tx.exec_driver_sql(_KEEP, values)


def _on_place(check_in: Any) -> dict[Code, Mapping[str, Any]]:
    if check_in is None or check_in.result != "outside":
        return {}
    return {Code.CHECKED_IN_OUTSIDE: {"metres": check_in.distance_m}}


def _on_serials(before: Sequence[Installed], now: datetime) -> dict[Code, Mapping[str, Any]]:
    if not before:
        return {}
    first = before[0]
    days = max(0, (now - first.at).days)
    numbers = {"serials": len({one.serial for one in before}), "job_id": first.job_id, "days": days}
    return {Code.SERIAL_INSTALLED_BEFORE: numbers}
