"""The use case of one action on one job. Everything it does is in `services/deeds`; here it gets its transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.actions import Command
from domain.actors import Actor
from domain.errors import NotFound
from services.deeds import Acted, act
from services.uow import use_case


@use_case
def perform(
    tx: Connection,
    actor: Actor,
    job_id: int,
    command: Command,
    now: datetime,
    *,
    occurred_at: datetime | None = None,
    if_match: int | None = None,
) -> Acted:
    """Do one thing to one job, or refuse with everything that stands in the way."""
    return act(tx, actor, job_id, command, now, occurred_at=occurred_at, if_match=if_match)


_JOB_OF_OFFER = "SELECT job_id FROM offer WHERE id = %(offer)s AND dealer_id = %(dealer)s"


@use_case
def answer_offer(
    tx: Connection, actor: Actor, command: Command, now: datetime, *, occurred_at: datetime | None = None
) -> Acted:
    """Accept or decline an offer of the actor's own dealer; NotFound for anybody else's."""
    asked = {"offer": command.offer_id, "dealer": actor.dealer_id}
    job_id = tx.exec_driver_sql(_JOB_OF_OFFER, asked).scalar()
    if job_id is None:
        raise NotFound
    return act(tx, actor, job_id, command, now, occurred_at=occurred_at)
