"""What follows from WeChat's answer to one message: sent, again later, perhaps, or never; and whom else it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wechat.errors import Busy, Meaning, Refused, Uncertain, Unreachable, WeChatError

# Our set-up, but of this template or page only: the others may go on.
_ONE_TEMPLATE = frozenset({40037, 41030, 43104, 47001})
_RECIPIENTS = frozenset({Meaning.USER_REFUSED, Meaning.ADDRESS, Meaning.RISK})  # nothing that we could mend
_ONE_PERSON = frozenset({43108})  # two messages to one person at the same time


class Scope(StrEnum):
    """What else cannot be sent for the same reason."""

    ROW = "row"
    TEMPLATE = "template"
    ALL = "all"
    UNKNOWN = "unknown"  # ask: perhaps WeChat is away


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state` is the outbox row's next state; `reason` may be read by people and holds nothing personal."""

    state: str
    reason: str | None = None
    msgid: str | None = None
    no_grant: bool = False
    scope: Scope = Scope.ROW
    wait_s: int = 0


def judge(error: WeChatError) -> Verdict:
    """The verdict on a failed send. 43101 drops it and empties the ledger; a refused connection is tried again."""
    if isinstance(error, Uncertain):
        return Verdict("uncertain", f"结果不明 / {error.reason}", scope=Scope.UNKNOWN)
    if isinstance(error, Busy):
        scope = Scope.ROW if error.errcode in _ONE_PERSON else Scope.ALL
        return Verdict("pending", f"微信繁忙 / {error.errcode}", scope=scope, wait_s=error.retry_after_s)
    if isinstance(error, Unreachable):
        return Verdict("pending", f"连不上微信 / {error.reason}", scope=Scope.ALL, wait_s=error.retry_after_s)
    if isinstance(error, Refused) and error.alarm:
        scope = Scope.TEMPLATE if error.errcode in _ONE_TEMPLATE else Scope.ALL
        if error.meaning is Meaning.UNKNOWN:
            scope = Scope.ROW
        return Verdict("pending", _said(error), scope=scope, wait_s=error.retry_after_s)
    no_grant = error.meaning is Meaning.USER_REFUSED
    return Verdict("dropped" if error.meaning in _RECIPIENTS else "parked", _said(error), no_grant=no_grant)


def _said(error: WeChatError) -> str:
    return f"{error.detail or error.title} / {error.errcode} {error.meaning}"
