"""One call to WeChat about a bill, outside of any transaction, and what it told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain import payments
from domain.errors import Unavailable
from domain.payments import NAME_FROM_FEN, Heard, Kind
from services.config import config, extensions
from services.parts.wechat_words import Told
from services.personal import Erased, reveal, unwrap
from wechat.errors import Unreachable, WeChatError
from wechat.pay_terms import Ask, Pay, PayRefused


class PayNotSetUp(Unavailable):
    """No merchant account is configured."""

    code = "wechat_pay_not_set_up"
    title = "未开通微信支付"


def gateway() -> Pay:
    """The process's payments' gateway; `PayNotSetUp`."""
    pay: Pay | None = extensions().get("wechat_pay")
    if pay is None:
        raise PayNotSetUp
    return pay


def lease() -> timedelta:
    """How long a bill is in one worker's hands: a minute at least, with `WECHAT_TIMEOUT_S=30` 140 s.

    That is two calls (close, then ask), each of the time to connect and at most twice its deadline.
    """
    return timedelta(seconds=max(60, 4 * (5 + config().wechat_timeout_s)))


@dataclass(frozen=True, slots=True)
class Due:
    """A bill in our hands until its lease ends, for the try number `turn`.

    `doubted`: whether an earlier send went unanswered.
    """

    kind: Kind
    number: str
    doubted: bool
    turn: int
    until: datetime | None
    ask: Ask = field(repr=False)


_DUE = """
SELECT bill.kind, bill.number, bill.doubted, bill.tries, bill.until, bill.amount_fen, bill.words, identity.openid,
       person.personal, subject.wrapped_key, paid.number AS of_number, paid.amount_fen AS of_fen
  FROM wechat_bill bill LEFT JOIN wechat_identity identity ON identity.id = bill.identity_id
  LEFT JOIN person ON person.id = bill.person_id LEFT JOIN subject ON subject.id = person.subject_id
  LEFT JOIN wechat_bill paid ON paid.id = bill.of_id
 WHERE bill.id = %(id)s
"""


def due(tx: Connection, bill_id: int) -> Due:
    """What is to be said about a bill; the payee's name from ¥2,000.00 on only."""
    row = tx.exec_driver_sql(_DUE, {"id": bill_id}).one()
    name = ""
    if row.kind == Kind.TRANSFER and row.amount_fen >= NAME_FROM_FEN:
        name = name_of(row.wrapped_key, row.personal) or ""
    asked = Ask(
        row.number,
        row.amount_fen,
        row.words,
        row.openid or "",
        name,
        row.until,
        row.of_number or "",
        row.of_fen or 0,
    )
    return Due(Kind(row.kind), row.number, row.doubted, row.tries, row.until, asked)


def name_of(wrapped_key: bytes | None, personal: bytes | None) -> str | None:
    """A person's own name; None where there is none or it was erased."""
    try:
        return reveal(unwrap(wrapped_key), "person.personal", personal).get("name") or None
    except Erased:
        return None


def send(pay: Pay, it: Due) -> Told:
    """Send it. An answer of any kind that WeChat signed leaves no doubt; a silence does."""
    try:
        word = pay.send(it.kind, it.ask)
    except Unreachable as no:
        return Told("send", Heard.UNSENT, str(no), doubted=it.doubted, turn=it.turn)
    except PayRefused as no:
        return Told("send", payments.refusal(no.said, it.doubted), no.said, doubted=it.doubted, turn=it.turn)
    except WeChatError as no:
        return Told("send", Heard.SILENCE, str(no), doubted=True, turn=it.turn)
    return Told("send", payments.heard_in(it.kind, word.state), word=word, doubted=it.doubted, turn=it.turn)


def ask(pay: Pay, it: Due) -> Told:
    """Ask for it; a query that fails settles nothing."""
    try:
        word = pay.ask(it.kind, it.number)
    except WeChatError as no:
        return Told("ask", Heard.SILENCE, no.said if isinstance(no, PayRefused) else str(no), turn=it.turn)
    if word is None:
        return Told("ask", Heard.ABSENT, turn=it.turn)
    return Told("ask", payments.heard_in(it.kind, word.state), word=word)


def close(pay: Pay, it: Due) -> Told:
    """Have WeChat end it, then ask what became of it: paid, perhaps."""
    with suppress(WeChatError):
        pay.close(it.kind, it.number)
    return ask(pay, it)
