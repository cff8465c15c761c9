"""How a call to WeChat can fail, by what the caller may do next: repeat it, never repeat it, or wake
somebody.

`Refused`, `Busy` and `Unreachable` are definite: nothing happened. `Uncertain` is not: a message may have
been delivered, so it must not be sent again. No text here ever holds a secret, token, code or openid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from domain.errors import DomainError, Fault, Invalid, Unavailable


class Meaning(StrEnum):
    """What an errcode tells us to do; see `ERRCODES`."""

    BUSY = "busy"  # repeat later, nothing is wrong
    TOKEN = "token"
    QUOTA = "quota"  # stop until the quota resets
    CONFIG = "config"  # our account or set-up is wrong; repeating cannot help
    BUG = "bug"  # our request was malformed
    VALUE = "value"  # a message value breaks its template
    USER_REFUSED = "user_refused"  # no grant left, or refused
    ADDRESS = "address"  # this openid is not one of ours
    CODE = "code"  # the wx.login or phone code is used, expired or wrong: the client must fetch a new one
    RISK = "risk"  # WeChat blocks this person
    NO_VISIT = "no_visit"  # the person was not here within two hours
    CONTENT = "content"  # banned words
    UNKNOWN = "unknown"


ERRCODES: dict[int, Meaning] = {
    -1: Meaning.BUSY,
    45011: Meaning.BUSY,
    43108: Meaning.BUSY,
    44990: Meaning.BUSY,
    40001: Meaning.TOKEN,
    40014: Meaning.TOKEN,
    42001: Meaning.TOKEN,
    45009: Meaning.QUOTA,
    40013: Meaning.CONFIG,
    40125: Meaning.CONFIG,
    40164: Meaning.CONFIG,
    48001: Meaning.CONFIG,
    40037: Meaning.CONFIG,
    41030: Meaning.CONFIG,
    43104: Meaning.CONFIG,
    43107: Meaning.CONFIG,
    40165: Meaning.CONFIG,
    85079: Meaning.CONFIG,
    41001: Meaning.BUG,
    41002: Meaning.BUG,
    41004: Meaning.BUG,
    43002: Meaning.BUG,
    43302: Meaning.BUG,
    44002: Meaning.BUG,
    47001: Meaning.BUG,
    40129: Meaning.BUG,
    40169: Meaning.BUG,
    40212: Meaning.BUG,
    47003: Meaning.VALUE,
    43101: Meaning.USER_REFUSED,
    40003: Meaning.ADDRESS,
    40029: Meaning.CODE,
    40163: Meaning.CODE,
    40226: Meaning.RISK,
    61010: Meaning.NO_VISIT,
    45168: Meaning.CONTENT,
    87014: Meaning.CONTENT,
}

STALE_TOKEN = frozenset({40001, 40014, 42001})
ALARMING = frozenset({Meaning.TOKEN, Meaning.QUOTA, Meaning.CONFIG, Meaning.BUG, Meaning.UNKNOWN})
LATER = frozenset({Meaning.BUSY, Meaning.TOKEN, Meaning.QUOTA})
PEOPLES = frozenset(
    {Meaning.CODE, Meaning.RISK, Meaning.VALUE, Meaning.CONTENT, Meaning.NO_VISIT, Meaning.ADDRESS}
)

TITLES: dict[Meaning, str] = {
    Meaning.CODE: "微信凭证已失效，请重新操作",
    Meaning.RISK: "微信限制了该账号的登录",
    Meaning.USER_REFUSED: "用户未授权接收该消息",
    Meaning.ADDRESS: "收件人不是本小程序的用户",
    Meaning.VALUE: "消息内容不符合模板要求",
    Meaning.CONTENT: "内容未通过微信检查",
    Meaning.NO_VISIT: "用户两小时内未访问小程序",
    Meaning.QUOTA: "微信接口今日额度已用完",
}
_RID = re.compile(r"rid: ?([0-9A-Za-z]+(?:-[0-9A-Za-z]+)+)")


class WeChatError(DomainError):
    """Base. `retryable`: the same call may be made again later. `alarm`: a person has to look.

    `retry_after_s` is the least wait in seconds before that, `meaning` says why.
    """

    code: ClassVar[str] = "wechat_failed"
    title: ClassVar[str] = "微信调用失败"
    retryable: bool = False
    alarm: bool = False
    retry_after_s: int = 0
    meaning: Meaning = Meaning.UNKNOWN
    errcode: int | None = None


class Refused(WeChatError):
    """WeChat said no, and nothing happened.

    `errcode` is WeChat's, or the bare HTTP status of a 4xx answer.
    """

    code = "wechat_refused"
    title = "微信未接受该请求"

    def __init__(
        self, errcode: int, rid: str = "", errmsg: str = "", *, errors: Sequence[Fault] = ()
    ) -> None:
        self.errcode: int = errcode
        self.rid = rid
        self.errmsg = errmsg
        self.meaning = ERRCODES.get(errcode, Meaning.UNKNOWN)
        self.retryable = self.meaning in LATER
        self.alarm = self.meaning in ALARMING
        self.retry_after_s = 3600 if self.meaning is Meaning.QUOTA else 60
        super().__init__(TITLES.get(self.meaning, self.title), errors=errors)

    def __str__(self) -> str:
        head = f"wechat refused: {self.errcode} {self.meaning.value} rid={self.rid or '-'}"
        return f"{head} {self.errmsg}".rstrip()


class NotAccepted(Refused, Invalid):
    """A refusal the person can do something about: a used code, a blocked account, a bad value."""


class SetupFault(Refused, Unavailable):
    """A refusal that is our own fault (account, quota, bug): people are told to try later, we are woken."""


class Unreachable(WeChatError, Unavailable):
    """Definitely not done: no connection, no name, or no token to be had.

    `errcode` when the token call was refused.
    """

    code = "wechat_unreachable"
    title = "暂时连不上微信，请稍后重试"
    retryable = True
    retry_after_s = 10

    def __init__(self, reason: str, errcode: int | None = None) -> None:
        super().__init__(self.title)
        self.reason = reason
        self.errcode = errcode
        if errcode is not None:
            self.meaning = ERRCODES.get(errcode, Meaning.UNKNOWN)
            self.alarm = self.meaning in ALARMING

    def __str__(self) -> str:
        return f"wechat unreachable: {self.reason}" + (
            f" ({self.errcode})" if self.errcode is not None else ""
        )


class Uncertain(WeChatError, Unavailable):
    """The request may have had its effect: never send the same message again because of this."""

    code = "wechat_uncertain"
    title = "微信没有给出明确结果"

    def __init__(self, reason: str) -> None:
        super().__init__(self.title)
        self.reason = reason

    def __str__(self) -> str:
        return f"wechat outcome unknown: {self.reason}"


class NoAnswer(Uncertain):
    """Nothing came back, or not all of it within the deadline."""


class Busy(WeChatError, Unavailable):
    """A definite "not now" (-1, 45011, HTTP 429): nothing happened, repeat after `retry_after_s`."""

    code = "wechat_busy"
    title = "微信系统繁忙，请稍后重试"
    retryable = True
    meaning = Meaning.BUSY

    def __init__(self, errcode: int, rid: str = "") -> None:
        super().__init__(self.title)
        self.errcode: int = errcode
        self.rid = rid
        self.retry_after_s = 5 if errcode == -1 else 60

    def __str__(self) -> str:
        return f"wechat busy: {self.errcode} rid={self.rid or '-'}"


def refusal(errcode: int, errmsg: str = "", errors: Sequence[Fault] = ()) -> Refused | Busy:
    """The error for an errcode; `errmsg` must be scrubbed already.

    `refusal(43101).meaning` is USER_REFUSED.
    """
    found = _RID.search(errmsg)
    rid = found.group(1) if found else ""
    text = _RID.sub("", errmsg).strip(" ,")[:200]
    meaning = ERRCODES.get(errcode, Meaning.UNKNOWN)
    if meaning is Meaning.BUSY:
        return Busy(errcode, rid)
    if meaning in PEOPLES:
        return NotAccepted(errcode, rid, text, errors=errors)
    if meaning in ALARMING:
        return SetupFault(errcode, rid, text, errors=errors)
    return Refused(errcode, rid, text, errors=errors)
