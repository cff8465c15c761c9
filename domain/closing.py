"""What bars the close of a month, in words: nothing of it may still be on its way to the ledger or to a statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import Conflict, Fault

MISSING: Mapping[str, str] = {
    "month_not_over": "当月尚未结束",
    "earlier_open": "更早的月份尚未关账",
    "fees_unposted": "已完结工单的费用尚未入账",
    "run_unfinished": "费用或结算任务未完成或失败",
    "correction_running": "时效更正正在进行",
    "lines_unstated": "应付分录尚未列入结算单",
    "statement_open": "结算单待确认或有异议",
}
"""In the order people clear them away."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One kind of thing that is still open, in words, and how many of it."""

    code: str
    title: str
    count: int


class MonthOpen(Conflict):
    """The month cannot be closed yet; `errors` name everything that is still open."""

    code = "month_open"
    title = "还有未完成的事项，不能关账"


def missing(counts: Mapping[str, int]) -> tuple[Missing, ...]:
    """What is open of these counts: {"fees_unposted": 3, "statement_open": 0} → one line of three."""
    return tuple(Missing(code, title, counts[code]) for code, title in MISSING.items() if counts.get(code))


def refuse(found: tuple[Missing, ...]) -> None:
    """`MonthOpen` with a fault for each."""
    if found:
        faults = [Fault("month", one.code, f"{one.title}（{one.count}）") for one in found]
        raise MonthOpen("；".join(fault.message for fault in faults), errors=faults)
