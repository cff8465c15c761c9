"""Photos as people read them.

Reviewers see every photo of the jobs in their horizon; the dealer that has the job, its installer and the
customer see the ones that count now, the customer also those of his complaints. An open offer shows nobody the inside
of a home.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import findings
from domain.actors import DEALER_ROLES, Actor, Role
from domain.errors import NotFound
from services.direct import Asked
from services.personal import Erased, reveal, unwrap
from services.queries import scope
from services.uow import query

SEALED_AS = "photo.place"


@dataclass(frozen=True, slots=True)
class FindingLine:
    """Something found on a photo: a code, its weight, the reason in Chinese and the numbers behind it."""

    code: str
    weight: int
    reason: str
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class PhotoLink:
    """Where one variant (320, 1280, full) can be fetched without signing in, until `expires_at`."""

    variant: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PhotoCard:
    """A photo: what the server saw in the bytes, what the phone said, what was found."""

    id: int
    job_id: int
    slot: str
    slot_name: str
    client_id: str
    status: str
    capture: str
    captured_at: datetime | None
    received_at: datetime
    format: str
    width: int
    height: int
    size_bytes: int
    brightness: int
    sharpness: int
    erased_at: datetime | None
    findings: tuple[FindingLine, ...]
    links: tuple[PhotoLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reviewer weighs. Points stay sealed: here is only whether there is one, and how good.

    `superseded_as`: deleted before submit, or late (the job had moved on). `exif_taken_at` reads a camera's
    wall clock that names no zone as China's.
    """

    sha256: str
    installer_id: int | None
    device_id: str | None
    superseded_at: datetime | None
    superseded_as: str | None
    has_point: bool
    point_accuracy_m: float | None
    has_exif_point: bool
    exif_taken_at: datetime | None
    exif_device: str | None


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """One photo; `evidence` is for agent, auditor and admin."""

    photo: PhotoCard
    evidence: Evidence | None


_CARD = """
SELECT photo.id, photo.job_id, photo.slot_code,
       CASE photo.status WHEN 'complaint' THEN '投诉照片' ELSE coalesce(slot.name, photo.slot_code) END AS slot_name,
       photo.client_id,
       photo.status, photo.capture, photo.captured_at, photo.received_at, photo.format, photo.width, photo.height,
       photo.size_bytes, photo.brightness, photo.sharpness, photo.erased_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(f.code, f.weight, f.numbers) ORDER BY f.weight DESC, f.code), '[]')
          FROM photo_finding f WHERE f.photo_id = photo.id) AS findings,
       encode(photo.sha256, 'hex') AS sha256, photo.installer_id, photo.device_id, photo.superseded_at,
       photo.superseded_as, photo.place, subject.wrapped_key
  FROM photo JOIN job ON job.id = photo.job_id JOIN subject ON subject.id = photo.subject_id
  LEFT JOIN slot ON slot.checklist_id = job.checklist_id AND slot.code = photo.slot_code
 WHERE {condition}
"""
_NEW = _CARD.format(condition="photo.job_id = %(job)s AND photo.client_id = %(client)s")
_FACTS = 16


def card(connection: Connection, actor: Actor, photo_id: int) -> PhotoCard:
    """A photo by its id alone: for the use case that has found it."""
    sql = _CARD.format(condition="photo.id = %(photo)s")
    return _card(actor.role, connection.exec_driver_sql(sql, {"photo": photo_id}).one())


def asking_new(job_id: int, client_id: str) -> Asked:
    """The statement that finds a photo just written; `card_of` reads its row."""
    return _NEW, {"job": job_id, "client": client_id}


def card_of(actor: Actor, row: Any) -> PhotoCard:
    """See `asking_new`."""
    return _card(actor.role, row)


@query
def page(connection: Connection, actor: Actor, photo_id: int) -> PhotoPage:
    """One photo; NotFound outside the actor's horizon."""
    condition, params = _horizon(actor)
    sql = _CARD.format(condition=f"photo.id = %(photo)s AND {condition}{_counting(actor)}")
    row = connection.exec_driver_sql(sql, params | {"photo": photo_id}).first()
    if row is None:
        raise NotFound
    return PhotoPage(_card(actor.role, row), _evidence(row) if actor.role in findings.REVIEWERS else None)


@query
def listed(
    connection: Connection, actor: Actor, job_id: int, after: int | None, limit: int
) -> list[PhotoCard]:
    """A job's photos, first to last, ids above `after`; NotFound when the actor may not know of the job."""
    condition, params = _horizon(actor)
    asked = params | {"job": job_id, "after": after or 0, "limit": limit}
    known = f"SELECT 1 FROM job WHERE job.id = %(job)s AND {condition}"
    if connection.exec_driver_sql(known, asked).first() is None:
        raise NotFound
    of_job = f"photo.job_id = %(job)s AND photo.id > %(after)s{_counting(actor)}"
    sql = _CARD.format(condition=of_job) + " ORDER BY photo.id LIMIT %(limit)s"
    return [_card(actor.role, row) for row in connection.exec_driver_sql(sql, asked)]


def chosen(connection: Connection, actor: Actor, photo_ids: Sequence[int]) -> list[PhotoCard]:
    """These photos, in no order, as far as they lie within the actor's horizon."""
    condition, params = _horizon(actor)
    sql = _CARD.format(condition=f"photo.id = ANY(%(photos)s::bigint[]) AND {condition}{_counting(actor)}")
    found = connection.exec_driver_sql(sql, params | {"photos": list(photo_ids)})
    return [_card(actor.role, row) for row in found]


def _horizon(actor: Actor) -> tuple[str, dict[str, Any]]:
    condition, params = scope.jobs(actor)
    if actor.role in DEALER_ROLES:
        return f"{condition} AND job.dealer_id = %(dealer)s", params | {"dealer": actor.dealer_id}
    return condition, params


def _counting(actor: Actor) -> str:
    if actor.role in findings.REVIEWERS:
        return ""
    own = ", 'complaint'" if actor.role == Role.CUSTOMER else ""
    return f" AND photo.status IN ('active'{own})"


def _card(role: Role, row: Any) -> PhotoCard:
    found = tuple(
        FindingLine(
            code, weight, findings.reason(code, numbers, role), findings.numbers_for(role, code, numbers)
        )
        for code, weight, numbers in row.findings
        if findings.may_see(role, code)
    )
    return PhotoCard(*(*row[:_FACTS], found))


def _evidence(row: Any) -> Evidence:
    try:
        place = reveal(unwrap(row.wrapped_key), SEALED_AS, row.place)
    except Erased:
        place = {}
    point, exif = place.get("point"), place.get("exif") or {}
    taken_at = exif.get("taken_at")
    return Evidence(
        sha256=row.sha256,
        installer_id=row.installer_id,
        device_id=row.device_id,
        superseded_at=row.superseded_at,
        superseded_as=row.superseded_as,
        has_point=point is not None,
        point_accuracy_m=point["accuracy_m"] if point else None,
        has_exif_point=exif.get("point") is not None,
        exif_taken_at=datetime.fromisoformat(taken_at) if taken_at else None,
        exif_device=exif.get("device"),
    )


_FILE = "SELECT encode(sha256, 'hex') FROM photo WHERE id = %(photo)s AND erased_at IS NULL"


@query
def content_of(connection: Connection, photo_id: int) -> str:
    """The SHA-256 its bytes lie under; NotFound when there is no such photo or it was erased."""
    sha256: str | None = connection.exec_driver_sql(_FILE, {"photo": photo_id}).scalar()
    if sha256 is None:
        raise NotFound
    return sha256
