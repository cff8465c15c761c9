"""How WeChat says no: an errcode and a text that ends in a rid. HTTP stays 200."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wechat.stand_in.state import App, World

Json = dict[str, Any]

TEXTS: dict[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    40165: "invalid weapp pagepath",
    40212: "invalid query",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41030: "invalid page",
    42001: "access_token expired",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit  mustslower  retry next minute",
    47001: "data format error",
    47003: "argument invalid!",
    61010: "user access record timeout",
    85079: "miniprogram has no online release",
    85401: "expire time is out of range",
}


def rid() -> str:
    """`65f0c1aa-1b2c3d4e-5f607182`, as at the end of every error text."""
    return "-".join(secrets.token_hex(4) for _ in range(3))


class ApiError(Exception):
    """Ends a call with an errcode."""

    def __init__(self, errcode: int, errmsg: str = "") -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.errmsg = errmsg or TEXTS.get(errcode, "error")

    def reply(self) -> Json:
        """`{"errcode": 40029, "errmsg": "invalid code, rid: …"}`."""
        return {"errcode": self.errcode, "errmsg": f"{self.errmsg} rid: {rid()}"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request that passed the gate. `body` is the parsed JSON object, empty for GET."""

    world: World
    query: Mapping[str, str]
    body: Json
    address: str
    seq: int
    fault: str
    app_or_none: App | None = None

    @property
    def app(self) -> App:
        """The app of the access token."""
        if self.app_or_none is None:
            raise ApiError(41001)
        return self.app_or_none


def ok(**more: object) -> Json:
    """`{"errcode": 0, "errmsg": "ok", …}`."""
    return {"errcode": 0, "errmsg": "ok", **more}
