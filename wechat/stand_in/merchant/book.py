"""What WeChat Pay knows of one merchant. Touched under the world's lock only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CONFIRM_S = 24 * 3600
WAITING = "WAIT_USER_CONFIRM"


@dataclass(slots=True)
class Notifying:
    """How notifications are spoilt. `wrong_amount` is added to the amount they tell; `silent` sends none."""

    silent: bool = False
    duplicate: bool = False
    out_of_order: bool = False
    bad_signature: bool = False
    stale: bool = False
    wrong_amount: int = 0


@dataclass(slots=True)
class Merchant:
    """An account with both sides' keys as PEM; `balance_fen` is what transfers are paid out of."""

    mchid: str
    appid: str
    serial: str
    public_key: str  # the merchant's: requests are verified with it
    platform_key: str  # WeChat's private one: replies and notifications are signed with it
    platform_key_id: str
    apiv3_key: str
    balance_fen: int = 0
    scenes: list[str] = field(default_factory=lambda: ["1005"])
    refund_s: float = 0.0
    notify: Notifying = field(default_factory=Notifying)


@dataclass(slots=True)
class Order:
    """A payment asked of one person."""

    number: str
    asked: dict[str, Any]
    openid: str
    fen: int
    prepay_id: str
    expires_at: float
    state: str = "NOTPAY"
    transaction_id: str = ""
    paid_at: float | None = None
    refunded_fen: int = 0


@dataclass(slots=True)
class Refund:
    """Part of an order on its way back."""

    number: str
    asked: dict[str, Any]
    order: Order
    fen: int
    refund_id: str
    made_at: float
    state: str = "PROCESSING"
    done_at: float | None = None


@dataclass(slots=True)
class Transfer:
    """Money for one person, who has a day to take it."""

    number: str
    asked: dict[str, Any]
    openid: str
    fen: int
    bill_no: str
    made_at: float
    state: str = WAITING
    changed_at: float = 0.0
    reason: str = ""


@dataclass(slots=True)
class BillFaults:
    """What a downloaded bill has wrong: lines left out, other amounts, lines of nobody."""

    drop: list[str] = field(default_factory=list)
    amounts: dict[str, int] = field(default_factory=dict)
    extra: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Book:
    """Everything of the merchant's; numbers are its own "out" numbers."""

    merchant: Merchant | None = None
    orders: dict[str, Order] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    bill_faults: BillFaults = field(default_factory=BillFaults)


class PayError(Exception):
    """Ends a call with an HTTP status and WeChat Pay's code."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message or code
