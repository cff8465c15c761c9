"""Short-lived signed links: a photo shows the inside of somebody's home and never has a lasting address."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.errors import Forbidden, NotFound

VARIANTS = ("full", "1280", "320")

_PURPOSE = b"photo-link/1"
_MAX_TOKEN_CHARS = 400


class LinkExpired(Forbidden):
    """A true link, too late; only somebody who held it can learn that."""

    code = "link_expired"
    title = "链接已过期，请刷新页面"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a link lets its bearer see; `viewer` (`person:12`) is who it was given to, for the view log."""

    photo_id: int
    variant: str
    viewer: str
    expires_at: datetime


def sign(secret: bytes, photo_id: int, variant: str, expires_at: datetime, viewer: str) -> str:
    """A URL-safe token for one variant of one photo until `expires_at` (aware; whole seconds, rounded down).

    `viewer` is an id, never a name: the token can be read by anyone, it only cannot be made.
    """
    if variant not in VARIANTS or len(viewer) > 100:
        raise ValueError("unknown variant or overlong viewer")
    payload = f"{photo_id}|{variant}|{int(expires_at.timestamp())}|{viewer}".encode()
    body = _encode(payload)
    return f"{body}.{_encode(_mac(secret, body))}"


def verify(secret: bytes, token: str, now: datetime) -> Grant:
    """What a token grants at `now`.

    Anything not signed by `secret` is NotFound, whatever is wrong with it, as a missing photo would be;
    LinkExpired only for a token that was true once.
    """
    body, _, mac = token.partition(".")
    expected = _encode(_mac(secret, body[:_MAX_TOKEN_CHARS]))
    # trap: compare_digest refuses non-ASCII text; encoded forms are compared, so no second spelling passes
    same = hmac.compare_digest(expected.encode(), mac.encode("ascii", "replace"))
    if not same or len(token) > _MAX_TOKEN_CHARS:
        raise NotFound
    try:
        photo_id, variant, expires, viewer = base64.urlsafe_b64decode(body + "==").decode().split("|", 3)
    except (ValueError, binascii.Error):
        raise NotFound from None
    expires_at = datetime.fromtimestamp(int(expires), UTC)
    if now >= expires_at:
        raise LinkExpired
    return Grant(int(photo_id), variant, viewer, expires_at)


def _mac(secret: bytes, body: str) -> bytes:
    key = hmac.digest(secret, _PURPOSE, hashlib.sha256)  # its own key: the secret may sign other things too
    return hmac.digest(key, body.encode("utf-8", "replace"), hashlib.sha256)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
