"""Everything we hold about a person, opened and in one document (§9). Making it is itself logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from domain.actors import Actor
from domain.people import OwnPhoneNeeded
from models.aftercare import Review
from models.clock import Breach, Clock
from models.complaint import Rating
from models.installer_pay import InstallerEarning
from models.job import Job, Note
from models.notice import InboxItem
from models.order import Channel, CustomerOrder, OrderLine
from models.person import AccessEvent, Consent, Person, RoleBinding, Subject
from models.photo import Photo
from models.session import Session, WechatIdentity
from models.site import CheckIn
from services import personal
from services.parts import access
from services.parts.linking import PLACE
from services.uow import use_case

MOST = 10_000


@dataclass(frozen=True, slots=True)
class ExportedJob:
    """A job of an order: what was written, photographed and rated about it. Times in UTC."""

    id: int
    kind: str
    status: str
    sku: str
    created_at: datetime
    closed_at: datetime | None
    notes: tuple[str, ...]
    photos: tuple[dict[str, Any], ...]
    rating: int | None


@dataclass(frozen=True, slots=True)
class ExportedOrder:
    """An order with the person's phone; `personal` is {name, phone, address, …} as imported."""

    channel: str
    number: str
    personal: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    jobs: tuple[ExportedJob, ...]
    reviews: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Export:
    """A person's data. Rows that are lists of plain facts are objects with the columns' names."""

    made_at: datetime
    person_id: int
    personal: dict[str, Any]
    roles: tuple[dict[str, Any], ...]
    wechat: tuple[dict[str, Any], ...]
    consents: tuple[dict[str, Any], ...]
    sessions: tuple[dict[str, Any], ...]
    check_ins: tuple[dict[str, Any], ...]
    inbox: tuple[dict[str, Any], ...]
    earnings: tuple[dict[str, Any], ...]
    events: tuple[dict[str, Any], ...]
    orders: tuple[ExportedOrder, ...]


@use_case
def export(tx: Connection, actor: Actor, now: datetime) -> Export:
    """All data of the actor's person and of the orders with their phone; `OwnPhoneNeeded` for a link's session."""
    if actor.person_id is None or actor.job_id is not None:
        raise OwnPhoneNeeded
    me = tx.execute(
        select(Person.personal, Person.phone_lookup, Person.subject_id, Subject.wrapped_key)
        .join(Subject, Subject.id == Person.subject_id)
        .where(Person.id == actor.person_id)
    ).one()
    key = personal.unwrap(me.wrapped_key)
    who = actor.person_id
    document = Export(
        made_at=now,
        person_id=who,
        personal=personal.reveal(key, PLACE, me.personal),
        roles=_rows(tx, RoleBinding, RoleBinding.person_id == who, "role dealer_id status created_at"),
        wechat=_rows(tx, WechatIdentity, WechatIdentity.person_id == who, "openid first_seen last_login"),
        consents=_rows(tx, Consent, Consent.person_id == who, "purpose version given at"),
        sessions=_rows(tx, Session, Session.person_id == who, "kind role device_id created_at last_seen"),
        check_ins=_check_ins(tx, me.subject_id, key),
        inbox=_rows(tx, InboxItem, InboxItem.person_id == who, "template title body created_at read_at"),
        earnings=_rows(
            tx,
            InstallerEarning,
            InstallerEarning.installer_id == who,
            "dealer_id month job_id amount_fen text",
        ),
        events=_rows(tx, AccessEvent, AccessEvent.person_id == who, "at kind reason"),
        orders=_orders(tx, me.phone_lookup),
    )
    access.note(tx, "exported", now, actor, person_id=who)
    return document


def _rows(tx: Connection, table: Any, condition: Any, columns: str) -> tuple[dict[str, Any], ...]:
    chosen = [getattr(table, name) for name in columns.split()]
    found = tx.execute(select(*chosen).where(condition).order_by(table.id).limit(MOST))
    return tuple(dict(row) for row in found.mappings())


def _check_ins(tx: Connection, subject_id: int, key: bytes) -> tuple[dict[str, Any], ...]:
    rows = tx.execute(
        select(CheckIn.job_id, CheckIn.result, CheckIn.received_at, CheckIn.place)
        .where(CheckIn.subject_id == subject_id)
        .limit(MOST)
    )
    return tuple(
        {
            "job_id": row.job_id,
            "result": row.result,
            "received_at": row.received_at,
            "place": _maybe(key, "check_in.place", row.place),
        }
        for row in rows
    )


def _maybe(key: bytes, place: str, sealed: bytes | None) -> Any:
    try:
        return personal.reveal(key, place, sealed)
    except personal.Erased:
        return None


def _orders(tx: Connection, phone_lookup: bytes | None) -> tuple[ExportedOrder, ...]:
    if phone_lookup is None:
        return ()
    rows = tx.execute(
        select(
            CustomerOrder.id, CustomerOrder.number, CustomerOrder.personal, Channel.name, Subject.wrapped_key
        )
        .join(Channel, Channel.id == CustomerOrder.channel_id)
        .join(Subject, Subject.id == CustomerOrder.subject_id)
        .where(CustomerOrder.phone_lookup == phone_lookup, Subject.wrapped_key.is_not(None))
        .order_by(CustomerOrder.id)
        .limit(MOST)
    ).all()
    return tuple(_order(tx, row) for row in rows)


def _order(tx: Connection, row: Any) -> ExportedOrder:
    key = personal.unwrap(row.wrapped_key)
    lines = _rows(tx, OrderLine, OrderLine.order_id == row.id, "line_number sku title quantity paid_fen")
    jobs = tx.execute(
        select(Job.id, Job.kind, Job.status, Job.sku, Job.created_at, Job.closed_at)
        .join(OrderLine, OrderLine.id == Job.order_line_id)
        .where(OrderLine.order_id == row.id)
        .order_by(Job.id)
    ).all()
    return ExportedOrder(
        channel=row.name,
        number=row.number,
        personal=_maybe(key, "customer_order.personal", row.personal) or {},
        lines=lines,
        jobs=tuple(_job(tx, job, key) for job in jobs),
        reviews=_reviews(tx, row.id, key),
    )


def _reviews(tx: Connection, order_id: int, key: bytes) -> tuple[dict[str, Any], ...]:
    """What was written on the platform about this order, and what was answered."""
    lines = select(OrderLine.id).where(OrderLine.order_id == order_id)
    chosen = select(Review.platform_id, Review.score, Review.reviewed_at, Review.words)
    found = tx.execute(chosen.where(Review.order_line_id.in_(lines)).order_by(Review.id))
    return tuple(
        {
            "platform_id": row.platform_id,
            "score": row.score,
            "reviewed_at": row.reviewed_at,
            **(_maybe(key, "review.words", row.words) or {}),
        }
        for row in found
    )


def _job(tx: Connection, job: Any, key: bytes) -> ExportedJob:
    # what a dealer and its installer said about their own lateness is not about this person
    clocks = select(Clock.id).where(Clock.job_id == job.id)
    excuses = [
        select(column).where(Breach.clock_id.in_(clocks), column.is_not(None))
        for column in (Breach.memo_id, Breach.appeal_id, Breach.decline_id, Breach.explain_id)
    ]
    about = (Note.job_id == job.id, *(Note.id.not_in(excuse) for excuse in excuses))
    notes = tx.execute(select(Note.text).where(*about).order_by(Note.id)).scalars().all()
    opened = [_maybe(key, "note.text", sealed) for sealed in notes]
    photos = _rows(tx, Photo, Photo.job_id == job.id, "id slot_code captured_at received_at")
    rating = tx.execute(select(Rating.overall).where(Rating.job_id == job.id)).scalar_one_or_none()
    return ExportedJob(
        id=job.id,
        kind=job.kind,
        status=job.status,
        sku=job.sku,
        created_at=job.created_at,
        closed_at=job.closed_at,
        notes=tuple(text for text in opened if text),
        photos=photos,
        rating=rating,
    )
