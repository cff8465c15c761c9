"""Reads about oneself: person, roles, sessions, consents; and what is asked about devices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.dialects.postgresql import distinct_on

from domain.masking import mask_phone
from models.dealer import Dealer
from models.person import Consent, Credential, Person, RoleBinding, Subject
from models.session import Session
from services import personal
from services.queries.sessions import SessionFound
from services.uow import query

_PLACE = "person.personal"


@dataclass(frozen=True, slots=True)
class Held:
    """A role of a person."""

    id: int
    role: str
    dealer_id: int | None
    dealer_name: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Me:
    """Who the session is, and our time. `phone` is masked; a guest has no person and no roles."""

    kind: str
    role: str
    person_id: int | None
    name: str | None
    phone: str | None
    binding_id: int | None
    dealer_id: int | None
    dealer_name: str | None
    job_id: int | None
    second_factor: bool
    roles: tuple[Held, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class LivingSession:
    """One of the person's own sessions; `current` is the one that asks."""

    id: int
    kind: str
    role: str
    created_at: datetime
    last_seen: datetime
    expires_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Consented:
    """The last word on one purpose."""

    purpose: str
    version: str
    given: bool
    at: datetime


@query
def me(connection: Connection, session: SessionFound, now: datetime) -> Me:
    """`GET /me`: the person's own name, the phone masked, all roles but the ended ones."""
    held = _held(connection, session.person_id)
    current = next((one for one in held if one.id == session.binding_id), None)
    known = _known(connection, session.person_id)
    actor = session.actor
    return Me(
        kind=session.kind,
        role=str(session.caller),
        person_id=session.person_id,
        name=known.get("name"),
        phone=mask_phone(known.get("phone")) or None,
        binding_id=session.binding_id,
        dealer_id=current.dealer_id if current else None,
        dealer_name=current.dealer_name if current else None,
        job_id=actor.job_id if actor else None,
        second_factor=_second_factor(connection, session.person_id),
        roles=held,
        now=now,
    )


def _held(connection: Connection, person_id: int | None) -> tuple[Held, ...]:
    rows = connection.execute(
        select(RoleBinding.id, RoleBinding.role, RoleBinding.dealer_id, Dealer.name, RoleBinding.status)
        .outerjoin(Dealer, Dealer.id == RoleBinding.dealer_id)
        .where(RoleBinding.person_id == person_id, RoleBinding.status != "ended")
        .order_by(RoleBinding.id)
    )
    return tuple(Held(*row) for row in rows)


def _known(connection: Connection, person_id: int | None) -> dict[str, Any]:
    row = connection.execute(
        select(Subject.wrapped_key, Person.personal)
        .join(Subject, Subject.id == Person.subject_id)
        .where(Person.id == person_id)
    ).one_or_none()
    return {} if row is None else opened(row.wrapped_key, row.personal)


def opened(wrapped: bytes | None, sealed: bytes | None) -> dict[str, Any]:
    """A person's {name, phone}; empty when there is none or it was erased."""
    try:
        found: dict[str, Any] = personal.reveal(personal.unwrap(wrapped), _PLACE, sealed)
    except personal.Erased:
        return {}
    return found


def _second_factor(connection: Connection, person_id: int | None) -> bool:
    found = select(Credential.totp_secret.is_not(None)).where(Credential.person_id == person_id)
    return bool(connection.execute(found).scalar_one_or_none())


@query
def sessions(
    connection: Connection, person_id: int, current: int | None, now: datetime
) -> list[LivingSession]:
    """The person's living sessions, newest first, at most a hundred."""
    return living(connection, Session.person_id == person_id, current, now)


def living(
    connection: Connection, whose: ColumnElement[bool], current: int | None, now: datetime
) -> list[LivingSession]:
    """Sessions neither ended nor run out, newest first, at most a hundred."""
    rows = connection.execute(
        select(
            Session.id, Session.kind, Session.role, Session.created_at, Session.last_seen, Session.expires_at
        )
        .where(
            whose,
            Session.revoked_at.is_(None),
            Session.idle_expires_at > now,
            Session.expires_at > now,
        )
        .order_by(Session.id.desc())
        .limit(100)
    )
    return [LivingSession(*row, current=row.id == current) for row in rows]


@query
def consents(connection: Connection, person_id: int | None, identity_id: int | None) -> list[Consented]:
    """The last word on each purpose; nothing was said where a purpose is missing."""
    whose = Consent.person_id == person_id if person_id is not None else Consent.identity_id == identity_id
    rows = connection.execute(
        select(Consent.purpose, Consent.version, Consent.given, Consent.at)
        .where(whose)
        .ext(distinct_on(Consent.purpose))
        .order_by(Consent.purpose, Consent.id.desc())
    )
    return [Consented(*row) for row in rows]


_DEVICE_USED = """
SELECT EXISTS (
    SELECT 1 FROM session s JOIN role_binding b ON b.person_id = s.person_id
     WHERE s.device_id = %(device)s AND b.dealer_id = coalesce(%(dealer)s, b.dealer_id) AND b.status <> 'pending')
"""


def device_used_by_dealer(tx: Connection, device_id: str, dealer_id: int | None) -> bool:
    """Whether anybody who ever worked for the dealer (None: for any) ever signed in on that device, in whatever role.

    A customer's yes from such a device is void (domain.md §2.2). Revoked sessions and ended roles count.
    """
    asked = {"device": device_id, "dealer": dealer_id}
    return bool(tx.exec_driver_sql(_DEVICE_USED, asked).scalar_one())
