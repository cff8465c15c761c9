"""Why people were unhappy, by product, region and month: complaints, bad reviews, aborted visits, return visits.

The cause is what a person said (`cause_given`), else what follows from the case itself (domain/causes.py). A review
that was made a complaint counts once, as the complaint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.causes import CAUSES, OF_ABORT, OF_ANSWER, OF_COMPLAINT, SOURCES
from services.queries.reports.asking import PRODUCT_NAME, REGION, REGION_NAME, Report, rate


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One product in one region and month (its first day). `rate_bp` is cases / jobs closed."""

    sku: str | None
    region: str | None
    month: date | None
    jobs: int
    cases: int
    rate_bp: int | None
    complaints: int
    reviews: int
    aborts: int
    return_visits: int
    charge_not_told: int
    late: int
    workmanship: int
    attitude: int
    damage: int
    not_compatible: int
    missing_part: int
    unclear_instructions: int
    safety: int
    other: int
    product_name: str | None
    region_name: str | None


def _mapped(column: str, causes: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN '{told}' THEN '{cause}'" for told, cause in causes.items())
    return f"CASE {column} {cases} END"


def month_of(moment: str) -> str:
    """SQL of the first day of an instant's month in Shanghai."""
    return f"date_trunc('month', {moment} AT TIME ZONE 'Asia/Shanghai')::date"


_ANSWERED = " ".join(
    f"WHEN bool_or(question = '{question}' AND answer = '{bad}') THEN '{cause}'"
    for question, bad, cause in OF_ANSWER
)
_WITHIN = "{moment} >= %(from)s AND {moment} < %(until)s"
CASES = f"""
told AS (
    SELECT 'complaint' AS source, id AS source_id, job_id, opened_at AS at,
           {_mapped("category", OF_COMPLAINT)} AS derived
      FROM complaint WHERE {_WITHIN.format(moment="opened_at")}
    UNION ALL
    SELECT 'review', id, job_id, reviewed_at, NULL FROM review
     WHERE bad AND complaint_id IS NULL AND job_id IS NOT NULL AND {_WITHIN.format(moment="reviewed_at")}
    UNION ALL
    SELECT 'abort', job_id, job_id, min(received_at), (array_agg({_mapped("reason", OF_ABORT)} ORDER BY seq DESC))[1]
      FROM job_event WHERE action = 'abort_visit' AND {_WITHIN.format(moment="received_at")} GROUP BY job_id
    UNION ALL
    SELECT 'return_visit', job.id, job.id, job.closed_at,
           (SELECT CASE {_ANSWERED} END FROM return_visit_answer WHERE job_id = job.id)
      FROM job WHERE kind = 'return_visit' AND status = 'closed' AND {_WITHIN.format(moment="job.closed_at")}),
cases AS (
    SELECT told.source, told.job_id, told.at, coalesce(given.cause, told.derived) AS cause
      FROM told LEFT JOIN cause_given given ON given.source = told.source AND given.source_id = told.source_id)
"""
"""CTEs; `cases` has source, job_id, at and cause (NULL: says nothing), within %(from)s and %(until)s."""
CLOSED = f"job.status = 'closed' AND job.kind <> 'return_visit' AND {_WITHIN.format(moment='job.closed_at')}"

_FACTS = f"""
{CASES.strip()},
fact AS (
    SELECT job.sku, {REGION} AS region, {month_of("job.closed_at")} AS month, job.channel_id, job.dealer_id,
           NULL::text AS source, NULL::text AS cause
      FROM job WHERE {CLOSED} AND {{own}}
    UNION ALL
    SELECT job.sku, {REGION}, {month_of("cases.at")}, job.channel_id, job.dealer_id, cases.source, cases.cause
      FROM cases JOIN job ON job.id = cases.job_id WHERE cases.cause IS NOT NULL)
"""
_JOBS, _CASES = "count(*) FILTER (WHERE cause IS NULL)", "count(cause)"
_SOURCES = dict(zip(("complaints", "reviews", "aborts", "return_visits"), SOURCES, strict=True))

CAUSES_REPORT = Report(
    name="causes",
    title="不满原因",
    row=CauseRow,
    facts=_FACTS,
    dims={"sku": str, "region": str, "month": date},
    measures={
        "jobs": _JOBS,
        "cases": _CASES,
        "rate_bp": rate(_CASES, _JOBS),
        **{name: f"count(*) FILTER (WHERE source = '{source}')" for name, source in _SOURCES.items()},
        **{cause: f"count(*) FILTER (WHERE cause = '{cause}')" for cause in CAUSES},
    },
    labels={"product_name": PRODUCT_NAME, "region_name": REGION_NAME},
    having="HAVING count(cause) > 0",
    heads={
        "sku": "SKU",
        "product_name": "产品",
        "region": "区划代码",
        "region_name": "地区",
        "month": "月份",
        "jobs": "完结工单",
        "cases": "件数",
        "rate_bp": "占比（万分比）",
        "complaints": "投诉",
        "reviews": "差评",
        "aborts": "中止上门",
        "return_visits": "回访",
        **CAUSES,
    },
)
