"""What people complain about, by SKU and region, against the jobs handed in there (S0: move it to before the sale)."""

from __future__ import annotations

from dataclasses import dataclass

from services.queries.reports.asking import PRODUCT_NAME, REGION, REGION_NAME, Report, rate

CATEGORIES = {
    "charge": "收费",
    "lateness": "迟到",
    "workmanship": "工艺",
    "attitude": "态度",
    "damage": "损坏",
    "safety": "安全",
}


@dataclass(frozen=True, slots=True)
class ComplaintReasonRow:
    """Complaints about one product in one region. `rate_bp` is complaints / jobs; money in fen."""

    sku: str | None
    region: str | None
    jobs: int
    complaints: int
    rate_bp: int | None
    upheld: int
    open: int
    charge: int
    lateness: int
    workmanship: int
    attitude: int
    damage: int
    safety: int
    compensation_fen: int
    product_name: str | None
    region_name: str | None


_FACTS = f"""
fact AS (
    SELECT job.id AS job_id, job.sku, {REGION} AS region, job.channel_id, job.dealer_id, NULL::text AS category,
           NULL::text AS verdict, false AS is_open, 0::bigint AS compensation_fen
      FROM job WHERE job.submitted_at >= %(from)s AND job.submitted_at < %(until)s AND {{own}}
    UNION ALL
    SELECT job.id, job.sku, {REGION}, job.channel_id, job.dealer_id, complaint.category, complaint.verdict,
           complaint.closed_at IS NULL, complaint.compensation_fen
      FROM complaint JOIN job ON job.id = complaint.job_id
     WHERE complaint.opened_at >= %(from)s AND complaint.opened_at < %(until)s)
"""
_JOBS, _COMPLAINTS = "count(*) FILTER (WHERE category IS NULL)", "count(category)"

COMPLAINT_REASONS = Report(
    name="complaint-reasons",
    title="投诉原因",
    row=ComplaintReasonRow,
    facts=_FACTS,
    dims={"sku": str, "region": str},
    measures={
        "jobs": _JOBS,
        "complaints": _COMPLAINTS,
        "rate_bp": rate(_COMPLAINTS, _JOBS),
        "upheld": "count(*) FILTER (WHERE verdict = 'upheld')",
        "open": "count(*) FILTER (WHERE is_open)",
        **{name: f"count(*) FILTER (WHERE category = '{name}')" for name in CATEGORIES},
        "compensation_fen": "coalesce(sum(compensation_fen), 0)::bigint",
    },
    labels={"product_name": PRODUCT_NAME, "region_name": REGION_NAME},
    having="HAVING count(category) > 0",
    heads={
        "sku": "SKU",
        "product_name": "产品",
        "region": "区划代码",
        "region_name": "地区",
        "jobs": "完工工单",
        "complaints": "投诉",
        "rate_bp": "投诉率（万分比）",
        "upheld": "属实",
        "open": "未结",
        **CATEGORIES,
        "compensation_fen": "赔付（分）",
    },
    behind={
        "complaints": ("有投诉的", "category IS NOT NULL"),
        "upheld": ("投诉属实的", "verdict = 'upheld'"),
        "open": ("投诉未结的", "is_open"),
    },
)
