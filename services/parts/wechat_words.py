"""What was heard of a bill: kept word by word, and by the table moved to its end, where money is posted once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import payments
from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.calendar import local_date, month_of
from domain.errors import DomainError
from domain.ledger import Account
from domain.money import yuan
from domain.notice_forms import Audience
from domain.payments import Heard, Kind, State, Word
from services.deeds import act
from services.parts import ledger, outbox, paying, wechat_bills
from services.parts.outbox import Owed
from services.parts.paying import End

log = logging.getLogger("tuozhuang.wechat_bills")


@dataclass(frozen=True, slots=True)
class Told:
    """One attempt (`way`: send, ask, close) or notification (note) and what it told.

    `doubted`: whether some send of the bill still is without an answer; None leaves that as it was. `turn`: the try
    that it answers; once another has begun, a no of an earlier one counts for nothing.
    """

    way: str
    heard: Heard
    said: str = ""
    word: Word | None = None
    note_id: str | None = None
    doubted: bool | None = None
    turn: int | None = None


_KEEP = """
INSERT INTO wechat_word (bill_id, number, at, way, heard, said, amount_fen, gap, note_id)
VALUES (%(bill)s, %(number)s, %(now)s, %(way)s, %(heard)s, %(said)s, %(fen)s, %(gap)s, %(note)s)
ON CONFLICT (note_id) DO NOTHING RETURNING id
"""


def keep(
    tx: Connection, bill_id: int | None, number: str, told: Told, gap: str | None, now: datetime
) -> bool:
    """One row of what was heard, for ever; False for a notification that was taken before."""
    values = {
        "bill": bill_id,
        "number": number,
        "now": now,
        "way": told.way,
        "heard": told.heard,
        "said": told.said or (told.word.state if told.word else ""),
        "fen": told.word.amount_fen if told.word else None,
        "gap": gap,
        "note": told.note_id,
    }
    return tx.exec_driver_sql(_KEEP, values).first() is not None


_MOVE = """
UPDATE wechat_bill
   SET state = %(state)s, next_at = %(next)s, tries = %(tries)s, doubted = coalesce(%(doubted)s::boolean, doubted),
       their_number = coalesce(%(theirs)s::text, their_number), ticket = coalesce(%(ticket)s::text, ticket),
       ended_at = %(ended)s, reason = %(reason)s, entry_id = %(entry)s
 WHERE id = %(id)s
"""


_LATER = "UPDATE wechat_bill SET next_at = %(next)s WHERE id = %(id)s"


def tell(tx: Connection, row: Any, told: Told, now: datetime) -> State:
    """Take one word about a held bill; where it stands now. A word that does not fit is kept and changes nothing."""
    state, word = State(row.state), told.word
    if state in payments.OPEN and told.turn not in (None, row.tries) and told.heard in payments.PERISHABLE:
        keep(tx, row.id, row.number, told, None, now)
        return state
    gap = payments.misfit(word, row.amount_fen, row.openid) if word else None
    to = None if gap else payments.after(Kind(row.kind), state, told.heard)
    if gap is None and to is None:
        gap = "contradiction"
    if gap:
        log.error("wechat bill %s: %s by %s", row.number, gap, told.way)
    fresh = keep(tx, row.id, row.number, told, gap, now)
    if to is None or not fresh or (to == state and state not in payments.OPEN):
        theirs = payments.theirs(Kind(row.kind), state, told.heard)
        again = payments.again_at(state, row.tries, now, theirs)
        tx.exec_driver_sql(_LATER, {"id": row.id, "next": again})
        return state
    tries = row.tries if to == state or to == State.QUEUED else 0
    at = min((word.at if word else None) or now, now)  # their clock may be ahead of ours
    values = {
        "id": row.id,
        "state": to,
        "next": payments.again_at(to, tries, now),
        "tries": tries,
        "doubted": told.doubted,
        "theirs": word.their_number if word else None,
        "ticket": word.ticket if word else None,
        "ended": None if to in payments.OPEN else at,
        "reason": _reason(row, told) if to in (State.REFUSED, State.FAILED) else None,
        "entry": _paid(tx, row, at, now) if to == State.PAID else None,
    }
    tx.exec_driver_sql(_MOVE, values)
    _follow(tx, row, state, to, values["reason"], now)
    return to


def _reason(row: Any, told: Told) -> str | None:
    """In WeChat's words: of the end, of the refusal, or of the refusal before it."""
    return (told.word.reason if told.word else "") or told.said or row.reason or None


_ENTRY = "SELECT id FROM ledger_entry WHERE natural_key = %(key)s"


def _paid(tx: Connection, row: Any, at: datetime, now: datetime) -> int:
    """Post what moved, once, in the month in which it did; the entry's id."""
    if row.kind == Kind.TRANSFER:
        how = End(row.number, local_date(at), out_of=Account.WECHAT_PAY)
        entry_id = paying.end(tx, SYSTEM, row.payout_id, row.statement_id, how, now)
        assert entry_id is not None
        return entry_id
    month = ledger.open_month(month_of(at), ledger.hold_months(tx))
    write = payments.received if row.kind == Kind.PAYMENT else payments.returned
    entry = write(row.number, row.job_id, row.amount_fen, month)
    ledger.post(tx, [entry], {}, now, "wechat_bills")
    return int(tx.exec_driver_sql(_ENTRY, {"key": entry.natural_key}).scalar_one())


def _follow(tx: Connection, row: Any, state: State, to: State, reason: str | None, now: datetime) -> None:
    """What a new state means for what the bill was for."""
    if row.kind == Kind.PAYMENT and state == State.FAILED:
        wechat_bills.give_back_late(tx, row, now)
    elif row.kind == Kind.PAYMENT and to == State.PAID:
        for charge_id in row.charge_ids:
            _settle(tx, row.job_id, charge_id, now)
    elif row.kind == Kind.TRANSFER and to == State.FAILED:
        how = End(row.number, reason=reason or "微信转账未完成")
        paying.end(tx, SYSTEM, row.payout_id, row.statement_id, how, now)
    elif row.kind == Kind.TRANSFER and to == State.WAITING and state != State.WAITING:
        told = {"template": "transfer_waiting", "audience": Audience.OWNER, "dealer_ids": [_dealer(tx, row)]}
        owed = Owed("notice", f"transfer:{row.number}", {**told, "values": {"level": yuan(row.amount_fen)}})
        outbox.put(tx, [owed], now)


def _dealer(tx: Connection, row: Any) -> Any:
    sql = "SELECT dealer_id FROM payout WHERE id = %(id)s"
    return tx.exec_driver_sql(sql, {"id": row.payout_id}).scalar_one()


_FEN = "SELECT amount_fen FROM charge WHERE id = %(id)s"


def _settle(tx: Connection, job_id: int, charge_id: int, now: datetime) -> None:
    """The charge is paid; one that was withdrawn or paid otherwise meanwhile goes back whole."""
    try:
        with tx.begin_nested():
            act(tx, SYSTEM, job_id, Command(Action.SETTLE_CHARGE, charge_id=charge_id), now)
    except DomainError as no:
        log.warning("charge %d was paid and cannot be settled (%s): it goes back", charge_id, no.code)
        fen = tx.exec_driver_sql(_FEN, {"id": charge_id}).scalar_one()
        wechat_bills.give_back(tx, charge_id, int(fen), f"charge:{charge_id}:unsettled", now)
