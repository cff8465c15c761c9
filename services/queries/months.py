"""The months of the ledger for those who close them, the corrections that wait, and balances without the history."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.closing import Missing
from domain.ledger import CHART, Account
from domain.statements import STATUS_NAMES, Status
from services.parts import closing
from services.queries import turns
from services.queries.money import horizon
from services.uow import query


@dataclass(frozen=True, slots=True)
class StatementsOf:
    """How many of a month's statements stand there, and what they pay together."""

    status: Status
    status_name: str
    count: int
    payout_fen: int


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month from the first posting to the last: closed, or what bars its close; how far its statements are.

    `corrections_waiting`: of its entries, undecided.
    """

    month: date
    closed_at: datetime | None
    closed_by: int | None
    legs: int
    corrections_waiting: int
    missing: tuple[Missing, ...]
    statements: tuple[StatementsOf, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as it stands. `instead_fen` None: the entry is taken back and nothing comes in its place.

    Approved, `reversal_id` and `instead_id` are the entries it made in the open month.
    """

    id: int
    entry_id: int
    reason: str
    instead_fen: int | None
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    outcome: str | None
    reversal_id: int | None
    instead_id: int | None


COLUMNS = ", ".join(Correction.__slots__)


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """An account over a month, in fen, debit positive: `opening_fen` + `moved_fen` = `closing_fen`."""

    account_id: int
    account: str
    account_name: str
    dealer_id: int | None
    opening_fen: int
    moved_fen: int
    closing_fen: int


# What the balances hold, and the few legs that came after their mark.
MOVED = """
moved AS (
    SELECT account_id, month, amount_fen, entries FROM ledger_balance
    UNION ALL
    SELECT account_id, month, amount_fen, 1 FROM ledger_leg
     WHERE entry_id > (SELECT coalesce(max(entry_id), 0) FROM ledger_mark))
"""
_MONTHS = f"""
WITH {MOVED}, held AS (
    SELECT month, sum(entries)::bigint AS legs FROM moved GROUP BY month
    UNION ALL SELECT month, 0 FROM closed_month
    UNION ALL SELECT generate_series(min(month), max(month), interval '1 month')::date, 0 FROM moved)
SELECT month, closed_at, closed_by, max(legs) AS legs,
       (SELECT count(*) FROM ledger_correction c JOIN ledger_entry e ON e.id = c.entry_id
         WHERE c.outcome IS NULL AND e.month = held.month) AS waiting
  FROM held LEFT JOIN closed_month USING (month) WHERE month < coalesce(%(before)s, 'infinity'::date)
 GROUP BY month, closed_at, closed_by ORDER BY month DESC LIMIT %(limit)s
"""


@query
def months(connection: Connection, before: date | None, now: datetime, limit: int) -> list[MonthLine]:
    """Newest first, each with what bars its close."""
    rows = connection.exec_driver_sql(_MONTHS, {"before": before, "limit": limit}).all()
    stated = _stated(connection, [row.month for row in rows])
    return [
        MonthLine(
            row.month, row.closed_at, row.closed_by, row.legs, row.waiting,
            () if row.closed_at else closing.still_open(connection, row.month, now),
            tuple(stated[row.month]),
        )
        for row in rows
    ]  # fmt: skip


_STATED = """
SELECT month, status, count(*), sum(payout_fen)::bigint FROM statement WHERE month = ANY(%(months)s)
 GROUP BY month, status
"""


def _stated(connection: Connection, months: list[date]) -> dict[date, list[StatementsOf]]:
    """By month, in the order in which a statement goes."""
    found: dict[date, list[StatementsOf]] = defaultdict(list)
    for month, status, count, fen in connection.exec_driver_sql(_STATED, {"months": months}):
        found[month].append(StatementsOf(Status(status), STATUS_NAMES[Status(status)], count, fen))
    for lines in found.values():
        lines.sort(key=lambda line: list(Status).index(line.status))
    return found


_BALANCES = f"""
WITH {MOVED}
SELECT account.id, code, dealer_id, coalesce(sum(amount_fen) FILTER (WHERE month < %(month)s), 0)::bigint AS opening,
       coalesce(sum(amount_fen) FILTER (WHERE month = %(month)s), 0)::bigint AS moved
  FROM ledger_account account JOIN moved ON moved.account_id = account.id AND month <= %(month)s
 WHERE account.id > %(after)s AND {{whose}} GROUP BY account.id ORDER BY account.id LIMIT %(limit)s
"""


@query
def balances(
    connection: Connection, actor: Actor, month: date, dealer_id: int | None, after: int, limit: int
) -> list[BalanceLine]:
    """Each account's balance over a month, by account; an owner's own ones. `NotFound` for another dealer's."""
    dealer = horizon(actor, dealer_id)
    whose = "true" if dealer is None else "dealer_id = %(dealer)s"
    asked = {"month": month.replace(day=1), "dealer": dealer, "after": after, "limit": limit}
    rows = connection.exec_driver_sql(_BALANCES.format(whose=whose), asked)
    return [
        BalanceLine(
            row.id, row.code, CHART[Account(row.code.partition(":")[0])][0], row.dealer_id, row.opening, row.moved,
            row.opening + row.moved,
        )
        for row in rows
    ]  # fmt: skip


_CORRECTIONS = f"""
SELECT {COLUMNS} FROM ledger_correction
 WHERE (outcome IS NULL) = %(open)s AND {{turn}} LIMIT %(limit)s
"""


@query
def corrections(connection: Connection, is_open: bool, cursor: int | None, limit: int) -> list[Correction]:
    """Those that wait for a second person, oldest first, or those decided, newest first."""
    asked = {"open": is_open, "cursor": cursor, "limit": limit}
    sql = _CORRECTIONS.format(turn=turns.by_id("id", oldest=is_open))
    return [Correction(*row) for row in connection.exec_driver_sql(sql, asked)]
