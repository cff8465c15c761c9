"""Evidence by the week: how many jobs would fail an audit, with an interval, and how many photos were used before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from domain import agreement
from domain.actors import Actor
from domain.reports import Definition, Period
from services.direct import together
from services.queries.reports.asking import PROMOTIONS, week_of
from services.queries.reports.evidence import basis_points, sampled_of
from services.queries.reports.sheet import Headed
from services.uow import query


@dataclass(frozen=True, slots=True)
class EvidenceWeek:
    """One week of all dealers. Rates in basis points, None while nobody was judged; the interval is of 95 %."""

    week: date
    jobs: int
    judged: int
    failed: int
    rate_bp: int | None
    low_bp: int
    high_bp: int
    photos: int
    reused: int
    promotion_days: tuple[str, ...]


SHEET = Headed(
    "照片稽核：按周",
    {
        "week": "周（周一）",
        "jobs": "验收工单",
        "judged": "已判工单",
        "failed": "不合格工单",
        "rate_bp": "不合格率（万分比）",
        "low_bp": "95 % 区间下限（万分比）",
        "high_bp": "95 % 区间上限（万分比）",
        "photos": "收到照片",
        "reused": "查到重复使用的照片",
        "promotion_days": "本周大促日",
    },
    Definition(
        period="工单按抽签日、照片按收到日、重复使用按查到日所在的周（周一至周日，北京时间）",
        numerator="不合格的工单；抽中的按抽中概率加权",
        denominator="验收的工单，高风险的全部计入",
        excluded="还没有结论的工单；已删除的照片",
        notes=("没有结论时不合格率为空，区间最宽。",),
    ),
)
_JUDGED = f"""
SELECT {week_of("drawn_at")} AS week, why IN ('flagged', 'required', 'chosen') AS risky, why = 'random' AS by_lot,
       inclusion_bp, count(*) AS jobs, count(verdict) AS judged, count(*) FILTER (WHERE failed) AS failed
  FROM audit JOIN job ON job.id = audit.job_id
 WHERE drawn_at >= %(from)s AND drawn_at < %(until)s AND {{condition}} GROUP BY 1, 2, 3, 4
"""
_PHOTOS = f"""
SELECT g.*, {PROMOTIONS} AS promotion_days FROM (
    SELECT week, sum(photos)::bigint AS photos, sum(reused)::bigint AS reused FROM (
        SELECT {week_of("received_at")} AS week, count(*) AS photos, 0 AS reused
          FROM photo {{of_job}} WHERE erased_at IS NULL AND received_at >= %(from)s AND received_at < %(until)s
           AND {{condition}} GROUP BY 1
        UNION ALL
        SELECT {week_of("found_at")}, 0, count(*)
          FROM photo_finding JOIN photo ON photo.id = photo_id {{of_job}}
         WHERE code = 'reused' AND erased_at IS NULL AND found_at >= %(from)s AND found_at < %(until)s
           AND {{condition}} GROUP BY 1
        UNION ALL
        SELECT {week_of("drawn_at")}, 0, 0
          FROM audit JOIN job ON job.id = audit.job_id
         WHERE drawn_at >= %(from)s AND drawn_at < %(until)s AND {{condition}} GROUP BY 1
    ) part GROUP BY week) g ORDER BY week
"""


@query
def rows(connection: Connection, actor: Actor, period: Period) -> list[EvidenceWeek]:
    """Weeks in which something was photographed or drawn, oldest first, within the actor's channels."""
    values: dict[str, Any] = {"from": period.start, "until": period.end}
    condition, of_job = "true", ""
    if actor.channel_ids is not None:
        condition, of_job = "job.channel_id = ANY(%(channels)s)", "JOIN job ON job.id = photo.job_id"
        values["channels"] = sorted(actor.channel_ids)
    judged, seen = together(
        connection,
        (_JUDGED.format(condition=condition), values),
        (_PHOTOS.format(condition=condition, of_job=of_job), values),
    )
    groups = defaultdict(list)
    for group in judged:
        groups[group.week].append(group)
    return [_row(week, groups[week.week]) for week in seen]


def _row(week: Any, groups: list[Any]) -> EvidenceWeek:
    found = agreement.failure_rate(sampled_of(groups))
    judged = sum(one.judged for one in groups)
    return EvidenceWeek(
        week.week,
        sum(one.jobs for one in groups),
        judged,
        sum(one.failed for one in groups),
        basis_points(found.rate) if judged else None,
        basis_points(found.low),
        basis_points(found.high),
        week.photos,
        week.reused,
        tuple(week.promotion_days),
    )
