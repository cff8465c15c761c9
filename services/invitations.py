"""Invitations to staff roles: single use, a week, 100 bits of which only the hash stays (wechat.md §4.3)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from domain.access import INVITATION_LENGTH, read_invitation, spell_invitation
from domain.actors import Actor, Role
from domain.errors import Fault, Forbidden, Invalid, NotFound
from domain.people import INVITATION_LIFE, check_place, e164, may_manage
from models.dealer import Dealer
from models.person import Desk, Invitation
from services import limits
from services.parts import access, mini_codes
from services.parts.mini_codes import WeChat
from services.personal import lookup
from services.queries.sessions import hashed
from services.uow import query, use_case

PER_ISSUER = (200, timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Post:
    """The role to invite to; `phone` is the one the invited person must verify, as typed."""

    role: Role
    dealer_id: int | None
    desk_id: int | None
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issued:
    """`code` is shown once, as text to type (`K7Q2M-0VX9T-4HZ3B-8WCEN`) or as the scene of a QR code."""

    id: int
    code: str = field(repr=False)
    role: str
    dealer_id: int | None
    expires_at: datetime


def issue(actor: Actor, post: Post, now: datetime) -> Issued:
    """Invite the owner of a phone to a role. An owner: installers and dispatchers of the own dealer; an admin:
    everybody. `Forbidden` or `NotFound` (another dealer) otherwise.
    """
    check_place(post.role, post.dealer_id, post.desk_id)
    if not may_manage(actor, post.role, post.dealer_id):
        access.note_refusal("invitation_refused", now, actor, reason="not_allowed", role=post.role)
        raise NotFound if post.dealer_id not in (None, actor.dealer_id) else Forbidden
    limits.hit(f"invite:{actor.person_id}", *PER_ISSUER, now)
    return _issue(actor, post, now)


@use_case
def _issue(tx: Connection, actor: Actor, post: Post, now: datetime) -> Issued:
    _check_exists(tx, post)
    code = spell_invitation(secrets.randbits(INVITATION_LENGTH * 5))
    expires_at = now + INVITATION_LIFE
    row = insert(Invitation).values(
        token_hash=hashed(read_invitation(code)),
        role=post.role,
        dealer_id=post.dealer_id,
        desk_id=post.desk_id,
        expected_phone_lookup=lookup("phone", e164("86", post.phone.removeprefix("+86"))),
        issued_by=actor.person_id,
        issued_at=now,
        expires_at=expires_at,
    )
    made = tx.execute(row.returning(Invitation.id)).scalar_one()
    access.note(tx, "invited", now, actor, invitation_id=made, role=post.role, dealer_id=post.dealer_id)
    return Issued(made, code, post.role, post.dealer_id, expires_at)


def _check_exists(tx: Connection, post: Post) -> None:
    faults = []
    if post.dealer_id is not None:
        status = tx.execute(select(Dealer.status).where(Dealer.id == post.dealer_id)).scalar_one_or_none()
        if status != "active":
            faults.append(Fault("dealer_id", "unknown", "没有这个经销商或已退出"))
    if (
        post.desk_id is not None
        and tx.execute(select(Desk.id).where(Desk.id == post.desk_id)).first() is None
    ):
        faults.append(Fault("desk_id", "unknown", "没有这个客服组"))
    if faults:
        raise Invalid(errors=faults)


@dataclass(frozen=True, slots=True)
class InvitationCode:
    """The picture, to be shown as it is (base64): scanned, it opens the mini-program with the invitation filled in."""

    media_type: str
    image_base64: str = field(repr=False)


def picture(wechat: WeChat, actor: Actor, code: str, now: datetime) -> InvitationCode:
    """The mini-program code of an invitation that the actor may manage and that is still open; `NotFound` otherwise."""
    limits.hit(f"invite_qr:{actor.person_id}", *PER_ISSUER, now)
    return InvitationCode(*mini_codes.drawn(wechat, _scene(actor, code, now)))


@query
def _scene(connection: Connection, actor: Actor, code: str, now: datetime) -> str:
    plain = read_invitation(code)
    row = connection.execute(
        select(Invitation.role, Invitation.dealer_id).where(
            Invitation.token_hash == hashed(plain),
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
    ).one_or_none()
    if row is None or not may_manage(actor, Role(row.role), row.dealer_id):
        raise NotFound
    return plain


@use_case
def revoke(tx: Connection, actor: Actor, invitation_id: int, now: datetime) -> None:
    """Take back an open invitation; harmless when it is revoked or used. `NotFound` for another dealer's."""
    row = tx.execute(
        select(Invitation.role, Invitation.dealer_id).where(Invitation.id == invitation_id).with_for_update()
    ).one_or_none()
    if row is None or not may_manage(actor, Role(row.role), row.dealer_id):
        raise NotFound
    tx.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    access.note(tx, "invitation_revoked", now, actor, invitation_id=invitation_id)
