"""The tax of statements in a given transaction: the rules that hold, what comes on top, what a payout holds of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import tax
from domain.ledger import Entry
from domain.tax import TaxRule
from services.parts import ledger

_RULES = "SELECT since, kind, dealer_id, rate_bp, inclusive FROM tax_rule WHERE since <= %(month)s"


def rules(tx: Connection, month: date) -> list[TaxRule]:
    """All that began in the month or before."""
    return [TaxRule(*row) for row in tx.exec_driver_sql(_RULES, {"month": month})]


AT_ONCE, BATCH = 50, 2_000  # dealers, entries
_DEALERS = "SELECT dealer_id FROM ledger_account WHERE kind = 'dealer_payable' ORDER BY dealer_id"
_UNTAXED = """
SELECT entry.natural_key, entry.kind, entry.job_id, account.dealer_id, leg.month, -leg.amount_fen AS fen
  FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
  JOIN ledger_entry entry ON entry.id = leg.entry_id
  LEFT JOIN statement_line line ON line.entry_id = leg.entry_id AND line.dealer_id = account.dealer_id
  LEFT JOIN statement s ON s.id = line.statement_id
 WHERE account.kind = 'dealer_payable' AND account.dealer_id = ANY(%(dealers)s::bigint[])
   AND leg.month = ANY(%(open)s::date[]) AND entry.kind <> 'tax'
   AND ('*' = ANY(%(kinds)s) OR entry.kind = ANY(%(kinds)s))
   AND (line.entry_id IS NULL OR (s.status = 'draft' AND s.month = %(month)s))
   AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.entry_id = leg.entry_id)
   AND NOT EXISTS (SELECT 1 FROM ledger_entry done
        WHERE done.natural_key = entry.natural_key || ':tax:' || account.dealer_id)
 ORDER BY entry.id
"""


def put_on_top(tx: Connection, month: date, now: datetime) -> int:
    """Post the tax that comes on top of lines not answered yet; how many. Without such a rule nothing is looked at.

    A few dealers at a time, so that memory does not grow with the month.
    """
    known = rules(tx, month)
    kinds = {rule.kind for rule in known if not rule.inclusive}
    if not kinds:
        return 0
    closed = ledger.hold_months(tx)
    dealers = tx.exec_driver_sql(_DEALERS).scalars().all()
    values = {"month": month, "open": ledger.unclosed_months(tx, month), "kinds": list(kinds)}
    posted = 0
    found: list[Entry] = []
    for first in range(0, len(dealers), AT_ONCE):
        rows = tx.exec_driver_sql(_UNTAXED, values | {"dealers": dealers[first : first + AT_ONCE]})
        found += [entry for row in rows if (entry := _on_top(row, known, month, closed)) is not None]
        if len(found) >= BATCH:
            posted += ledger.post(tx, found, {}, now, "statements")
            found = []
    return posted + ledger.post(tx, found, {}, now, "statements")


def _on_top(row: Any, known: Sequence[TaxRule], month: date, closed: ledger.Months) -> Entry | None:
    rule = tax.rule_for(known, row.kind, row.dealer_id, month)
    return tax.on_top(
        row.natural_key, row.job_id, row.dealer_id, row.fen, rule, ledger.open_month(row.month, closed)
    )


# A deficit is carried whole, and its lines' tax with it, up to the statement that pays.
_LINES = """
SELECT s.month, entry.kind, line.amount_fen, count(*) AS many
  FROM statement s JOIN statement_line line ON line.statement_id = s.id AND line.contested_at IS NULL
  JOIN ledger_entry entry ON entry.id = line.entry_id
 WHERE s.dealer_id = %(dealer)s AND s.month <= %(month)s
   AND s.month > coalesce((SELECT max(old.month) FROM statement old WHERE old.dealer_id = %(dealer)s
                            AND old.month < %(month)s AND old.carried_out_fen = 0), '-infinity'::date)
 GROUP BY s.month, entry.kind, line.amount_fen
"""


def of_statement(tx: Connection, dealer_id: int, month: date) -> tuple[int, int]:
    """Fen of tax in the month's lines, and in the payout (with the deficit's that was carried in); none contested."""
    known = rules(tx, month)
    own = all_of_it = 0
    for row in tx.exec_driver_sql(_LINES, {"dealer": dealer_id, "month": month}):
        rule = tax.rule_for(known, row.kind, dealer_id, row.month)
        fen = row.many * tax.part(row.amount_fen, row.kind, rule).tax_fen
        all_of_it += fen
        own += fen if row.month == month else 0
    return own, all_of_it
