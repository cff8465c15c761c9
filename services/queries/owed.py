"""What the outbox holds, for administrators: what is due, what waits for a person (`parked`) and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from models.notice import Outbox
from services.uow import query

STATES = {
    "pending": "待发送",
    "sending": "发送中",
    "uncertain": "结果未知",
    "parked": "待处理",
    "dropped": "不再发送",
    "sent": "已发送",
}
DONE = ("dropped", "sent")

KINDS = {
    "notice": "通知",
    "installer_left": "师傅离岗改派",
    "charge_refund": "增项退款",
    "refund_after_close": "完结后退款",
    "compensation": "赔付入账",
    "quality": "质量奖惩入账",
    "audit_reversed": "稽核改判入账",
    "visit_ruled": "上门裁定入账",
    "held_penalty": "处罚暂缓",
    "excused_penalty": "处罚撤销",
    "erase_photos": "删除照片",
}
DROPPABLE = ("notice", "erase_photos")
"""A person may say that these are not owed any more; the others move money or somebody's work."""
WIRES = {"inbox": "站内", "wechat": "微信", "sms": "短信"}


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One side effect: `kind` notice and others, `wire` inbox, wechat or sms; `next_at` the next attempt.

    `droppable`: a person may say that it is not owed any more.
    """

    id: int
    kind: str
    state: str
    wire: str | None
    person_id: int | None
    job_id: int | None
    attempts: int
    last_error: str | None
    created_at: datetime
    tried_at: datetime | None
    next_at: datetime | None
    dropped_by: int | None
    dropped_why: str | None
    dropped_at: datetime | None
    droppable: bool


@query
def listed(connection: Connection, state: str, cursor: int | None, limit: int) -> list[OwedLine]:
    """Those in one state: what somebody may have to see to oldest first, what is done newest first."""
    columns: list[Any] = [getattr(Outbox, name) for name in OwedLine.__slots__ if name != "droppable"]
    columns.append(and_(Outbox.state == "parked", Outbox.kind.in_(DROPPABLE)))
    done = state in DONE
    rows = (
        select(*columns)
        .where(Outbox.state == state)
        .order_by(Outbox.id.desc() if done else Outbox.id)
        .limit(limit)
    )
    if cursor is not None:
        rows = rows.where(Outbox.id < cursor if done else Outbox.id > cursor)
    return [OwedLine(*row) for row in connection.execute(rows)]
