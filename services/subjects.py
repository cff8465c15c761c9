"""A person's right to be forgotten, and staff's logged look at a contact (§9).

Erasure destroys keys: what they covered is gone wherever a copy lies. Ids, event chain and ledger are untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Select, delete, func, or_, select, update

from domain.actors import STAFF_ROLES, Actor
from domain.errors import NotFound, TooMany
from domain.job import Status
from domain.people import (
    ERASURE_REASONS,
    ContactExpired,
    ErasureRefused,
    JobScope,
    OwnPhoneNeeded,
    check_reveal,
    may_be_erased,
)
from domain.retention import BY_REQUEST, Cause, Kind
from models.job import Job
from models.notice import InboxItem
from models.order import CustomerOrder, OrderLine
from models.person import Credential, Person, RoleBinding, Subject
from models.session import CustomerLink, Session, WechatIdentity
from services import limits, personal
from services.parts import access, erasures, forgetting, holds, notice_details, outbox
from services.uow import use_case

RevealReason = Literal["contact", "address", "complaint", "safety", "payment", "other"]
REVEALS = (200, timedelta(days=1))
_OVER = (Status.CLOSED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer as needed to go there; opened, so every look is logged."""

    name: str | None
    phone: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: how many orders' data, and how many subjects whose photos are queued for deletion."""

    orders: int
    subjects: int


def reveal(actor: Actor, job_id: int, reason: RevealReason, now: datetime) -> Contact:
    """The customer's name, phone and address, against a reason that is logged, at most 200 a day a person."""
    try:
        limits.hit(f"reveal:{actor.person_id}", *REVEALS, now)
        return _reveal(actor, job_id, reason, now)
    except (NotFound, ContactExpired, TooMany) as refusal:
        access.note_refusal("reveal_refused", now, actor, reason=refusal.code, asked=job_id)
        raise


@use_case
def _reveal(tx: Connection, actor: Actor, job_id: int, reason: RevealReason, now: datetime) -> Contact:
    row = tx.execute(
        select(
            Job.dealer_id,
            Job.installer_id,
            Job.channel_id,
            Job.status,
            Job.closed_at,
            Job.updated_at,
            Subject.wrapped_key,
            CustomerOrder.personal,
        )
        .join(OrderLine, OrderLine.id == Job.order_line_id)
        .join(CustomerOrder, CustomerOrder.id == OrderLine.order_id)
        .join(Subject, Subject.id == CustomerOrder.subject_id)
        .where(Job.id == job_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    ended = row.closed_at or (row.updated_at if row.status == Status.CANCELLED else None)
    check_reveal(actor, JobScope(row.dealer_id, row.installer_id, row.channel_id, ended), now)
    known = personal.reveal(personal.unwrap(row.wrapped_key), "customer_order.personal", row.personal)
    access.note(tx, "revealed", now, actor, job_id=job_id, reason=reason)
    return Contact(known.get("name"), known.get("phone"), known.get("address"))


def erase(actor: Actor, now: datetime) -> Erased:
    """Destroy the actor's own personal data and that of the orders with their phone.

    `OwnPhoneNeeded` for a link's session; `ErasureRefused` with the reason while there is a legal hold, an open
    job or a staff role.
    """
    if actor.person_id is None or actor.job_id is not None:
        raise OwnPhoneNeeded
    try:
        return _erase(actor, actor.person_id, now)
    except ErasureRefused as refusal:
        reason = refusal.extra["reason"]
        access.note_refusal("erasure_refused", now, actor, person_id=actor.person_id, reason=reason)
        raise


@use_case
def _erase(tx: Connection, actor: Actor, person_id: int, now: datetime) -> Erased:
    person = tx.execute(
        select(Person.subject_id, Person.phone_lookup).where(Person.id == person_id).with_for_update()
    ).one()
    orders = _orders(tx, person.phone_lookup)
    subjects = sorted({person.subject_id, *(order.subject_id for order in orders)})
    _check(tx, person_id, [order.id for order in orders], subjects)
    _end_links(tx, [order.id for order in orders], now)
    _wipe(tx, subjects, now)
    _wipe_person(tx, person_id, now)
    tx.execute(update(Subject).where(Subject.id.in_(subjects)).values(wrapped_key=None, erased_at=now))
    payload = {"subject_ids": subjects}
    outbox.put(tx, [outbox.Owed("erase_photos", f"erase_photos:{person_id}", payload)], now)
    access.note(tx, "erased", now, actor, person_id=person_id, subjects=len(subjects))
    return Erased(len(orders), len(subjects))


def _orders(tx: Connection, phone_lookup: bytes | None) -> list[Any]:
    if phone_lookup is None:
        return []
    return list(
        tx.execute(
            select(CustomerOrder.id, CustomerOrder.subject_id)
            .where(CustomerOrder.phone_lookup == phone_lookup)
            .order_by(CustomerOrder.id)
            .with_for_update()
        )
    )


def _jobs(order_ids: list[int]) -> Select[int]:
    lines = select(OrderLine.id).where(OrderLine.order_id.in_(order_ids))
    return select(Job.id).where(Job.order_line_id.in_(lines))


def _check(tx: Connection, person_id: int, order_ids: list[int], subjects: list[int]) -> None:
    tx.execute(select(Subject.id).where(Subject.id.in_(subjects)).order_by(Subject.id).with_for_update())
    open_jobs = select(func.count()).where(
        Job.status.not_in(_OVER), or_(Job.id.in_(_jobs(order_ids)), Job.installer_id == person_id)
    )
    staff = select(RoleBinding.id).where(
        RoleBinding.person_id == person_id,
        RoleBinding.role.in_(STAFF_ROLES),
        RoleBinding.status.in_(("active", "suspended")),
    )
    reason = may_be_erased(
        tx.execute(open_jobs).scalar_one(),
        holds.quarrel(tx, subjects) is not None,
        tx.execute(select(staff.exists())).scalar_one(),
    )
    if reason is not None:
        raise ErasureRefused(ERASURE_REASONS[reason], reason=reason)


def _wipe(tx: Connection, subject_ids: list[int], now: datetime) -> None:
    """Emptied as well as locked away for good: nobody need trust that no copy of a key is left."""
    for kind in (Kind.POINTS, Kind.WORDS, Kind.ADDRESSES):
        counts = forgetting.empty(tx, kind, subject_ids)
        data = {"subjects": subject_ids, "counts": counts}
        erasures.record(tx, kind, Cause.REQUEST, BY_REQUEST, data, now)


def _end_links(tx: Connection, order_ids: list[int], now: datetime) -> None:
    jobs = _jobs(order_ids)
    access.revoke(tx, Session.job_id.in_(jobs), now)
    tx.execute(
        update(CustomerLink)
        .where(CustomerLink.job_id.in_(jobs), CustomerLink.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def _wipe_person(tx: Connection, person_id: int, now: datetime) -> None:
    """The WeChat account becomes nobody's: a later sign-in with it starts as a stranger."""
    access.revoke(tx, Session.person_id == person_id, now)
    tx.execute(
        update(WechatIdentity)
        .where(WechatIdentity.person_id == person_id)
        .values(person_id=None, openid=func.concat("erased:", WechatIdentity.id), unionid=None)
    )
    tx.execute(
        update(RoleBinding).where(RoleBinding.person_id == person_id).values(status="ended", decided_at=now)
    )
    tx.execute(delete(Credential).where(Credential.person_id == person_id))
    _wipe_messages(tx, person_id, now)
    notice_details.forget(tx, person_id)
    tx.execute(
        update(Person).where(Person.id == person_id).values(personal=None, phone_lookup=None, status="ended")
    )


def _wipe_messages(tx: Connection, person_id: int, now: datetime) -> None:
    gone = delete(InboxItem).where(InboxItem.person_id == person_id).returning(InboxItem.id)
    if ids := sorted(tx.execute(gone).scalars()):
        data = {"messages": ids, "counts": {"inbox_item": len(ids)}}
        erasures.record(tx, Kind.MESSAGES, Cause.REQUEST, BY_REQUEST, data, now)
