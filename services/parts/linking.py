"""A WeChat account becomes a person's: found or made by the verified phone (wechat.md §4).

The phone belongs to the session that asks, never to an openid or a number in a body. Unique constraints decide
races: one person per phone, one account per person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from domain import consents
from domain.access import GUEST
from domain.actors import STAFF_ROLES, Role
from domain.errors import Forbidden
from domain.people import ConsentNeeded, IdentityBound, RebindNeeded
from models.person import Consent, Person, RoleBinding, Subject
from models.session import RebindRequest, Session, WechatIdentity
from services import personal
from services.parts import access, outbox
from services.uow import query

PLACE = "person.personal"
TEXTS_AT = "/api/v1/consents"


class PhoneSessionOnly(Forbidden):
    """Only a session that came through WeChat can verify a phone or be bound."""

    code = "phone_session_only"
    title = "请在微信小程序中操作"


@dataclass(frozen=True, slots=True)
class Here:
    """The session that asks and its WeChat account; both rows are locked for the transaction."""

    session_id: int
    identity_id: int
    app_id: str
    person_id: int | None


def lock_here(tx: Connection, session_id: int) -> Here:
    """Lock the session's account; `PhoneSessionOnly` for console and link sessions."""
    row = tx.execute(
        select(WechatIdentity.id, WechatIdentity.app_id, WechatIdentity.person_id)
        .join(Session, Session.identity_id == WechatIdentity.id)
        .where(Session.id == session_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise PhoneSessionOnly
    return Here(session_id, row.id, row.app_id, row.person_id)


@query
def require_consent(connection: Connection, session_id: int, version: str | None) -> None:
    """`ConsentNeeded` unless the account's last word on the phone was yes, or it says yes with this request.

    A yes names the `version` of the text; `Invalid` for one that there never was.
    """
    if version is not None:
        consents.require_known("phone", version)
        return
    said = connection.execute(
        select(Consent.given)
        .join(
            Session, (Session.identity_id == Consent.identity_id) | (Session.person_id == Consent.person_id)
        )
        .where(Session.id == session_id, Consent.purpose == "phone")
        .order_by(Consent.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if not said:
        raise ConsentNeeded(purpose="phone", version=consents.current("phone").version, texts=TEXTS_AT)


def attach(tx: Connection, here: Here, number: str, now: datetime, *, vouched: bool = False) -> int:
    """Make the account the person's whose phone `number` (`+86…`) is; returns the person's id.

    `IdentityBound` when the account is somebody else's. `RebindNeeded` when the person has another account, or
    holds a staff role and nobody `vouched` by an invitation for that phone: a recycled number is not a person.
    """
    person_id = _person(tx, number)
    if here.person_id == person_id:
        return person_id
    if here.person_id is not None:
        raise IdentityBound
    if not vouched and _is_staff(tx, person_id):
        raise RebindNeeded(person_id=person_id)
    try:
        with tx.begin_nested():
            tx.execute(
                update(WechatIdentity)
                .where(WechatIdentity.id == here.identity_id)
                .values(person_id=person_id)
            )
    except IntegrityError:
        raise RebindNeeded(person_id=person_id) from None
    _become_customer(tx, here, person_id)
    access.note(
        tx, "phone_linked", now, person_id=person_id, identity_id=here.identity_id, session_id=here.session_id
    )
    return person_id


def _person(tx: Connection, number: str) -> int:
    """The person with that phone, made if there is none; a race ends with one person."""
    phone_lookup = personal.lookup("phone", number)
    known = select(Person.id).where(Person.phone_lookup == phone_lookup, Person.status != "ended")
    found = tx.execute(known).scalar_one_or_none()
    if found is not None:
        return found
    subject_id, key = personal.new_subject(tx)
    new = upsert(Person).values(
        subject_id=subject_id,
        personal=personal.seal(key, PLACE, {"name": None, "phone": number}),
        phone_lookup=phone_lookup,
    )
    made = tx.execute(
        new.on_conflict_do_nothing(
            # Literal text: a parameter in the condition matches no index once the statement is prepared.
            index_elements=[Person.phone_lookup],
            index_where=text("status <> 'ended'"),
        ).returning(Person.id)
    ).scalar_one_or_none()
    if made is not None:
        return made
    tx.execute(delete(Subject).where(Subject.id == subject_id))
    return tx.execute(known).scalar_one()


def _is_staff(tx: Connection, person_id: int) -> bool:
    held = select(RoleBinding.id).where(
        RoleBinding.person_id == person_id,
        RoleBinding.role.in_(STAFF_ROLES),
        RoleBinding.status.in_(("active", "suspended")),
    )
    return tx.execute(select(held.exists())).scalar_one()


def _become_customer(tx: Connection, here: Here, person_id: int) -> None:
    """Everybody with a phone is a customer: orders with that phone are theirs. The account's guests follow."""
    tx.execute(
        upsert(RoleBinding)
        .values(person_id=person_id, role=Role.CUSTOMER, status="active")
        .on_conflict_do_nothing()
    )
    place = access.last_place(tx, person_id, frozenset({Role.CUSTOMER}))
    values: dict[str, object] = {"person_id": person_id}
    if place is not None:
        values |= {"role": place.role, "binding_id": place.binding_id}
    tx.execute(
        update(Session)
        .where(Session.identity_id == here.identity_id, Session.role == GUEST, Session.revoked_at.is_(None))
        .values(**values)
    )
    tx.execute(
        update(Consent)
        .where(Consent.identity_id == here.identity_id, Consent.person_id.is_(None))
        .values(person_id=person_id)
    )


def say_yes(tx: Connection, here: Here, person_id: int, version: str | None, now: datetime) -> None:
    """Record the consent to the phone that came with the request, if it came with one."""
    if version is None:
        return
    tx.execute(
        insert(Consent).values(
            person_id=person_id,
            identity_id=here.identity_id,
            purpose="phone",
            version=version,
            given=True,
            at=now,
        )
    )


@query
def ask_for_rebinding(connection: Connection, session_id: int, person_id: int, now: datetime) -> None:
    """File the request that the person may use this account; one at a time. The person is told at once."""
    identity_id = select(Session.identity_id).where(Session.id == session_id).scalar_subquery()
    filed = connection.execute(
        upsert(RebindRequest)
        .values(identity_id=identity_id, person_id=person_id, created_at=now)
        .on_conflict_do_nothing()
        .returning(RebindRequest.id)
    ).scalar_one_or_none()
    access.note(connection, "rebind_refused", now, person_id=person_id, session_id=session_id)
    if filed is not None:
        payload = {"template": "rebind_requested", "request_id": filed}
        told = outbox.Owed("notice", f"rebind:{filed}:requested", payload, person_id=person_id)
        outbox.put(connection, [told], now)


def rename(tx: Connection, person_id: int, name: str) -> None:
    """Set the person's own name; the phone stays."""
    row = tx.execute(
        select(Person.subject_id, Person.personal).where(Person.id == person_id).with_for_update()
    ).one()
    key = personal.subject_key(tx, row.subject_id)
    known = personal.reveal(key, PLACE, row.personal)
    sealed = personal.seal(key, PLACE, {**known, "name": name})
    tx.execute(update(Person).where(Person.id == person_id).values(personal=sealed))


def phone_matches(tx: Connection, person_id: int, expected: bytes) -> bool:
    """Whether the person's verified phone is the expected one (keyed hashes)."""
    found = select(func.count()).where(Person.id == person_id, Person.phone_lookup == expected)
    return tx.execute(found).scalar_one() == 1
