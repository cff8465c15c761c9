"""Those who let people in: invitations, approvals, changes of WeChat accounts; and a logged look at a contact."""

from __future__ import annotations

from typing import Any

from flask import current_app

from api import paging, routes
from api.paging import BIGINT, Page
from api.routes import Call
from api.schemas.base import PageQuery
from api.schemas.people import (
    AccessQuery,
    DealerPeopleQuery,
    InvitationBody,
    InvitationCodeBody,
    PeopleQuery,
    RevealBody,
)
from domain.actors import Role
from services import bindings, dealers, invitations, links, rebindings, sessions, subjects
from services.bindings import Decided
from services.invitations import InvitationCode, Issued, Post
from services.queries import access_log, staff
from services.queries.access_log import AccessLine
from services.queries.people import LivingSession
from services.queries.staff import Asked, InstallerLine, Member, OpenInvitation
from services.rebindings import Rebinding
from services.subjects import Contact

area = routes.area("people", "人员")
DECISION: dict[str, Any] = {"permission": "binding:decide", "answer": Decided, "errors": (401, 403, 404, 409)}


@routes.route(
    area,
    "POST",
    "/invitations",
    permission="invitation:manage",
    body=InvitationBody,
    answer=Issued,
    status=201,
    errors=(401, 403, 404, 429),
    summary="发出邀请",
)
def invite(call: Call, body: dict[str, Any]) -> Issued:
    """The code is told once. It works for a week, once, and only with that phone."""
    post = Post(Role(body["role"].value), body["dealer_id"], body["desk_id"], body["phone"])
    return invitations.issue(call.who, post, call.now)


@routes.route(
    area,
    "GET",
    "/invitations",
    permission="invitation:manage",
    query=PageQuery,
    answer=Page[OpenInvitation],
    errors=(401,),
    summary="邀请列表",
)
def list_invitations(call: Call, query: dict[str, Any]) -> Page[OpenInvitation]:
    """Newest first, used and revoked ones included."""
    rows = staff.invitations(call.who, _after(query, BIGINT - 1), query["limit"] + 1)
    return paging.page(rows, query["limit"], lambda row: (row.id,))


@routes.route(
    area,
    "POST",
    "/invitations/qr",
    permission="invitation:manage",
    body=InvitationCodeBody,
    answer=InvitationCode,
    errors=(401, 404, 422, 429),
    kept=False,
    summary="邀请的小程序码",
)
def invitation_picture(call: Call, body: dict[str, Any]) -> InvitationCode:
    """A picture to be scanned by the person invited. Nothing is kept of it: whoever has the code may ask again."""
    return invitations.picture(current_app.extensions["wechat"], call.who, body["code"], call.now)


@routes.route(
    area,
    "DELETE",
    "/invitations/<id:invitation_id>",
    permission="invitation:manage",
    status=204,
    errors=(401, 404),
    summary="撤回邀请",
)
def revoke_invitation(call: Call, invitation_id: int) -> None:
    """Harmless when it is used or revoked already."""
    invitations.revoke(call.who, invitation_id, call.now)


@routes.route(
    area,
    "GET",
    "/people",
    permission="people:read",
    query=PeopleQuery,
    answer=Page[Member],
    errors=(401, 404),
    summary="人员与岗位",
)
def list_people(call: Call, query: dict[str, Any]) -> Page[Member]:
    """Staff bindings; an owner sees the own dealer's."""
    return _members(call, query["dealer_id"], query)


@routes.route(
    area,
    "GET",
    "/dealers/<id:dealer_id>/people",
    permission="people:read",
    query=DealerPeopleQuery,
    answer=Page[Member],
    errors=(401, 404),
    summary="经销商人员",
)
def list_dealer_people(call: Call, query: dict[str, Any], dealer_id: int) -> Page[Member]:
    """The same for one dealer."""
    dealers.own_dealer(call.who, dealer_id)
    return _members(call, dealer_id, query)


@routes.route(
    area,
    "GET",
    "/dealers/<id:dealer_id>/installers",
    permission="installer:read",
    query=PageQuery,
    answer=Page[InstallerLine],
    errors=(401, 404),
    summary="网点的安装师傅",
)
def list_installers(call: Call, query: dict[str, Any], dealer_id: int) -> Page[InstallerLine]:
    """Whom a job can be assigned to: id, name, skills, certificates, whether he is at work. No phone."""
    dealers.own_dealer(call.who, dealer_id)
    rows = staff.installers(call.who, dealer_id, _after(query, 0), query["limit"] + 1)
    return paging.page(rows, query["limit"], lambda row: (row.binding_id,))


def _members(call: Call, dealer_id: int | None, query: dict[str, Any]) -> Page[Member]:
    rows = staff.members(call.who, dealer_id, query["status"], _after(query, 0), query["limit"] + 1)
    return paging.page(rows, query["limit"], lambda row: (row.binding_id,))


def _after(query: dict[str, Any], first: int) -> int:
    after = paging.number(query["cursor"])
    return first if after is None else after


@routes.route(
    area, "POST", "/people/<id:person_id>/bindings/<id:binding_id>/approve", summary="批准岗位", **DECISION
)
def approve(call: Call, person_id: int, binding_id: int) -> Decided:
    """From pending, or back from suspended."""
    return bindings.decide(call.who, person_id, binding_id, "approve", call.now)


@routes.route(
    area, "POST", "/people/<id:person_id>/bindings/<id:binding_id>/suspend", summary="停用岗位", **DECISION
)
def suspend(call: Call, person_id: int, binding_id: int) -> Decided:
    """Sessions in this role end at once; an installer's booked jobs go back."""
    return bindings.decide(call.who, person_id, binding_id, "suspend", call.now)


@routes.route(
    area, "POST", "/people/<id:person_id>/bindings/<id:binding_id>/end", summary="办理离岗", **DECISION
)
def end(call: Call, person_id: int, binding_id: int) -> Decided:
    """As suspend, for good; a new invitation may bring the person back."""
    return bindings.decide(call.who, person_id, binding_id, "end", call.now)


@routes.route(
    area,
    "GET",
    "/people/<id:person_id>/sessions",
    permission="session:oversee",
    answer=Page[LivingSession],
    errors=(401, 404),
    summary="他人的登录设备",
)
def list_sessions(call: Call, person_id: int) -> Page[LivingSession]:
    """Where somebody is signed in, in posts the caller manages; newest first."""
    return Page(tuple(staff.sessions(call.who, person_id, call.now)), None)


@routes.route(
    area,
    "DELETE",
    "/people/<id:person_id>/sessions/<id:person_session_id>",
    permission="session:oversee",
    status=204,
    errors=(401, 404),
    summary="下线他人的一个设备",
)
def end_session(call: Call, person_id: int, person_session_id: int) -> None:
    """At once, e.g. on a lost phone; it is on record."""
    sessions.revoke_of(call.who, person_id, person_session_id, call.now)


@routes.route(
    area,
    "GET",
    "/rebindings",
    permission="rebinding:read",
    query=PageQuery,
    answer=Page[Asked],
    errors=(401,),
    summary="换绑微信申请",
)
def list_rebindings(call: Call, query: dict[str, Any]) -> Page[Asked]:
    """Those waiting for somebody like the caller."""
    rows = staff.rebindings(call.who, _after(query, 0), query["limit"] + 1)
    return paging.page(rows, query["limit"], lambda row: (row.id,))


@routes.route(
    area,
    "POST",
    "/rebindings/<id:request_id>/approve",
    permission="rebinding:decide",
    answer=Rebinding,
    errors=(401, 404, 409),
    summary="同意换绑",
)
def approve_rebinding(call: Call, request_id: int) -> Rebinding:
    """The old account's sessions end and it is told. The person may do it in a session of the old account."""
    return rebindings.decide(call.who, request_id, True, call.now)


@routes.route(
    area,
    "POST",
    "/rebindings/<id:request_id>/refuse",
    permission="rebinding:decide",
    answer=Rebinding,
    errors=(401, 404, 409),
    summary="拒绝换绑",
)
def refuse_rebinding(call: Call, request_id: int) -> Rebinding:
    """Nothing changes."""
    return rebindings.decide(call.who, request_id, False, call.now)


@routes.route(
    area,
    "POST",
    "/jobs/<id:job_id>/reveal",
    permission="job:reveal",
    body=RevealBody,
    answer=Contact,
    errors=(401, 403, 404, 429),
    summary="查看客户联系方式",
    kept=False,
)
def reveal(call: Call, body: dict[str, Any], job_id: int) -> Contact:
    """Every look is logged with its reason; repeated under a key it is another look, and nothing of it is kept."""
    return subjects.reveal(call.who, job_id, body["reason"].value, call.now)


@routes.route(
    area,
    "DELETE",
    "/jobs/<id:job_id>/links",
    permission="job:unlink",
    status=204,
    errors=(401, 404),
    summary="作废客户链接",
)
def revoke_links(call: Call, job_id: int) -> None:
    """All links of the job and the sessions they opened."""
    links.revoke(call.who, job_id, call.now)


@routes.route(
    area,
    "GET",
    "/access-log",
    permission="access:read",
    query=AccessQuery,
    answer=Page[AccessLine],
    errors=(401,),
    summary="访问记录",
)
def access_list(call: Call, query: dict[str, Any]) -> Page[AccessLine]:
    """Who looked at whose data, signed in, was let in or refused; newest first."""
    before = _after(query, BIGINT - 1)
    wanted = (query["person_id"], query["job_id"], query["kind"])
    rows = access_log.listed(*wanted, before, query["limit"] + 1)
    return paging.page(rows, query["limit"], lambda row: (row.id,))
