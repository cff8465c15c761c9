"""What must be known before a photo is taken in: whose job, which slot, how many there are, and whether it is new."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from domain.job import JobState
from services.deeds.loading import COLUMNS, LOCK
from services.direct import together
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
  LEFT JOIN slot ON slot.checklist_id = (SELECT checklist_id FROM job WHERE id = %(id)s) AND slot.code = %(slot)s
  LEFT JOIN photo known ON known.job_id = %(id)s AND known.client_id = %(client)s
"""


@query
def standing(connection: Connection, actor: Actor, job_id: int, slot: str, client_id: str) -> Standing:
    """The cheap look before any byte is kept; NotFound when there is no such job."""
    return _read(connection, _JOB, actor, job_id, slot, client_id)


def locked(tx: Connection, actor: Actor, job_id: int, slot: str, client_id: str) -> Standing:
    """The same with the job locked until the transaction ends: what stands there after whoever had the lock."""
    return _read(tx, LOCK, actor, job_id, slot, client_id)


def _read(
    connection: Connection, job_by: str, actor: Actor, job_id: int, slot: str, client_id: str
) -> Standing:
    asked = {"id": job_id, "person": actor.person_id, "slot": slot, "client": client_id}
    jobs, found = together(connection, (job_by, asked), (_STANDING, asked))
    if jobs.first() is None:
        raise NotFound
    job, row = JobState(*jobs.first()), found.one()
    return Standing(
        job=job,
        had=row.had or (job.dealer_id == actor.dealer_id and job.installer_id == actor.person_id),
        slot=SlotRule(row.code, row.camera_only, row.min_side, row.before) if row.code is not None else None,
        existing=Existing(*row[4:9]) if row.known_id is not None else None,
        in_slot=row.in_slot,
        in_job=row.in_job,
        ever=row.ever,
    )
