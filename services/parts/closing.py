"""What of a month is still open, counted in one look: jobs, runs, statements, lines."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from domain.calendar import month_of
from domain.closing import Missing, missing
from domain.runs import POSTING
from domain.statements import end_of
from services.parts import corrections, ledger

# A run that failed is owed until a later one of its task ended well.
_OPEN = """
SELECT (SELECT count(*) FROM job WHERE status IN ('closed', 'cancelled') AND fees_posted_at IS NULL
           AND closed_at < %(end)s) AS fees_unposted,
       (SELECT count(*) FROM run WHERE task = ANY(%(tasks)s) AND (finished_at IS NULL OR error IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM run later WHERE later.task = run.task AND later.slot > run.slot
               AND later.finished_at IS NOT NULL AND later.error IS NULL)) AS run_unfinished,
       (SELECT count(*) FROM statement WHERE month <= %(month)s AND status IN ('draft', 'contested')) AS statement_open,
       (SELECT count(*) FROM ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
         WHERE account.kind = 'dealer_payable' AND leg.month = %(month)s
           AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.entry_id = leg.entry_id)
           AND NOT EXISTS (SELECT 1 FROM statement_line line
               WHERE line.entry_id = leg.entry_id AND line.dealer_id = account.dealer_id)) AS lines_unstated
"""


def still_open(tx: Connection, month: date, now: datetime) -> tuple[Missing, ...]:
    """Everything that bars closing the month now."""
    if month >= month_of(now):
        return missing({"month_not_over": 1})
    asked = {"month": month, "end": end_of(month), "tasks": list(POSTING)}
    counts = tx.exec_driver_sql(_OPEN, asked).one()._asdict()
    counts["earlier_open"] = sum(one < month for one in ledger.unclosed_months(tx, month))
    return missing({**counts, "correction_running": int(corrections.running(tx))})
