"""A second factor for the console: enrol, confirm by the first code, disable by a valid one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from sqlalchemy import Connection, select, update

from domain.access import PASSWORD_LOCK
from domain.actors import Actor
from domain.errors import Conflict, Invalid
from models.person import Credential
from services import personal
from services.parts import access, lockouts
from services.parts.otp import SECRET, SecondFactor, spend
from services.uow import use_case

ISSUER = "妥装"


class OtpRefused(Invalid):
    """Wrong, out of time, or used before."""

    code = "otp_refused"
    title = "动态验证码不正确或已使用"


class NoCredential(Conflict):
    """There is no password yet, or nothing was enrolled."""

    code = "no_credential"
    title = "请先设置登录密码并开始绑定动态验证码"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The seed for the authenticator application, shown until its first code confirms it."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@use_case
def enrol(tx: Connection, actor: Actor, now: datetime) -> Enrolment:
    """Begin a second factor: a fresh seed, without effect until `confirm`. `NoCredential` without a password."""
    secret = pyotp.random_base32()
    login = tx.execute(
        update(Credential)
        .where(Credential.person_id == actor.person_id)
        .values(totp_pending=personal.seal_secret(SECRET, secret))
        .returning(Credential.login)
    ).scalar_one_or_none()
    if login is None:
        raise NoCredential
    access.note(tx, "totp_enrolled", now, actor, person_id=actor.person_id)
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER))


def confirm(actor: Actor, code: str, now: datetime) -> SecondFactor:
    """Switch the enrolled seed on by its first code. `OtpRefused`, `NoCredential`, `TooMany`."""
    return _judged(actor, code, True, now)


def disable(actor: Actor, code: str, now: datetime) -> SecondFactor:
    """Switch the second factor off by a valid code of it. `OtpRefused`, `NoCredential`, `TooMany`."""
    return _judged(actor, code, False, now)


def _judged(actor: Actor, code: str, enable: bool, now: datetime) -> SecondFactor:
    gate = lockouts.gate("otp", str(actor.person_id), PASSWORD_LOCK)
    lockouts.charge([gate], now)
    done = _switch(actor, code, enable, now)
    lockouts.clear(gate)
    return done


@use_case
def _switch(tx: Connection, actor: Actor, code: str, enable: bool, now: datetime) -> SecondFactor:
    column = Credential.totp_pending if enable else Credential.totp_secret
    sealed = tx.execute(
        select(column).where(Credential.person_id == actor.person_id).with_for_update()
    ).scalar_one_or_none()
    if sealed is None or actor.person_id is None:
        raise NoCredential
    if not spend(tx, actor.person_id, sealed, code, now):
        raise OtpRefused
    kept = {"totp_secret": sealed if enable else None, "totp_pending": None}
    tx.execute(update(Credential).where(Credential.person_id == actor.person_id).values(**kept))
    event = "totp_confirmed" if enable else "totp_disabled"
    access.note(tx, event, now, actor, person_id=actor.person_id)
    return SecondFactor(enable)
