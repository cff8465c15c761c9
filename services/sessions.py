"""Sessions of phones: sign in by a wx.login code, switch the role, sign out, revoke (wechat.md §4).

Nothing a client sends proves who it is, except a fresh code. An unbound WeChat account gets a guest's
session, which can only be bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.actors import Actor
from domain.errors import NotFound
from models.person import Person, RoleBinding
from models.session import Session, WechatIdentity
from services import limits
from services.config import config
from services.parts import access
from services.parts.access import Came, Opened, Wanted
from services.parts.exchanges import AccountBlocked, WeChat, login
from services.personal import lookup
from services.queries import staff
from services.uow import use_case
from wechat.gateway import Login

PER_ADDRESS = (120, timedelta(minutes=1))  # a training room of installers behind one address
PER_OPENID = (20, timedelta(minutes=1))
BLOCKED_PER_ADDRESS = (10, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class ActingIn:
    """The role a session now acts in."""

    role: str
    binding_id: int | None
    dealer_id: int | None


def sign_in_wechat(wechat: WeChat, code: str, came: Came, now: datetime) -> Opened:
    """A session for the code's WeChat account: in the role it used last, or as a guest when unbound.

    `CodeSpent`, `AccountBlocked`, `TooMany`, or an `Unavailable` of WeChat's. The code is never tried twice.
    """
    address = lookup("address", came.address).hex()
    limits.hit(f"wechat:{address}", *PER_ADDRESS, now)
    try:
        who = login(wechat, code)
    except AccountBlocked:
        access.note_refusal("sign_in_refused", now, reason="wechat_account_blocked")
        limits.hit(f"wechat_blocked:{address}", *BLOCKED_PER_ADDRESS, now)
        raise
    limits.hit(f"wechat:{lookup('openid', who.openid).hex()}", *PER_OPENID, now)
    return _open(who, came, now)


@use_case
def _open(tx: Connection, who: Login, came: Came, now: datetime) -> Opened:
    identity = _seen(tx, who, now)
    place = access.place_or_guest(tx, identity.person_id)
    opened = access.open_session(
        tx,
        Wanted("phone", place, identity.person_id, identity.id, device_id=came.device_id),
        now,
    )
    access.note(
        tx,
        "signed_in",
        now,
        person_id=identity.person_id,
        how="wechat",
        identity_id=identity.id,
        session_id=opened.id,
    )
    return opened


@dataclass(frozen=True, slots=True)
class _Identity:
    id: int
    person_id: int | None


def _seen(tx: Connection, who: Login, now: datetime) -> _Identity:
    """The identity's row, made at the first visit. unionid may arrive late, and is never taken away."""
    new = insert(WechatIdentity).values(
        app_id=config().wechat_app_id, openid=who.openid, unionid=who.unionid, first_seen=now, last_login=now
    )
    row = tx.execute(
        new.on_conflict_do_update(
            index_elements=[WechatIdentity.app_id, WechatIdentity.openid],
            set_={
                "last_login": now,
                "unionid": func.coalesce(new.excluded.unionid, WechatIdentity.unionid),
            },
        ).returning(WechatIdentity.id, WechatIdentity.person_id)
    ).one()
    return _Identity(row.id, row.person_id)


@use_case
def switch_role(tx: Connection, actor: Actor, binding_id: int, now: datetime) -> ActingIn:
    """Let the session act in another active binding of the same person; `NotFound` for any other."""
    row = tx.execute(
        select(RoleBinding.id, RoleBinding.role, RoleBinding.dealer_id)
        .join(Person, Person.id == RoleBinding.person_id)
        .where(
            RoleBinding.id == binding_id,
            RoleBinding.person_id == actor.person_id,
            RoleBinding.status == "active",
            Person.status == "active",
        )
        .with_for_update(of=RoleBinding, read=True)
    ).one_or_none()
    if row is None or actor.job_id is not None:
        raise NotFound
    tx.execute(update(Session).where(Session.id == actor.session_id).values(binding_id=row.id, role=row.role))
    access.note(
        tx,
        "role_switched",
        now,
        actor,
        person_id=actor.person_id,
        binding_id=row.id,
        session_id=actor.session_id,
    )
    return ActingIn(row.role, row.id, row.dealer_id)


@use_case
def sign_out(tx: Connection, actor: Actor | None, session_id: int, now: datetime) -> None:
    """End the session that asks; harmless when it is over already."""
    if access.revoke(tx, Session.id == session_id, now):
        person_id = actor.person_id if actor else None
        access.note(tx, "signed_out", now, actor, person_id=person_id, session_id=session_id)


@use_case
def revoke_of(tx: Connection, actor: Actor, person_id: int, session_id: int, now: datetime) -> None:
    """End a session of somebody the actor manages; `NotFound` for anybody else's, or in a post not his to manage."""
    theirs = (Session.id == session_id) & Session.id.in_(staff.sessions_of(actor, person_id))
    if not access.revoke(tx, theirs, now):
        raise NotFound
    access.note(tx, "session_revoked", now, actor, person_id=person_id, session_id=session_id)


@use_case
def revoke(tx: Connection, actor: Actor, session_id: int, now: datetime) -> None:
    """End another session of the same person, e.g. that of a lost phone; `NotFound` for anybody else's."""
    if actor.person_id is None or actor.job_id is not None:
        raise NotFound
    mine = (Session.id == session_id) & (Session.person_id == actor.person_id)
    if not access.revoke(tx, mine, now):
        raise NotFound
    access.note(tx, "session_revoked", now, actor, person_id=actor.person_id, session_id=session_id)
