"""The ledger beside the oracle, to the fen: per job and kind of fee, what each account moved, and in which month."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from tests.oracles.fee_stories import AFTERWARDS, LOOKS, Month
from tests.oracles.fees import SHANGHAI, Line, Story, ended, fees, memos
from tests.oracles.market_stories import PAID
from tests.oracles.refunds import refunds
from tests.oracles.shares import shares
from tests.oracles.years import corrected, year

HELD = date(1970, 1, 1)  # of what waits, in place of a month


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
    """Sums of the oracle's lines; memos and what is held under accounts of these names."""
    sums: Counter[Where] = Counter()
    months = {story.id: month_of(ended(story)) for story in month.stories}
    for sign, stories, said in _told(month.stories):
        for line in _all(month, stories):
            moved = month_of(AFTERWARDS) if line.late or said else months[line.job]
            _add(sums, line._replace(fen=sign * line.fen), moved)
    for story in month.stories:
        for fen in memos(story).values():
            sums[Where(story.id, months[story.id], "extra", "memo")] += fen
    _trade(sums, month)
    if month.alliance.terms:
        paid = year(month.alliance, month.market, month.stories, PAID)
        for line in paid:
            _add(sums, line, month_of(PAID))
        for line in corrected(month.alliance, month.market, paid):
            _add(sums, line, month_of(LOOKS[-1]))
    return Counter({where: fen for where, fen in sums.items() if fen})


def _trade(sums: Counter[Where], month: Month) -> None:
    lines = _all(month, _told(month.stories)[-1][1])
    moved, held = shares(month.market, lines, month.stories, LOOKS)
    for at, line in moved:
        _add(sums, line, month_of(at))
    for job, missing in held.items():
        for kind in missing:
            sums[Where(job, HELD, kind, "held")] += 1


def _all(month: Month, stories: list[Story]) -> list[Line]:
    return fees(month.rules, stories, frozenset(month.promotions)) + refunds(month.rules, stories)


def _told(stories: list[Story]) -> list[tuple[int, list[Story], bool]]:
    """As verdicts stood when the fees were paid; and, where some were taken back later, what that changes then."""
    before = [replace(story, overturned=story.overturned and not story.back_late) for story in stories]
    after = [replace(story, fraud=story.fraud and not story.back_late) for story in stories]
    return [(1, before, False), (-1, before, True), (1, after, True)]


def _add(sums: Counter[Where], line: Line, month: date) -> None:
    sums[Where(line.job, month, line.kind, line.debit)] += line.fen
    sums[Where(line.job, month, line.kind, line.credit)] -= line.fen


LEGS = """
SELECT coalesce(entry.job_id, 0), entry.month, entry.kind, account.code, sum(leg.amount_fen)::bigint
  FROM ledger_entry entry JOIN ledger_leg leg ON leg.entry_id = entry.id
  JOIN ledger_account account ON account.id = leg.account_id GROUP BY 1, 2, 3, 4
UNION ALL
SELECT charge.job_id, memo.month, 'extra', 'memo', sum(memo.amount_fen)::bigint
  FROM charge_memo memo JOIN charge ON charge.id = memo.charge_id GROUP BY 1, 2
UNION ALL
SELECT order_line_id, DATE '1970-01-01', missing.kind, 'held', 1
  FROM profit_share CROSS JOIN jsonb_array_elements_text(missing) AS missing(kind) WHERE state = 'held'
"""


def by_ledger(tx: Connection) -> Counter[Where]:
    """The same sums as posted."""
    return Counter({Where(*row[:4]): row[4] for row in tx.execute(text(LEGS))})


def disagreements(tx: Connection, month: Month) -> list[Disagreement]:
    """Where they differ, by job."""
    oracle, ledger = by_oracle(month), by_ledger(tx)
    places = sorted(set(oracle) | set(ledger))
    return [Disagreement(at, ledger[at], oracle[at]) for at in places if ledger[at] != oracle[at]]
