"""A photo's other way in: from the phone straight to the store, then "it is there", then the same way as any other.

What the phone sent is read back, decoded, hashed and judged here, under its content's name; the incoming object goes
with the answer, whichever it was. Without word from the phone it is collected after a day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import Conflict, DomainError, Fault, Invalid, JobChanged, NotFound, Unavailable
from services.config import config
from services.parts.photo_rows import Shot
from services.parts.photo_store import store
from services.queries import photo_standing, photos
from services.queries.photo_standing import Standing
from services.queries.photos import PhotoCard
from services.uow import query
from uploads.direct import PostForm, form, incoming
from uploads.limits import Format, Limits
from uploads.refusals import TooManyBytes
from uploads.s3 import S3Store
from uploads.two_stores import TwoStores

FORM_LIVES = timedelta(minutes=10)
TYPES = tuple(format_.content_type for format_ in Format)
Take = Callable[[Actor, int, Shot, BinaryIO, datetime], PhotoCard]


class NoDirectUpload(Conflict):
    """The store is a folder: send the photo to us."""

    code = "no_direct_upload"
    title = "请直接上传照片到服务器"


class NotArrived(Conflict):
    """Nothing lies there: the upload failed, or it was collected."""

    code = "photo_not_arrived"
    title = "照片尚未上传完成，请重新上传"


def offer(
    actor: Actor, job_id: int, slot: str, client_id: str, content_type: str, size_bytes: int, now: datetime
) -> PostForm:
    """A form for one photo of that type and size. The same question again gives the same place.

    Raises NoDirectUpload, NotFound (not the installer's job, ever), Invalid (slot, type), TooManyBytes.
    """
    _known(actor, job_id, slot, client_id)
    target, limits = _target(), Limits()
    if content_type not in TYPES:
        raise Invalid(errors=[Fault("content_type", "unknown_type", "仅支持 JPEG、PNG、WebP、HEIC 照片")])
    if size_bytes > limits.max_bytes:
        raise TooManyBytes(f"照片文件超过 {limits.max_bytes // 1024 // 1024} MB")
    return form(target, _name(actor, job_id, client_id), content_type, size_bytes, now + FORM_LIVES)


def arrived(actor: Actor, job_id: int, shot: Shot, now: datetime, take: Take) -> PhotoCard:
    """What `take` (`services.photos.take_photo`) makes of the bytes that lie there: its answer or its refusal.

    Said again after an answer that got lost, it is the first photo; NotArrived when there was none.
    """
    known = _known(actor, job_id, shot.slot, shot.client_id)
    target, name = _target(), _name(actor, job_id, shot.client_id)
    try:
        stream = target.fetch(name, Limits().max_bytes + 1)
    except NotFound:
        return _first(actor, known, shot)
    with stream:
        try:
            card = take(actor, job_id, shot, stream, now)
        except Unavailable:
            raise  # the phone says it again, and the bytes are still there
        except DomainError:
            target.remove(name)
            raise
    target.remove(name)
    return card


def _target() -> S3Store:
    found = store()
    target = found.target if isinstance(found, TwoStores) else found
    if not isinstance(target, S3Store):
        raise NoDirectUpload
    return target


def _name(actor: Actor, job_id: int, client_id: str) -> str:
    """Follows from who asks: there is nothing to keep, to forge or to hand on."""
    return incoming(config().secret_key, actor.person_id, job_id, client_id)


def _known(actor: Actor, job_id: int, slot: str, client_id: str) -> Standing:
    known = photo_standing.standing(actor, job_id, slot, client_id)
    if not known.had:
        raise NotFound
    if known.slot is None:
        raise Invalid(errors=[Fault("slot", "unknown_slot", "该工单没有这个拍照项")])
    return known


def _first(actor: Actor, known: Standing, shot: Shot) -> PhotoCard:
    first = known.existing
    if first is None or (first.slot, first.installer_id) != (shot.slot, actor.person_id):
        raise NotArrived
    if first.superseded_as == "late":
        raise JobChanged("工单已改派或取消，照片已作为证据保存")
    return _card(actor, first.id)


@query
def _card(connection: Connection, actor: Actor, photo_id: int) -> PhotoCard:
    return photos.card(connection, actor, photo_id)
