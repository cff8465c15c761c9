"""What dealers earned and lost, by the week or month of posting: the rows of their payable accounts, by kind.

Payments, set-offs and tax move what is earned already and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.queries.reports.asking import DEALER_NAME, PROMOTIONS, Report, week_of
from services.queries.reports.causes import month_of

KINDS = {
    "fees_fen": ("base_fee", "trip_fee", "remote_fee", "promotion", "extra"),
    "bonus_fen": ("bonus", "rating_bonus", "first_time_bonus"),
    "penalty_fen": ("penalty", "complaint_penalty", "imposed_penalty", "channel_charge"),
    "refund_fen": ("charge_refund", "compensation"),
    "share_fen": ("profit_share", "dealer_ships"),
    "reward_fen": ("alliance_reward", "year_rebate"),
}


@dataclass(frozen=True, slots=True)
class FeesRow:
    """Fen earned (positive) or lost; the kinds add up to `payable_fen`. `clawed_fen`: of that, taken back by reversals.

    `per_job_fen`: what entries of jobs come to, over `jobs` whose base fee was posted. ¥830.00 over 10 jobs: 8300.
    """

    week: date | None
    month: date | None
    dealer_id: int | None
    jobs: int
    payable_fen: int
    fees_fen: int
    bonus_fen: int
    penalty_fen: int
    refund_fen: int
    share_fen: int
    reward_fen: int
    clawed_fen: int
    per_job_fen: int | None
    dealer_name: str | None
    promotion_days: tuple[str, ...]


def _listed(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


_ALL = _listed(tuple(kind for kinds in KINDS.values() for kind in kinds))
# The month an entry stands in narrows by the index: that of the work, or the first one open after it.
_FACTS = f"""
fact AS (
    SELECT entry.job_id, {week_of("entry.posted_at")} AS week, {month_of("entry.posted_at")} AS month,
           account.dealer_id, job.channel_id, entry.kind, entry.reverses_id, -leg.amount_fen AS fen
      FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
      JOIN ledger_entry entry ON entry.id = leg.entry_id LEFT JOIN job ON job.id = entry.job_id
     WHERE account.kind = 'dealer_payable' AND entry.kind IN ({_ALL})
       AND leg.month >= %(first)s::date - interval '1 year' AND leg.month <= %(last)s::date + 31
       AND entry.posted_at >= %(from)s AND entry.posted_at < %(until)s)
"""
_JOBS = "count(DISTINCT job_id) FILTER (WHERE kind = 'base_fee' AND fen > 0)"


def _sum(condition: str) -> str:
    return f"coalesce(sum(fen) FILTER (WHERE {condition}), 0)::bigint"


FEES = Report(
    name="fees",
    title="费用",
    row=FeesRow,
    facts=_FACTS,
    dims={"week": date, "month": date, "dealer_id": int},
    measures={
        "jobs": _JOBS,
        "payable_fen": "sum(fen)::bigint",
        **{name: _sum(f"kind IN ({_listed(kinds)})") for name, kinds in KINDS.items()},
        "clawed_fen": _sum("reverses_id IS NOT NULL AND fen < 0"),
        "per_job_fen": f"round(sum(fen) FILTER (WHERE job_id IS NOT NULL) / nullif({_JOBS}, 0))::bigint",
    },
    labels={"dealer_name": DEALER_NAME, "promotion_days": PROMOTIONS},
    having="HAVING count(*) > 0",
    heads={
        "week": "周（周一）",
        "month": "月份",
        "dealer_id": "网点编号",
        "dealer_name": "网点",
        "jobs": "计费工单",
        "payable_fen": "应付合计（分）",
        "fees_fen": "服务费（分）",
        "bonus_fen": "奖励（分）",
        "penalty_fen": "扣款（分）",
        "refund_fen": "退还与赔付（分）",
        "share_fen": "利润分成与货款（分）",
        "reward_fen": "联盟奖励与返利（分）",
        "clawed_fen": "其中冲回（分）",
        "per_job_fen": "每单应付（分）",
        "promotion_days": "本周大促日",
    },
    permission="report:read_money",
    behind={
        "paid": ("计费的", "kind = 'base_fee'"),
        "penalty": ("有扣款的", f"kind IN ({_listed(KINDS['penalty_fen'])})"),
        "refund": ("有退还或赔付的", f"kind IN ({_listed(KINDS['refund_fen'])})"),
        "clawed": ("有冲回的", "reverses_id IS NOT NULL AND fen < 0"),
    },
)
