"""Short messages: to a customer with a link to the one job, to others the words alone."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.errors import DomainError
from domain.notices import Audience
from services.notices.working import BREAK_S, is_due, work
from services.parts import link_tokens, notice_people, notice_queue, notice_words, told_codes
from services.parts.notice_queue import SMS, Row
from services.sms import SIGNATURE, Sms, SmsGateway, SmsRefused, SmsUnavailable
from services.uow import use_case

log = logging.getLogger("tuozhuang.notices")


@dataclass(frozen=True, slots=True)
class Unsent:
    """Why there is no message, and the row's state."""

    state: str
    reason: str


def send_all(now: datetime, limit: int, gateway: SmsGateway) -> Counter[str]:
    """Send what is due."""
    counts: Counter[str] = Counter()
    if is_due(SMS, now):
        work(SMS, now, limit, lambda row, at: _send(row, at, gateway, counts))
    return counts


def _send(row: Row, now: datetime, gateway: SmsGateway, counts: Counter[str]) -> bool:
    """Send one row; False when the provider is away."""
    prepared = _begin(row, now)
    if prepared is None:
        return True
    if isinstance(prepared, Unsent):
        counts[prepared.state] += _settle(row, prepared.state, prepared.reason, now)
        return True
    try:
        gateway.send(prepared, now)
    except SmsRefused as no:
        counts["parked"] += _settle(row, "parked", f"{no.title} / {no.detail}", now)
    except SmsUnavailable:
        over = row.attempts >= notice_queue.ATTEMPTS
        counts["parked" if over else "retried"] += _settle(
            row, "parked" if over else "pending", SmsUnavailable.title, now
        )
        return False
    except Exception as surprise:  # perhaps sent: the end of the lease decides, by `sends_once`
        log.error("sms %d: %s", row.id, type(surprise).__name__)
    else:
        counts["sms"] += _settle(row, "sent", None, now)
    return True


@use_case
def _begin(tx: Connection, row: Row, now: datetime) -> Sms | Unsent | None:
    """Its row marked as being sent: the message, or why there is none. None: the row is not ours to send now."""
    if not notice_queue.start(tx, row, now):
        return None
    audience = notice_people.audience_of(row.payload)
    reach = notice_people.reach(tx, audience, row.job_id, row.person_id)
    if reach is None:
        return Unsent("parked", "没有可用的手机号")
    template = notice_words.template_of(row.payload)
    happened_at = datetime.fromisoformat(row.payload["happened_at"])
    try:
        known = notice_words.facts(tx, row.job_id, row.payload, happened_at)
        notice_words.require_current(template, known)
        _, body = notice_words.words(template, known, audience)
    except DomainError as wrong:
        return Unsent(notice_words.unsent(wrong), f"{wrong.title} / {wrong.code}")
    link = ""
    if audience is Audience.CUSTOMER and row.job_id is not None:
        body += told_codes.words(tx, str(row.payload["template"]), row.job_id)
        link = f" {link_tokens.address(tx, row.job_id, now)}"
    key = f"{row.id}@{int(row.created_at.timestamp())}"
    return Sms(key, reach.phone, f"{SIGNATURE}{body}{link}")


@use_case
def _settle(tx: Connection, row: Row, state: str, reason: str | None, now: datetime) -> bool:
    wait = max(notice_queue.pause(row), timedelta(seconds=BREAK_S))
    next_at = now + wait if state == "pending" else None
    sent_at = now if state == "sent" else None
    return notice_queue.settle(tx, row, state, next_at=next_at, reason=reason, sent_at=sent_at)
