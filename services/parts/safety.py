"""Danger reported: nothing of the customer's is erased, and who caused it goes to nobody until it is cleared.

One tap of a customer stops an installer at once, so the way back is short too: the agent who called the customer lifts
it in one deed, and a complaint that is not upheld lifts it by itself. The dealer's owner cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.job import JobState
from services.parts import access, outbox

_HOLD = "INSERT INTO legal_hold (job_id, reason, placed_at) VALUES (%(job)s, 'safety', %(now)s)"
# His sessions end with the role: a suspended binding opens none, and those open must not go on. `suspended`: whether
# lifting gives the role back; who was suspended for something else stays so.
_STOP = """
WITH held AS (
    SELECT id, dealer_id, status FROM role_binding
     WHERE person_id = %(installer)s AND role = 'installer' AND status IN ('active', 'suspended') FOR UPDATE),
stop AS (
    INSERT INTO safety_stop (complaint_id, binding_id, suspended, at)
    SELECT %(complaint)s, held.id, held.status = 'active' OR EXISTS (
           SELECT 1 FROM safety_stop earlier
            WHERE earlier.binding_id = held.id AND earlier.lifted_at IS NULL AND earlier.suspended), %(now)s
      FROM held),
stopped AS (
    UPDATE role_binding SET status = 'suspended' FROM held WHERE role_binding.id = held.id AND held.status = 'active'),
ended AS (
    UPDATE session SET revoked_at = %(now)s FROM held WHERE session.binding_id = held.id AND session.revoked_at IS NULL)
SELECT id, dealer_id FROM held ORDER BY id
"""


def secure(tx: Connection, job: JobState, complaint_id: int, now: datetime) -> None:
    """Lay the legal hold on the customer's data and stop the job's installer, if there is one, at every dealer.

    His booked jobs go back to the dealer's desk, what he has begun is held for an agent; all concerned are told.
    """
    tx.exec_driver_sql(_HOLD, {"job": job.id, "now": now})
    owed = [_notice("safety_opened", job, complaint_id, {"audience": "agents"})]
    if job.installer_id is not None:
        asked = {"installer": job.installer_id, "complaint": complaint_id, "now": now}
        bindings = tx.exec_driver_sql(_STOP, asked).all()
        owed.append(_told(job.installer_id, "safety_stopped", job, complaint_id))
        for binding in bindings:
            owed += _at_dealer(job, binding.dealer_id, complaint_id)
            access.note(
                tx, "safety_stopped", now, person_id=job.installer_id, job_id=job.id, binding_id=binding.id,
                complaint_id=complaint_id,
            )  # fmt: skip
    outbox.put(tx, owed, now)


def _notice(template: str, job: JobState, complaint_id: int, to: Mapping[str, Any]) -> outbox.Owed:
    dealer = "".join(f":{dealer_id}" for dealer_id in to.get("dealer_ids", ()))
    return outbox.Owed(
        "notice", f"{template}:{complaint_id}{dealer}", {"template": template, **to}, job_id=job.id
    )


def _told(person_id: int, template: str, job: JobState, complaint_id: int) -> outbox.Owed:
    key = f"{template}:{complaint_id}:person"
    return outbox.Owed("notice", key, {"template": template}, job_id=job.id, person_id=person_id)


def _at_dealer(job: JobState, dealer_id: int, complaint_id: int) -> list[outbox.Owed]:
    payload = {"person_id": job.installer_id, "dealer_id": dealer_id, "status": "suspended"}
    left = outbox.Owed(
        "installer_left", f"installer_left:complaint:{complaint_id}:{dealer_id}", payload, job_id=job.id
    )
    told = _notice("safety_desk", job, complaint_id, {"audience": "desk", "dealer_ids": [dealer_id]})
    return [left, told]


_LIFT = """
WITH lifted AS (
    UPDATE safety_stop SET lifted_at = %(now)s, lifted_by = %(by)s
     WHERE complaint_id = %(complaint)s AND lifted_at IS NULL RETURNING binding_id, suspended)
UPDATE role_binding SET status = CASE WHEN lifted.suspended AND role_binding.status = 'suspended' AND NOT EXISTS (
           SELECT 1 FROM safety_stop other WHERE other.binding_id = role_binding.id AND other.lifted_at IS NULL
              AND other.complaint_id <> %(complaint)s) THEN 'active' ELSE role_binding.status END
  FROM lifted WHERE role_binding.id = lifted.binding_id
RETURNING role_binding.id, role_binding.person_id, role_binding.dealer_id, role_binding.status
"""
_BEGUN = """
SELECT id FROM job WHERE installer_id = %(person)s AND dealer_id = %(dealer)s AND status = 'on_site'
   AND held = 'installer_stopped' ORDER BY id
"""


def lift(tx: Connection, actor: Actor, job: JobState, complaint_id: int, now: datetime) -> list[int]:
    """End what this complaint stopped; the jobs he had begun, to be released. Another danger still open keeps him."""
    asked = {"complaint": complaint_id, "now": now, "by": actor.person_id}
    owed, begun = [], []
    for row in tx.exec_driver_sql(_LIFT, asked).all():
        access.note(
            tx, "safety_stop_lifted", now, actor, person_id=row.person_id, job_id=job.id, binding_id=row.id,
            complaint_id=complaint_id,
        )  # fmt: skip
        if row.status != "active":
            continue
        here = {"person": row.person_id, "dealer": row.dealer_id}
        begun += [one.id for one in tx.exec_driver_sql(_BEGUN, here)]
        owed.append(_told(row.person_id, "safety_lifted", job, complaint_id))
        to = {"audience": "desk", "dealer_ids": [row.dealer_id]}
        owed.append(_notice("safety_lifted", job, complaint_id, to))
    outbox.put(tx, owed, now)
    return begun


_OPEN = """
SELECT EXISTS (SELECT 1 FROM safety_stop WHERE complaint_id = %(complaint)s AND lifted_at IS NULL) AS stopped,
       EXISTS (SELECT 1 FROM complaint WHERE id = %(complaint)s AND closed_at IS NOT NULL) OR EXISTS (
           SELECT 1 FROM job_event WHERE job_id = %(job)s AND action = 'safety_called'
              AND data -> 'complaint_id' = to_jsonb(%(complaint)s::bigint)) AS heard
"""


def standing(tx: Connection, job_id: int, complaint_id: int | None) -> tuple[bool, bool]:
    """(somebody is stopped by this complaint of the job, the customer was called or the complaint is closed)"""
    row = tx.exec_driver_sql(_OPEN, {"job": job_id, "complaint": complaint_id}).one()
    return row.stopped, row.heard


_STOPPED = """
SELECT EXISTS (SELECT 1 FROM safety_stop stop JOIN role_binding b ON b.id = stop.binding_id
                WHERE b.person_id = %(person)s AND stop.lifted_at IS NULL)
"""


def is_stopped(tx: Connection, person_id: int) -> bool:
    """Whether a danger of which somebody complained still keeps this person from every job."""
    return bool(tx.exec_driver_sql(_STOPPED, {"person": person_id}).scalar_one())
