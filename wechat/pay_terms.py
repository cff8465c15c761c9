"""What the product says to the payments' gateway and hears from it; importing this loads no library."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.errors import Forbidden, Unavailable
from domain.payments import Kind, Word
from wechat.errors import WeChatError

MAX_NOTE = 64 * 1024


class PayRefused(WeChatError, Unavailable):
    """WeChat Pay said no, signed. `said` is its code: NOT_ENOUGH, PARAM_ERROR …"""

    code = "wechat_pay_refused"
    title = "微信支付未接受该请求"

    def __init__(self, said: str, status: int) -> None:
        super().__init__(self.title)
        self.said = said
        self.status = status

    def __str__(self) -> str:
        return f"wechat pay refused: {self.status} {self.said}"


class BadNote(Forbidden):
    """Not WeChat, not fresh, not ours or not readable; `reason` is signature, stale, foreign or malformed."""

    code = "wechat_note_refused"
    title = "支付通知未通过验证"

    def __init__(self, reason: str) -> None:
        super().__init__(self.title)
        self.reason = reason

    def __str__(self) -> str:
        return f"notification refused: {self.reason}"


@dataclass(frozen=True, slots=True)
class Ask:
    """A bill to send: `of_number` and `of_fen` name the payment that a refund is part of. `words` ≤ 32 characters."""

    number: str
    amount_fen: int
    words: str
    openid: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    until: datetime | None = None
    of_number: str = ""
    of_fen: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A verified notification; `id` is the same when it comes again."""

    id: str
    word: Word


@dataclass(frozen=True, slots=True)
class PhonePay:
    """What `wx.requestPayment` takes; `package` names the order, `pay_sign` signs it for two hours."""

    app_id: str
    time_stamp: str
    nonce_str: str
    package: str
    sign_type: str
    pay_sign: str


class Pay(Protocol):
    """The part of `wechat.pay.PayGateway` that services need."""

    def send(self, kind: Kind, ask: Ask) -> Word:
        """Send a bill under its number."""

    def ask(self, kind: Kind, number: str) -> Word | None:
        """What WeChat knows of a number; None: surely nothing."""

    def close(self, kind: Kind, number: str) -> None:
        """Ask WeChat to end it."""

    def phone(self, prepay_id: str) -> PhonePay:
        """Sign an order for the phone."""

    def bill(self, which: str, day: str) -> bytes | None:
        """A day's bill as CSV; None: an empty day."""
