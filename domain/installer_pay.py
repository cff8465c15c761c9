"""What a dealer owes its own installers: a rate per job, by kind of work and category, from a day on.

Figures for the dealer and its people: the brand's ledger knows nothing of them and no money is moved by us.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.errors import Conflict, Fault, Invalid
from domain.money import whole, yuan
from domain.payouts import check_day

ANY = "*"


class RateEarned(Conflict):
    """Work of that time has been earned by the rates there were; a new rate begins later."""

    code = "rate_earned"
    title = "该日期之后的工单已按原单价计薪，请改用更晚的生效日期"


class EarningsChanged(Conflict):
    """The open lines of the month do not sum to what is to be marked as paid: look again."""

    code = "earnings_changed"
    title = "该月未付明细合计与填写的金额不一致，请刷新后再付"


class Reason(StrEnum):
    """What a line is that follows from no job's rate."""

    BONUS = "bonus"
    DEDUCTION = "deduction"
    MATERIALS = "materials"
    ADVANCE = "advance"
    CORRECTION = "correction"
    OTHER = "other"


REASON_NAMES = {
    Reason.BONUS: "奖励",
    Reason.DEDUCTION: "扣款",
    Reason.MATERIALS: "材料费",
    Reason.ADVANCE: "预支抵扣",
    Reason.CORRECTION: "更正",
    Reason.OTHER: "其他",
}


_TAKES: Mapping[Reason, bool] = {Reason.BONUS: False, Reason.DEDUCTION: True, Reason.ADVANCE: True}


def line_faults(reason: Reason, fen: int) -> list[Fault]:
    """A line that gives is positive, one that takes negative, and none is nothing: a bonus of −¥5.00 is none."""
    if not fen:
        return [Fault("amount_fen", "no_amount", "金额不能为零")]
    takes = _TAKES.get(reason)
    if takes is None or takes == (fen < 0):
        return []
    return [
        Fault("amount_fen", "wrong_sign", f"{REASON_NAMES[reason]}的金额应为{'负数' if takes else '正数'}")
    ]


@dataclass(frozen=True, slots=True)
class Rate:
    """From a day on: fen for a job's first piece and for each further one; `"*"` is every category or kind."""

    id: int
    effective_from: date
    category: str
    kind: str
    fen: int
    further_fen: int = 0


def rate_for(rates: Iterable[Rate], category: str, kind: str, day: date) -> Rate | None:
    """The rate of a day's work: the category's own before every one's, the kind's own likewise, then the newest."""
    fitting = [
        rate
        for rate in rates
        if rate.effective_from <= day and rate.category in (category, ANY) and rate.kind in (kind, ANY)
    ]
    return max(
        fitting,
        key=lambda rate: (rate.category != ANY, rate.kind != ANY, rate.effective_from, rate.id),
        default=None,
    )


def earned(rate: Rate, units: int, kind_name: str, category_name: str) -> tuple[int, str]:
    """Fen and words: three pieces at ¥50.00 and ¥20.00 → 9000, 安装 电热水器 ¥50.00 + 2 × ¥20.00 = ¥90.00（单价 7）."""
    fen = whole(rate.fen) + (units - 1) * whole(rate.further_fen)
    sums = yuan(rate.fen)
    if units > 1 and rate.further_fen:
        sums = f"{sums} + {units - 1} × {yuan(rate.further_fen)} = {yuan(fen)}"
    return fen, f"{kind_name} {category_name} {sums}（单价 {rate.id}）"


def check_begin(effective_from: date, today: date) -> None:
    """`Invalid` before the first day of last month: what was worked before then has been settled by other means."""
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    if effective_from < last_month:
        raise Invalid("生效日期最早为上月 1 日")


def check_paid(fen: int, open_fen: int, paid_on: date, worked_on: date, today: date) -> None:
    """`Invalid` for a day before all of the work or to come, `EarningsChanged` where the sum is another."""
    check_day(paid_on, worked_on, today)
    if fen != open_fen:
        raise EarningsChanged
