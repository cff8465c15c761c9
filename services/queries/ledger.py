"""The ledger as people read it: entries with the legs one may see."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.ledger import CHART, Account
from services.queries.money import Wanted, horizon
from services.uow import query


@dataclass(frozen=True, slots=True)
class LegLine:
    """Fen on an account, debit positive: what a dealer is owed is negative on its 应付服务商."""

    account: str
    account_name: str
    dealer_id: int | None
    amount_fen: int


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One fact of money, with the legs the reader may see: an owner those of its own accounts.

    A person (`author_id`, for finance) or a `task` made it.
    """

    id: int
    natural_key: str
    month: date
    kind: str
    job_id: int | None
    rule_version: int | None
    reverses_id: int | None
    memo: str
    posted_at: datetime
    author_id: int | None
    task: str | None
    legs: tuple[LegLine, ...]


_OF_DEALER = """
SELECT DISTINCT month, entry_id FROM ledger_account account CROSS JOIN LATERAL (
    SELECT month, entry_id FROM ledger_leg leg WHERE leg.account_id = account.id {filters}
     ORDER BY month DESC, entry_id DESC LIMIT %(limit)s) own
 WHERE account.dealer_id = %(dealer)s ORDER BY month DESC, entry_id DESC LIMIT %(limit)s
"""
_OF_ALL = """
SELECT month, id AS entry_id FROM ledger_entry WHERE true {filters} ORDER BY id DESC LIMIT %(limit)s
"""
_JOBS = "entry_id IN (SELECT id FROM ledger_entry WHERE job_id = %(job)s)"


@query
def entries(
    connection: Connection, actor: Actor, wanted: Wanted, before: tuple[date, int] | None, limit: int
) -> list[EntryLine]:
    """Entries, newest first: a dealer's by month and id, everybody's by id. `before`: (month, id) last seen."""
    dealer = horizon(actor, wanted.dealer_id)
    filters = []
    if wanted.month is not None:
        filters.append("month = %(month)s")
    if wanted.job_id is not None:
        filters.append(_JOBS if dealer is not None else "job_id = %(job)s")
    if before is not None:
        filters.append("(month, entry_id) < (%(at)s, %(id)s)" if dealer is not None else "id < %(id)s")
    values = {
        "dealer": dealer,
        "month": wanted.month and wanted.month.replace(day=1),
        "job": wanted.job_id,
        "at": before[0] if before else None,
        "id": before[1] if before else None,
        "limit": limit,
    }
    sql = (_OF_ALL if dealer is None else _OF_DEALER).format(
        filters="".join(f" AND {test}" for test in filters)
    )
    ids = [row.entry_id for row in connection.exec_driver_sql(sql, values)]
    found = lines_of(connection, ids, dealer)
    return [found[entry_id] for entry_id in ids]


_ENTRIES = """
SELECT entry.id, natural_key, month, kind, job_id, version, reverses_id, memo, posted_at,
       CASE WHEN %(dealer)s::bigint IS NULL THEN author_id END AS author_id, task
  FROM ledger_entry entry LEFT JOIN fee_rule rule ON rule.id = fee_rule_id WHERE entry.id = ANY(%(ids)s::bigint[])
"""
_LEGS = """
SELECT entry_id, code, dealer_id, amount_fen FROM ledger_leg JOIN ledger_account account ON account.id = account_id
 WHERE entry_id = ANY(%(ids)s::bigint[]) AND (%(dealer)s::bigint IS NULL OR dealer_id = %(dealer)s)
 ORDER BY amount_fen DESC, code
"""


def lines_of(connection: Connection, ids: list[int], dealer: int | None) -> dict[int, EntryLine]:
    """Entries by their ids, with the legs of this dealer, or all of them."""
    legs: dict[int, list[LegLine]] = defaultdict(list)
    values: dict[str, Any] = {"ids": ids, "dealer": dealer}
    for entry_id, code, dealer_id, fen in connection.exec_driver_sql(_LEGS, values):
        name = CHART[Account(code.partition(":")[0])][0]
        legs[entry_id].append(LegLine(code, name, dealer_id, fen))
    rows = connection.exec_driver_sql(_ENTRIES, values)
    return {row.id: EntryLine(*(*row, tuple(legs[row.id]))) for row in rows}
