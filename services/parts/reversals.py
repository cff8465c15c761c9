"""Taking an entry back: its mirror in the open month, and perhaps the same with another amount; the old one stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from domain.calendar import month_of
from domain.errors import Conflict, Invalid
from domain.ledger import Entry, Leg
from domain.ledger import reverse as mirror
from domain.money import whole, yuan
from services.parts import ledger, shares
from services.parts.ledger import Author, Posted


class AlreadyReversed(Conflict):
    """An entry is taken back once; what is wrong with a reversal is reversed in its turn."""

    code = "already_reversed"
    title = "该分录已冲销"


@dataclass(frozen=True, slots=True)
class Reversed:
    """Ids of the reversal and, when an amount was given instead, of the new entry; `month` is theirs."""

    reversal_id: int
    instead_id: int | None
    month: date


_BY_KEY = "SELECT id, month, reverses_id FROM ledger_entry WHERE natural_key = %(key)s"
_REVERSED = "SELECT natural_key FROM ledger_entry WHERE reverses_id = %(id)s"


def take_back(
    tx: Connection,
    entry_id: int,
    key: str,
    reason: str,
    now: datetime,
    by: Author,
    instead_fen: int | None = None,
) -> Reversed:
    """Take an entry back in the open month and, with `instead_fen`, post the same with another amount.

    ¥80.00 that should have been ¥88.00: a mirror of −¥80.00 under `key`, and ¥88.00 under `key:instead`; the memo of
    either says what it corrects. The same key again is the same correction. `NotFound`, `AlreadyReversed`, `Invalid`
    for an amount that is none.
    """
    closed = ledger.hold_months(tx)
    wrong = ledger.read(tx, entry_id)
    check_standing(tx, wrong, key)
    month = ledger.open_month(month_of(now), closed)
    taken_back = mirror(wrong.entry, key, month)
    note = f"（{reason}）"
    rule_ids = {wrong.entry.rule_version or 0: wrong.fee_rule_id or 0} if wrong.fee_rule_id else {}
    ledger.post(
        tx, [replace(taken_back, memo=taken_back.memo + note)], rule_ids, now, by, reverses_id=entry_id
    )
    if instead_fen is not None:
        ledger.post(tx, [instead(wrong, f"{key}:instead", month, instead_fen, note)], rule_ids, now, by)
    shares.corrected(tx, wrong.entry.job_id, now)
    reversal = tx.exec_driver_sql(_BY_KEY, {"key": key}).one()
    new = tx.exec_driver_sql(_BY_KEY, {"key": f"{key}:instead"}).first()
    return Reversed(reversal.id, new.id if new else None, reversal.month)


def check_standing(tx: Connection, wrong: Posted, key: str) -> None:
    """`AlreadyReversed` where another key took it back, or this key is another's."""
    by = tx.exec_driver_sql(_REVERSED, {"id": wrong.id}).scalar()
    taken = tx.exec_driver_sql(_BY_KEY, {"key": key}).first()
    if (by is not None and by != key) or (taken is not None and taken.reverses_id != wrong.id):
        raise AlreadyReversed


def instead(wrong: Posted, key: str, month: date, fen: int, note: str = "") -> Entry:
    """The same entry with another amount; `Invalid` for none, or an entry of more than two legs."""
    entry = wrong.entry
    if whole(fen) <= 0 or len(entry.legs) != 2:
        raise Invalid("更正金额必须大于零，且原分录只有借贷两方")
    legs = tuple(Leg(leg.account, fen if leg.amount_fen > 0 else -fen) for leg in entry.legs)
    memo = f"更正 {entry.month:%Y-%m} 分录 {wrong.id}（{entry.memo}）为 {yuan(fen)}{note}"
    return Entry(key, month, legs, memo, entry.rule_version, entry.kind, entry.job_id)


_STANDING = """
WITH RECURSIVE posted AS (
    SELECT id FROM ledger_entry WHERE natural_key = %(key)s
    UNION ALL
    SELECT instead.id FROM posted JOIN ledger_entry back ON back.reverses_id = posted.id
      JOIN ledger_entry instead ON instead.natural_key = back.natural_key || ':instead')
SELECT id FROM posted WHERE NOT EXISTS (SELECT 1 FROM ledger_entry back WHERE back.reverses_id = posted.id)
"""


def standing(tx: Connection, key: str) -> list[int]:
    """Ids of what stands today of the entry with this key: itself or what corrections put in its place, or nothing."""
    return list(tx.exec_driver_sql(_STANDING, {"key": key}).scalars())
