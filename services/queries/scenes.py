"""Where and when a job's evidence was made, for auditors: metres from the customer's door, never a place on earth.

Who weighs evidence needs to know how far apart things are, not where somebody lives; so no coordinate leaves here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from domain.geo import CHECK_IN_RADIUS_M, Datum, Point, offset_m, useful
from services.parts.rounds import door_of, point_of
from services.personal import Erased, reveal, unwrap
from services.queries import scope
from services.queries.photos import SEALED_AS
from services.uow import query


@dataclass(frozen=True, slots=True)
class SpotSeen:
    """A point in metres from the origin. `source`: door, check_in, phone (with the photo), exif (in the photo)."""

    source: str
    photo_id: int | None
    east_m: int
    north_m: int
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class ArrivalSeen:
    """A check-in as it was judged when it was made."""

    result: str
    distance_m: int | None
    reason: str | None
    occurred_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class PhotoTimes:
    """When a photo was taken, by the phone and by its camera, and when we had it."""

    photo_id: int
    slot_name: str
    captured_at: datetime | None
    exif_taken_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Scene:
    """`origin`: the door, else the first check-in, none where neither is known. `ring_m`: allowed around it."""

    job_id: int
    ring_m: int
    origin: str | None
    spots: tuple[SpotSeen, ...]
    window_start: datetime | None
    window_end: datetime | None
    submitted_at: datetime | None
    confirmed_at: datetime | None
    arrivals: tuple[ArrivalSeen, ...]
    photos: tuple[PhotoTimes, ...]


_JOB = """
SELECT job.window_start, job.window_end, job.submitted_at, job.confirmed_at, o.personal, subject.wrapped_key
  FROM job JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
  JOIN subject ON subject.id = o.subject_id
 WHERE job.id = %(job)s AND {horizon}
"""
_ARRIVALS = """
SELECT c.result, c.distance_m, c.reason, c.occurred_at, c.received_at, c.place, subject.wrapped_key
  FROM check_in c JOIN subject ON subject.id = c.subject_id WHERE c.job_id = %(job)s ORDER BY c.id
"""
_PHOTOS = """
SELECT photo.id, coalesce(slot.name, photo.slot_code) AS slot_name, photo.captured_at, photo.received_at, photo.place,
       subject.wrapped_key
  FROM photo JOIN job ON job.id = photo.job_id JOIN subject ON subject.id = photo.subject_id
  LEFT JOIN slot ON slot.checklist_id = job.checklist_id AND slot.code = photo.slot_code
 WHERE photo.job_id = %(job)s AND photo.status = 'active' ORDER BY photo.id
"""
Found = tuple[str, int | None, Point]


@query
def of_job(connection: Connection, actor: Actor, job_id: int) -> Scene:
    """What the points and clocks of a job say together; NotFound outside the actor's horizon."""
    horizon, params = scope.jobs(actor)
    job = connection.exec_driver_sql(_JOB.format(horizon=horizon), params | {"job": job_id}).first()
    if job is None:
        raise NotFound
    arrivals = connection.exec_driver_sql(_ARRIVALS, {"job": job_id}).all()
    photos = [(row, _opened(row, SEALED_AS)) for row in connection.exec_driver_sql(_PHOTOS, {"job": job_id})]
    found = [one for one in _points(door_of(job), arrivals, photos) if useful(one[2])]
    origin = found[0] if found and found[0][0] in ("door", "check_in") else None
    return Scene(
        job_id=job_id,
        ring_m=round(CHECK_IN_RADIUS_M),
        origin=origin[0] if origin else None,
        spots=tuple(_spot(origin[2], *one) for one in found) if origin else (),
        window_start=job.window_start,
        window_end=job.window_end,
        submitted_at=job.submitted_at,
        confirmed_at=job.confirmed_at,
        arrivals=tuple(ArrivalSeen(*row[:5]) for row in arrivals),
        photos=tuple(_times(row, place) for row, place in photos),
    )


def _points(door: Point | None, arrivals: Any, photos: Any) -> Iterator[Found]:
    if door is not None:
        yield "door", None, door
    for row in arrivals:
        if (point := point_of(_opened(row, "check_in.place"))) is not None:
            yield "check_in", None, point
    for row, place in photos:
        if (point := point_of(place.get("point"))) is not None:
            yield "phone", row.id, point
        exif = place.get("exif") or {}
        if exif.get("point"):
            lng, lat = exif["point"]
            yield "exif", row.id, Point(lng, lat, Datum.WGS84, exif.get("accuracy_m"))


def _opened(row: Any, sealed_as: str) -> dict[str, Any]:
    try:
        return reveal(unwrap(row.wrapped_key), sealed_as, row.place) or {}
    except Erased:
        return {}


def _spot(origin: Point, source: str, photo_id: int | None, point: Point) -> SpotSeen:
    return SpotSeen(source, photo_id, *offset_m(origin, point), point.accuracy_m)


def _times(row: Any, place: dict[str, Any]) -> PhotoTimes:
    taken_at = (place.get("exif") or {}).get("taken_at")
    exif = datetime.fromisoformat(taken_at) if taken_at else None
    return PhotoTimes(row.id, row.slot_name, row.captured_at, exif, row.received_at)
