"""A customer's way to one job without WeChat: the link in a message, or order number and last four digits.

Both end in a session of kind `link`: role customer, bounded to that job, over when the link is.
A link is 256 random bits of which only the hash is stored: unlike a signed one it can be taken back.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from domain.access import CLAIM_ADDRESS_LOCK, CLAIM_LOCK, LinkRefused
from domain.actors import Actor, Role
from domain.errors import NotFound, TooMany
from domain.job import KIND_NAMES, STATUS_NAMES, Kind, Status
from domain.phones import last_four
from models.catalogue import Product
from models.job import Job
from models.order import CustomerOrder, OrderLine
from models.person import Subject
from models.session import CustomerLink, Session
from services import limits, personal
from services.parts import access, lockouts
from services.parts.access import Came, Opened, Place, Wanted
from services.queries.sessions import hashed
from services.uow import query, use_case

DAYS = 14
CLAIMED = timedelta(days=1)
PER_ADDRESS = (60, timedelta(minutes=1))
_OVER = (Status.CLOSED, Status.CANCELLED)


def make(tx: Connection, job_id: int, now: datetime, days: int = DAYS) -> str:
    """A fresh link's token for a job, inside the caller's transaction; goes into a message, nowhere else."""
    return _make(tx, job_id, now, now + timedelta(days=days))[1]


def _make(
    tx: Connection, job_id: int, now: datetime, expires_at: datetime, *, claimed: bool = False
) -> tuple[int, str]:
    token = secrets.token_urlsafe(32)
    row = insert(CustomerLink).values(
        token_hash=hashed(token), job_id=job_id, created_at=now, expires_at=expires_at, claimed=claimed
    )
    return tx.execute(row.returning(CustomerLink.id)).scalar_one(), token


def revoke_all(tx: Connection, job_id: int, now: datetime) -> int:
    """Revoke all links of a job and the sessions they opened, e.g. when the order's phone has changed."""
    links = select(CustomerLink.id).where(CustomerLink.job_id == job_id)
    access.revoke(tx, Session.link_id.in_(links), now)
    done = tx.execute(
        update(CustomerLink)
        .where(CustomerLink.job_id == job_id, CustomerLink.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount


@use_case
def revoke(tx: Connection, actor: Actor, job_id: int, now: datetime) -> None:
    """Take back every link of a job; `NotFound` when the job is not in the agent's channels."""
    channel_id = tx.execute(select(Job.channel_id).where(Job.id == job_id)).scalar_one_or_none()
    if channel_id is None or (actor.channel_ids is not None and channel_id not in actor.channel_ids):
        raise NotFound
    revoked = revoke_all(tx, job_id, now)
    access.note(tx, "links_revoked", now, actor, job_id=job_id, count=revoked)


def sign_in(token: str, came: Came, now: datetime) -> Opened:
    """A session for the link's job; `LinkRefused` for unknown, expired and revoked alike."""
    limits.hit(f"link:{personal.lookup('address', came.address).hex()}", *PER_ADDRESS, now)
    try:
        return _open(token, came, now)
    except LinkRefused:
        access.note_refusal("sign_in_refused", now, reason="link")
        raise


@use_case
def _open(tx: Connection, token: str, came: Came, now: datetime) -> Opened:
    row = tx.execute(
        select(CustomerLink.id, CustomerLink.job_id, CustomerLink.expires_at)
        .where(
            CustomerLink.token_hash == hashed(token),
            CustomerLink.revoked_at.is_(None),
            CustomerLink.expires_at > now,
        )
        .with_for_update(read=True)
    ).one_or_none()
    if row is None:
        raise LinkRefused
    return _session(tx, row.id, row.job_id, row.expires_at, came, now, "link")


def _session(
    tx: Connection, link_id: int, job_id: int, end: datetime, came: Came, now: datetime, how: str
) -> Opened:
    place = Place(Role.CUSTOMER)
    wanted = Wanted("link", place, link_id=link_id, job_id=job_id, device_id=came.device_id, latest=end)
    opened = access.open_session(tx, wanted, now)
    access.note(tx, "signed_in", now, job_id=job_id, how=how, link_id=link_id, session_id=opened.id)
    return opened


@dataclass(frozen=True, slots=True)
class Claimable:
    """A job of the claimed order."""

    id: int
    kind: str
    kind_name: str
    status: str
    status_name: str
    product_name: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """The session for one job, and all jobs of the order: each may be claimed in its turn."""

    opened: Opened
    jobs: tuple[Claimable, ...]


def claim(
    order_number: str, phone_last4: str, came: Came, now: datetime, job_id: int | None = None
) -> Claimed:
    """A day's session for a job of the order, by its number and the last four digits of its phone.

    Without `job_id` it is the running job, else the newest.

    Four digits are soon guessed, so wrong tries lock the order number (known or not) and the address, exactly
    and with growing delay. `LinkRefused` for every failure.
    """
    gates = [
        lockouts.gate("claim", order_number, CLAIM_LOCK),
        lockouts.gate("claim_address", came.address, CLAIM_ADDRESS_LOCK),
    ]
    try:
        lockouts.charge(gates, now)
        jobs = _claimed(order_number, phone_last4)
        chosen = [job.id for job in jobs if job_id in (None, job.id)]
        if not chosen:
            raise LinkRefused
    except (LinkRefused, TooMany):
        access.note_refusal("sign_in_refused", now, reason="claim")
        raise
    opened = _open_claimed(chosen[0], came, now)
    lockouts.clear(gates[0])
    lockouts.refund(gates[1])
    return Claimed(opened, jobs)


@use_case
def _open_claimed(tx: Connection, job_id: int, came: Came, now: datetime) -> Opened:
    link_id, _ = _make(tx, job_id, now, now + CLAIMED, claimed=True)
    return _session(tx, link_id, job_id, now + CLAIMED, came, now, "claim")


@query
def _claimed(connection: Connection, order_number: str, phone_last4: str) -> tuple[Claimable, ...]:
    """The jobs of the orders with that number and phone, running ones first, then the newest."""
    rows = connection.execute(
        select(
            Job.id, Job.kind, Job.status, Job.sku, Product.name, Subject.wrapped_key, CustomerOrder.personal
        )
        .join(OrderLine, OrderLine.id == Job.order_line_id)
        .join(CustomerOrder, CustomerOrder.id == OrderLine.order_id)
        .join(Subject, Subject.id == CustomerOrder.subject_id)
        .outerjoin(Product, Product.sku == Job.sku)
        .where(CustomerOrder.number == order_number, or_(Job.parent_id.is_(None), Job.status.not_in(_OVER)))
        .where(Job.kind != Kind.RETURN_VISIT)
        .order_by(Job.status.in_(_OVER), Job.id.desc())
        .limit(50)
    ).all()
    return tuple(
        Claimable(
            row.id,
            row.kind,
            KIND_NAMES[Kind(row.kind)],
            row.status,
            STATUS_NAMES[Status(row.status)],
            row.name or row.sku,
        )
        for row in rows
        if _ends_with(row, phone_last4)
    )


def _ends_with(row: Any, phone_last4: str) -> bool:
    try:
        key = personal.unwrap(row.wrapped_key)
        phone = personal.reveal(key, "customer_order.personal", row.personal).get("phone") or ""
    except personal.Erased:
        return False
    return last_four(phone) == phone_last4
