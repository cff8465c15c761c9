"""Rolling balances: what each account moved in each month, summed up as entries come, recomputed by a check.

Posting pays nothing for them. A task adds what was posted since its mark; who reads adds the few entries behind it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from services.uow import query, use_case

log = logging.getLogger("tuozhuang.balances")

AT_ONCE = 500_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept balance that its entries do not add up to, in fen."""

    account: str
    month: date
    kept_fen: int
    posted_fen: int


@dataclass(frozen=True, slots=True)
class Checked:
    """How many balances were recomputed, and which differ."""

    balances: int
    differences: tuple[Difference, ...]


# Trap: ids are given before the commit. Nobody posts under this lock, so no entry below the highest is still to come.
_QUIET = "LOCK TABLE ledger_entry IN SHARE MODE"
_NEWEST = "SELECT coalesce(max(id), 0) FROM ledger_entry"
_ALONE = "LOCK TABLE ledger_mark IN EXCLUSIVE MODE"
_MARK = "SELECT coalesce(max(entry_id), 0) FROM ledger_mark"
_FOLD = """
WITH added AS (
    INSERT INTO ledger_balance (account_id, month, amount_fen, entries)
    SELECT account_id, month, sum(amount_fen), count(*) FROM ledger_leg
     WHERE entry_id > %(after)s AND entry_id <= %(until)s GROUP BY account_id, month ORDER BY account_id, month
    ON CONFLICT (account_id, month) DO UPDATE SET amount_fen = ledger_balance.amount_fen + excluded.amount_fen,
           entries = ledger_balance.entries + excluded.entries)
INSERT INTO ledger_mark (id, entry_id) VALUES (1, %(until)s) ON CONFLICT (id) DO UPDATE SET entry_id = excluded.entry_id
"""


def fold(_now: datetime, at_once: int = AT_ONCE) -> dict[str, int]:
    """Add to the balances what was posted since the last time; how many ids of entries were passed."""
    newest, begun, mark = _newest(), None, -1
    while mark < newest:
        before, mark = _fold(newest, at_once)
        begun = before if begun is None else begun
    return {"entries": mark - (begun or 0)}


@use_case
def _newest(tx: Connection) -> int:
    tx.exec_driver_sql(_QUIET)
    return int(tx.exec_driver_sql(_NEWEST).scalar_one())


@use_case
def _fold(tx: Connection, newest: int, at_once: int) -> tuple[int, int]:
    """One step: the mark before and after it."""
    tx.exec_driver_sql(_ALONE)
    mark = int(tx.exec_driver_sql(_MARK).scalar_one())
    until = max(mark, min(newest, mark + at_once))
    if until > mark:
        tx.exec_driver_sql(_FOLD, {"after": mark, "until": until})
    return mark, until


_DIFFERENCES = """
SELECT account.code, month, coalesce(kept.amount_fen, 0)::bigint AS kept_fen,
       coalesce(posted.amount_fen, 0)::bigint AS posted_fen
  FROM (SELECT account_id, month, sum(amount_fen) AS amount_fen, count(*) AS entries FROM ledger_leg
         WHERE entry_id <= (SELECT coalesce(max(entry_id), 0) FROM ledger_mark) GROUP BY account_id, month) posted
  FULL JOIN ledger_balance kept USING (account_id, month) JOIN ledger_account account ON account.id = account_id
 WHERE (kept.amount_fen, kept.entries) IS DISTINCT FROM (posted.amount_fen, posted.entries)
 ORDER BY account.code, month
"""
_MANY = "SELECT count(*) FROM ledger_balance"


@query
def recompute(connection: Connection) -> Checked:
    """Every balance from the history, in one statement; the differences are none unless somebody wrote by hand."""
    found = connection.exec_driver_sql(_DIFFERENCES).all()
    many = connection.exec_driver_sql(_MANY).scalar_one()
    return Checked(
        many, tuple(Difference(row.code, row.month, row.kept_fen, row.posted_fen) for row in found)
    )


def check(_now: datetime) -> dict[str, int]:
    """The nightly check: counts, and an error in the log for each balance that differs."""
    checked = recompute()
    for one in checked.differences:
        log.error(
            "balance of %s in %s: kept %d, posted %d", one.account, one.month, one.kept_fen, one.posted_fen
        )
    return {"balances": checked.balances, "differences": len(checked.differences)}
