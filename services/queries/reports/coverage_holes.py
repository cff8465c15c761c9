"""Where orders are lost because nobody comes: by region and category, so that a dealer can be found there."""

from __future__ import annotations

from dataclasses import dataclass

from services.queries.reports.asking import CATEGORY_NAME, REGION, REGION_NAME, Report, rate


@dataclass(frozen=True, slots=True)
class CoverageHoleRow:
    """Orders lost in one region. `lost_bp` is lost / jobs; `refused`: covered, but every dealer said no or is full."""

    region: str | None
    category_code: str | None
    jobs: int
    lost: int
    lost_bp: int | None
    unserved: int
    cancelled: int
    self_installed: int
    refused: int
    lost_fen: int
    region_name: str | None
    category_name: str | None


_IS_LOST = "(job.status = 'unserved' OR (job.status = 'cancelled' AND job.cancel_reason = 'no_outlet'))"
_FACTS = f"""
fact AS (
    SELECT {REGION} AS region, job.category_code, job.channel_id, job.dealer_id, job.status, job.queue,
           {_IS_LOST} AS is_lost, line.paid_fen - line.refunded_fen AS paid_fen,
           job.status = 'closed' AND job.dealer_id IS NULL AND job.submitted_at IS NULL AS by_oneself
      FROM job LEFT JOIN order_line line ON {_IS_LOST} AND line.id = job.order_line_id
     WHERE job.created_at >= %(from)s AND job.created_at < %(until)s AND job.parent_id IS NULL
       AND job.kind IN ('install', 'deliver_install', 'repair'))
"""
_LOST = "count(*) FILTER (WHERE is_lost)"

COVERAGE_HOLES = Report(
    name="coverage-holes",
    title="服务空白",
    row=CoverageHoleRow,
    facts=_FACTS,
    dims={"region": str, "category_code": str},
    measures={
        "jobs": "count(*)",
        "lost": _LOST,
        "lost_bp": rate(_LOST, "count(*)"),
        "unserved": "count(*) FILTER (WHERE status = 'unserved')",
        "cancelled": "count(*) FILTER (WHERE is_lost AND status = 'cancelled')",
        "self_installed": "count(*) FILTER (WHERE by_oneself)",
        "refused": "count(*) FILTER (WHERE status = 'new' AND queue IN ('no_dealer_left', 'no_capacity'))",
        "lost_fen": "coalesce(sum(paid_fen) FILTER (WHERE is_lost), 0)::bigint",
    },
    labels={"region_name": REGION_NAME, "category_name": CATEGORY_NAME},
    having="HAVING bool_or(is_lost OR by_oneself)",
    heads={
        "region": "区划代码",
        "region_name": "地区",
        "category_code": "品类代码",
        "category_name": "品类",
        "jobs": "工单",
        "lost": "流失",
        "lost_bp": "流失率（万分比）",
        "unserved": "现为无网点",
        "cancelled": "因无网点取消",
        "self_installed": "客户自行安装（未计流失）",
        "refused": "网点均拒接或已满（未计流失）",
        "lost_fen": "流失金额（分）",
    },
)
