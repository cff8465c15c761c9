"""One drain: clear up after those that died, tell what is owed, then send on each wire."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import Connection

from services.notices import by_sms, by_wechat, telling
from services.parts import notice_queue
from services.parts.notice_queue import SMS
from services.sms import SmsGateway
from services.uow import use_case

LIMIT = 500


@dataclass(frozen=True, slots=True)
class Drained:
    """What one drain did: notices told, messages sent by wire, and what became of those that were not."""

    told: int = 0
    wechat: int = 0
    sms: int = 0
    retried: int = 0
    uncertain: int = 0
    parked: int = 0
    dropped: int = 0
    postponed: int = 0


def drain(now: datetime) -> Drained:
    """Deliver what is due, with the application's gateways; for the runner, every few seconds."""
    return drain_with(now, LIMIT, current_app.extensions["wechat"], current_app.extensions["sms"])


def drain_with(now: datetime, limit: int, gateway: by_wechat.WeChat, sms: SmsGateway) -> Drained:
    """Deliver what is due at `now`, at most `limit` rows of each sort. Any number of drains may run at once."""
    began = time.monotonic()
    counts = _clear_up(now, limit, sms.sends_once)
    counts["told"] = telling.tell(now, limit)
    counts += by_wechat.send_all(now, limit, gateway)
    by_now = now + timedelta(seconds=time.monotonic() - began)  # what went by WeChat in vain is due, too
    counts += by_sms.send_all(by_now, limit, sms)
    return Drained(**{field.name: counts[field.name] for field in fields(Drained)})


@use_case
def _clear_up(tx: Connection, now: datetime, limit: int, sms_sends_once: bool) -> Counter[str]:
    """Attempts of drains that died, and uncertain ones that WeChat never reported on."""
    counts: Counter[str] = Counter()
    for row in notice_queue.overdue(tx, now, limit):
        if row.wire == SMS and sms_sends_once:
            counts["retried"] += notice_queue.settle(tx, row, "pending", next_at=now, reason="发送中断，重试")
        elif row.wire == SMS:
            counts["parked"] += notice_queue.settle(tx, row, "parked", reason="发送中断，结果不明")
        elif row.state == "sending":
            later = now + notice_queue.UNCERTAIN_WAIT
            lost = "发送中断，结果不明"
            counts["uncertain"] += notice_queue.settle(tx, row, "uncertain", next_at=later, reason=lost)
        else:
            counts["dropped"] += notice_queue.settle(tx, row, "dropped", reason="结果不明，未重发")
            notice_queue.text_instead(tx, row.payload, row.person_id, row.job_id, now)
    return counts
