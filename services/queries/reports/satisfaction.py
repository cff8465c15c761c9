"""What customers say: their own ratings after the visit and their reviews on the platforms, by week and dealer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.queries.reports.asking import DEALER_NAME, PROMOTIONS, Report, rate, week_of


@dataclass(frozen=True, slots=True)
class SatisfactionRow:
    """Ratings and reviews given in one week. Averages of 1–5 with two decimals; `good_bp`: ratings of 4 and 5 / all."""

    week: date | None
    dealer_id: int | None
    ratings: int
    average: float | None
    good_bp: int | None
    low: int
    punctuality: float | None
    attitude: float | None
    workmanship: float | None
    charges: float | None
    reviews: int
    review_average: float | None
    bad_reviews: int
    dealer_name: str | None
    promotion_days: tuple[str, ...]


_WITHIN = "{0} >= %(from)s AND {0} < %(until)s"
_FACTS = f"""
fact AS (
    SELECT rating.job_id, {week_of("rating.created_at")} AS week,
           coalesce(rating.dealer_id, job.dealer_id) AS dealer_id, job.channel_id,
           overall, punctuality, attitude, workmanship, charges, NULL::int AS score, false AS bad
      FROM rating JOIN job ON job.id = rating.job_id WHERE {_WITHIN.format("rating.created_at")}
    UNION ALL
    SELECT review.job_id, {week_of("reviewed_at")}, job.dealer_id, review.channel_id, NULL, NULL, NULL, NULL, NULL,
           score, bad
      FROM review LEFT JOIN job ON job.id = review.job_id WHERE {_WITHIN.format("reviewed_at")})
"""
_GOOD, _RATINGS = "count(*) FILTER (WHERE overall >= 4)", "count(overall)"


def _average(column: str) -> str:
    return f"round(avg({column}), 2)::float8"


SATISFACTION = Report(
    name="satisfaction",
    title="满意度",
    row=SatisfactionRow,
    facts=_FACTS,
    dims={"week": date, "dealer_id": int},
    measures={
        "ratings": _RATINGS,
        "average": _average("overall"),
        "good_bp": rate(_GOOD, _RATINGS),
        "low": "count(*) FILTER (WHERE overall <= 2)",
        **{part: _average(part) for part in ("punctuality", "attitude", "workmanship", "charges")},
        "reviews": "count(score)",
        "review_average": _average("score"),
        "bad_reviews": "count(*) FILTER (WHERE bad)",
    },
    labels={"dealer_name": DEALER_NAME, "promotion_days": PROMOTIONS},
    heads={
        "week": "周（周一）",
        "dealer_id": "网点编号",
        "dealer_name": "网点",
        "ratings": "客户评价",
        "average": "平均分",
        "good_bp": "四五星占比（万分比）",
        "low": "一二星",
        "punctuality": "准时",
        "attitude": "态度",
        "workmanship": "工艺",
        "charges": "收费",
        "reviews": "平台评价",
        "review_average": "平台平均分",
        "bad_reviews": "平台差评",
        "promotion_days": "本周大促日",
    },
    behind={
        "low": ("一二星的", "overall <= 2"),
        "bad_reviews": ("平台差评的", "bad"),
        "unhappy": ("一二星或平台差评的", "overall <= 2 OR bad"),
    },
)
