"""How many of each dealer's jobs would fail an audit, with an interval, and how far auditors agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection

from domain import agreement
from domain.actors import Actor
from domain.agreement import Judged, Sampled
from domain.reports import Definition, Period
from services.queries.reports.sheet import Headed
from services.uow import query

HALF_WIDTH = 0.03


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A dealer's month. Rates in basis points; `needed`: how many more by lot until it is known to ±3 points."""

    month: date
    dealer_id: int
    dealer_name: str
    jobs: int
    risky: int
    by_lot: int
    judged: int
    failed: int
    rate_bp: int | None
    low_bp: int
    high_bp: int
    needed: int
    appealed: int
    reversed: int


@dataclass(frozen=True, slots=True)
class Pair:
    """How often a first and a second verdict came together."""

    first: str
    second: str
    times: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Second looks of the period; kappa in basis points, null where chance alone explains all."""

    pairs: int
    observed_bp: int | None
    by_chance_bp: int | None
    kappa_bp: int | None
    low_bp: int | None
    high_bp: int | None
    table: tuple[Pair, ...]


SHEET = Headed(
    "照片稽核：各网点不合格率",
    {
        "month": "月份",
        "dealer_id": "网点编号",
        "dealer_name": "网点",
        "jobs": "验收工单",
        "risky": "高风险工单",
        "by_lot": "抽中工单",
        "judged": "已判工单",
        "failed": "不合格工单",
        "rate_bp": "不合格率（万分比）",
        "low_bp": "95 % 区间下限（万分比）",
        "high_bp": "95 % 区间上限（万分比）",
        "needed": "还需抽查",
        "appealed": "申诉",
        "reversed": "申诉成立",
    },
    Definition(
        period="按抽签日所在的月份（上海时间）",
        numerator="不合格的工单；抽中的按抽中概率加权",
        denominator="验收的工单，高风险的全部计入",
        excluded="还没有结论的工单",
        notes=("没有结论时不合格率为空，区间最宽。", "还需抽查：估计的误差不超过 3 个百分点还差的工单数。"),
    ),
)

_GROUPS = """
SELECT g.*, dealer.name FROM (
    SELECT date_trunc('month', drawn_at AT TIME ZONE 'Asia/Shanghai')::date AS month, audit.dealer_id,
           why IN ('flagged', 'required', 'chosen') AS risky, why = 'random' AS by_lot, inclusion_bp,
           count(*) AS jobs, count(verdict) AS judged, count(*) FILTER (WHERE failed) AS failed,
           count(appealed_at) AS appealed, count(reversed_at) AS reversed
      FROM audit JOIN job ON job.id = audit.job_id
     WHERE drawn_at >= %(from)s AND drawn_at < %(until)s AND {condition}
     GROUP BY 1, 2, 3, 4, 5) g JOIN dealer ON dealer.id = g.dealer_id
 WHERE (month, g.dealer_id) > (%(month)s, %(after)s) ORDER BY month, g.dealer_id
"""
_PAIRS = """
SELECT one.verdict, two.verdict, count(*)
  FROM audit_verdict one JOIN audit_verdict two USING (job_id, round)
  JOIN audit ON audit.job_id = one.job_id JOIN job ON job.id = one.job_id
 WHERE one.turn = 1 AND two.turn = 2 AND two.at >= %(from)s AND two.at < %(until)s AND {condition}
 GROUP BY 1, 2 ORDER BY 1, 2
"""


def _asked(actor: Actor, period: Period, dealer_id: int | None) -> tuple[str, dict[str, Any]]:
    conditions = ["true"]
    values: dict[str, Any] = {"from": period.start, "until": period.end}
    if actor.channel_ids is not None:
        conditions.append("job.channel_id = ANY(%(channels)s)")
        values["channels"] = sorted(actor.channel_ids)
    if dealer_id is not None:
        conditions.append("audit.dealer_id = %(dealer)s")
        values["dealer"] = dealer_id
    return " AND ".join(conditions), values


@query
def rows(
    connection: Connection,
    actor: Actor,
    period: Period,
    dealer_id: int | None,
    after: tuple[date, int] | None,
    limit: int,
) -> list[EvidenceRow]:
    """By month and dealer, of the jobs drawn in the period within the actor's channels."""
    condition, values = _asked(actor, period, dealer_id)
    month, last = after or (date.min, 0)
    found = connection.exec_driver_sql(
        _GROUPS.format(condition=condition), values | {"month": month, "after": last}
    ).all()
    months = groupby(found, lambda group: (group.month, group.dealer_id))
    return [_row(list(groups)) for _, groups in islice(months, limit)]


def sampled_of(groups: list[Any]) -> Sampled:
    """What was drawn and judged, of rows with risky, by_lot, inclusion_bp and counts of jobs, judged and failed."""
    risky = [one for one in groups if one.risky]
    return Sampled(
        sum(one.jobs for one in risky),
        sum(one.judged for one in risky),
        sum(one.failed for one in risky),
        sum(one.jobs for one in groups if not one.risky),
        tuple(job for one in groups if one.by_lot for job in _jobs(one)),
    )


def _row(groups: list[Any]) -> EvidenceRow:
    lot = [one for one in groups if one.by_lot]
    sampled = sampled_of(groups)
    found = agreement.failure_rate(sampled)
    judged = sum(one.judged for one in groups)
    return EvidenceRow(
        month=groups[0].month,
        dealer_id=groups[0].dealer_id,
        dealer_name=groups[0].name,
        jobs=sampled.jobs,
        risky=sampled.risky,
        by_lot=sum(one.jobs for one in lot),
        judged=judged,
        failed=sum(one.failed for one in groups),
        rate_bp=basis_points(found.rate) if judged else None,
        low_bp=basis_points(found.low),
        high_bp=basis_points(found.high),
        needed=agreement.still_needed(sampled, HALF_WIDTH),
        appealed=sum(one.appealed for one in groups),
        reversed=sum(one.reversed for one in groups),
    )


def _jobs(group: Any) -> list[Judged]:
    passed = group.judged - group.failed
    return [Judged(True, group.inclusion_bp)] * group.failed + [Judged(False, group.inclusion_bp)] * passed


def basis_points(rate: float) -> int:
    """0.0613 → 613."""
    return round(rate * 10_000)


@query
def agreed(connection: Connection, actor: Actor, period: Period, dealer_id: int | None) -> Agreement:
    """Of the second looks given in the period."""
    condition, values = _asked(actor, period, dealer_id)
    found = connection.exec_driver_sql(_PAIRS.format(condition=condition), values).all()
    table = tuple(Pair(*row) for row in found)
    kappa = agreement.kappa({(pair.first, pair.second): pair.times for pair in table})
    if kappa is None:
        return Agreement(0, None, None, None, None, None, table)
    value, low, high = (
        None if one is None else basis_points(one) for one in (kappa.value, kappa.low, kappa.high)
    )
    return Agreement(
        kappa.pairs, basis_points(kappa.observed), basis_points(kappa.by_chance), value, low, high, table
    )
