"""The QR code by which a customer comes to the job: printed on the goods' slip or shown by the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from domain.actors import DEALER_ROLES, Actor
from domain.errors import Conflict, NotFound
from domain.job import Status
from models.job import Job
from services import limits
from services.parts import access, link_tokens, mini_codes
from services.parts.mini_codes import WeChat
from services.uow import use_case

PER_PERSON = (60, timedelta(hours=1))
_OVER = (Status.CLOSED, Status.CANCELLED)


class JobOver(Conflict):
    """Nothing is left to claim."""

    code = "job_over"
    title = "工单已结束"


@dataclass(frozen=True, slots=True)
class JobCode:
    """The picture, to be shown as it is (base64). It opens the job for whoever scans it: treat it like a key."""

    job_id: int
    media_type: str
    image_base64: str = field(repr=False)


def code(wechat: WeChat, actor: Actor, job_id: int, now: datetime) -> JobCode:
    """Draw the code of a job. For two to four weeks it is the same one, unless the job's links are taken back.

    `NotFound` outside the actor's view, `JobOver`, `TooMany` (60 an hour); WeChat's errors as they come.
    """
    limits.hit(f"job_qr:{actor.person_id}", *PER_PERSON, now)
    return JobCode(job_id, *mini_codes.drawn(wechat, _scene(actor, job_id, now)))


@use_case
def _scene(tx: Connection, actor: Actor, job_id: int, now: datetime) -> str:
    job = tx.execute(
        select(Job.dealer_id, Job.channel_id, Job.status).where(Job.id == job_id).with_for_update(read=True)
    ).one_or_none()
    if job is None or not _knows(actor, job.dealer_id, job.channel_id):
        raise NotFound
    if job.status in _OVER:
        raise JobOver
    access.note(tx, "job_code_made", now, actor, job_id=job_id)
    return link_tokens.scene(tx, job_id, now)


def _knows(actor: Actor, dealer_id: int | None, channel_id: int) -> bool:
    if actor.role in DEALER_ROLES:
        return actor.dealer_id is not None and actor.dealer_id == dealer_id
    return actor.channel_ids is None or channel_id in actor.channel_ids
