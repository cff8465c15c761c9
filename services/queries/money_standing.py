"""Where the money stands at this moment: what dealers are owed, and what is held and why."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from services.queries.months import MOVED
from services.uow import query


@dataclass(frozen=True, slots=True)
class MoneyStanding:
    """Fen and counts of now. `owed_fen`: what dealers are owed and not paid; `deficit_fen`: what some owe us.

    Held: contested statement lines, jobs closed whose fees are not posted, shares that wait for a cost, penalties under
    appeal (of clocks, and those laid on by people) that are not taken yet, corrections that wait for a second person.
    """

    owed_fen: int
    deficit_fen: int
    contested_fen: int
    contested_lines: int
    jobs_unposted: int
    shares_held: int
    penalties_appealed: int
    corrections_waiting: int


_STANDING = f"""
WITH {MOVED}, standing AS (
    SELECT -sum(amount_fen) AS fen FROM moved JOIN ledger_account account ON account.id = account_id
     WHERE account.kind = 'dealer_payable' GROUP BY account_id)
SELECT coalesce((SELECT sum(fen) FROM standing WHERE fen > 0), 0)::bigint,
       coalesce((SELECT sum(fen) FROM standing WHERE fen < 0), 0)::bigint,
       coalesce(sum(amount_fen), 0)::bigint, count(*),
       (SELECT count(*) FROM job WHERE status IN ('closed', 'cancelled') AND fees_posted_at IS NULL),
       (SELECT count(*) FROM profit_share WHERE state = 'held'),
       (SELECT count(DISTINCT clock_id) FROM breach WHERE appealed_at IS NOT NULL AND family = 'dealer'
           AND coalesce(excused_at, declined_at, withdrawn_at) IS NULL)
           + (SELECT count(*) FROM penalty WHERE appealed_at IS NOT NULL AND answered_at IS NULL AND NOT settled),
       (SELECT count(*) FROM ledger_correction WHERE outcome IS NULL)
  FROM statement_line WHERE contested_at IS NOT NULL
"""


@query
def now(connection: Connection) -> MoneyStanding:
    """Of all dealers; from kept balances, partial indexes and the penalties, which are few."""
    return MoneyStanding(*connection.exec_driver_sql(_STANDING).one())
