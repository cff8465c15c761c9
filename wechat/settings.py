"""What the gateway must be told. Refuses at construction what would leak the app secret:
plain HTTP beyond loopback.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

REAL_API = "https://api.weixin.qq.com"
STATES = frozenset({"developer", "trial", "formal"})


@dataclass(frozen=True, slots=True)
class WeChatSettings:
    """One mini-program's account. `timeouts` is (connect, read) in seconds; their sum bounds a whole call.

    `push_aes_key` is the console's 43-character EncodingAESKey; empty means no message push is configured.
    `allow_http` is for the demo and tests only, and even then only a loopback address may be plain HTTP.
    Raises ValueError; its text never repeats a secret.
    """

    app_id: str
    app_secret: str = field(repr=False)
    api_base: str = REAL_API
    push_token: str = field(default="", repr=False)
    push_aes_key: str = field(default="", repr=False)
    timeouts: tuple[float, float] = (3.05, 10.0)
    miniprogram_state: str = "formal"
    allow_http: bool = False

    def __post_init__(self) -> None:
        if not self.app_id or not self.app_secret:
            raise ValueError("app_id and app_secret must not be empty")
        check_base(self.api_base, self.allow_http)
        if self.miniprogram_state not in STATES:
            raise ValueError(f"miniprogram_state must be one of {sorted(STATES)}")
        if min(self.timeouts) <= 0:
            raise ValueError("timeouts must be positive seconds")
        if self.push_aes_key:
            decode_aes_key(self.push_aes_key)

    def url(self, path: str) -> str:
        """`cgi-bin/stable_token` → `https://api.weixin.qq.com/cgi-bin/stable_token`."""
        return f"{self.api_base.rstrip('/')}/{path}"


def decode_aes_key(encoded: str) -> bytes:
    """The 32 key bytes of a 43-character EncodingAESKey. Raises ValueError without repeating it."""
    try:
        key = base64.b64decode(encoded + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ValueError("push_aes_key must be the 43 characters shown in the console")
    return key


def check_base(api_base: str, allow_http: bool) -> None:
    """ValueError unless it is a bare https:// address, or plain http to loopback where that is allowed."""
    parts = urlsplit(api_base)
    if parts.username or parts.query or parts.fragment or not parts.hostname:
        raise ValueError("api_base must be a bare scheme://host[:port]")
    if parts.scheme == "https":
        return
    if parts.scheme != "http" or not allow_http or not is_loopback(parts.hostname):
        raise ValueError("api_base must be https:// (plain http only to loopback, in demo and tests)")


def is_loopback(host: str) -> bool:
    """True for localhost, 127.0.0.0/8 and ::1; a name is never resolved."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
