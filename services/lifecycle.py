"""The use case of one action on one job. Everything it does is in `services/deeds`; here it gets its transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import Actor
from domain.errors import NotFound
from domain.lifecycle import Barred
from services import limits
from services.deeds import Acted, act
from services.parts import whose_yes
from services.uow import use_case

CODES = (5, timedelta(hours=1))
CODED = {Action.CONFIRM: "confirm_code", Action.APPROVE_CHARGE: "quote_code"}


def perform(
    actor: Actor,
    job_id: int,
    command: Command,
    now: datetime,
    *,
    occurred_at: datetime | None = None,
    if_match: int | None = None,
) -> Acted:
    """Do one thing to one job, or refuse with everything that stands in the way.

    Six digits are soon guessed: there are five tries an hour at a customer's code (`TooMany`), counted
    although the refusal rolls everything else back. So is a customer's yes from the dealer's own device: it is void,
    and the job will be audited whoever says yes after it.
    """
    if command.action in CODED and whose_yes.by_code(actor, command):
        limits.hit(f"{CODED[command.action]}:{job_id}:{actor.person_id}", *CODES, now)
    try:
        return _perform(actor, job_id, command, now, occurred_at=occurred_at, if_match=if_match)
    except Barred as refusal:
        if any(fault.code == "device_of_dealer" for fault in refusal.errors):
            whose_yes.voided(actor, job_id, str(command.action), now)
        raise


@use_case
def _perform(
    tx: Connection,
    actor: Actor,
    job_id: int,
    command: Command,
    now: datetime,
    *,
    occurred_at: datetime | None,
    if_match: int | None,
) -> Acted:
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
