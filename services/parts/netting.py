"""What a dealer owes the brand (refunds of money it took itself) is set off on its statement, with a line of its own.

A claim stands on `dealer_receivable`, which no statement pays. When statements are drawn each claim up to that month
is moved to the dealer's payable, once: the claim is gone, and the statement has the line that took it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from domain.refunds import set_off
from services.parts import ledger

_CLAIMS = """
SELECT entry.natural_key, entry.job_id, entry.memo, account.dealer_id, leg.month, leg.amount_fen
  FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
  JOIN ledger_entry entry ON entry.id = leg.entry_id
 WHERE account.kind = 'dealer_receivable' AND leg.month <= %(month)s AND entry.kind <> 'set_off'
   AND NOT EXISTS (SELECT 1 FROM ledger_entry done WHERE done.natural_key = entry.natural_key || ':set_off')
 ORDER BY entry.id
"""


def net(tx: Connection, month: date, now: datetime) -> int:
    """Set off every claim of the month or before that is not yet; how many. Into the claim's month while it is open."""
    closed = ledger.hold_months(tx)
    entries = [
        set_off(
            row.natural_key,
            row.job_id,
            row.dealer_id,
            row.amount_fen,
            row.memo,
            ledger.open_month(row.month, closed),
        )
        for row in tx.exec_driver_sql(_CLAIMS, {"month": month}).all()
    ]
    return ledger.post(tx, entries, {}, now, "statements")
