"""Do online jobs wait while the dealer has room? (S0: dealers serve their offline customers first.)

The dealer's offline book is not ours to see. What it says it can do a day is, and so is what we gave it: a day with
room, between the goods being there and the visit, was given to somebody else or was never there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.queries.reports.asking import DEALER_NAME, PROMOTIONS, Report, day_of, median, rate, week_of
from services.queries.reports.promised import at_customers_wish


@dataclass(frozen=True, slots=True)
class FairnessRow:
    """Online jobs accepted in one week. `passed_over_bp` is passed_over / judged; `wait_days` their median wait."""

    week: date | None
    dealer_id: int | None
    judged: int
    passed_over: int
    passed_over_bp: int | None
    free_days: int
    wait_days: float | None
    unserved_yet: int
    customer_moved: int
    undelivered: int
    no_capacity: int
    cancelled: int
    dealer_name: str | None
    promotion_days: tuple[str, ...]


_FACTS = f"""
wished AS MATERIALIZED (
    SELECT DISTINCT moving.job_id FROM job_event moving
     WHERE moving.received_at >= %(from)s AND {at_customers_wish("moving")}),
taken AS MATERIALIZED (
    SELECT job.id, job.dealer_id, job.channel_id, job.category_code, job.units, {week_of("job.accepted_at")} AS week,
           greatest({day_of("job.accepted_at")}, {day_of("job.delivered_at")}, {day_of("job.wanted_at")}) AS ready,
           {day_of("coalesce(job.checked_in_at, job.window_start, %(now)s)")} AS served,
           job.checked_in_at IS NULL AND job.window_start IS NULL AS is_waiting,
           CASE WHEN job.status IN ('cancelled', 'unserved') AND job.checked_in_at IS NULL THEN 'cancelled'
                WHEN job.id IN (SELECT job_id FROM wished) THEN 'customer_moved'
                WHEN job.delivered_at IS NULL AND job.kind = 'install' THEN 'undelivered'
                WHEN NOT EXISTS (SELECT 1 FROM capacity WHERE capacity.dealer_id = job.dealer_id
                                    AND capacity.category_code = job.category_code) THEN 'no_capacity'
                ELSE 'judged' END AS verdict
      FROM job WHERE job.accepted_at >= %(from)s AND job.accepted_at < %(until)s AND job.dealer_id IS NOT NULL
       AND job.kind IN ('install', 'deliver_install') AND {{own}}),
used AS MATERIALIZED (
    SELECT dealer_id, category_code, {day_of("window_start")} AS day, sum(units) AS units FROM job
     WHERE window_start >= %(from)s AND window_start < %(until)s::timestamptz + interval '61 days'
       AND dealer_id IS NOT NULL AND status NOT IN ('cancelled', 'unserved')
     GROUP BY 1, 2, 3),
waiting AS MATERIALIZED (
    SELECT id, dealer_id, category_code, units, ready + n AS day
      FROM taken CROSS JOIN LATERAL generate_series(1, least(served - ready, 60) - 1) AS n WHERE verdict = 'judged'),
room AS (
    SELECT one.id, count(*) FILTER (
               WHERE coalesce(own.units, promoted.units, standing.units) - coalesce(used.units, 0) >= one.units
                 AND (dealer.opening_days >> (extract(isodow FROM one.day)::int - 1)) & 1 = 1
                 AND (dealer.holidays_open OR calendar_day.working IS NOT FALSE)) AS free_days
      FROM waiting AS one JOIN dealer ON dealer.id = one.dealer_id
      LEFT JOIN used ON used.dealer_id = one.dealer_id AND used.category_code = one.category_code AND used.day = one.day
      LEFT JOIN promotion_day ON promotion_day.day = one.day
      LEFT JOIN calendar_day ON calendar_day.day = one.day
      LEFT JOIN capacity own ON own.dealer_id = one.dealer_id AND own.category_code = one.category_code
                            AND own.day = one.day
      LEFT JOIN capacity promoted ON promotion_day.day IS NOT NULL AND promoted.dealer_id = one.dealer_id
                            AND promoted.category_code = one.category_code AND promoted.promotion
      LEFT JOIN capacity standing ON standing.dealer_id = one.dealer_id AND standing.category_code = one.category_code
                            AND standing.day IS NULL AND NOT standing.promotion
     GROUP BY one.id),
fact AS (
    SELECT taken.*, taken.id AS job_id, coalesce(room.free_days, 0) AS free_days, greatest(served - ready, 0) AS waited
      FROM taken LEFT JOIN room ON room.id = taken.id)
"""
_JUDGED = "count(*) FILTER (WHERE verdict = 'judged')"
_PASSED = "count(*) FILTER (WHERE verdict = 'judged' AND free_days > 0)"

FAIRNESS = Report(
    name="fairness",
    title="线上工单公平性",
    row=FairnessRow,
    facts=_FACTS,
    dims={"week": date, "dealer_id": int},
    measures={
        "judged": _JUDGED,
        "passed_over": _PASSED,
        "passed_over_bp": rate(_PASSED, _JUDGED),
        "free_days": "coalesce(sum(free_days), 0)::bigint",
        "wait_days": median("waited", "verdict = 'judged'"),
        "unserved_yet": "count(*) FILTER (WHERE verdict = 'judged' AND is_waiting)",
        **{
            name: f"count(*) FILTER (WHERE verdict = '{name}')"
            for name in ("customer_moved", "undelivered", "no_capacity", "cancelled")
        },
    },
    labels={"dealer_name": DEALER_NAME, "promotion_days": PROMOTIONS},
    heads={
        "week": "周（周一）",
        "dealer_id": "网点编号",
        "dealer_name": "网点",
        "judged": "可比工单",
        "passed_over": "有空余却未安排",
        "passed_over_bp": "占比（万分比）",
        "free_days": "被越过的空余天数",
        "wait_days": "等待天数（中位数）",
        "unserved_yet": "仍未约定",
        "customer_moved": "客户原因推迟",
        "undelivered": "未知送达",
        "no_capacity": "未报产能",
        "cancelled": "已取消",
        "promotion_days": "本周大促日",
    },
    own=True,
    permission="report:read_own",
    behind={
        "passed_over": ("有空余却未安排的", "verdict = 'judged' AND free_days > 0"),
        "unserved_yet": ("仍未约定的", "verdict = 'judged' AND is_waiting"),
        "no_capacity": ("网点未报产能的", "verdict = 'no_capacity'"),
    },
)
