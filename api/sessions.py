"""The ways in: WeChat's code, password, a customer's link, order number and phone; and the way out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app, request
from werkzeug.http import dump_cookie

from api import routes
from api.auth import COOKIE
from api.routes import Call
from api.schemas.people import ClaimBody, LinkBody, PasswordBody, WechatBody
from domain.access import device
from domain.errors import Unauthenticated
from services import credentials, links, sessions
from services.config import config
from services.links import Claimable
from services.parts.access import Came, Opened

area = routes.area("sessions", "登录")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A bearer token, told once, and what it is good for. `role` guest: only to be bound."""

    token: str = field(repr=False)
    role: str
    dealer_id: int | None
    job_id: int | None
    idle_expires_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedIn:
    """A session for `job_id`, and every job of the order: name another by `job_id` to get its session."""

    token: str = field(repr=False)
    role: str
    dealer_id: int | None
    job_id: int | None
    idle_expires_at: datetime
    expires_at: datetime
    jobs: tuple[Claimable, ...]


@dataclass(frozen=True, slots=True)
class ConsoleSignedIn:
    """The token itself is in an HttpOnly cookie; `csrf_token` goes with every change as X-CSRF-Token."""

    csrf_token: str = field(repr=False)
    role: str
    dealer_id: int | None
    idle_expires_at: datetime
    expires_at: datetime


def came(call: Call) -> Came:
    """Address and device of the caller."""
    return Came(call.address, device(request.headers.get("X-Device-Id")))


def _signed_in(opened: Opened) -> SignedIn:
    return SignedIn(
        opened.token,
        opened.role,
        opened.dealer_id,
        opened.job_id,
        opened.idle_expires_at,
        opened.expires_at,
    )


def _cookie(value: str, max_age: int) -> dict[str, str]:
    secure = config().public_url.startswith("https:")
    return {
        "Set-Cookie": dump_cookie(
            COOKIE, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="Strict"
        )
    }


@routes.route(
    area,
    "POST",
    "/sessions/wechat",
    permission="session:create",
    body=WechatBody,
    answer=SignedIn,
    status=201,
    errors=(403, 429, 503),
    summary="微信登录",
)
def sign_in_wechat(call: Call, body: dict[str, Any]) -> SignedIn:
    """A code is good once: whatever the answer, fetch a fresh one by wx.login before trying again."""
    gateway = current_app.extensions["wechat"]
    return _signed_in(sessions.sign_in_wechat(gateway, body["code"], came(call), call.now))


@routes.route(
    area,
    "POST",
    "/sessions/password",
    permission="session:create",
    body=PasswordBody,
    answer=ConsoleSignedIn,
    status=201,
    errors=(401, 429),
    summary="控制台登录",
)
def sign_in_password(call: Call, body: dict[str, Any]) -> tuple[ConsoleSignedIn, dict[str, str]]:
    """`otp_needed` means that the password was right and a one-time code is missing."""
    opened = credentials.sign_in(body["login"], body["password"], body["otp"], came(call), call.now)
    seconds = int((opened.expires_at - call.now).total_seconds())
    shown = ConsoleSignedIn(
        opened.csrf or "", opened.role, opened.dealer_id, opened.idle_expires_at, opened.expires_at
    )
    return shown, _cookie(opened.token, seconds)


@routes.route(
    area,
    "POST",
    "/sessions/link",
    permission="session:create",
    body=LinkBody,
    answer=SignedIn,
    status=201,
    errors=(401, 429),
    summary="客户链接登录",
)
def sign_in_link(call: Call, body: dict[str, Any]) -> SignedIn:
    """A customer's link: one job, while the link lives."""
    return _signed_in(links.sign_in(body["token"], came(call), call.now))


@routes.route(
    area,
    "POST",
    "/sessions/claim",
    permission="session:create",
    body=ClaimBody,
    answer=ClaimedIn,
    status=201,
    errors=(401, 429),
    summary="凭订单号和手机尾号查看工单",
)
def claim(call: Call, body: dict[str, Any]) -> ClaimedIn:
    """For customers whom no message reached: a day's session for one of the order's jobs, all of them listed."""
    found = links.claim(body["order_number"], body["phone_last4"], came(call), call.now, body["job_id"])
    opened = found.opened
    return ClaimedIn(
        opened.token,
        opened.role,
        opened.dealer_id,
        opened.job_id,
        opened.idle_expires_at,
        opened.expires_at,
        found.jobs,
    )


@routes.route(
    area,
    "DELETE",
    "/sessions/current",
    permission="session:end",
    status=204,
    errors=(401,),
    summary="退出登录",
)
def sign_out(call: Call) -> tuple[None, dict[str, str]]:
    """Ends this session at once, on every server."""
    if call.session is None or call.session.session_id is None:
        raise Unauthenticated
    sessions.sign_out(call.actor, call.session.session_id, call.now)
    return None, _cookie("", 0)
