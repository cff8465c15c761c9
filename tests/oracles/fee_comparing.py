"""The ledger beside the oracle, to the fen: per job and kind of fee, what each account moved, and in which month."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from tests.oracles.fee_stories import AFTERWARDS, Month
from tests.oracles.fees import SHANGHAI, ended, fees, memos


class Where(NamedTuple):
    """What a sum is of."""

    job: int
    month: date
    kind: str
    account: str


class Disagreement(NamedTuple):
    """What both say of it, in fen; debit positive."""

    where: Where
    ledger: int
    oracle: int


def month_of(at: datetime) -> date:
    """The first day of its month in Shanghai."""
    return at.astimezone(SHANGHAI).date().replace(day=1)


def by_oracle(month: Month) -> Counter[Where]:
    """Sums of the oracle's lines; memos under an account of that name."""
    sums: Counter[Where] = Counter()
    months = {story.id: month_of(ended(story)) for story in month.stories}
    said = month_of(AFTERWARDS)
    for line in fees(month.rules, month.stories, frozenset(month.promotions)):
        moved = said if line.late else months[line.job]
        sums[Where(line.job, moved, line.kind, line.debit)] += line.fen
        sums[Where(line.job, moved, line.kind, line.credit)] -= line.fen
    for story in month.stories:
        for fen in memos(story).values():
            sums[Where(story.id, months[story.id], "extra", "memo")] += fen
    return sums


LEGS = """
SELECT coalesce(entry.job_id, 0), entry.month, entry.kind, account.code, sum(leg.amount_fen)::bigint
  FROM ledger_entry entry JOIN ledger_leg leg ON leg.entry_id = entry.id
  JOIN ledger_account account ON account.id = leg.account_id GROUP BY 1, 2, 3, 4
UNION ALL
SELECT charge.job_id, memo.month, 'extra', 'memo', sum(memo.amount_fen)::bigint
  FROM charge_memo memo JOIN charge ON charge.id = memo.charge_id GROUP BY 1, 2
"""


def by_ledger(tx: Connection) -> Counter[Where]:
    """The same sums as posted."""
    return Counter({Where(*row[:4]): row[4] for row in tx.execute(text(LEGS))})


def disagreements(tx: Connection, month: Month) -> list[Disagreement]:
    """Where they differ, by job."""
    oracle, ledger = by_oracle(month), by_ledger(tx)
    places = sorted(set(oracle) | set(ledger))
    return [Disagreement(at, ledger[at], oracle[at]) for at in places if ledger[at] != oracle[at]]
