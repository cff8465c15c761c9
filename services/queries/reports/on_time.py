"""On time by clock, dealer and week, promotion days marked (domain.md §4). Excused breaches are nobody's fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.clocks import ENDS
from services.parts.clocks import TOO_EARLY
from services.queries.reports.asking import DEALER_NAME, PROMOTIONS, Report, day_of, rate, week_of


@dataclass(frozen=True, slots=True)
class OnTimeRow:
    """Clocks of one kind and family that fell due in one week. `on_time_bp` is on_time / decided."""

    week: date | None
    dealer_id: int | None
    clock: str | None
    family: str | None
    decided: int
    on_time: int
    late: int
    severe: int
    on_time_bp: int | None
    excused: int
    no_verdict: int
    running: int
    promotion_decided: int
    promotion_on_time: int
    dealer_name: str | None
    promotion_days: tuple[str, ...]


# What narrows an action in `ENDS` is seen in its event.
_VARIANTS = {
    "reassign:nobody": "action = 'reassign' AND data -> 'installer_id' IS NULL",
    "fix_address:moved": "action = 'fix_address' AND to_status = 'new' AND from_status <> 'new'",
    "abort_visit:cancelled": "action = 'abort_visit' AND to_status = 'cancelled'",
}
_PLAIN = ", ".join(f"'{name}'" for name in sorted(ENDS) if ":" not in name)
_ENDING = " OR ".join([f"action IN ({_PLAIN})", *(_VARIANTS[name] for name in sorted(ENDS) if ":" in name)])

# A clock stopped at the instant of a deed that ends it was not kept; what it had reached before stands. No window is
# longer than the month looked back, so what stopped a clock of this period stands in the events since then.
_FACTS = f"""
ending AS MATERIALIZED (
    SELECT DISTINCT job_id, occurred_at FROM job_event
     WHERE received_at >= %(from)s::timestamptz - interval '31 days'
       AND received_at < %(until)s::timestamptz + interval '1 day'
       AND ({_ENDING})),
seen AS (
    SELECT clock.job_id, clock.kind AS clock, clock.family, {week_of("clock.due_at")} AS week, job.channel_id,
           CASE WHEN clock.owner = 'dealer'
                THEN coalesce(clock.dealer_id, breach.dealer_id, job.dealer_id) END AS dealer_id,
           clock.due_at <= coalesce(clock.stopped_at, %(now)s) AS is_late,
           coalesce(clock.severe_at <= coalesce(clock.stopped_at, %(now)s), false) AS is_severe,
           clock.stopped_at IS NULL AND clock.due_at > %(now)s AS is_running,
           breach.excused_at IS NOT NULL AS is_excused, ending.job_id IS NOT NULL OR {TOO_EARLY} AS is_ended,
           promotion_day.day IS NOT NULL AS promoted
      FROM clock JOIN job ON job.id = clock.job_id
      LEFT JOIN breach ON breach.clock_id = clock.id AND breach.level = clock.level AND clock.level > 1
                      AND breach.withdrawn_at IS NULL
      LEFT JOIN ending ON ending.job_id = clock.job_id AND ending.occurred_at = clock.stopped_at
      LEFT JOIN promotion_day ON promotion_day.day = {day_of("clock.due_at")}
     WHERE clock.due_at >= %(from)s AND clock.due_at < %(until)s),
fact AS (
    SELECT job_id, week, dealer_id, clock, family, channel_id, promoted,
           is_severe AND is_late AND NOT is_excused AS severe,
           CASE WHEN is_running THEN 'running' WHEN is_late AND is_excused THEN 'excused' WHEN is_late THEN 'late'
                WHEN is_ended THEN 'no_verdict' ELSE 'on_time' END AS verdict
      FROM seen)
"""
_DECIDED = "count(*) FILTER (WHERE verdict IN ('on_time', 'late'))"
_KEPT = "count(*) FILTER (WHERE verdict = 'on_time')"

ON_TIME = Report(
    name="on-time",
    title="准时率",
    row=OnTimeRow,
    facts=_FACTS,
    dims={"week": date, "dealer_id": int, "clock": str, "family": str},
    measures={
        "decided": _DECIDED,
        "on_time": _KEPT,
        "late": "count(*) FILTER (WHERE verdict = 'late')",
        "severe": "count(*) FILTER (WHERE severe)",
        "on_time_bp": rate(_KEPT, _DECIDED),
        **{
            name: f"count(*) FILTER (WHERE verdict = '{name}')"
            for name in ("excused", "no_verdict", "running")
        },
        "promotion_decided": "count(*) FILTER (WHERE promoted AND verdict IN ('on_time', 'late'))",
        "promotion_on_time": "count(*) FILTER (WHERE promoted AND verdict = 'on_time')",
    },
    labels={"dealer_name": DEALER_NAME, "promotion_days": PROMOTIONS},
    heads={
        "week": "周（周一）",
        "dealer_id": "网点编号",
        "dealer_name": "网点",
        "clock": "时钟",
        "family": "承诺方",
        "decided": "已有结论",
        "on_time": "准时",
        "late": "超时",
        "severe": "其中严重超时",
        "on_time_bp": "准时率（万分比）",
        "excused": "已免责",
        "no_verdict": "无结论",
        "running": "未到期",
        "promotion_decided": "大促日已有结论",
        "promotion_on_time": "大促日准时",
        "promotion_days": "本周大促日",
    },
    own=True,
    permission="report:read_own",
    behind={
        "late": ("超时的", "verdict = 'late'"),
        "severe": ("严重超时的", "severe"),
        "late_platform": ("平台承诺超时的", "verdict = 'late' AND family = 'platform'"),
        "late_dealer": ("网点承诺超时的", "verdict = 'late' AND family = 'dealer'"),
        "excused": ("已免责的", "verdict = 'excused'"),
    },
)
