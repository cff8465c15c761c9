"""Photos of a job: taken in from its installer, withdrawn before submit but kept.

The bytes are durable before anything is promised: a cheap look, the store, then one transaction with the row
and the deed. An upload that comes too late, after a redispatch or a cancel, is kept as evidence and refused.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection

from domain import lifecycle
from domain.actions import Action, Command
from domain.actors import Actor
from domain.errors import Conflict, Fault, Invalid, JobChanged, KeyReused, NotFound
from domain.facts import Facts
from domain.findings import CAMERA
from domain.job import Status
from domain.phone_clock import Skew
from services.deeds import act
from services.deeds.loading import lock
from services.parts import access, evidence_policies, job_evidence, phone_clocks, photo_findings, photo_rows
from services.parts.photo_rows import Shot
from services.parts.photo_store import decoder, store
from services.queries import photo_standing, photos
from services.queries.photo_standing import SlotRule, Standing
from services.queries.photos import PhotoCard
from services.uow import answering, query, use_case
from uploads.intake import Taken, take

_CHANGEABLE = (Status.BOOKED, Status.ON_SITE)
_UNWRITTEN = 1  # stands for the id of a row that does not exist yet, where the table only asks for one
_LATE = "工单已改派或取消，照片已作为证据保存"


@dataclass(frozen=True, slots=True)
class Most:
    """Photos that count, per slot and per job; `ever` also counts superseded ones, so that no disk is filled."""

    in_slot: int = 10
    in_job: int = 60
    ever: int = 240


MOST = Most()


class TooManyPhotos(Conflict):
    """The slot or the job is full: delete one first."""

    code = "too_many_photos"
    title = "照片数量已达上限"


class ClientIdReused(KeyReused):
    """The same client_id came with another picture or slot; the first photo stands."""

    code = "client_id_reused"
    title = "同一照片编号的内容不一致"


class PhotoSettled(Conflict):
    """Submitted evidence stays; more can be added when it is asked for."""

    code = "photo_settled"
    title = "提交后照片不能删除"


class _MovedOn(JobChanged):
    """The job went away between the cheap look and its lock."""


def take_photo(actor: Actor, job_id: int, shot: Shot, stream: BinaryIO, now: datetime) -> PhotoCard:
    """Take one photo in; the same `client_id` again answers with the first photo.

    Raises NotFound (not the installer's job, ever), Invalid (no such slot; the refusals of `uploads`),
    IllegalTransition or Barred, TooManyPhotos, ClientIdReused, and JobChanged after keeping late evidence.
    """
    known = photo_standing.standing(actor, job_id, shot.slot, shot.client_id)
    if known.existing is not None:
        return _first(actor, known, shot, hashlib.file_digest(stream, "sha256").digest())  # type: ignore[arg-type]
    late = _is_late(known, actor, shot, now)
    taken = take(stream, store=store(), decoder=decoder())
    if not late:
        try:
            return _keep(actor, job_id, shot, taken, now)
        except _MovedOn:
            pass
    with answering(_no_answer):  # what is kept here is not what an Idempotency-Key is answered with
        _keep_late(actor, job_id, shot, taken, now)
    raise JobChanged(_LATE)


def _no_answer(_tx: Connection, _result: Any) -> None:
    """A refusal is never remembered."""


@query
def _first(connection: Connection, actor: Actor, known: Standing, shot: Shot, sha256: bytes) -> PhotoCard:
    return _again(connection, actor, known, shot, sha256)


def _again(connection: Connection, actor: Actor, known: Standing, shot: Shot, sha256: bytes) -> PhotoCard:
    """The first answer to this client_id: the photo, or the refusal that came with its keeping."""
    first = known.existing
    if first is None or not known.had:
        raise NotFound
    if (first.sha256, first.slot, first.installer_id) != (sha256, shot.slot, actor.person_id):
        raise ClientIdReused
    if first.superseded_as == "late":
        raise JobChanged(_LATE)
    return photos.card(connection, actor, first.id)


def _is_late(known: Standing, actor: Actor, shot: Shot, now: datetime) -> bool:
    """Whether it comes too late to count but is evidence; raises whatever else speaks against it."""
    job = known.job
    if not known.had:
        raise NotFound
    if known.slot is None:
        raise Invalid(errors=[Fault("slot", "unknown_slot", "该工单没有这个拍照项")])
    if known.ever >= MOST.ever:
        raise TooManyPhotos(f"每个工单最多上传 {MOST.ever} 张（含已删除）")
    own = job.dealer_id == actor.dealer_id and job.installer_id == actor.person_id
    if not own or job.status == Status.CANCELLED:
        return True
    wish = Command(Action.TAKE_PHOTO, photo_id=_UNWRITTEN, slot=shot.slot)
    lifecycle.move(job, wish, actor.role, Facts(now=now))
    if known.in_slot >= MOST.in_slot:
        raise TooManyPhotos(f"每个拍照项最多 {MOST.in_slot} 张")
    if known.in_job >= MOST.in_job:
        raise TooManyPhotos(f"每个工单最多 {MOST.in_job} 张")
    return False


@use_case
def _keep(tx: Connection, actor: Actor, job_id: int, shot: Shot, taken: Taken, now: datetime) -> PhotoCard:
    """Row, findings and deed at once, all asked again under the job's lock."""
    known = photo_standing.locked(tx, actor, job_id, shot.slot, shot.client_id)
    if known.existing is not None:
        return _again(tx, actor, known, shot, bytes.fromhex(taken.original_key))
    if _is_late(known, actor, shot, now) or known.slot is None:
        raise _MovedOn
    card, skew = _write(tx, photo_rows.Row(known.job, shot, taken, actor, now), known.slot)
    command = Command(Action.TAKE_PHOTO, photo_id=card.id, slot=shot.slot)
    when = _occurred_at(skew.on_our_clock(shot.captured_at), known.job.last_occurred_at)
    act(tx, actor, job_id, command, now, occurred_at=when, locked=known.job)
    return card


@use_case
def _keep_late(tx: Connection, actor: Actor, job_id: int, shot: Shot, taken: Taken, now: datetime) -> None:
    """A superseded row and a line in the access log; the event chain is not touched. Nothing for the erased."""
    known = photo_standing.locked(tx, actor, job_id, shot.slot, shot.client_id)
    if known.existing is not None or known.slot is None or known.ever >= MOST.ever:
        return
    if not photo_rows.may_be_kept(tx, known.job.subject_id):
        return
    row = photo_rows.Row(known.job, shot, taken, actor, now, late=True)
    card, _ = _write(tx, row, known.slot)
    access.note(tx, "photo_late", now, actor, job_id=job_id, reason="job_changed", photo_id=card.id)


def _write(tx: Connection, row: photo_rows.Row, slot: SlotRule) -> tuple[PhotoCard, Skew]:
    """The row with what was found on it; what its phone's clock said is remembered, and how far that one is off told.

    The job's score follows what is found. Nothing found leaves it as it is, and a job handed in is always judged.
    """
    actor, shot = row.actor, row.shot
    look = photo_findings.Look(row.job, shot, row.taken.facts, slot, row.now)
    known, held = photo_findings.around(tx, look, actor.device_id, photo_rows.holding(row))
    found = photo_findings.found(look, known)
    stamp = shot.captured_at if shot.capture == CAMERA else None
    then = (
        photos.asking_new(row.job.id, shot.client_id),
        *phone_clocks.hearing(actor.device_id, stamp, row.now),
    )
    made, *_ = photo_rows.insert(tx, row, found, known.policy.version, held, *then)
    if found:
        job_evidence.rescore(tx, row.job.id, known.policy, row.now)
    return photos.card_of(actor, made.one()), known.skew


def _occurred_at(captured_at: datetime | None, last: datetime) -> datetime | None:
    """When the shot was taken, on our clock, but not before the job's last event.

    A phone sends ten at once and they overtake each other: one captured at 10:02 that arrives after one of
    10:05 counts as 10:05. By its receipt at 10:31 it would push a later-sent submit of 10:20 to 10:32.
    """
    return None if captured_at is None else max(captured_at, last)


_OF = "SELECT job_id FROM photo WHERE id = %(photo)s"
_DISCARD = """
UPDATE photo SET status = 'superseded', superseded_at = %(now)s, superseded_as = 'deleted'
 WHERE id = %(photo)s AND status = 'active' RETURNING 1
"""


@use_case
def discard(tx: Connection, actor: Actor, photo_id: int, now: datetime) -> None:
    """Withdraw a photo before submit: it fills its slot no more, is kept, and its findings still count."""
    job_id = tx.exec_driver_sql(_OF, {"photo": photo_id}).scalar()
    if job_id is None:
        raise NotFound
    job = lock(tx, job_id)
    if job.dealer_id != actor.dealer_id or job.installer_id != actor.person_id:
        raise NotFound
    if job.status not in _CHANGEABLE:
        raise PhotoSettled
    if tx.exec_driver_sql(_DISCARD, {"photo": photo_id, "now": now}).first() is not None:
        access.note(tx, "photo_deleted", now, actor, job_id=job_id, photo_id=photo_id)
        job_evidence.rescore(tx, job_id, evidence_policies.policy_for(tx, job.category_code, now), now)
