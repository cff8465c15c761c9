"""Why a job went to whom: every offer with the funnel kept with it, and who could be asked now. For agents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.dispatch import Candidate, Step
from domain.errors import NotFound
from domain.job import JobState, Kind, Status
from services.deeds.loading import COLUMNS
from services.parts import candidates
from services.queries import scope
from services.uow import query


@dataclass(frozen=True, slots=True)
class FunnelLine:
    """A dealer in the funnel: in or out, and what was said at each step."""

    dealer_id: int
    dealer_name: str
    kept: bool
    zone: str
    distance_m: int | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class OfferMade:
    """One offer, its answer, and the funnel as it was then."""

    id: int
    round: int
    dealer_id: int
    dealer_name: str
    status: str
    offered_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    reason: str | None
    funnel: tuple[FunnelLine, ...]


@dataclass(frozen=True, slots=True)
class JobDispatch:
    """All of a job's offers, first to last; `current` is the funnel as of now, while somebody can still be asked."""

    job_id: int
    status: str
    queue: str | None
    offers: tuple[OfferMade, ...]
    current: tuple[FunnelLine, ...]


_JOB = f"SELECT {COLUMNS} FROM job WHERE job.id = %(id)s AND {{condition}}"
_OFFERS = """
SELECT id, round, dealer_id, status, offered_at, expires_at, decided_at, reason, funnel FROM offer
 WHERE job_id = %(id)s ORDER BY id
"""
_NAMES = "SELECT id, coalesce(short_name, name) AS name FROM dealer WHERE id = ANY(%(ids)s::bigint[])"
_OPEN = (Status.NEW, Status.OFFERED, Status.UNSERVED)


@query
def of_job(connection: Connection, actor: Actor, job_id: int, now: datetime) -> JobDispatch:
    """The whole story of a job's dispatch; NotFound outside the actor's horizon."""
    condition, params = scope.jobs(actor)
    row = connection.exec_driver_sql(_JOB.format(condition=condition), params | {"id": job_id}).first()
    if row is None:
        raise NotFound
    job = JobState(*row)
    rows = connection.exec_driver_sql(_OFFERS, {"id": job_id}).all()
    is_open = job.status in _OPEN and job.kind != Kind.RETURN_VISIT
    now_asked = candidates.rank(connection, job, now) if is_open else None
    seen = {offer.dealer_id for offer in rows} | {
        line["dealer_id"] for offer in rows for line in offer.funnel
    }
    if now_asked is not None:
        seen |= {line.dealer_id for line in (*now_asked.ranked, *now_asked.dropped)}
    names = {one.id: one.name for one in connection.exec_driver_sql(_NAMES, {"ids": sorted(seen)})}
    current: tuple[FunnelLine, ...] = ()
    if now_asked is not None:
        current = (*_lines(now_asked.ranked, True, names), *_lines(now_asked.dropped, False, names))
    return JobDispatch(job.id, job.status, job.queue, tuple(_offer(one, names) for one in rows), current)


def _offer(row: Any, names: Mapping[int, str]) -> OfferMade:
    told = (row.status, row.offered_at, row.expires_at, row.decided_at, row.reason)
    funnel = tuple(_kept(line, names) for line in row.funnel)
    return OfferMade(row.id, row.round, row.dealer_id, names[row.dealer_id], *told, funnel)


def _kept(line: Mapping[str, Any], names: Mapping[int, str]) -> FunnelLine:
    steps = tuple(Step(one["step"], one["ok"], one["words"]) for one in line["steps"])
    dealer = line["dealer_id"]
    return FunnelLine(dealer, names[dealer], line["in"], line["zone"], line["distance_m"], steps)


def _lines(found: Sequence[Candidate], kept: bool, names: Mapping[int, str]) -> Iterable[FunnelLine]:
    for one in found:
        yield FunnelLine(one.dealer_id, names[one.dealer_id], kept, one.zone, one.distance_m, one.steps)
