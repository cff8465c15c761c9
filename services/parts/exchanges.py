"""One-time WeChat codes, exchanged outside of any transaction; refusals in words a person can act on.

A code is used up by trying, so nothing here repeats a call. Whatever WeChat says beyond the refusal (openid,
rid, text) stays out of what the caller is told.
"""

from __future__ import annotations

from typing import Protocol

from domain.errors import Forbidden, Invalid
from domain.people import e164
from wechat.errors import Meaning, Refused
from wechat.gateway import Login, VerifiedPhone


class WeChat(Protocol):
    """The part of `wechat.gateway.Gateway` that people need."""

    def code_to_session(self, code: str) -> Login:
        """Exchange a wx.login code."""

    def phone_number(self, phone_code: str) -> VerifiedPhone:
        """Exchange a getPhoneNumber code."""


class CodeSpent(Invalid):
    """Used, expired or never issued; the client must fetch a fresh code and may not repeat this one."""

    code = "wechat_code_spent"
    title = "微信凭证已失效，请重新操作"


class AccountBlocked(Forbidden):
    """WeChat's risk control blocks this account (40226)."""

    code = "wechat_account_blocked"
    title = "微信限制了该账号的登录"


def login(wechat: WeChat, code: str) -> Login:
    """Who the wx.login code belongs to."""
    try:
        return wechat.code_to_session(code)
    except Refused as said_no:
        raise _plain(said_no) from None


def phone(wechat: WeChat, code: str) -> str:
    """The verified phone as it is looked up: `+8613800138000`."""
    try:
        found = wechat.phone_number(code)
    except Refused as said_no:
        raise _plain(said_no) from None
    return e164(found.country_code, found.number)


def _plain(said_no: Refused) -> Exception:
    if said_no.meaning is Meaning.CODE:
        return CodeSpent()
    if said_no.meaning is Meaning.RISK:
        return AccountBlocked()
    return said_no
