"""Locking a job and asking whether this actor may know of it."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection

from domain.actions import Action
from domain.actors import BRAND_ROLES, DEALER_ROLES, Actor, Role
from domain.errors import NotFound
from domain.job import JobState

COLUMNS = ", ".join(f"job.{field.name}" for field in fields(JobState))
LOCK = f"SELECT {COLUMNS} FROM job WHERE id = %(id)s FOR UPDATE"
_OFFERED = """
SELECT 1 FROM offer
 WHERE job_id = %(id)s AND dealer_id = %(dealer)s AND status IN ('open', 'withdrawn', 'expired')
"""
_ANSWERS = (Action.ACCEPT, Action.DECLINE)
_OWN_ORDER = """
SELECT 1 FROM order_line JOIN customer_order o ON o.id = order_line.order_id
  JOIN person ON person.phone_lookup = o.phone_lookup
 WHERE order_line.id = %(line)s AND person.id = %(person)s
"""


def lock(tx: Connection, job_id: int) -> JobState:
    """The job, locked until the transaction ends; NotFound."""
    row = tx.exec_driver_sql(LOCK, {"id": job_id}).first()
    if row is None:
        raise NotFound
    return JobState(*row)


_PHONE = """
SELECT max(occurred_at) FROM job_event
 WHERE actor_role = 'installer' AND actor_id = %(person)s AND device_id IS NOT DISTINCT FROM %(device)s::text
   AND action <> 'take_photo'
"""


def last_of_phone(tx: Connection, actor: Actor) -> datetime | None:
    """When the last deed happened that was acknowledged to this installer's phone; sessions without one are one."""
    found: datetime | None = tx.exec_driver_sql(
        _PHONE, {"person": actor.person_id, "device": actor.device_id}
    ).scalar()
    return found


_OF_JOB = "SELECT 1 FROM photo WHERE id = %(photo)s AND job_id = %(id)s AND status <> 'complaint'"


def require_photo_of(tx: Connection, job: JobState, photo_id: int) -> None:
    """A photo named as proof must be one of this job's; NotFound otherwise."""
    if tx.exec_driver_sql(_OF_JOB, {"photo": photo_id, "id": job.id}).first() is None:
        raise NotFound("没有这张照片")


def require_known(tx: Connection, actor: Actor, job: JobState, action: Action | None = None) -> None:
    """NotFound when the actor may not do `action` to this job at all; every role has its own horizon.

    A dealer that was only asked may answer, also when it lost the race (409 then), and do nothing else.
    """
    if not _knows(tx, actor, job, action):
        raise NotFound


def _knows(tx: Connection, actor: Actor, job: JobState, action: Action | None) -> bool:
    if actor.role == Role.SYSTEM:
        return True
    if actor.role in BRAND_ROLES:
        return actor.channel_ids is None or job.channel_id in actor.channel_ids
    if actor.role in DEALER_ROLES:
        return _dealer_knows(tx, actor, job, action)
    if actor.role == Role.CUSTOMER:
        return _customer_knows(tx, actor, job)
    return False


def _dealer_knows(tx: Connection, actor: Actor, job: JobState, action: Action | None) -> bool:
    if actor.dealer_id is None:
        return False
    if job.dealer_id == actor.dealer_id:
        return actor.role != Role.INSTALLER or job.installer_id == actor.person_id
    if actor.role == Role.INSTALLER or action not in _ANSWERS:
        return False
    return tx.exec_driver_sql(_OFFERED, {"id": job.id, "dealer": actor.dealer_id}).first() is not None


def _customer_knows(tx: Connection, actor: Actor, job: JobState) -> bool:
    if actor.job_id is not None:  # by link: that job, and what was made of it
        return actor.job_id in (job.id, job.parent_id)
    if actor.person_id is None:
        return False
    own = {"line": job.order_line_id, "person": actor.person_id}
    return tx.exec_driver_sql(_OWN_ORDER, own).first() is not None
