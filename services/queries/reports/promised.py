"""Promised against actual, per dealer and week: the window first agreed, the lead time shown before the purchase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.delays import CUSTOMERS
from services.queries.reports.asking import DEALER_NAME, PROMOTIONS, Report, median, rate, week_of


@dataclass(frozen=True, slots=True)
class PromisedRow:
    """First windows that ended in one week. `kept_bp` is kept / promised; lead times in days."""

    week: date | None
    dealer_id: int | None
    promised: int
    kept: int
    late: int
    absent: int
    kept_bp: int | None
    late_minutes: float | None
    moved: int
    customer_moved: int
    cancelled: int
    lead_jobs: int
    lead_promised_days: float | None
    lead_actual_days: float | None
    dealer_name: str | None
    promotion_days: tuple[str, ...]


def at_customers_wish(event: str) -> str:
    """SQL: this event is a delay put down to the customer (domain.delays), who has not denied it."""
    told = [
        f"({event}.action = '{action}' AND {event}.reason IN ({', '.join(repr(str(one)) for one in sorted(reasons))}))"
        for action, reasons in CUSTOMERS.items()
    ]
    denied = f"""EXISTS (SELECT 1 FROM job_event denial WHERE denial.job_id = {event}.job_id
                     AND denial.action = 'deny_delay' AND (denial.data ->> 'denied_seq')::bigint = {event}.seq)"""
    return f"(({' OR '.join(told)}) AND NOT {denied})"


# The arrival clock counts over the window: where it starts and how long it is, is what was agreed. The first one of a
# dealer is the first promise; those after it are windows moved to.
_FACTS = f"""
agreed AS (
    SELECT clock.job_id, clock.dealer_id, clock.turn, clock.starts_at,
           clock.starts_at + make_interval(secs => clock.window_s) AS ends_at
      FROM clock WHERE clock.kind = 'arrive' AND clock.starts_at >= %(from)s::timestamptz - interval '1 day'
       AND clock.starts_at < %(until)s AND clock.starts_at + make_interval(secs => clock.window_s) >= %(from)s
       AND clock.starts_at + make_interval(secs => clock.window_s) < least(%(until)s, %(now)s)
       AND NOT EXISTS (SELECT 1 FROM clock earlier WHERE earlier.job_id = clock.job_id AND earlier.kind = 'arrive'
                          AND earlier.family = clock.family AND earlier.turn < clock.turn
                          AND earlier.dealer_id IS NOT DISTINCT FROM clock.dealer_id)),
seen AS MATERIALIZED (
    SELECT agreed.job_id, {week_of("agreed.ends_at")} AS week, agreed.dealer_id, job.channel_id, agreed.ends_at,
           arrival.at,
           EXISTS (SELECT 1 FROM clock later WHERE later.job_id = agreed.job_id AND later.kind = 'arrive'
                      AND later.turn > agreed.turn AND later.dealer_id IS NOT DISTINCT FROM agreed.dealer_id)
               AS is_moved,
           EXISTS (SELECT 1 FROM job_event moving WHERE moving.job_id = agreed.job_id
                      AND moving.occurred_at <= agreed.ends_at AND {at_customers_wish("moving")}) AS is_wished,
           job.status = 'cancelled' AND job.closed_at <= agreed.ends_at AS is_cancelled,
           line.lead_days, date_part('day', arrival.at - coalesce(ordered.ordered_at, job.created_at)) AS actual_days
      FROM agreed JOIN job ON job.id = agreed.job_id
      LEFT JOIN LATERAL (SELECT min(check_in.occurred_at) AS at FROM check_in JOIN visit ON visit.id = check_in.visit_id
                          WHERE check_in.job_id = agreed.job_id AND visit.dealer_id = agreed.dealer_id) arrival ON true
      LEFT JOIN promise ON promise.id = job.promise_id
      LEFT JOIN LATERAL (SELECT (one ->> 'lead_days')::int AS lead_days
                           FROM jsonb_array_elements(promise.answer -> 'lines') AS one
                          WHERE one ->> 'sku' = job.sku LIMIT 1) line ON true
      LEFT JOIN order_line ON order_line.id = job.order_line_id AND job.promise_id IS NOT NULL
      LEFT JOIN customer_order ordered ON ordered.id = order_line.order_id),
fact AS (
    SELECT *, extract(epoch FROM at - ends_at) / 60 AS behind,
           CASE WHEN at <= ends_at THEN 'kept' WHEN is_wished THEN 'customer_moved' WHEN is_cancelled THEN 'cancelled'
                WHEN at IS NULL THEN 'absent' ELSE 'late' END AS verdict
      FROM seen)
"""
_PROMISED = "count(*) FILTER (WHERE verdict IN ('kept', 'late', 'absent'))"
_KEPT = "count(*) FILTER (WHERE verdict = 'kept')"
_LED = "lead_days IS NOT NULL AND actual_days IS NOT NULL"

PROMISED = Report(
    name="promised",
    title="承诺与实际",
    row=PromisedRow,
    facts=_FACTS,
    dims={"week": date, "dealer_id": int},
    measures={
        "promised": _PROMISED,
        "kept": _KEPT,
        "late": "count(*) FILTER (WHERE verdict = 'late')",
        "absent": "count(*) FILTER (WHERE verdict = 'absent')",
        "kept_bp": rate(_KEPT, _PROMISED),
        "late_minutes": median("behind", "verdict = 'late'"),
        "moved": "count(*) FILTER (WHERE is_moved AND NOT is_wished)",
        "customer_moved": "count(*) FILTER (WHERE verdict = 'customer_moved')",
        "cancelled": "count(*) FILTER (WHERE verdict = 'cancelled')",
        "lead_jobs": f"count(*) FILTER (WHERE {_LED})",
        "lead_promised_days": median("lead_days", _LED),
        "lead_actual_days": median("actual_days", _LED),
    },
    labels={"dealer_name": DEALER_NAME, "promotion_days": PROMOTIONS},
    heads={
        "week": "周（周一）",
        "dealer_id": "网点编号",
        "dealer_name": "网点",
        "promised": "承诺时段",
        "kept": "按时签到",
        "late": "晚到",
        "absent": "未到",
        "kept_bp": "兑现率（万分比）",
        "late_minutes": "晚到分钟（中位数）",
        "moved": "网点改期",
        "customer_moved": "客户原因改期",
        "cancelled": "提前取消",
        "lead_jobs": "有售前承诺的工单",
        "lead_promised_days": "承诺提前天数（中位数）",
        "lead_actual_days": "实际天数（中位数）",
        "promotion_days": "本周大促日",
    },
    behind={
        "broken": ("没有按约上门的", "verdict IN ('late', 'absent')"),
        "late": ("晚到的", "verdict = 'late'"),
        "absent": ("未到的", "verdict = 'absent'"),
        "customer_moved": ("客户原因改期的", "verdict = 'customer_moved'"),
    },
)
