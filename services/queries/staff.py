"""Reads for those who manage people: a dealer's people, invitations, requests to change WeChat accounts.

An admin sees all staff, an owner the own dealer's, everybody else nothing. Phones are masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from domain.actors import DEALER_ROLES, STAFF_ROLES, Actor, Role
from domain.errors import NotFound
from domain.masking import mask_name, mask_phone
from models.person import Invitation, Person, RoleBinding, Subject
from models.session import RebindRequest, Session
from services.queries.people import LivingSession, living, opened
from services.uow import query


@dataclass(frozen=True, slots=True)
class Member:
    """One binding of a person, as those see it who manage it. `phone` is masked."""

    person_id: int
    binding_id: int
    role: str
    dealer_id: int | None
    status: str
    name: str
    phone: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation as its issuer sees it afterwards; the code is not known any more."""

    id: int
    role: str
    dealer_id: int | None
    issued_by: int
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: int | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to change WeChat accounts, waiting."""

    id: int
    person_id: int
    name: str
    phone: str
    created_at: datetime


def _scoped(
    actor: Actor, statement: Select[*tuple[Any, ...]], role: Any, dealer_id: Any
) -> Select[*tuple[Any, ...]]:
    """Only what the actor manages: an admin all staff, an owner the own dealer, nobody else anything."""
    if actor.role is Role.ADMIN:
        return statement.where(role.in_(STAFF_ROLES))
    if actor.role is Role.DEALER_OWNER and actor.dealer_id is not None:
        return statement.where(dealer_id == actor.dealer_id, role.in_(DEALER_ROLES))
    raise NotFound


@query
def members(
    connection: Connection, actor: Actor, dealer_id: int | None, status: str | None, after: int, most: int
) -> list[Member]:
    """Staff bindings the actor manages, by id, after a binding id; `NotFound` for another dealer's."""
    if actor.role is not Role.ADMIN and dealer_id not in (None, actor.dealer_id):
        raise NotFound
    statement = (
        select(RoleBinding, Subject.wrapped_key, Person.personal)
        .join(Person, Person.id == RoleBinding.person_id)
        .join(Subject, Subject.id == Person.subject_id)
        .where(RoleBinding.id > after)
        .order_by(RoleBinding.id)
        .limit(most)
    )
    if dealer_id is not None:
        statement = statement.where(RoleBinding.dealer_id == dealer_id)
    if status is not None:
        statement = statement.where(RoleBinding.status == status)
    statement = _scoped(actor, statement, RoleBinding.role, RoleBinding.dealer_id)
    return [_member(row) for row in connection.execute(statement)]


def _member(row: Any) -> Member:
    known = opened(row.wrapped_key, row.personal)
    return Member(
        row.person_id,
        row.id,
        row.role,
        row.dealer_id,
        row.status,
        known.get("name") or "",
        mask_phone(known.get("phone")),
        row.created_at,
    )


def sessions_of(actor: Actor, person_id: int) -> Select[*tuple[Any, ...]]:
    """The sessions of a person in posts the actor manages; `NotFound` for who manages nobody."""
    of = select(Session.id).join(RoleBinding, RoleBinding.id == Session.binding_id)
    return _scoped(actor, of.where(Session.person_id == person_id), RoleBinding.role, RoleBinding.dealer_id)


@query
def sessions(connection: Connection, actor: Actor, person_id: int, now: datetime) -> list[LivingSession]:
    """Where somebody is signed in, newest first; `NotFound` for a person the actor doesn't manage."""
    held = select(RoleBinding.id).where(RoleBinding.person_id == person_id).limit(1)
    managed = _scoped(actor, held, RoleBinding.role, RoleBinding.dealer_id)
    if connection.execute(managed).first() is None:
        raise NotFound
    return living(connection, Session.id.in_(sessions_of(actor, person_id)), actor.session_id, now)


@query
def invitations(connection: Connection, actor: Actor, after: int, most: int) -> list[OpenInvitation]:
    """Invitations the actor may revoke, newest first; `after` is the last id seen."""
    statement = select(
        Invitation.id,
        Invitation.role,
        Invitation.dealer_id,
        Invitation.issued_by,
        Invitation.issued_at,
        Invitation.expires_at,
        Invitation.used_at,
        Invitation.used_by,
        Invitation.revoked_at,
    ).where(Invitation.id < after)
    statement = _scoped(actor, statement, Invitation.role, Invitation.dealer_id)
    rows = connection.execute(statement.order_by(Invitation.id.desc()).limit(most))
    return [OpenInvitation(*row) for row in rows]


@query
def rebindings(connection: Connection, actor: Actor, after: int, most: int) -> list[Asked]:
    """Requests to change accounts that wait for somebody like the actor, by id."""
    mine = RoleBinding.dealer_id == actor.dealer_id
    staff = select(RoleBinding.id).where(
        RoleBinding.person_id == RebindRequest.person_id,
        RoleBinding.role.in_(STAFF_ROLES),
        RoleBinding.status.in_(("active", "suspended")),
    )
    statement = (
        select(
            RebindRequest.id,
            RebindRequest.person_id,
            RebindRequest.created_at,
            Subject.wrapped_key,
            Person.personal,
        )
        .join(Person, Person.id == RebindRequest.person_id)
        .join(Subject, Subject.id == Person.subject_id)
        .where(RebindRequest.status == "pending", RebindRequest.id > after)
        .order_by(RebindRequest.id)
        .limit(most)
    )
    if actor.role is Role.AGENT:
        statement = statement.where(~staff.exists())
    elif actor.role is Role.DEALER_OWNER:
        statement = statement.where(staff.where(mine).exists())
    elif actor.role is not Role.ADMIN:
        raise NotFound
    return [_asked(row) for row in connection.execute(statement)]


def _asked(row: Any) -> Asked:
    known = opened(row.wrapped_key, row.personal)
    return Asked(
        row.id, row.person_id, mask_name(known.get("name")), mask_phone(known.get("phone")), row.created_at
    )


@dataclass(frozen=True, slots=True)
class SkillOf:
    """What an installer may install, and how well."""

    category_code: str
    level: int


@dataclass(frozen=True, slots=True)
class CertificateOf:
    """A certificate and its last day."""

    kind: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class InstallerLine:
    """An installer as those see him who assign jobs: `person_id` is what `assign` asks for."""

    person_id: int
    binding_id: int
    name: str
    status: str
    skills: tuple[SkillOf, ...]
    certificates: tuple[CertificateOf, ...]


_INSTALLERS = """
SELECT b.id, b.person_id, b.status, person.personal, subject.wrapped_key,
       (SELECT json_agg(json_build_array(category_code, level) ORDER BY category_code) FROM skill
         WHERE skill.person_id = b.person_id) AS skills,
       (SELECT json_agg(json_build_array(kind, expires_on) ORDER BY kind) FROM certificate c
         WHERE c.person_id = b.person_id) AS certificates
  FROM role_binding b JOIN person ON person.id = b.person_id JOIN subject ON subject.id = person.subject_id
 WHERE b.dealer_id = %(dealer)s AND b.role = 'installer' AND b.status <> 'ended' AND b.id > %(after)s
 ORDER BY b.id LIMIT %(most)s
"""


@query
def installers(
    connection: Connection, actor: Actor, dealer_id: int, after: int, most: int
) -> list[InstallerLine]:
    """A dealer's installers by binding, after one; `NotFound` for another dealer's."""
    if actor.dealer_id not in (None, dealer_id):
        raise NotFound
    asked = {"dealer": dealer_id, "after": after, "most": most}
    return [
        InstallerLine(
            row.person_id, row.id, opened(row.wrapped_key, row.personal).get("name") or "", row.status,
            tuple(SkillOf(*one) for one in row.skills or ()),
            tuple(CertificateOf(kind, date.fromisoformat(last)) for kind, last in row.certificates or ()),
        )
        for row in connection.exec_driver_sql(_INSTALLERS, asked)
    ]  # fmt: skip
