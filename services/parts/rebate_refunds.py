"""A sale given back after its year was paid: the year's rebate is taken back in the open month and posted as it is now.

The reward rests on offline sales alone and stays; the rebate counts what a dealer shipped online.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain import rebates
from domain.calendar import local_date
from domain.rebates import Rebate
from services.parts import ledger, reversals, years

_SOLD = """
SELECT dealer_id, confirmed_at FROM job
 WHERE id = %(job)s AND scheme = 'dealer_ships' AND dealer_id IS NOT NULL AND confirmed_at IS NOT NULL
"""
_STANDS = """
SELECT -leg.amount_fen FROM ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
 WHERE leg.entry_id = %(entry)s AND account.kind = 'dealer_payable'
"""


def lower(tx: Connection, job_id: int, event_id: int, now: datetime) -> int:
    """Correct the rebate of the year in which this sale was credited; how many entries were corrected, 0 or 1.

    ¥22,000.00 posted in February, one sale of ¥1,000.00 given back in June at 2 %: −¥22,000.00 and ¥21,980.00 in June,
    both saying why. A rebate that finance has made smaller by hand is left alone.
    """
    sold = tx.exec_driver_sql(_SOLD, {"job": job_id}).first()
    if sold is None:
        return 0
    ledger.hold_months(tx)
    years.hold(tx, [sold.dealer_id])
    year = local_date(sold.confirmed_at).year
    key = rebates.rebate_key(year, sold.dealer_id)
    corrected = 0
    for entry_id in reversals.standing(tx, key):
        stands = int(tx.exec_driver_sql(_STANDS, {"entry": entry_id}).scalar_one())
        due = _due(tx, sold.dealer_id, year, now)
        if due.fen < stands:
            told = f"订单已退款，{due.text}"
            again = f"{key}:refund:{event_id}"
            reversals.take_back(tx, entry_id, again, told, now, "owed", due.fen or None)
            corrected += 1
    return corrected


def _due(tx: Connection, dealer_id: int, year: int, now: datetime) -> Rebate:
    one = years.load(tx, [dealer_id], year, now, local_date(now))[dealer_id]
    return rebates.rebate(year, one.verified_fen, one.online_fen, years.terms(tx, year))
