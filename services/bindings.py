"""Decisions about a person's role: approve, suspend, end. Suspending and ending cut the sessions off at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, select, update

from domain.actors import Actor, Role
from domain.errors import Conflict, Forbidden, NotFound
from domain.people import MOVES, may_manage
from models.person import Invitation, Person, RoleBinding
from models.session import Session
from services.parts import access, outbox, safety
from services.uow import use_case


class WrongStatus(Conflict):
    """The binding is not in a status this decision starts from."""

    code = "binding_status"
    title = "该岗位当前状态不能执行此操作"


class StoppedForSafety(Conflict):
    """A safety complaint stopped this installer: an agent lifts it at the complaint, and nobody here."""

    code = "stopped_for_safety"
    title = "该师傅因安全投诉停用，由客服在投诉中核实后解除"


class LastAdmin(Conflict):
    """Somebody must be left who can let people in."""

    code = "last_admin"
    title = "这是最后一名管理员，不能停用"


@dataclass(frozen=True, slots=True)
class Decided:
    """The binding after the decision."""

    person_id: int
    binding_id: int
    role: str
    dealer_id: int | None
    status: str


@use_case
def decide(
    tx: Connection, actor: Actor, person_id: int, binding_id: int, action: str, now: datetime
) -> Decided:
    """`approve` (pending, suspended → active), `suspend` (active →), `end` (any → ended).

    By an admin for all staff roles, by an owner for the own installers and dispatchers; never for oneself.
    `NotFound` for what the actor may not know of, `WrongStatus`, `LastAdmin`, `StoppedForSafety`.
    """
    move = MOVES[action]
    row = _manageable(tx, actor, person_id, binding_id)
    if row.status not in move.sources:
        raise WrongStatus(status=row.status)
    if row.role == Role.INSTALLER and action == "approve" and safety.is_stopped(tx, person_id):
        raise StoppedForSafety
    if row.role == Role.ADMIN and move.target != "active":
        _keep_an_admin(tx, binding_id)
    tx.execute(
        update(RoleBinding)
        .where(RoleBinding.id == binding_id)
        .values(status=move.target, decided_at=now, decided_by=actor.person_id)
    )
    if move.target == "active":
        _close_invitations(tx, row, now)
    else:
        access.revoke(tx, Session.binding_id == binding_id, now)
        _tell_lifecycle(tx, row, move.target, now)
    access.note(
        tx, f"binding_{move.target}", now, actor, person_id=person_id, binding_id=binding_id, role=row.role
    )
    return Decided(person_id, binding_id, row.role, row.dealer_id, move.target)


_ADMINS = select(RoleBinding.id).where(RoleBinding.role == Role.ADMIN, RoleBinding.status == "active")


def _manageable(tx: Connection, actor: Actor, person_id: int, binding_id: int) -> Row[*tuple[object, ...]]:
    _hold_admins(tx, binding_id)
    row = tx.execute(
        select(
            RoleBinding.id, RoleBinding.person_id, RoleBinding.role, RoleBinding.dealer_id, RoleBinding.status
        )
        .where(RoleBinding.id == binding_id, RoleBinding.person_id == person_id)
        .with_for_update()
    ).one_or_none()
    if row is None or not may_manage(actor, Role(row.role), row.dealer_id):
        raise NotFound
    if row.person_id == actor.person_id:
        raise Forbidden("不能审批或停用自己的岗位")
    return row


def _hold_admins(tx: Connection, binding_id: int) -> None:
    """Where an admin is concerned, all are locked first and in one order: two who end each other at once leave one.

    Trap: the binding's own row locked before them is another order, and a deadlock.
    """
    concerned = select(RoleBinding.role).where(RoleBinding.id == binding_id).scalar_subquery()
    tx.execute(_ADMINS.where(concerned == Role.ADMIN).order_by(RoleBinding.id).with_for_update())


def _keep_an_admin(tx: Connection, binding_id: int) -> None:
    if not set(tx.execute(_ADMINS).scalars()) - {binding_id}:
        raise LastAdmin


def _close_invitations(tx: Connection, row: Row[*tuple[object, ...]], now: datetime) -> None:
    """Who was approved without showing the invitation needs it no more."""
    phone = select(Person.phone_lookup).where(Person.id == row.person_id).scalar_subquery()
    tx.execute(
        update(Invitation)
        .where(
            Invitation.expected_phone_lookup == phone,
            Invitation.role == row.role,
            Invitation.dealer_id.is_not_distinct_from(row.dealer_id),
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def _tell_lifecycle(tx: Connection, row: Row[*tuple[object, ...]], status: str, now: datetime) -> None:
    """An installer who left: booked jobs go back to accepted (domain.md §2.2)."""
    if row.role != Role.INSTALLER:
        return
    turn = tx.execute(select(func.txid_current())).scalar_one()
    payload = {
        "person_id": row.person_id,
        "dealer_id": row.dealer_id,
        "binding_id": row.id,
        "status": status,
    }
    outbox.put(tx, [outbox.Owed("installer_left", f"installer_left:{row.id}:{turn}", payload)], now)
