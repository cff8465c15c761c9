"""Bills through WeChat on their way: sent once, asked for when in doubt, ended by WeChat's word.

A bill is `unsure` before it is sent, in a transaction of its own. Who dies between WeChat's effect and our commit
leaves it so, and the next run asks before it sends again, under the same number.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain import payments
from domain.actors import Actor
from domain.errors import NotFound
from domain.payments import Heard, Kind, State
from services.config import extensions
from services.parts import access, wechat_bills, wechat_calls, wechat_words
from services.parts.wechat_calls import Due
from services.parts.wechat_words import Told
from services.queries.wechat_bills import BillLine, read
from services.uow import use_case
from wechat.pay_terms import Note, Pay

SPEND_S = 45.0  # in one run, so that a WeChat that only hangs holds nobody up for long
_EXPIRED = Told("close", Heard.ENDED, "EXPIRED")


def work(now: datetime) -> dict[str, int]:
    """The run: send what is queued, ask for what is open and due. While WeChat is away it costs one call.

    What we ended and WeChat may still have is ended there.
    """
    counts = {"sent": 0, "asked": 0, "ended": 0}
    if extensions().get("wechat_pay") is None:
        return counts
    pay = wechat_calls.gateway()
    started, began = now, time.monotonic()
    while time.monotonic() - began < SPEND_S and (claimed := claim(now)) is not None:
        told = _call(pay, *claimed, now)
        state = tell(claimed[1].number, told, now)
        counts["sent" if told.way == "send" else "asked"] += 1
        counts["ended"] += state not in payments.OPEN
        if told.heard == Heard.UNSENT:
            break
        now = started + timedelta(seconds=time.monotonic() - began)  # a lease is counted from its own claim
    return counts


def _call(pay: Pay, state: State, it: Due, now: datetime) -> Told:
    over = it.kind == Kind.PAYMENT and it.until is not None and it.until <= now
    if state == State.QUEUED:
        return _EXPIRED if over else wechat_calls.send(pay, it)
    return wechat_calls.close(pay, it) if over or state == State.FAILED else wechat_calls.ask(pay, it)


_CLAIM = """
SELECT id, number, state FROM wechat_bill WHERE next_at <= %(now)s
 ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_LEASE = """
UPDATE wechat_bill SET tries = tries + 1, next_at = %(until)s, doubted = doubted OR %(queued)s,
       state = CASE WHEN %(queued)s THEN 'unsure' ELSE state END WHERE id = %(id)s
"""
_CLAIMED = Told("send", Heard.CLAIMED)


@use_case
def claim(tx: Connection, now: datetime) -> tuple[State, Due] | None:
    """The next bill that is due, and how it stood: what was `queued` is `unsure` and in doubt from now on."""
    row = tx.exec_driver_sql(_CLAIM, {"now": now}).first()
    if row is None:
        return None
    state, it = State(row.state), wechat_calls.due(tx, row.id)
    queued = state == State.QUEUED
    tx.exec_driver_sql(_LEASE, {"id": row.id, "queued": queued, "until": now + wechat_calls.lease()})
    if queued:
        wechat_words.keep(tx, row.id, row.number, _CLAIMED, None, now)
    return state, replace(it, turn=it.turn + 1)


@use_case
def tell(tx: Connection, number: str, told: Told, now: datetime) -> State:
    """Write what one call told."""
    row = wechat_bills.held(tx, number)
    return wechat_words.tell(tx, row, told, now)


@use_case
def heard(tx: Connection, note: Note, now: datetime) -> None:
    """Take a verified notification, once; one about a number that is none of ours is kept for finance."""
    word = note.word
    told = Told("note", payments.heard_in(word.kind, word.state), word=word, note_id=note.id)
    row = wechat_bills.held(tx, word.number)
    if row is None or row.kind != word.kind:
        wechat_words.keep(tx, None, word.number, told, "unknown_number", now)
    else:
        wechat_words.tell(tx, row, told, now)


@use_case
def _to_end(tx: Connection, actor: Actor, bill_id: int, now: datetime) -> Due | None:
    row = tx.exec_driver_sql("SELECT state, kind FROM wechat_bill WHERE id = %(id)s", {"id": bill_id}).first()
    if row is None:
        raise NotFound
    access.note(tx, "wechat_bill_end_asked", now, actor, bill_id=bill_id)
    endable = row.kind != Kind.REFUND and row.state in (State.WAITING, State.UNSURE)
    return wechat_calls.due(tx, bill_id) if endable else None


def end(actor: Actor, bill_id: int, now: datetime) -> BillLine:
    """Have WeChat take back a transfer or payment that nobody took yet; whatever became of it is the answer."""
    it = _to_end(actor, bill_id, now)
    if it is not None:
        tell(it.number, wechat_calls.close(wechat_calls.gateway(), it), now)
    return read(bill_id)
