"""The names of the scheduled tasks, for those who ask for one now; what each does stands in the timetable."""

from __future__ import annotations

from domain.actors import Actor, Role
from domain.errors import Forbidden

MONEY = frozenset(
    {
        "fees",
        "fee_previews",
        "profit_share",
        "statements",
        "statement_silence",
        "penalties",
        "year_end",
        "balances",
        "balance_check",
        "payout_check",
        "wechat_bills",
        "wechat_days",
    }
)
POSTING = MONEY - {"fee_previews"}
"""What a month is not closed without: a preview posts nothing."""
TASKS = (
    "order_imports",
    "dispatch",
    "dispatch_waiting",
    "expire_offers",
    "evening_check",
    "unknown_delivery",
    "next_contacts",
    "sla",
    "auto_confirm",
    "confirm_reminders",
    "audit_draws",
    "close",
    "charge_silence",
    "charge_warnings",
    "charge_disputes",
    "remote_silence",
    "day_plans",
    "promises",
    "review_orders",
    "guides",
    "suggestions",
    "notices",
    "owed",
    "photo_reuse",
    "fees",
    "profit_share",
    "statements",
    "statement_silence",
    "penalties",
    "year_end",
    "balances",
    "balance_check",
    "payout_check",
    "wechat_bills",
    "wechat_days",
    "fee_previews",
    "calendar",
    "clock_corrections",
    "recount",
    "recheck_policies",
    "recheck_calendar",
    "forget_answers",
    "forget_windows",
    "forget_lockouts",
    "forget_pushes",
    "forget_sessions",
    "forget_outbox",
    "forget_runs",
    "forget_day_plans",
    "forget_bad_rows",
    "forget_review_rows",
    "photo_orphans",
    "photo_check",
    "photo_move",
    "retention",
)


def check(actor: Actor, task: str) -> None:
    """Finance starts the runs of money and no other; `Forbidden`."""
    if actor.role == Role.FINANCE and task not in MONEY:
        raise Forbidden("财务只能运行费用与结算任务")
