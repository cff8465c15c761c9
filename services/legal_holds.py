"""Orders to keep a customer's data, with who laid one when and why, who lifted it. They bar purge and erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import Conflict, NotFound
from services.parts import access
from services.queries import scope
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class LegalHold:
    """One order. `placed_by` null: the product itself, for a safety complaint."""

    id: int
    job_id: int
    reason: str
    reference: str | None
    placed_by: int | None
    placed_at: datetime
    lifted_by: int | None
    lifted_at: datetime | None
    lifted_for: str | None


class AlreadyLifted(Conflict):
    """Somebody was quicker."""

    code = "already_lifted"
    title = "该保留已解除"


_FIELDS = ", ".join(LegalHold.__slots__)
_KNOWN = "SELECT 1 FROM job WHERE job.id = %(job)s AND {horizon}"
_PLACE = f"""
INSERT INTO legal_hold (job_id, reason, reference, placed_by, placed_at)
VALUES (%(job)s, %(reason)s, %(reference)s, %(person)s, %(now)s) RETURNING {_FIELDS}
"""
_LIFT = f"""
UPDATE legal_hold SET lifted_by = %(person)s, lifted_at = %(now)s, lifted_for = %(reason)s
 WHERE id = %(hold)s AND lifted_at IS NULL RETURNING {_FIELDS}
"""
_LISTED = f"""
SELECT {_FIELDS} FROM legal_hold WHERE (%(open)s::boolean IS NULL OR (lifted_at IS NULL) = %(open)s)
   AND (%(job)s::bigint IS NULL OR job_id = %(job)s) AND id < coalesce(%(before)s, 9223372036854775807)
   AND EXISTS (SELECT 1 FROM job WHERE job.id = legal_hold.job_id AND {{horizon}})
 ORDER BY id DESC LIMIT %(limit)s
"""


@use_case
def place(
    tx: Connection, actor: Actor, job_id: int, reason: str, reference: str | None, now: datetime
) -> LegalHold:
    """Nothing about this job's customer is erased from now on; `NotFound` outside the agent's channels."""
    horizon, params = scope.jobs(actor)
    if tx.exec_driver_sql(_KNOWN.format(horizon=horizon), params | {"job": job_id}).first() is None:
        raise NotFound
    asked = {"job": job_id, "reason": reason, "reference": reference, "person": actor.person_id, "now": now}
    made = LegalHold(*tx.exec_driver_sql(_PLACE, asked).one())
    access.note(tx, "legal_hold", now, actor, job_id=job_id, reason=reason, hold_id=made.id)
    return made


@use_case
def lift(tx: Connection, actor: Actor, hold_id: int, reason: str, now: datetime) -> LegalHold:
    """End one; others on the same job stand. `NotFound`, `AlreadyLifted`."""
    asked = {"hold": hold_id, "reason": reason, "person": actor.person_id, "now": now}
    row = tx.exec_driver_sql(_LIFT, asked).first()
    if row is None:
        known = tx.exec_driver_sql("SELECT 1 FROM legal_hold WHERE id = %(hold)s", asked).first()
        raise NotFound if known is None else AlreadyLifted
    lifted = LegalHold(*row)
    access.note(tx, "legal_hold_lifted", now, actor, job_id=lifted.job_id, reason=reason, hold_id=hold_id)
    return lifted


@query
def listed(
    connection: Connection,
    actor: Actor,
    is_open: bool | None,
    job_id: int | None,
    before: int | None,
    limit: int,
) -> list[LegalHold]:
    """Newest first, an agent's within its channels; of one job, only those that stand or only those lifted."""
    horizon, params = scope.jobs(actor)
    asked = params | {"open": is_open, "job": job_id, "before": before, "limit": limit}
    found = connection.exec_driver_sql(_LISTED.format(horizon=horizon), asked)
    return [LegalHold(*row) for row in found]
