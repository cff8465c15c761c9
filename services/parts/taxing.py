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


# Of a line of a statement `s`: what corrects an entry (its mirror, or what stands in its place) is taxed as that was,
# a line that moved as where it was contested.
TAX_MONTH = """
CASE WHEN entry.reverses_id IS NULL AND entry.natural_key NOT LIKE '%%:instead'
     THEN coalesce((SELECT month FROM statement WHERE id = line.moved_from_id), s.month)
     ELSE (
    WITH RECURSIVE chain AS (
        SELECT entry.id, entry.reverses_id, entry.natural_key AS key
        UNION ALL
        SELECT old.id, old.reverses_id, old.natural_key
          FROM chain LEFT JOIN ledger_entry mirror ON chain.key LIKE '%%:instead'
           AND mirror.natural_key = left(chain.key, -length(':instead'))
          JOIN ledger_entry old ON old.id = coalesce(chain.reverses_id, mirror.reverses_id))
    SELECT min(coalesce(first.month, stood.month))
      FROM chain JOIN statement_line its ON its.entry_id = chain.id AND its.dealer_id = account.dealer_id
      JOIN statement stood ON stood.id = its.statement_id LEFT JOIN statement first ON first.id = its.moved_from_id) END
"""
AT_ONCE, BATCH = 50, 2_000  # dealers, entries
_DEALERS = "SELECT dealer_id FROM ledger_account WHERE kind = 'dealer_payable' ORDER BY dealer_id"
_UNTAXED = f"""
SELECT entry.natural_key, entry.kind, entry.job_id, account.dealer_id, leg.month, -leg.amount_fen AS fen,
       coalesce({TAX_MONTH}, %(month)s) AS tax_month
  FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
  JOIN ledger_entry entry ON entry.id = leg.entry_id
  LEFT JOIN statement_line line ON line.entry_id = leg.entry_id AND line.dealer_id = account.dealer_id
  LEFT JOIN statement s ON s.id = line.statement_id
 WHERE account.kind = 'dealer_payable' AND account.dealer_id = ANY(%(dealers)s::bigint[])
   AND leg.month = ANY(%(open)s::date[]) AND entry.kind <> 'tax'
   AND entry.reverses_id IS NULL AND ('*' = ANY(%(kinds)s) OR entry.kind = ANY(%(kinds)s))
   AND (line.entry_id IS NULL OR (s.status = 'draft' AND s.month = %(month)s))
   AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.entry_id = leg.entry_id)
   AND NOT EXISTS (SELECT 1 FROM ledger_entry done
        WHERE done.natural_key = entry.natural_key || ':tax:' || account.dealer_id)
 ORDER BY entry.id
"""


_MIRRORED = """
SELECT entry.natural_key, wrong.natural_key AS wrong_key, entry.job_id, account.dealer_id, entry.month,
       taxed.memo, -its.amount_fen AS fen
  FROM ledger_entry entry JOIN ledger_leg leg ON leg.entry_id = entry.id
  JOIN ledger_account account ON account.id = leg.account_id AND account.kind = 'dealer_payable'
  JOIN ledger_entry wrong ON wrong.id = entry.reverses_id
  JOIN ledger_entry taxed ON taxed.natural_key = wrong.natural_key || ':tax:' || account.dealer_id
  JOIN ledger_leg its ON its.entry_id = taxed.id AND its.account_id = account.id
  LEFT JOIN statement_line line ON line.entry_id = entry.id AND line.dealer_id = account.dealer_id
  LEFT JOIN statement s ON s.id = line.statement_id
 WHERE entry.reverses_id IS NOT NULL AND entry.month = ANY(%(open)s::date[])
   AND (line.entry_id IS NULL OR (s.status = 'draft' AND s.month = %(month)s))
   AND NOT EXISTS (SELECT 1 FROM ledger_entry done WHERE done.reverses_id = taxed.id)
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
        found += [entry for row in rows if (entry := _on_top(row, known, closed)) is not None]
        if len(found) >= BATCH:
            posted += ledger.post(tx, found, {}, now, "statements")
            found = []
    return posted + ledger.post(tx, found, {}, now, "statements") + _take_back(tx, values, closed, now)


def _take_back(tx: Connection, values: dict[str, Any], closed: ledger.Months, now: datetime) -> int:
    """The tax of what is taken back; once more for what takes back that."""
    rows = tx.exec_driver_sql(_MIRRORED, values).all()
    if not rows:
        return 0
    found = [_mirror(row, ledger.open_month(row.month, closed)) for row in rows]
    return ledger.post(tx, found, {}, now, "statements") + _take_back(tx, values, closed, now)


def _mirror(row: Any, month: date) -> Entry:
    return tax.taken_back(row.natural_key, row.wrong_key, row.job_id, row.dealer_id, row.fen, row.memo, month)


def _on_top(row: Any, known: Sequence[TaxRule], closed: ledger.Months) -> Entry | None:
    rule = tax.rule_for(known, row.kind, row.dealer_id, row.tax_month)
    return tax.on_top(
        row.natural_key, row.job_id, row.dealer_id, row.fen, rule, ledger.open_month(row.month, closed)
    )


# A deficit is carried whole, and its lines' tax with it, up to the statement that pays.
_LINES = f"""
SELECT s.month, {TAX_MONTH} AS tax_month, entry.kind, line.amount_fen, count(*) AS many
  FROM statement s JOIN statement_line line ON line.statement_id = s.id AND line.contested_at IS NULL
  JOIN ledger_entry entry ON entry.id = line.entry_id CROSS JOIN LATERAL (SELECT s.dealer_id) account
 WHERE s.dealer_id = %(dealer)s AND s.month <= %(month)s
   AND s.month > coalesce((SELECT max(old.month) FROM statement old WHERE old.dealer_id = %(dealer)s
                            AND old.month < %(month)s AND old.carried_out_fen = 0), '-infinity'::date)
 GROUP BY 1, 2, 3, 4
"""


def of_statement(tx: Connection, dealer_id: int, month: date) -> tuple[int, int]:
    """Fen of tax in the month's lines, and in the payout (with the deficit's that was carried in); none contested."""
    known = rules(tx, month)
    own = all_of_it = 0
    for row in tx.exec_driver_sql(_LINES, {"dealer": dealer_id, "month": month}):
        rule = tax.rule_for(known, row.kind, dealer_id, row.tax_month)
        fen = row.many * tax.part(row.amount_fen, row.kind, rule).tax_fen
        all_of_it += fen
        own += fen if row.month == month else 0
    return own, all_of_it
