"""A promise's public name: its id and who made it, so that nobody finds another's by counting."""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache

from domain.errors import NotFound
from services.config import config

_PURPOSE = b"promise/1"
_MAC_BYTES = 16
LONGEST = 60


def sign(promise_id: int) -> str:
    """`p` and the id, a dot, 128 bits of HMAC: `p42.Zk3…`."""
    return f"p{promise_id}.{_mac(promise_id)}"


def read(token: str) -> int:
    """The id; `NotFound` for anything we did not sign."""
    name, _, mac = token[:LONGEST].partition(".")
    digits = name.removeprefix("p")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise NotFound
    if not hmac.compare_digest(_mac(int(digits)).encode(), mac.encode("utf-8", "replace")):
        raise NotFound
    return int(digits)


def read_or_none(token: str) -> int | None:
    """The id, or None for anything we did not sign."""
    try:
        return read(token)
    except NotFound:
        return None


@lru_cache(maxsize=4)
def _keyed(secret: bytes) -> hmac.HMAC:
    """The HMAC with its key taken in: to be copied, which costs a fifth of making one."""
    return hmac.new(hmac.digest(secret, _PURPOSE, "sha256"), digestmod="sha256")


def _mac(promise_id: int) -> str:
    mac = _keyed(config().secret_key).copy()
    mac.update(b"%d" % promise_id)
    return base64.urlsafe_b64encode(mac.digest()[:_MAC_BYTES]).rstrip(b"=").decode()
