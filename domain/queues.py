"""The agents' queue: a job stands in it for one reason, and a quarrel is never pushed out by an errand.

A complaint or a dispute, of the work or of the way, keeps its place until its own end; what comes meanwhile is on the
chain all the same. When an errand is done the quarrel that still goes on is what the job waits for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.job import JobState

QUARRELS = ("dispute", "complaint", "remote_fee")
QUEUES: Mapping[str, str] = {
    "dispute": "异议待裁定",
    "complaint": "投诉",
    "remote_fee": "远程费待裁定",
    "address": "地址待确认",
    "address_changed": "地址已变更",
    "order_changed": "订单已变更",
    "refund": "已退款",
    "dispatch_failed": "派单失败",
    "no_dealer_left": "无网点接单",
    "no_capacity": "网点均无空档",
    "unserved": "无网点",
    "self_install_failed": "自行安装失败",
    "quote": "待报价",
    "warranty": "待定保修责任",
    "customer_cancels": "客户要求取消",
    "wrong_number": "电话号码错误",
    "contact_overdue": "逾期未联系",
    "delay_denied": "客户否认延期",
    "delivery_unknown": "未知是否送达",
    "delivery_doubtful": "送达时间存疑",
    "damage": "货损",
    "fraud": "作假待处理",
    "held": "暂缓上门",
    "return_visit": "待回访",
}
"""Why a job can stand before the agents, in words."""


def quarrel(job: JobState) -> str | None:
    """The quarrel that goes on: a dispute before a complaint before one over the way, or none."""
    if job.dispute_open:
        return "dispute"
    if job.open_complaints:
        return "complaint"
    return "remote_fee" if job.remote_open else None


def queued(job: JobState, why: str, now: datetime) -> dict[str, Any]:
    """Columns that put a job before the agents: damage found while a complaint is open leaves it with the complaint."""
    return {} if job.queue in QUARRELS and why not in QUARRELS else {"queue": why, "queued_at": now}


def attended(job: JobState, now: datetime) -> dict[str, Any]:
    """Columns after an errand is done: out of the queue, or back to the quarrel; a quarrel in place stays there."""
    left = quarrel(job)
    if left is not None and job.queue == left:
        return {}
    return {"queue": left, "queued_at": now if left else None}
