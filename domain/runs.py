"""The names of the scheduled tasks, for those who ask for one now; what each does stands in the timetable."""

from __future__ import annotations

from collections.abc import Mapping

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
POSTING = MONEY - {"fee_previews", "wechat_bills", "wechat_days"}
"""What a month is not closed without: a preview posts nothing, and WeChat may be away for longer than a month's end.

What WeChat tells later is posted into the month that is open then.
"""
NAMES: Mapping[str, str] = {
    "order_imports": "订单文件导入",
    "dispatch": "派单",
    "dispatch_waiting": "重派等产能的单",
    "expire_offers": "派单过期",
    "evening_check": "上门前一晚检查",
    "unknown_delivery": "未知到货提醒",
    "next_contacts": "约定回电到点",
    "sla": "时效升级",
    "auto_confirm": "超时自动验收",
    "confirm_reminders": "验收提醒",
    "audit_draws": "稽核抽样",
    "close": "工单完结",
    "charge_silence": "增项无答复失效",
    "charge_warnings": "增项将失效提醒",
    "charge_disputes": "收费争议到期",
    "remote_silence": "远程费到期裁定",
    "day_plans": "当日路线",
    "promises": "清理未用的承诺",
    "review_orders": "评价关联订单",
    "guides": "商品说明生效",
    "suggestions": "商品页建议",
    "notices": "发送通知",
    "owed": "后续处理（离岗、退款、删除照片）",
    "photo_reuse": "照片查重",
    "fees": "计费",
    "profit_share": "利润分成",
    "statements": "生成结算单",
    "statement_silence": "结算单逾期视为确认",
    "penalties": "处罚入账",
    "year_end": "年终奖励",
    "balances": "余额更新",
    "balance_check": "余额核对",
    "payout_check": "付款核对",
    "wechat_bills": "微信收付款处理",
    "wechat_days": "微信账单下载",
    "fee_previews": "计费预览",
    "calendar": "工作日历检查",
    "clock_corrections": "时效更正",
    "recount": "待办重新计数",
    "recheck_policies": "时效规则复核",
    "recheck_calendar": "工作日历复核",
    "forget_answers": "清理重复请求记录",
    "forget_windows": "清理限流记录",
    "forget_lockouts": "清理登录锁定",
    "forget_pushes": "清理微信推送记录",
    "forget_sessions": "清理过期会话",
    "forget_outbox": "清理已发出的消息",
    "forget_runs": "清理运行记录",
    "forget_day_plans": "清理旧路线",
    "forget_bad_rows": "清理导入错误行",
    "forget_review_rows": "清理评价导入错误行",
    "photo_orphans": "清理无主照片",
    "photo_check": "照片文件核对",
    "photo_move": "照片移入对象存储",
    "retention": "到期数据删除",
}
TASKS = tuple(NAMES)


def check(actor: Actor, task: str) -> None:
    """Finance starts the runs of money and no other; `Forbidden`."""
    if actor.role == Role.FINANCE and task not in MONEY:
        raise Forbidden("财务只能运行费用与结算任务")
