"""Money through WeChat: transfers to a person, payments of a customer, refunds; what follows from what was heard.

A bill's number never changes. Before it is sent it is `unsure`, so that whoever dies or hears nothing has to ask
before he sends again. Only WeChat's own word, verified, ends a bill; a word against an end is a difference for finance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.ledger import Account, Entry, Leg, account
from domain.money import whole, yuan


class Kind(StrEnum):
    """Which way the money goes, and by which of WeChat's interfaces."""

    TRANSFER = "transfer"
    PAYMENT = "payment"
    REFUND = "refund"


class State(StrEnum):
    """Where a bill stands with us."""

    QUEUED = "queued"  # WeChat surely does not have it
    UNSURE = "unsure"  # sent, or about to be: ask first
    REFUSED = "refused"  # a plain no to the first send: asked before it is believed
    WAITING = "waiting"  # WeChat has it
    PAID = "paid"
    FAILED = "failed"


class Heard(StrEnum):
    """What a call or a notification told."""

    CLAIMED = "claimed"  # we are about to send
    UNSENT = "unsent"  # no connection: it did not leave
    SILENCE = "silence"  # no answer, or one that settles nothing
    REFUSED = "refused"  # the send was refused
    ABSENT = "absent"  # a query knows no such number
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    ENDED = "ended"  # failed, closed or cancelled for good


PERISHABLE = frozenset({Heard.UNSENT, Heard.SILENCE, Heard.REFUSED, Heard.ABSENT})
"""True when it is heard, and not any more once another worker has the bill: he may have sent it since."""
_S, _H = State, Heard
_ANSWERED = {_H.PENDING: _S.WAITING, _H.SUCCEEDED: _S.PAID, _H.ENDED: _S.FAILED}
TABLE: Mapping[State, Mapping[Heard, State]] = {
    _S.QUEUED: {_H.CLAIMED: _S.UNSURE, **_ANSWERED},
    _S.UNSURE: {_H.UNSENT: _S.QUEUED, _H.REFUSED: _S.REFUSED, _H.ABSENT: _S.QUEUED, **_ANSWERED},
    _S.REFUSED: {_H.ABSENT: _S.FAILED, **_ANSWERED},
    _S.WAITING: _ANSWERED,
    _S.PAID: {},
    _S.FAILED: {},
}
"""What is not here changes nothing: silence, what comes late, what comes twice."""
CONTRADICTIONS = frozenset({(State.PAID, Heard.ENDED), (State.FAILED, Heard.SUCCEEDED)})
OPEN = (State.QUEUED, State.UNSURE, State.REFUSED, State.WAITING)
STATE_NAMES: Mapping[State, str] = {
    State.QUEUED: "待发起",
    State.UNSURE: "结果待查",
    State.REFUSED: "被拒待查",
    State.WAITING: "处理中",
    State.PAID: "已完成",
    State.FAILED: "未完成",
}

WORDS: Mapping[Kind, Mapping[str, Heard]] = {
    Kind.TRANSFER: {
        **dict.fromkeys(
            ("ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM", "TRANSFERING", "CANCELING"), Heard.PENDING
        ),
        "SUCCESS": Heard.SUCCEEDED,
        **dict.fromkeys(("FAIL", "CANCELLED"), Heard.ENDED),
    },
    Kind.PAYMENT: {
        **dict.fromkeys(("NOTPAY", "USERPAYING", "ACCEPT"), Heard.PENDING),
        **dict.fromkeys(
            ("SUCCESS", "REFUND"), Heard.SUCCEEDED
        ),  # REFUND: paid, and some of it given back since
        **dict.fromkeys(("CLOSED", "REVOKED", "PAYERROR"), Heard.ENDED),
    },
    Kind.REFUND: {
        "PROCESSING": Heard.PENDING,
        "SUCCESS": Heard.SUCCEEDED,
        **dict.fromkeys(("CLOSED", "ABNORMAL"), Heard.ENDED),
    },
}
"""WeChat's words for a bill's state; any other settles nothing."""
FINAL_NO = frozenset({"PARAM_ERROR", "NO_AUTH", "INVALID_REQUEST", "RULE_LIMIT", "APPID_MCHID_NOT_MATCH"})
"""Refusals that repeating cannot help; every other (no funds, too many calls) is sent again under its number."""

PAY_WITHIN = timedelta(hours=2)
NAME_FROM_FEN = 200_000
PATIENCE = timedelta(days=3)
_SOON = timedelta(seconds=30)
_SELDOM = timedelta(hours=1)


def after(kind: Kind, state: State, heard: Heard) -> State | None:
    """Where a bill goes; None for a contradiction, which changes nothing and is listed.

    A payment that arrives after its order was ended is none: the money is ours to give back.
    """
    if (kind, state, heard) == (Kind.PAYMENT, State.FAILED, Heard.SUCCEEDED):
        return State.PAID
    return None if (state, heard) in CONTRADICTIONS else TABLE[state].get(heard, state)


def heard_in(kind: Kind, word: str) -> Heard:
    """WeChat's word for a state in ours: TRANSFER, "WAIT_USER_CONFIRM" → PENDING."""
    return WORDS[kind].get(word, Heard.SILENCE)


def refusal(code: str, doubted: bool) -> Heard:
    """A refused send is a no only when no earlier send went unanswered: that one may have had its effect."""
    return Heard.REFUSED if code in FINAL_NO and not doubted else Heard.SILENCE


def theirs(kind: Kind, state: State, heard: Heard) -> bool:
    """Whether WeChat has, or may have, what we ended: it is to be ended there, too, or found paid."""
    return state == State.FAILED and kind != Kind.REFUND and heard in (Heard.PENDING, Heard.SILENCE)


def again_at(state: State, tries: int, now: datetime, theirs: bool = False) -> datetime | None:
    """When to act or ask next: at once when queued first, then after 30 s, 1 min, 2 min … an hour.

    Never at the end, but for what may be `theirs` still.
    """
    if state not in OPEN and not theirs:
        return None
    if state == State.QUEUED and not tries:
        return now
    return now + min(_SOON * (1 << min(tries, 10)), _SELDOM)


def number(kind: Kind, day: date, random_hex: str) -> str:
    """WeChat's "out number", at most 32 letters and digits: "TZT202603020123456789ABCDEF".

    Not counted from a row's id: a restored database must not give a number that WeChat knows to another bill.
    """
    return f"TZ{kind[0].upper()}{day:%Y%m%d}{random_hex.upper()}"


@dataclass(frozen=True, slots=True)
class Word:
    """What WeChat said of one number, verified. `openid` where it names the payer or payee; `at` of the end."""

    kind: Kind
    number: str
    state: str
    amount_fen: int | None = None
    openid: str | None = None
    their_number: str | None = None
    at: datetime | None = None
    reason: str = ""
    ticket: str | None = None  # what the phone needs to go on: prepay_id or package_info


def misfit(word: Word, amount_fen: int, openid: str | None) -> str | None:
    """Which of ours and theirs differ: "amount" or "openid"; nothing is done by such a word."""
    if word.amount_fen is not None and word.amount_fen != amount_fen:
        return "amount"
    if word.openid and openid and word.openid != openid:
        return "openid"
    return None


def received(number: str, job_id: int, fen: int, month: date) -> Entry:
    """¥100.00 of a customer's → wechat_pay +10000, customer_clearing −10000; the fees clear it to the dealer."""
    return _entry(f"wechat:{number}:received", "customer_payment", job_id, fen, month, "客户微信支付")


def returned(number: str, job_id: int, fen: int, month: date) -> Entry:
    """¥100.00 given back → customer_clearing +10000, wechat_pay −10000."""
    return _entry(f"wechat:{number}:returned", "customer_refund", job_id, -fen, month, "微信退款")


def returned_by_hand(number: str, job_id: int, fen: int, month: date, reference: str) -> Entry:
    """¥100.00 that WeChat could not give back, by the bank → customer_clearing +10000, bank −10000."""
    words = f"银行退款（{reference}）"
    return _entry(f"wechat:{number}:returned", "customer_refund", job_id, -fen, month, words, Account.BANK)


def _entry(
    key: str, kind: str, job_id: int, fen: int, month: date, words: str, through: Account = Account.WECHAT_PAY
) -> Entry:
    legs = (Leg(account(through), whole(fen)), Leg(account(Account.CUSTOMER_CLEARING), -fen))
    return Entry(key, month, legs, f"{words} {yuan(abs(fen))}", kind=kind, job_id=job_id)
