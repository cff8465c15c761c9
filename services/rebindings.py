"""A person changes WeChat accounts: asked for by verifying the phone, decided by somebody who knows (§4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from domain.actors import Actor, Role
from domain.errors import Conflict, NotFound
from domain.people import IdentityBound, may_approve_rebinding
from models.person import RoleBinding
from models.session import RebindRequest, Session, WechatIdentity
from services.parts import access, outbox
from services.uow import use_case


class AlreadyDecided(Conflict):
    """Approved or refused before."""

    code = "already_decided"
    title = "该申请已处理"


@dataclass(frozen=True, slots=True)
class Rebinding:
    """A request and what became of it."""

    id: int
    person_id: int
    status: str


@use_case
def decide(tx: Connection, actor: Actor, request_id: int, approve: bool, now: datetime) -> Rebinding:
    """Approve: the account is the person's, the old account's sessions end, and the old account is told.

    By an admin; by the owner for the own people; by an agent for mere customers; by the person in a session
    of the old account. `NotFound` for everybody else, `AlreadyDecided`, `IdentityBound`.
    """
    row = tx.execute(
        select(RebindRequest.identity_id, RebindRequest.person_id, RebindRequest.status)
        .where(RebindRequest.id == request_id)
        .with_for_update()
    ).one_or_none()
    if row is None or not _may(tx, actor, row.person_id):
        raise NotFound
    if row.status != "pending":
        raise AlreadyDecided
    status = "approved" if approve else "refused"
    if approve:
        _move(tx, request_id, row.person_id, row.identity_id, now)
    tx.execute(
        update(RebindRequest)
        .where(RebindRequest.id == request_id)
        .values(status=status, decided_at=now, decided_by=actor.person_id)
    )
    access.note(
        tx,
        f"rebind_{status}",
        now,
        actor,
        person_id=row.person_id,
        request_id=request_id,
        identity_id=row.identity_id,
    )
    return Rebinding(request_id, row.person_id, status)


def _may(tx: Connection, actor: Actor, person_id: int) -> bool:
    if actor.job_id is not None:
        return False
    held = tx.execute(
        select(RoleBinding.role, RoleBinding.dealer_id).where(
            RoleBinding.person_id == person_id, RoleBinding.status.in_(("active", "suspended"))
        )
    )
    return may_approve_rebinding(actor, person_id, [(Role(row.role), row.dealer_id) for row in held])


def _move(tx: Connection, request_id: int, person_id: int, identity_id: int, now: datetime) -> None:
    new = tx.execute(
        select(WechatIdentity.app_id, WechatIdentity.person_id)
        .where(WechatIdentity.id == identity_id)
        .with_for_update()
    ).one()
    if new.person_id is not None:
        raise IdentityBound
    old = tx.execute(
        select(WechatIdentity.id)
        .where(WechatIdentity.app_id == new.app_id, WechatIdentity.person_id == person_id)
        .with_for_update()
    ).scalar_one_or_none()
    if old is not None:
        tx.execute(update(WechatIdentity).where(WechatIdentity.id == old).values(person_id=None))
    tx.execute(update(WechatIdentity).where(WechatIdentity.id == identity_id).values(person_id=person_id))
    # Both accounts sign in again, silently: the old one as a guest, the new one as the person.
    access.revoke(tx, Session.identity_id.in_([found for found in (old, identity_id) if found]), now)
    payload = {"template": "rebound", "request_id": request_id, "identity_id": old}
    told = outbox.Owed("notice", f"rebind:{request_id}:approved", payload, person_id=person_id)
    outbox.put(tx, [told], now)
