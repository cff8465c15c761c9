"""What must be known before a photo is taken in: whose job, which slot, how many there are, and whether it is new."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from domain.job import JobState
from services.deeds.loading import COLUMNS
from services.uow import query


@dataclass(frozen=True, slots=True)
class SlotRule:
    """What a slot of the job's checklist demands; `before`: it shows the state before work."""

    code: str
    camera_only: bool
    min_side: int
    before: bool = False


@dataclass(frozen=True, slots=True)
class Existing:
    """The photo that already has this client_id in this job."""

    id: int
    slot: str
    sha256: bytes
    installer_id: int | None
    superseded_as: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an installer's upload stands: `had` is whether the job was ever theirs, counts are of photos."""

    job: JobState
    had: bool
    slot: SlotRule | None
    existing: Existing | None
    in_slot: int
    in_job: int
    ever: int


_JOB = f"SELECT {COLUMNS} FROM job WHERE id = %(id)s"
_STANDING = """
SELECT EXISTS (SELECT 1 FROM job_event WHERE job_id = %(id)s
                  AND (data -> 'installer_id' = to_jsonb(%(person)s::bigint)
                    OR data -> 'from_installer_id' = to_jsonb(%(person)s::bigint))) AS had,
       slot.code, slot.camera_only, slot.min_side,
       known.id AS known_id, known.slot_code, known.sha256, known.installer_id, known.superseded_as,
       n.in_slot, n.in_job, n.ever, slot.phase = 'before' AS before
  FROM (SELECT count(*) FILTER (WHERE status = 'active' AND slot_code = %(slot)s) AS in_slot,
               count(*) FILTER (WHERE status = 'active') AS in_job, count(*) AS ever
          FROM photo WHERE job_id = %(id)s) n
  LEFT JOIN slot ON slot.checklist_id = %(checklist)s AND slot.code = %(slot)s
  LEFT JOIN photo known ON known.job_id = %(id)s AND known.client_id = %(client)s
"""


@query
def standing(connection: Connection, actor: Actor, job_id: int, slot: str, client_id: str) -> Standing:
    """The cheap look before any byte is kept; NotFound when there is no such job."""
    row = connection.exec_driver_sql(_JOB, {"id": job_id}).first()
    if row is None:
        raise NotFound
    return standing_of(connection, actor, JobState(*row), slot, client_id)


def standing_of(connection: Connection, actor: Actor, job: JobState, slot: str, client_id: str) -> Standing:
    """The same for a job at hand, e.g. one that is locked."""
    asked = {
        "id": job.id,
        "person": actor.person_id,
        "checklist": job.checklist_id,
        "slot": slot,
        "client": client_id,
    }
    row = connection.exec_driver_sql(_STANDING, asked).one()
    return Standing(
        job=job,
        had=row.had or (job.dealer_id == actor.dealer_id and job.installer_id == actor.person_id),
        slot=SlotRule(row.code, row.camera_only, row.min_side, row.before) if row.code is not None else None,
        existing=Existing(*row[4:9]) if row.known_id is not None else None,
        in_slot=row.in_slot,
        in_job=row.in_job,
        ever=row.ever,
    )
