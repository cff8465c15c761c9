"""Console sign-in: password and, if the person wants it, a one-time code; lock-out exact across processes.

An attempt is charged before it is judged, so that guesses sent at once count as they should. Unknown login,
wrong password, suspended person: one answer, the same work. Only staff have a console.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from domain.access import PASSWORD_LOCK, OtpNeeded, SignInRefused, password_faults
from domain.actors import STAFF_ROLES, Actor
from domain.errors import Fault, Forbidden, Invalid, TooMany
from models.person import Credential
from models.session import Session
from services import limits, personal
from services.parts import access, lockouts
from services.parts import otp as otp_part
from services.parts.access import Came, Opened, Wanted
from services.parts.hashing import hash_password, matches, outdated
from services.parts.otp import SecondFactor
from services.uow import query, use_case

PER_ADDRESS = (60, timedelta(minutes=1))
STEP_S = 30
SECRET = "credential.totp_secret"
ISSUER = "妥装"


class NoConsole(Forbidden):
    """Customers have no console, and so no password."""

    code = "no_console"
    title = "只有工作人员可以设置登录密码"


def sign_in(login: str, password: str, otp: str | None, came: Came, now: datetime) -> Opened:
    """A console session with its CSRF token. `SignInRefused`, `OtpNeeded`, `TooMany` with the seconds to wait.

    The 5th failure locks the login for a minute, the 6th for two, and so on; unknown logins lock alike.
    """
    limits.hit(f"password:{personal.lookup('address', came.address).hex()}", *PER_ADDRESS, now)
    name = login.strip().lower()
    gate = lockouts.gate("password", name, PASSWORD_LOCK)
    lockouts.charge([gate], now)
    try:
        known = _credential(name)
        if not matches(known.password_hash if known else None, password) or known is None:
            raise SignInRefused
        renewed = hash_password(password) if outdated(known.password_hash) else None
        opened = _open(known.person_id, otp, renewed, came, now)
    except (SignInRefused, OtpNeeded) as refusal:
        access.note_refusal("sign_in_refused", now, reason=refusal.code, how="password")
        raise
    except TooMany:  # no turn for hashing: our fault, not a wrong guess
        lockouts.refund(gate)
        raise
    lockouts.clear(gate)
    return opened


@query
def _credential(connection: Connection, login: str) -> Row[int, str] | None:
    return connection.execute(
        select(Credential.person_id, Credential.password_hash).where(Credential.login == login)
    ).one_or_none()


@use_case
def _open(
    tx: Connection, person_id: int, otp: str | None, renewed: str | None, came: Came, now: datetime
) -> Opened:
    place = access.last_place(tx, person_id, STAFF_ROLES)
    if place is None:
        raise SignInRefused
    sealed = tx.execute(select(Credential.totp_secret).where(Credential.person_id == person_id)).scalar_one()
    if sealed is not None:
        if not otp:
            raise OtpNeeded
        if not otp_part.spend(tx, person_id, sealed, otp, now):
            raise SignInRefused
    if renewed is not None:
        tx.execute(update(Credential).where(Credential.person_id == person_id).values(password_hash=renewed))
    wanted = Wanted("console", place, person_id, device_id=came.device_id)
    opened = access.open_session(tx, wanted, now)
    access.note(tx, "signed_in", now, person_id=person_id, how="password", session_id=opened.id)
    return opened


def set_password(actor: Actor, login: str, password: str, current: str | None, now: datetime) -> SecondFactor:
    """Set or change one's own login and password; a change needs the current one and ends other console
    sessions. Returns whether a second factor stands. `Invalid` with all faults, `SignInRefused`, `NoConsole`.
    """
    if actor.role not in STAFF_ROLES or actor.person_id is None:
        raise NoConsole
    name = login.strip().lower()
    faults = password_faults(name, password)
    if faults:
        raise Invalid(errors=faults)
    gate = lockouts.gate("password_change", str(actor.person_id), PASSWORD_LOCK)
    lockouts.charge([gate], now)
    known = _own(actor.person_id)
    if known is not None and not matches(known, current or ""):
        access.note_refusal("password_refused", now, actor, person_id=actor.person_id)
        raise SignInRefused
    done = _set_own(actor, name, hash_password(password), now)
    lockouts.clear(gate)
    return done


@query
def _own(connection: Connection, person_id: int) -> str | None:
    return connection.execute(
        select(Credential.password_hash).where(Credential.person_id == person_id)
    ).scalar_one_or_none()


@use_case
def _set_own(tx: Connection, actor: Actor, login: str, password_hash: str, now: datetime) -> SecondFactor:
    assert actor.person_id is not None
    put(tx, actor.person_id, login, password_hash, now)
    others = (Session.person_id == actor.person_id) & (Session.kind == "console")
    access.revoke(tx, others & (Session.id != actor.session_id), now)
    access.note(tx, "password_set", now, actor, person_id=actor.person_id)
    enabled = select(Credential.totp_secret.is_not(None)).where(Credential.person_id == actor.person_id)
    return SecondFactor(tx.execute(enabled).scalar_one())


def put(tx: Connection, person_id: int, login: str, password_hash: str, now: datetime) -> None:
    """Write a person's login and hash inside the caller's transaction; `Invalid` when the login is taken."""
    values = {"login": login, "password_hash": password_hash, "changed_at": now}
    try:
        with tx.begin_nested():
            tx.execute(
                insert(Credential)
                .values(person_id=person_id, **values)
                .on_conflict_do_update(index_elements=[Credential.person_id], set_=values)
            )
    except IntegrityError:
        raise Invalid(errors=[Fault("login", "taken", "该登录名已被使用")]) from None
