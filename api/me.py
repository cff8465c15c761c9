"""Oneself: phone, roles, sessions, consents, password, second factor, export and erasure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from api import routes
from api.routes import Call
from api.schemas.people import (
    BindBody,
    ConsentBody,
    NameBody,
    OtpBody,
    OwnPasswordBody,
    PhoneBody,
    RoleBody,
)
from api.sessions import came
from domain.consents import ConsentText, current
from domain.errors import Unauthenticated
from services import consents, credentials, exports, people, second_factors, sessions, subjects
from services.consents import Said
from services.exports import Export
from services.parts.otp import SecondFactor
from services.people import Bound, Linked, Named, Wish
from services.queries import people as reads
from services.queries.people import Consented, LivingSession, Me
from services.queries.sessions import SessionFound
from services.second_factors import Enrolment
from services.sessions import ActingIn
from services.subjects import Erased

area = routes.area("me", "我的")


@dataclass(frozen=True, slots=True)
class Sessions:
    """The person's living sessions, newest first."""

    items: tuple[LivingSession, ...]


@dataclass(frozen=True, slots=True)
class Consents:
    """The last word on each purpose."""

    items: tuple[Consented, ...]


def _session(call: Call) -> tuple[SessionFound, int]:
    if call.session is None or call.session.session_id is None:
        raise Unauthenticated
    return call.session, call.session.session_id


@routes.route(area, "GET", "/me", permission="me:read", answer=Me, errors=(401,), summary="我是谁")
def me(call: Call) -> Me:
    """The session's person, role and all roles to switch to; a guest has none."""
    return reads.me(_session(call)[0], call.now)


@routes.route(
    area,
    "PATCH",
    "/me",
    permission="me:update",
    body=NameBody,
    answer=Named,
    errors=(401, 404),
    summary="修改姓名",
)
def rename(call: Call, body: dict[str, Any]) -> Named:
    """WeChat tells no names; people say theirs."""
    return people.rename(call.who, body["name"])


@routes.route(
    area,
    "POST",
    "/me/phone",
    permission="me:bind",
    body=PhoneBody,
    answer=Linked,
    errors=(401, 403, 409, 429, 503),
    summary="验证手机号",
)
def link_phone(call: Call, body: dict[str, Any]) -> Linked:
    """The phone becomes this session's. `rebind_needed`: its owner uses another WeChat; a request was filed."""
    session_id = _session(call)[1]
    gateway = current_app.extensions["wechat"]
    return people.link_phone(gateway, session_id, body["phone_code"], body["consent_version"], call.now)


@routes.route(
    area,
    "POST",
    "/me/bindings",
    permission="me:bind",
    body=BindBody,
    answer=Bound,
    status=201,
    errors=(401, 403, 404, 409, 429, 503),
    summary="凭邀请绑定岗位",
)
def bind(call: Call, wish: Wish) -> Bound:
    """Invitation and phone together make a role active; anything less waits for approval."""
    session, session_id = _session(call)
    gateway = current_app.extensions["wechat"]
    return people.bind(gateway, session_id, session.identity_id, wish, came(call), call.now)


@routes.route(
    area,
    "POST",
    "/me/role",
    permission="me:switch",
    body=RoleBody,
    answer=ActingIn,
    errors=(401, 404),
    summary="切换角色",
)
def switch_role(call: Call, body: dict[str, Any]) -> ActingIn:
    """The same token acts in the other role from the next request on."""
    return sessions.switch_role(call.who, body["binding_id"], call.now)


@routes.route(
    area,
    "GET",
    "/me/sessions",
    permission="me:manage",
    answer=Sessions,
    errors=(401,),
    summary="我的登录设备",
)
def my_sessions(call: Call) -> Sessions:
    """Where the person is signed in."""
    who = call.who
    if who.person_id is None:
        return Sessions(())
    return Sessions(tuple(reads.sessions(who.person_id, who.session_id, call.now)))


@routes.route(
    area,
    "DELETE",
    "/me/sessions/<id:session_id>",
    permission="me:manage",
    status=204,
    errors=(401, 404),
    summary="下线一个设备",
)
def revoke_session(call: Call, session_id: int) -> None:
    """Ends that session at once, e.g. on a lost phone."""
    sessions.revoke(call.who, session_id, call.now)


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """The text of each purpose that is in force."""

    items: tuple[ConsentText, ...]


@routes.route(
    area, "GET", "/consents", permission="docs:read", answer=ConsentTexts, summary="各项授权的说明与版本"
)
def consent_texts(_: Call) -> ConsentTexts:
    """What to show before `consent_version` or POST /me/consents says that it was read and agreed to."""
    return ConsentTexts(tuple(current(purpose) for purpose in consents.PURPOSES))


@routes.route(
    area, "GET", "/me/consents", permission="me:consent", answer=Consents, errors=(401,), summary="我的授权"
)
def my_consents(call: Call) -> Consents:
    """What was agreed to or refused last."""
    session, _ = _session(call)
    return Consents(tuple(reads.consents(session.person_id, session.identity_id)))


@routes.route(
    area,
    "POST",
    "/me/consents",
    permission="me:consent",
    body=ConsentBody,
    answer=Said,
    status=201,
    errors=(401, 403),
    summary="同意或拒绝一项授权",
)
def consent(call: Call, body: dict[str, Any]) -> Said:
    """Each purpose by itself; a no is recorded like a yes."""
    session_id = _session(call)[1]
    return consents.say(session_id, body["purpose"].value, body["version"], body["given"], call.now)


@routes.route(
    area,
    "GET",
    "/me/export",
    permission="me:manage",
    answer=Export,
    errors=(401, 403, 404),
    summary="导出我的数据",
)
def export(call: Call) -> Export:
    """Everything kept about the person, opened. That it was made is logged."""
    return exports.export(call.who, call.now)


@routes.route(
    area,
    "POST",
    "/me/erasure",
    permission="me:manage",
    answer=Erased,
    errors=(401, 403, 404, 409),
    summary="删除我的个人信息",
)
def erase(call: Call) -> Erased:
    """Cannot be undone. Refused with the reason while a job is open or data must be kept by law."""
    return subjects.erase(call.who, call.now)


@routes.route(
    area,
    "POST",
    "/me/password",
    permission="me:secure",
    body=OwnPasswordBody,
    answer=SecondFactor,
    errors=(401, 403, 429),
    summary="设置控制台密码",
)
def set_password(call: Call, body: dict[str, Any]) -> SecondFactor:
    """Ends the person's other console sessions."""
    return credentials.set_password(
        call.who, body["login"], body["password"], body["current_password"], call.now
    )


@routes.route(
    area,
    "POST",
    "/me/totp",
    permission="me:secure",
    answer=Enrolment,
    status=201,
    errors=(401, 409),
    summary="开始绑定动态验证码",
)
def enrol(call: Call) -> Enrolment:
    """Without effect until the first code confirms it."""
    return second_factors.enrol(call.who, call.now)


@routes.route(
    area,
    "POST",
    "/me/totp/confirm",
    permission="me:secure",
    body=OtpBody,
    answer=SecondFactor,
    errors=(401, 409, 429),
    summary="启用动态验证码",
)
def confirm(call: Call, body: dict[str, Any]) -> SecondFactor:
    """From now on sign-in asks for a code; each is good once."""
    return second_factors.confirm(call.who, body["code"], call.now)


@routes.route(
    area,
    "POST",
    "/me/totp/disable",
    permission="me:secure",
    body=OtpBody,
    answer=SecondFactor,
    errors=(401, 409, 429),
    summary="停用动态验证码",
)
def disable(call: Call, body: dict[str, Any]) -> SecondFactor:
    """Needs a valid code."""
    return second_factors.disable(call.who, body["code"], call.now)
