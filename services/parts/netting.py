"""What a dealer owes the brand (refunds of money it took itself) is set off on its statement, with a line of its own.

A claim stands on `dealer_receivable`, which no statement pays. When statements are drawn each claim up to that month
is moved to the dealer's payable, once: the claim is gone, and the statement has the line that took it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.ledger import Entry
from domain.refunds import set_off
from services.parts import ledger

_CLAIMS = """
SELECT entry.id, entry.natural_key, entry.job_id, entry.memo, account.dealer_id, leg.month, leg.amount_fen
  FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
  JOIN ledger_entry entry ON entry.id = leg.entry_id
 WHERE account.kind = 'dealer_receivable' AND leg.month <= %(month)s AND entry.kind <> 'set_off'
   AND NOT EXISTS (SELECT 1 FROM ledger_entry done WHERE done.natural_key = entry.natural_key || ':set_off')
   AND entry.id > %(after)s ORDER BY entry.id LIMIT %(most)s
"""
BATCH = 5_000


def net(tx: Connection, month: date, now: datetime, batch: int = BATCH) -> int:
    """Set off every claim of the month or before that is not yet; how many. Into the claim's month while it is open."""
    closed = ledger.hold_months(tx)
    after = done = 0
    while rows := tx.exec_driver_sql(_CLAIMS, {"month": month, "after": after, "most": batch}).all():
        done += ledger.post(tx, [_set_off(row, closed) for row in rows], {}, now, "statements")
        after = rows[-1].id
    return done


def _set_off(row: Any, closed: ledger.Months) -> Entry:
    month = ledger.open_month(row.month, closed)
    return set_off(row.natural_key, row.job_id, row.dealer_id, row.amount_fen, row.memo, month)
