"""A customer's pictures of what he complains about: for him and the brand, no evidence of anybody's work.

The complaint stands first, in words; pictures follow while it is open, each once however often it is sent. They lie
where all photos lie, so that links, retention and erasure know them.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import Conflict, KeyReused, NotFound
from services.deeds.loading import lock
from services.parts import photo_rows
from services.parts.photo_rows import Shot
from services.parts.photo_store import decoder, store
from services.queries import photos, scope
from services.queries.photos import PhotoCard
from services.uow import query, use_case
from uploads.intake import Taken, take

MOST = 9  # of one complaint


class ComplaintOver(Conflict):
    """Its verdict stands."""

    code = "complaint_over"
    title = "投诉已了结，不能再补照片"


class TooManyPictures(Conflict):
    """Nine say enough."""

    code = "too_many_pictures"
    title = f"每个投诉最多 {MOST} 张照片"


_STANDING = """
SELECT c.closed_at, known.id AS known_id, known.sha256, known.complaint_id AS known_of,
       (SELECT count(*) FROM photo WHERE photo.complaint_id = c.id) AS had
  FROM complaint c JOIN job ON job.id = c.job_id
  LEFT JOIN photo known ON known.job_id = c.job_id AND known.client_id = %(client)s
 WHERE c.id = %(complaint)s AND c.job_id = %(job)s AND {horizon}
"""


def add(
    actor: Actor, job_id: int, complaint_id: int, shot: Shot, stream: BinaryIO, now: datetime
) -> PhotoCard:
    """Take one in. NotFound, ComplaintOver, TooManyPictures, KeyReused, and the refusals of `uploads`."""
    known = _look(actor, job_id, complaint_id, shot)
    if known.known_id is not None:  # sent again: whatever else it brings, nothing is stored
        return _first(actor, known, complaint_id, hashlib.file_digest(stream, "sha256").digest())  # type: ignore[arg-type]
    taken = take(stream, store=store(), decoder=decoder())
    return _keep(actor, job_id, complaint_id, shot, taken, now)


@query
def _look(connection: Connection, actor: Actor, job_id: int, complaint_id: int, shot: Shot) -> Any:
    return _standing(connection, actor, job_id, complaint_id, shot)  # before any byte is kept


@query
def _first(connection: Connection, actor: Actor, known: Any, complaint_id: int, sha256: bytes) -> PhotoCard:
    return _again(connection, actor, known, complaint_id, sha256)


def _again(tx: Connection, actor: Actor, known: Any, complaint_id: int, sha256: bytes) -> PhotoCard:
    if (known.known_of, known.sha256) != (complaint_id, sha256):
        raise KeyReused("同一照片编号的内容不一致")
    return photos.card(tx, actor, known.known_id)


def _standing(connection: Connection, actor: Actor, job_id: int, complaint_id: int, shot: Shot) -> Any:
    horizon, params = scope.jobs(actor)
    asked = params | {"job": job_id, "complaint": complaint_id, "client": shot.client_id}
    row = connection.exec_driver_sql(_STANDING.format(horizon=horizon), asked).first()
    if row is None:
        raise NotFound
    if row.known_id is not None:
        return row
    if row.closed_at is not None:
        raise ComplaintOver
    if row.had >= MOST:
        raise TooManyPictures
    return row


@use_case
def _keep(
    tx: Connection, actor: Actor, job_id: int, complaint_id: int, shot: Shot, taken: Taken, now: datetime
) -> PhotoCard:
    job = lock(tx, job_id)
    known = _standing(tx, actor, job_id, complaint_id, shot)
    if known.known_id is not None:
        return _again(tx, actor, known, complaint_id, bytes.fromhex(taken.original_key))
    row = photo_rows.Row(job, shot, taken, actor, now, complaint_id=complaint_id)
    statement, asked = photo_rows.holding(row)
    held = tx.exec_driver_sql(statement, asked).one()
    made, *_ = photo_rows.insert(tx, row, (), 0, held, photos.asking_new(job_id, shot.client_id))
    return photos.card_of(actor, made.one())
