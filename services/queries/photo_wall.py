"""Many photos at once, for auditors: first only which there are, in the order of work, then those that are in sight.

A wall of thousands is walked by windows: its ids are one small answer, so that any place in it can be gone to at
once, and nothing moves under the hands of who looks at it while others work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.finding_words import reason
from services.queries import photos, scope
from services.queries.photos import FindingLine, PhotoCard
from services.uow import query

MOST = 10_000
STATES = ("waiting", "evidence_asked", "passed", "failed", "all")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which photos: of jobs in an audit's state, of one job, slot, dealer, or with a finding."""

    state: str = "waiting"
    job_id: int | None = None
    slot: str | None = None
    dealer_id: int | None = None
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoAt:
    """A photo's place on the wall."""

    id: int
    job_id: int


@dataclass(frozen=True, slots=True)
class PhotoIndex:
    """The riskiest jobs first, each job's photos together. `more`: there are others beyond the first 10,000."""

    items: tuple[PhotoAt, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class WallJob:
    """The job of a photo. `risk` 0–100; `why` it is audited; `spoken`: by the reader, in this round.

    `findings`: on the job as a whole; those on a photo stand with the photo.
    """

    id: int
    kind: str
    product_name: str
    dealer_id: int | None
    dealer_name: str | None
    submitted_at: datetime | None
    audit: str
    risk: int
    why: str | None
    spoken: bool
    findings: tuple[FindingLine, ...]


@dataclass(frozen=True, slots=True)
class PhotoWindow:
    """The photos that were asked for, in no order, and their jobs."""

    photos: tuple[PhotoCard, ...]
    jobs: tuple[WallJob, ...]


_SPOKEN = """EXISTS (SELECT 1 FROM audit_verdict v
            WHERE v.job_id = job.id AND v.round = a.round AND v.person_id = %(me)s)"""
# The oldest that wait, else the newest there are: ids are taken before anything is sorted.
_INDEX = """
SELECT id, job_id FROM (
    SELECT photo.id, photo.job_id, coalesce(evidence.score, 0) AS risk
      FROM photo JOIN job ON job.id = photo.job_id LEFT JOIN audit a ON a.job_id = job.id
      LEFT JOIN job_evidence evidence ON evidence.job_id = job.id
     WHERE photo.status = 'active' AND photo.erased_at IS NULL AND {conditions}
     ORDER BY photo.id {way} LIMIT %(limit)s) found
 ORDER BY risk DESC, job_id, id
"""
_NARROWED = {
    "job_id": "photo.job_id = %(job_id)s",
    "slot": "photo.slot_code = %(slot)s",
    "dealer_id": "job.dealer_id = %(dealer_id)s",
    "finding": "EXISTS (SELECT 1 FROM photo_finding f WHERE f.photo_id = photo.id AND f.code = %(finding)s)",
}


@query
def index(connection: Connection, actor: Actor, wanted: Wanted) -> PhotoIndex:
    """Which photos there are within the actor's horizon; of those that wait, none he has spoken about."""
    horizon, params = scope.jobs(actor)
    conditions = [horizon]
    if wanted.state != "all":
        conditions.append("job.audit = %(state)s")
    if wanted.state == "waiting":
        conditions.append(f"NOT {_SPOKEN}")
    conditions += [sql for name, sql in _NARROWED.items() if getattr(wanted, name) is not None]
    sql = _INDEX.format(conditions=" AND ".join(conditions), way="" if wanted.state == "waiting" else "DESC")
    asked: dict[str, Any] = {name: getattr(wanted, name) for name in ("state", *_NARROWED)}
    asked |= params | {"me": actor.person_id, "limit": MOST + 1}
    rows = connection.exec_driver_sql(sql, asked).all()
    return PhotoIndex(tuple(PhotoAt(*row) for row in rows[:MOST]), len(rows) > MOST)


_JOBS = f"""
SELECT job.id, job.kind, coalesce(product.name, job.sku), job.dealer_id, dealer.name, job.submitted_at, job.audit,
       greatest(a.risk, evidence.score, 0), a.why, {_SPOKEN},
       (SELECT coalesce(jsonb_agg(jsonb_build_array(f.code, f.weight, f.numbers) ORDER BY f.weight DESC, f.code), '[]')
          FROM job_finding f WHERE f.job_id = job.id)
  FROM job LEFT JOIN dealer ON dealer.id = job.dealer_id LEFT JOIN product ON product.sku = job.sku
  LEFT JOIN audit a ON a.job_id = job.id LEFT JOIN job_evidence evidence ON evidence.job_id = job.id
 WHERE job.id = ANY(%(jobs)s::bigint[])
"""


@query
def window(connection: Connection, actor: Actor, photo_ids: tuple[int, ...]) -> PhotoWindow:
    """These photos and their jobs; what is beyond the actor's horizon is left out."""
    cards = photos.chosen(connection, actor, photo_ids)
    asked = {"jobs": sorted({card.job_id for card in cards}), "me": actor.person_id}
    jobs = connection.exec_driver_sql(_JOBS, asked)
    return PhotoWindow(tuple(cards), tuple(WallJob(*(*row[:-1], _findings(row[-1]))) for row in jobs))


def _findings(found: list[Any]) -> tuple[FindingLine, ...]:
    return tuple(FindingLine(code, weight, reason(code, numbers), numbers) for code, weight, numbers in found)
