"""What getting in has in common: the audit trail, fresh tokens, living sessions.

No use case stands here; use cases call these inside their own transaction. Refusals are written by statements
of their own, because the transaction they belong to was rolled back.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from domain.access import GUEST, LIVES, Life, SessionKind, expiries
from domain.actors import Actor, Role
from models.person import AccessEvent, Person, RoleBinding
from models.session import Session
from services.config import config
from services.queries.sessions import hashed
from services.uow import query


@dataclass(frozen=True, slots=True)
class Came:
    """From where somebody came: the caller's address, the device's id (checked by `domain.access.device`)."""

    address: str
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A role a person holds: binding, dealer for dealer roles. A guest has role `guest` and no binding."""

    role: str
    binding_id: int | None = None
    dealer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A session to be opened. `latest` bounds its life, e.g. by the end of the customer's link."""

    kind: SessionKind
    place: Place
    person_id: int | None = None
    identity_id: int | None = None
    link_id: int | None = None
    job_id: int | None = None
    device_id: str | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh session; `token` and `csrf` exist only here and with the caller. `csrf` is for the console."""

    id: int
    token: str = field(repr=False)
    csrf: str | None = field(repr=False)
    role: str
    dealer_id: int | None
    job_id: int | None
    idle_expires_at: datetime
    expires_at: datetime


def life(kind: SessionKind) -> Life:
    """How long a session of this kind lives: the phone's by the settings, the others by `domain.access`."""
    if kind == "phone":
        return Life(config().session_idle, config().session_absolute)
    return LIVES[kind]


def open_session(tx: Connection, wanted: Wanted, now: datetime) -> Opened:
    """Insert a session; 256 random bits go out, their SHA-256 stays."""
    token = secrets.token_urlsafe(32)
    csrf = secrets.token_urlsafe(32) if wanted.kind == "console" else None
    idle, end = expiries(life(wanted.kind), now, now, wanted.latest)
    session_id = tx.execute(
        insert(Session)
        .values(
            token_hash=hashed(token),
            csrf_hash=None if csrf is None else hashed(csrf),
            kind=wanted.kind,
            role=wanted.place.role,
            binding_id=wanted.place.binding_id,
            person_id=wanted.person_id,
            identity_id=wanted.identity_id,
            link_id=wanted.link_id,
            job_id=wanted.job_id,
            device_id=wanted.device_id,
            created_at=now,
            last_seen=now,
            idle_expires_at=idle,
            expires_at=end,
        )
        .returning(Session.id)
    ).scalar_one()
    return Opened(
        session_id, token, csrf, wanted.place.role, wanted.place.dealer_id, wanted.job_id, idle, end
    )


_LAST_USED = (
    select(Session.id)
    .where(Session.binding_id == RoleBinding.id)
    .order_by(Session.id.desc())
    .limit(1)
    .scalar_subquery()
)


def last_place(tx: Connection, person_id: int, roles: frozenset[Role] | None = None) -> Place | None:
    """The active binding (among `roles`) the person used last, else the newest one, staff before customer."""
    wanted = (
        select(RoleBinding.role, RoleBinding.id, RoleBinding.dealer_id)
        .join(Person, Person.id == RoleBinding.person_id)
        .where(RoleBinding.person_id == person_id, RoleBinding.status == "active", Person.status == "active")
        .order_by(
            _LAST_USED.desc().nulls_last(),
            (RoleBinding.role == Role.CUSTOMER),
            RoleBinding.id.desc(),
        )
        .limit(1)
    )
    if roles is not None:
        wanted = wanted.where(RoleBinding.role.in_(roles))
    row = tx.execute(wanted).one_or_none()
    return None if row is None else Place(row.role, row.id, row.dealer_id)


def place_or_guest(tx: Connection, person_id: int | None) -> Place:
    """Where a session of this person starts; a guest when there is no person or no active role."""
    found = None if person_id is None else last_place(tx, person_id)
    return found or Place(GUEST)


def revoke(tx: Connection, condition: ColumnElement[bool], now: datetime) -> int:
    """Revoke the living sessions that meet `condition`; returns how many. Effective with the next request."""
    done = tx.execute(update(Session).where(condition, Session.revoked_at.is_(None)).values(revoked_at=now))
    return done.rowcount


def note(
    tx: Connection,
    /,
    kind: str,
    now: datetime,
    actor: Actor | None = None,
    *,
    person_id: int | None = None,
    job_id: int | None = None,
    reason: str | None = None,
    **data: Any,
) -> None:
    """Write one access event; ids, codes and words from fixed lists only, never what a person typed."""
    tx.execute(
        insert(AccessEvent).values(
            at=now,
            kind=kind,
            actor_person_id=actor.person_id if actor else None,
            actor_role=actor.role if actor else None,
            person_id=person_id,
            job_id=job_id,
            reason=reason,
            data=data,
        )
    )


note_refusal = query(note)  # on its own, when the transaction it tells of was rolled back
