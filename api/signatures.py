"""Requests signed by a shop system with its key:

    Authorization: TZ-HMAC key_id=shop-7, ts=1767225600, signature=<64 hex digits>

    signature = hex(HMAC-SHA256(secret, METHOD "\n" path?query "\n" ts "\n" Idempotency-Key "\n" hex(SHA-256(body))))

`ts` is Unix seconds, good for five minutes either way. A changing request must carry an Idempotency-Key, which
is signed too: replayed by a stranger it only returns the first answer. The caller acts like an agent of the
key's one channel, and only where a permission names `shop`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from flask import Request

from domain.actors import Actor, Role
from domain.errors import Fault, Invalid, Unauthenticated
from domain.permissions import Standing
from services.personal import reveal_secret
from services.queries import sessions
from services.queries.sessions import SessionFound

SCHEME = "TZ-HMAC"
PLACE = "api_key.secret"  # under which the secret is sealed: personal.seal_secret(PLACE, secret)
SKEW = timedelta(minutes=5)
PARTS = re.compile(
    r"key_id=(?P<key_id>[A-Za-z0-9_.-]{1,64}),\s*ts=(?P<ts>[0-9]{1,11}),\s*signature=(?P<signature>[0-9a-f]{64})"
)


def sign(secret: str, method: str, target: str, ts: int, key: str, body: bytes) -> str:
    """The signature over one request; `target` is path and query as sent, `key` "" when there is none."""
    said = "\n".join((method, target, str(ts), key, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def verify(request: Request, parts: str, now: datetime, answer_name: str | None) -> SessionFound:
    """The shop system behind a signature; `Unauthenticated` for anything wrong with it."""
    given = PARTS.fullmatch(parts.strip())
    if given is None or abs(now - datetime.fromtimestamp(int(given["ts"]), UTC)) > SKEW:
        raise Unauthenticated
    key = sessions.find_key(given["key_id"], answer_name)
    if key is None:
        raise Unauthenticated
    idempotency_key = request.headers.get("Idempotency-Key", "")
    expected = sign(
        reveal_secret(PLACE, key.secret),
        request.method,
        _target(request),
        int(given["ts"]),
        idempotency_key,
        request.get_data(cache=True),
    )
    if not hmac.compare_digest(expected, given["signature"]):
        raise Unauthenticated
    if not idempotency_key and request.method not in ("GET", "HEAD"):
        raise Invalid(errors=[Fault("Idempotency-Key", "required", "签名的写请求必须带 Idempotency-Key")])
    return SessionFound(
        caller=Standing.SHOP,
        actor=Actor(Role.AGENT, channel_ids=frozenset({key.channel_id})),
        owner=f"key:{key.id}",
        kind="key",
        remembered=key.remembered,
    )


def _target(request: Request) -> str:
    """Path and query exactly as they were sent."""
    raw: str = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    return raw or request.full_path.removesuffix("?")
