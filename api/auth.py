"""Who is calling: a bearer token, the console's cookie with its CSRF token, or a shop system's signature.

Whatever is wrong with credentials, the answer is the same 401: unknown, expired, revoked and suspended look
alike. An `Authorization` header wins over the cookie, so that a page can try a call as somebody else.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime

from flask import Request

from api import signatures
from domain.errors import Forbidden, Unauthenticated
from services.parts import access
from services.queries import sessions
from services.queries.sessions import SessionFound

COOKIE = "tz_session"
CSRF_HEADER = "X-CSRF-Token"
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,128}")
SAFE = frozenset({"GET", "HEAD"})


class CsrfMissing(Forbidden):
    """A changing request by cookie without the token that only our own page knows."""

    code = "csrf"
    title = "页面已过期，请刷新后重试"


def identify(request: Request, now: datetime, answer_name: str | None) -> SessionFound:
    """The caller; `Unauthenticated` for nobody. `answer_name` is the remembered answer to fetch along."""
    header = request.headers.get("Authorization")
    if header is None:
        return _by_cookie(request, now, answer_name)
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return _session(rest.strip(), now, answer_name)
    if scheme == signatures.SCHEME:
        return signatures.verify(request, rest, now, answer_name)
    raise Unauthenticated


def _by_cookie(request: Request, now: datetime, answer_name: str | None) -> SessionFound:
    found = _session(request.cookies.get(COOKIE, ""), now, answer_name)
    if found.kind != "console":
        raise Unauthenticated
    if request.method not in SAFE:
        given = sessions.hashed(request.headers.get(CSRF_HEADER, ""))
        if found.csrf_hash is None or not hmac.compare_digest(given, found.csrf_hash):
            raise CsrfMissing
    return found


def _session(token: str, now: datetime, answer_name: str | None) -> SessionFound:
    if not TOKEN.fullmatch(token):
        raise Unauthenticated
    found = sessions.find(sessions.hashed(token), now, answer_name)
    if found is None:
        raise Unauthenticated
    _touch(found, now)
    return found


def _touch(found: SessionFound, now: datetime) -> None:
    if found.kind == "key" or found.session_id is None or not found.last_seen or not found.expires_at:
        return
    if now - found.last_seen >= sessions.TOUCH_EVERY:
        idle_until = min(now + access.life(found.kind).idle, found.expires_at)
        sessions.touch(found.session_id, now, idle_until)
