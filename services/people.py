"""Becoming somebody: the phone by WeChat's code, a staff role by invitation *and* phone (wechat.md §4.3)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.access import INVITATION_LOCK, read_invitation
from domain.actors import Actor, Role
from domain.errors import Conflict, DomainError, NotFound
from domain.people import BindingRefused, Decision, InvitationRefused, Outcome, RebindNeeded, decide_binding
from models.person import Invitation, Person, RoleBinding
from models.session import Session
from services.parts import access, linking, lockouts, outbox, safety
from services.parts.access import Came
from services.parts.exchanges import WeChat, phone
from services.parts.linking import Here
from services.personal import lookup
from services.queries.sessions import hashed
from services.uow import use_case


class PhoneNeeded(Conflict):
    """A role is bound to a person, and a person begins with a verified phone."""

    code = "phone_needed"
    title = "请先验证手机号"


@dataclass(frozen=True, slots=True)
class Linked:
    """What the session is after its phone was verified."""

    person_id: int
    role: str
    binding_id: int | None


@dataclass(frozen=True, slots=True)
class Bound:
    """One role bound or asked for. `status` pending: somebody must approve it, for `reason`."""

    person_id: int
    binding_id: int | None
    role: str
    dealer_id: int | None
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Named:
    """A person's own name."""

    name: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person brings to be bound: what was typed, codes from WeChat, consent, and the own name."""

    invitation: str | None
    phone_code: str | None
    consent_version: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class _Invited:
    """The post an invitation is for; without an `id` it is an open one that merely expects this phone."""

    id: int | None
    role: str
    dealer_id: int | None
    desk_id: int | None
    expected: bytes
    issued_by: int


def link_phone(
    wechat: WeChat, session_id: int, phone_code: str, consent_version: str | None, now: datetime
) -> Linked:
    """Verify the session's phone and make its account a customer's; orders with that phone are theirs.

    `consent_version`: the text just agreed to; None relies on an earlier yes. Raises `ConsentNeeded`,
    `CodeSpent`, `IdentityBound`; and `RebindNeeded` after the request for it was filed.
    """
    linking.require_consent(session_id, consent_version)
    number = phone(wechat, phone_code)
    try:
        return _link_phone(session_id, number, consent_version, now)
    except RebindNeeded as needed:
        linking.ask_for_rebinding(session_id, needed.extra.pop("person_id"), now)
        raise


@use_case
def _link_phone(
    tx: Connection, session_id: int, number: str, consent_version: str | None, now: datetime
) -> Linked:
    here = linking.lock_here(tx, session_id)
    person_id = linking.attach(tx, here, number, now)
    linking.say_yes(tx, here, person_id, consent_version, now)
    row = tx.execute(select(Session.role, Session.binding_id).where(Session.id == session_id)).one()
    return Linked(person_id, row.role, row.binding_id)


@use_case
def rename(tx: Connection, actor: Actor, name: str) -> Named:
    """Set one's own name; WeChat tells none. `NotFound` for a link's session, which is nobody's."""
    if actor.person_id is None:
        raise NotFound
    linking.rename(tx, actor.person_id, name)
    return Named(name)


def bind(
    wechat: WeChat, session_id: int, identity_id: int | None, wish: Wish, came: Came, now: datetime
) -> Bound:
    """Bind the session's person to the invitation's role, or ask for it; one transaction after the exchange.

    Wrong invitations, and right ones with another phone, lock the account and the address after five; the invitation
    stays good for the phone it expects. `InvitationRefused` says the same for
    unknown, expired, used and revoked ones. Without an invitation: at most pending, for an open one that
    expects this phone; else customer.
    """
    gates = _gates(identity_id, came) if wish.invitation else []
    lockouts.charge(gates, now)
    try:
        bound = _exchange_and_bind(wechat, session_id, wish, now)
    except InvitationRefused:
        access.note_refusal("binding_refused", now, reason="invitation", session_id=session_id)
        raise
    except DomainError as error:
        _refund(gates)
        access.note_refusal("binding_refused", now, reason=error.code, session_id=session_id)
        raise
    if bound.reason != "phone_differs":  # a stranger with a leaked one tries five times, too
        _refund(gates)
    return bound


def _gates(identity_id: int | None, came: Came) -> list[lockouts.Gate]:
    return [
        lockouts.gate("invitation", str(identity_id), INVITATION_LOCK),
        lockouts.gate("invitation_address", came.address, INVITATION_LOCK),
    ]


def _refund(gates: Sequence[lockouts.Gate]) -> None:
    for one in gates:
        lockouts.refund(one)


def _exchange_and_bind(wechat: WeChat, session_id: int, wish: Wish, now: datetime) -> Bound:
    number = None
    if wish.phone_code is not None:
        linking.require_consent(session_id, wish.consent_version)
        number = phone(wechat, wish.phone_code)
    try:
        return _bind(session_id, number, wish, now)
    except RebindNeeded as needed:
        linking.ask_for_rebinding(session_id, needed.extra.pop("person_id"), now)
        raise


@use_case
def _bind(tx: Connection, session_id: int, number: str | None, wish: Wish, now: datetime) -> Bound:
    here = linking.lock_here(tx, session_id)
    shown = _usable(tx, wish.invitation, now) if wish.invitation else None
    person_id = here.person_id
    if number is not None:
        vouched = shown is not None and lookup("phone", number) == shown.expected
        person_id = linking.attach(tx, here, number, now, vouched=vouched)
        linking.say_yes(tx, here, person_id, wish.consent_version, now)
    if person_id is None:
        raise PhoneNeeded
    if wish.name:
        linking.rename(tx, person_id, wish.name)
    return _decide(tx, here, person_id, shown, now)


def _usable(tx: Connection, typed: str, now: datetime) -> _Invited:
    """The invitation, locked; the same refusal whatever is wrong with it."""
    digest = hashed(read_invitation(typed))
    row = tx.execute(
        select(Invitation).where(Invitation.token_hash == digest).with_for_update()
    ).one_or_none()
    stored = row.token_hash if row else bytes(32)
    if not hmac.compare_digest(stored, digest) or row is None:
        raise InvitationRefused
    if row.used_at is not None or row.revoked_at is not None or row.expires_at <= now:
        raise InvitationRefused
    return _Invited(row.id, row.role, row.dealer_id, row.desk_id, row.expected_phone_lookup, row.issued_by)


def _expecting(tx: Connection, person_id: int, now: datetime) -> _Invited | None:
    """An open invitation that expects this person's phone, although it was not shown."""
    row = tx.execute(
        select(Invitation)
        .join(Person, Person.phone_lookup == Invitation.expected_phone_lookup)
        .where(
            Person.id == person_id,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return _Invited(None, row.role, row.dealer_id, row.desk_id, row.expected_phone_lookup, row.issued_by)


def _decide(tx: Connection, here: Here, person_id: int, shown: _Invited | None, now: datetime) -> Bound:
    post = shown or _expecting(tx, person_id, now)
    if post is None:
        return Bound(person_id, None, Role.CUSTOMER, None, "active", "not_invited")
    expected = linking.phone_matches(tx, person_id, post.expected)
    existing = tx.execute(
        select(RoleBinding.status)
        .where(
            RoleBinding.person_id == person_id,
            RoleBinding.role == post.role,
            RoleBinding.dealer_id.is_not_distinct_from(post.dealer_id),
        )
        .with_for_update()
    ).scalar_one_or_none()
    if post.role == Role.INSTALLER and safety.is_stopped(tx, person_id):
        existing = "suspended"  # also who left meanwhile, and at another dealer
    decision = decide_binding(shown is not None, expected, existing)
    if decision.outcome is Outcome.REFUSED:
        raise BindingRefused(reason=decision.reason)
    return _write(tx, here, person_id, post, decision, now)


def _write(
    tx: Connection, here: Here, person_id: int, post: _Invited, decision: Decision, now: datetime
) -> Bound:
    active = decision.outcome is Outcome.ACTIVE
    values = {
        "desk_id": post.desk_id,
        "status": decision.outcome.value,
        "decided_at": now if active else None,
        "decided_by": post.issued_by if active else None,
    }
    binding_id = tx.execute(
        insert(RoleBinding)
        .values(person_id=person_id, role=post.role, dealer_id=post.dealer_id, **values)
        .on_conflict_do_update(
            index_elements=[RoleBinding.person_id, RoleBinding.role, RoleBinding.dealer_id], set_=values
        )
        .returning(RoleBinding.id)
    ).scalar_one()
    if active and post.id is not None:  # shown with another phone it stays good for the one it expects
        used = update(Invitation).where(Invitation.id == post.id)
        tx.execute(used.values(used_at=now, used_by=person_id))
    if active:
        acting = update(Session).where(Session.id == here.session_id)
        tx.execute(acting.values(role=post.role, binding_id=binding_id))
    _tell(tx, person_id, binding_id, post, decision, now)
    return Bound(person_id, binding_id, post.role, post.dealer_id, decision.outcome, decision.reason)


def _tell(
    tx: Connection, person_id: int, binding_id: int, post: _Invited, decision: Decision, now: datetime
) -> None:
    actor = Actor(Role.CUSTOMER, person_id)
    access.note(
        tx,
        "bound" if decision.outcome is Outcome.ACTIVE else "binding_asked",
        now,
        actor,
        person_id=person_id,
        reason=decision.reason,
        binding_id=binding_id,
        role=post.role,
        invitation_id=post.id,
    )
    if decision.outcome is Outcome.PENDING:
        payload = {"template": "binding_pending", "binding_id": binding_id, "alert": decision.alert}
        told = outbox.Owed(
            "notice", f"binding:{binding_id}:pending:{now:%Y%m%d%H%M%S}", payload, person_id=post.issued_by
        )
        outbox.put(tx, [told], now)
