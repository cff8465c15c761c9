"""Corrections, and the end of a month: what was posted stays, what was wrong is taken back by its mirror."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from domain.actors import Actor, Role
from domain.calendar import month_of
from domain.errors import Conflict, Forbidden, Invalid
from domain.ledger import Entry, Leg
from domain.ledger import reverse as mirror
from domain.money import whole, yuan
from services.parts import ledger
from services.parts.ledger import Posted
from services.uow import use_case

KEEPERS = (Role.FINANCE, Role.ADMIN, Role.SYSTEM)


class AlreadyReversed(Conflict):
    """An entry is taken back once; what is wrong with a reversal is reversed in its turn."""

    code = "already_reversed"
    title = "该分录已冲销"


class MonthNotOver(Conflict):
    """A month is closed, and its statements are answered, once it is over in Shanghai."""

    code = "month_not_over"
    title = "当月尚未结束"


@dataclass(frozen=True, slots=True)
class Correction:
    """Ids of the reversal and, when an amount was given instead, of the new entry; `month` is theirs."""

    reversal_id: int
    instead_id: int | None
    month: date


@dataclass(frozen=True, slots=True)
class Closed:
    """A month into which nothing is posted any more."""

    month: date
    closed_at: datetime


_BY_KEY = "SELECT id, month, reverses_id FROM ledger_entry WHERE natural_key = %(key)s"
_REVERSED = "SELECT natural_key FROM ledger_entry WHERE reverses_id = %(id)s"


def reverse(
    tx: Connection, entry_id: int, key: str, reason: str, now: datetime, instead_fen: int | None = None
) -> Correction:
    """Take an entry back in the open month and, with `instead_fen`, post the same with another amount.

    ¥80.00 that should have been ¥88.00: a mirror of −¥80.00 under `key`, and ¥88.00 under `key:instead`. The same
    key again is the same correction. `NotFound`, `AlreadyReversed`, `Invalid` for an amount that is none.
    """
    closed = ledger.hold_months(tx)
    wrong = ledger.read(tx, entry_id)
    _check_not_reversed(tx, wrong, key)
    month = ledger.open_month(month_of(now), closed)
    taken_back = mirror(wrong.entry, key, month)
    note = f"（{reason}）"
    rule_ids = {wrong.entry.rule_version or 0: wrong.fee_rule_id or 0} if wrong.fee_rule_id else {}
    ledger.post(tx, [replace(taken_back, memo=taken_back.memo + note)], rule_ids, now, reverses_id=entry_id)
    if instead_fen is not None:
        ledger.post(tx, [_instead(wrong.entry, f"{key}:instead", month, instead_fen, note)], rule_ids, now)
    reversal = tx.exec_driver_sql(_BY_KEY, {"key": key}).one()
    instead = tx.exec_driver_sql(_BY_KEY, {"key": f"{key}:instead"}).first()
    return Correction(reversal.id, instead.id if instead else None, reversal.month)


def _check_not_reversed(tx: Connection, wrong: Posted, key: str) -> None:
    by = tx.exec_driver_sql(_REVERSED, {"id": wrong.id}).scalar()
    taken = tx.exec_driver_sql(_BY_KEY, {"key": key}).first()
    if (by is not None and by != key) or (taken is not None and taken.reverses_id != wrong.id):
        raise AlreadyReversed


def _instead(entry: Entry, key: str, month: date, fen: int, note: str) -> Entry:
    if whole(fen) <= 0 or len(entry.legs) != 2:
        raise Invalid("更正金额必须大于零，且原分录只有借贷两方")
    legs = tuple(Leg(leg.account, fen if leg.amount_fen > 0 else -fen) for leg in entry.legs)
    return Entry(key, month, legs, f"更正为 {yuan(fen)}{note}", entry.rule_version, entry.kind, entry.job_id)


@use_case
def correct(
    tx: Connection,
    actor: Actor,
    entry_id: int,
    key: str,
    reason: str,
    now: datetime,
    instead_fen: int | None = None,
) -> Correction:
    """`reverse` on its own, by finance."""
    if actor.role not in KEEPERS:
        raise Forbidden
    return reverse(tx, entry_id, key, reason, now, instead_fen)


_CLOSE = """
INSERT INTO closed_month (month, closed_at, closed_by) VALUES (%(month)s, %(now)s, %(by)s)
ON CONFLICT (month) DO NOTHING
"""
_CLOSED = "SELECT month, closed_at FROM closed_month WHERE month = %(month)s"


@use_case
def close_month(tx: Connection, month: date, actor: Actor, now: datetime) -> Closed:
    """Nothing is posted into the month any more; what comes later goes into the next open one. Again is harmless.

    Waits for postings under way. `MonthNotOver` before its last day has passed.
    """
    if actor.role not in KEEPERS:
        raise Forbidden
    if month.day != 1 or month >= month_of(now):
        raise MonthNotOver
    tx.exec_driver_sql("LOCK TABLE ledger_entry IN SHARE ROW EXCLUSIVE MODE")
    tx.exec_driver_sql(_CLOSE, {"month": month, "now": now, "by": actor.person_id})
    return Closed(*tx.exec_driver_sql(_CLOSED, {"month": month}).one())
