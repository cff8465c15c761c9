"""Pairs of photos of which one is the other: what auditors lay side by side. Nobody of a dealer's side reads this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from services.queries import scope
from services.queries.photos import PhotoLink
from services.uow import query


@dataclass(frozen=True, slots=True)
class MatchedPhoto:
    """One of the two, and whose it is: job, the dealer that has the job now, the installer who took it."""

    id: int
    job_id: int
    job_kind: str
    dealer_id: int | None
    dealer_name: str | None
    installer_id: int | None
    slot: str
    slot_name: str
    status: str
    superseded_as: str | None
    width: int
    height: int
    received_at: datetime
    erased_at: datetime | None
    links: tuple[PhotoLink, ...] = ()


@dataclass(frozen=True, slots=True)
class PhotoMatch:
    """One likeness. `finding`: what it is held against the later photo as; none: shown, and it weighs nothing.

    `other` is none where the other job is beyond this reader's channels. `other_is_earlier`: the photo asked about
    was handed in later. Numbers are none for the same bytes. `transform`: nine numbers by rows, a homography from the
    later photo (its mirror image when `mirrored`) to the earlier one, both scaled to 640 pixels on the longer side.
    """

    other: MatchedPhoto | None
    other_is_earlier: bool
    grade: str
    same_bytes: bool
    finding: str | None
    found_at: datetime
    inliers: int | None
    agreement: float | None
    share: float | None
    cover: float | None
    tilt: float | None
    mirrored: bool | None
    transform: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PhotoMatches:
    """A photo and its likenesses, accusing ones first. `compared_at` none: not searched for yet.

    `trouble`: why the search was given up.
    """

    photo: MatchedPhoto
    compared_at: datetime | None
    trouble: str | None
    matches: tuple[PhotoMatch, ...]


_PHOTO = """
SELECT photo.id, photo.job_id, job.kind, job.dealer_id, dealer.name, photo.installer_id, photo.slot_code,
       coalesce(slot.name, photo.slot_code), photo.status, photo.superseded_as, photo.width, photo.height,
       photo.received_at, photo.erased_at, {more}
  FROM photo JOIN job ON job.id = photo.job_id LEFT JOIN dealer ON dealer.id = job.dealer_id
  LEFT JOIN slot ON slot.checklist_id = job.checklist_id AND slot.code = photo.slot_code
"""
_ASKED = (
    _PHOTO.format(more="print.compared_at, print.trouble")
    + " LEFT JOIN photo_print print ON print.photo_id = photo.id WHERE photo.id = %(photo)s AND {horizon}"
)
_PAIRED = (
    _PHOTO.format(
        more="m.photo_id = %(photo)s AS other_is_earlier, m.grade, m.same_bytes, m.finding, m.found_at, m.numbers,"
        " {horizon} AS within"
    )
    + """
  JOIN (SELECT *, other_id AS theirs FROM photo_match WHERE photo_id = %(photo)s
        UNION ALL SELECT *, photo_id FROM photo_match WHERE other_id = %(photo)s) m ON m.theirs = photo.id
 ORDER BY m.finding IS NULL, m.found_at, photo.id LIMIT 200
"""
)
_FIELDS = 14


@query
def matches(connection: Connection, actor: Actor, photo_id: int) -> PhotoMatches:
    """All likenesses of a photo, at most 200; NotFound outside the actor's horizon."""
    condition, params = scope.jobs(actor)
    asked = params | {"photo": photo_id}
    row = connection.exec_driver_sql(_ASKED.format(horizon=condition), asked).first()
    if row is None:
        raise NotFound
    pairs = connection.exec_driver_sql(_PAIRED.format(horizon=condition), asked)
    return PhotoMatches(
        MatchedPhoto(*row[:_FIELDS]), row.compared_at, row.trouble, tuple(_match(pair) for pair in pairs)
    )


def _match(row: Any) -> PhotoMatch:
    seen = row.numbers
    return PhotoMatch(
        other=MatchedPhoto(*row[:_FIELDS]) if row.within else None,
        other_is_earlier=row.other_is_earlier,
        grade=row.grade,
        same_bytes=row.same_bytes,
        finding=row.finding,
        found_at=row.found_at,
        inliers=seen.get("inliers"),
        agreement=seen.get("agreement"),
        share=seen.get("share"),
        cover=seen.get("cover"),
        tilt=seen.get("tilt"),
        mirrored=seen.get("mirrored"),
        transform=tuple(seen.get("transform", ())),
    )
