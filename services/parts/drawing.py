"""Statements as sets of ledger rows: which entries stand on which, what they add up to, and the proof that they do.

Every entry on a dealer's payable that is no payment stands on exactly one statement of that dealer: the draft of its
month, or, posted or contested too late for that, the next one. A total is the sum of the lines, and a line
is the ledger's amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from services.parts import arrays, ledger


@dataclass(frozen=True, slots=True)
class Drawn:
    """What drawing did: drafts made, lines added, contested lines that moved here, drafts whose sums changed."""

    statements: int
    lines: int
    moved: int
    changed: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Where statements and ledger disagree, in fen. `what` names the sum that does not hold."""

    dealer_id: int
    what: str
    statement_fen: int
    ledger_fen: int


_HEADERS = """
WITH payable AS (
    SELECT account.dealer_id FROM ledger_account account CROSS JOIN LATERAL (
        SELECT 1 FROM ledger_leg leg WHERE leg.account_id = account.id AND leg.month = ANY(%(open)s::date[])
           AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.entry_id = leg.entry_id)
           AND NOT EXISTS (SELECT 1 FROM statement_line line
               WHERE line.entry_id = leg.entry_id AND line.dealer_id = account.dealer_id) LIMIT 1) unstated
     WHERE account.kind = 'dealer_payable'),
before AS (
    SELECT DISTINCT ON (dealer_id) dealer_id, carried_out_fen FROM statement WHERE month < %(month)s
     ORDER BY dealer_id, month DESC),
wanted AS (
    SELECT dealer_id FROM payable
    UNION SELECT dealer_id FROM before WHERE carried_out_fen < 0
    UNION SELECT line.dealer_id FROM statement_line line JOIN statement old ON old.id = line.statement_id
     WHERE line.contested_at IS NOT NULL AND old.month < %(month)s
       AND old.status IN ('approved', 'invoiced', 'paid', 'closed'))
INSERT INTO statement (dealer_id, month, total_fen, payout_fen, drawn_at)
SELECT dealer_id, %(month)s, 0, 0, %(now)s FROM wanted
 WHERE NOT EXISTS (SELECT 1 FROM statement later
    WHERE later.dealer_id = wanted.dealer_id AND later.month > %(month)s AND later.status <> 'draft')
ON CONFLICT (dealer_id, month) DO NOTHING
"""
# Trap: the order makes all be found before the first is written. The planner takes a table without lines for empty, and
# would walk through what this very statement writes, once for each line.
_LINES = """
WITH added AS (
    INSERT INTO statement_line (entry_id, dealer_id, statement_id, amount_fen)
    SELECT leg.entry_id, s.dealer_id, s.id, -leg.amount_fen
      FROM statement s JOIN ledger_account account ON account.dealer_id = s.dealer_id AND kind = 'dealer_payable'
      JOIN ledger_leg leg ON leg.account_id = account.id AND leg.month = ANY(%(open)s::date[])
     WHERE s.month = %(month)s AND s.status = 'draft'
       AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.entry_id = leg.entry_id)
       AND NOT EXISTS (SELECT 1 FROM statement_line line
           WHERE line.entry_id = leg.entry_id AND line.dealer_id = s.dealer_id)
     ORDER BY leg.entry_id
    RETURNING statement_id)
SELECT statement_id, count(*) AS many FROM added GROUP BY statement_id
"""
_MOVE = """
WITH moved AS (
    UPDATE statement_line line SET statement_id = s.id, moved_from_id = old.id, contested_at = NULL
      FROM statement old, statement s
     WHERE old.id = line.statement_id AND line.contested_at IS NOT NULL
       AND old.status IN ('approved', 'invoiced', 'paid', 'closed')
       AND s.dealer_id = line.dealer_id AND s.month = %(month)s AND s.status = 'draft' AND old.month < s.month
    RETURNING s.id)
SELECT id, count(*) AS many FROM moved GROUP BY id
"""
_SUMS = """
WITH sums AS (
    SELECT s.id, coalesce((SELECT sum(amount_fen) FROM statement_line
                            WHERE statement_id = s.id AND contested_at IS NULL), 0) AS total,
           coalesce((SELECT carried_out_fen FROM statement old WHERE old.dealer_id = s.dealer_id
                      AND old.month < s.month ORDER BY old.month DESC LIMIT 1), 0) AS carried
      FROM statement s WHERE {which})
UPDATE statement s SET total_fen = total, carried_in_fen = carried, payout_fen = greatest(0, total + carried),
       carried_out_fen = least(0, total + carried), version = version + 1 {more}
  FROM sums WHERE sums.id = s.id
   AND ((total_fen, carried_in_fen) IS DISTINCT FROM (total, carried) OR s.id = ANY(%(touched)s::bigint[]))
"""
_DRAFTS = _SUMS.format(which="s.month = %(month)s AND s.status = 'draft'", more=", drawn_at = %(now)s")
_ONE = _SUMS.format(which="s.id = %(id)s", more="")
_LATER = "SELECT DISTINCT month FROM statement WHERE month > %(month)s AND status = 'draft' ORDER BY month"


def alone(tx: Connection) -> None:
    """Wait for everybody's statement, and let nobody change one until this transaction ends.

    Before the months are held (`services/parts/ledger.py`): a payment has its statement first, then the months.
    """
    tx.exec_driver_sql("LOCK TABLE statement IN EXCLUSIVE MODE")


def draw(tx: Connection, month: date, now: datetime) -> Drawn:
    """Bring the drafts of a month up to the ledger, one per dealer with postings or an older deficit.

    Again adds what is new and nothing twice. Statements that were answered stay as they are. Later drafts get the
    deficit anew. Called `alone`.
    """
    values = {"month": month, "now": now, "open": ledger.unclosed_months(tx, month)}
    made = tx.exec_driver_sql(_HEADERS, values).rowcount
    lines = {row.statement_id: row.many for row in tx.exec_driver_sql(_LINES, values)}
    moved = {row.id: row.many for row in tx.exec_driver_sql(_MOVE, values)}
    touched = {"touched": arrays.plain(lines.keys() | moved.keys())}
    changed = tx.exec_driver_sql(_DRAFTS, values | touched).rowcount
    for later in tx.exec_driver_sql(_LATER, values).scalars().all():
        changed += tx.exec_driver_sql(_DRAFTS, {"month": later, "now": now, "touched": "{}"}).rowcount
    return Drawn(made, sum(lines.values()), sum(moved.values()), changed)


def add_up(tx: Connection, statement_id: int) -> None:
    """Work out one statement's sums anew, after lines were contested or not any more."""
    tx.exec_driver_sql(_ONE, {"id": statement_id, "touched": "{}"})


_DIFFERENCES = """
WITH stated AS (
    SELECT s.*, (SELECT coalesce(sum(amount_fen), 0) FROM statement_line
                  WHERE statement_id = s.id AND contested_at IS NULL) AS lines_fen,
           coalesce((SELECT carried_out_fen FROM statement old WHERE old.dealer_id = s.dealer_id
                      AND old.month < s.month ORDER BY old.month DESC LIMIT 1), 0) AS before_fen
      FROM statement s WHERE s.month = %(month)s),
posted AS (
    SELECT account.dealer_id, leg.entry_id, -leg.amount_fen AS fen
      FROM ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
     WHERE account.kind = 'dealer_payable' AND leg.month = %(month)s
       AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.entry_id = leg.entry_id))
SELECT dealer_id, 'total' AS what, total_fen AS statement_fen, lines_fen AS ledger_fen FROM stated
 WHERE total_fen <> lines_fen
UNION ALL
SELECT dealer_id, 'carried_in', carried_in_fen, before_fen FROM stated WHERE carried_in_fen <> before_fen
UNION ALL
SELECT dealer_id, 'payout', payout_fen + carried_out_fen, lines_fen + before_fen FROM stated
 WHERE payout_fen <> greatest(0, lines_fen + before_fen) OR carried_out_fen <> least(0, lines_fen + before_fen)
UNION ALL
SELECT posted.dealer_id, 'ledger', coalesce(sum(line.amount_fen), 0), sum(posted.fen)
  FROM posted LEFT JOIN statement_line line USING (entry_id, dealer_id)
 GROUP BY posted.dealer_id HAVING coalesce(bool_or(line.amount_fen IS DISTINCT FROM posted.fen), false)
UNION ALL
SELECT line.dealer_id, 'no_entry', sum(line.amount_fen), 0
  FROM stated s JOIN statement_line line ON line.statement_id = s.id
 WHERE NOT EXISTS (SELECT 1 FROM ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
    WHERE leg.entry_id = line.entry_id AND account.kind = 'dealer_payable' AND account.dealer_id = line.dealer_id)
 GROUP BY line.dealer_id
ORDER BY dealer_id, what
"""


def differences(connection: Connection, month: date) -> list[Difference]:
    """Every sum of the month that does not hold, over all dealers; empty when statements and ledger are one.

    Checked: totals against lines, deficits against the statement before, payouts, each posting against its line.
    """
    rows = connection.exec_driver_sql(_DIFFERENCES, {"month": month})
    return [Difference(row.dealer_id, row.what, int(row.statement_fen), int(row.ledger_fen)) for row in rows]
