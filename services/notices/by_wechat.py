"""Subscribe messages: each goes out at most once, and while WeChat is away nobody's attempts are used up."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, select

from domain.errors import DomainError
from models.session import WechatIdentity
from services.notices.working import BREAK_S, give_back, is_due, work
from services.parts import grants, notice_queue, notice_words
from services.parts.notice_queue import WECHAT, Row
from services.parts.wechat_verdict import Scope, Verdict, judge
from services.uow import use_case
from wechat.errors import WeChatError
from wechat.gateway import Sent, SubscribeMessage

UNCERTAIN_IN_A_ROW = 3
NOT_OURS = "not_ours"
COUNTED_AS = {"sent": "wechat", "pending": "retried"} | {
    name: name for name in ("uncertain", "parked", "dropped")
}

log = logging.getLogger("tuozhuang.notices")


class WeChat(Protocol):
    """The part of `wechat.gateway.Gateway` that notices need."""

    def send(self, message: SubscribeMessage) -> Sent:
        """Send one subscribe message."""

    def ping(self) -> None:
        """Reach WeChat harmlessly."""


class _Round:
    """One drain's WeChat part: what it counts, and what it learns about WeChat on the way."""

    def __init__(self, now: datetime, gateway: WeChat) -> None:
        self.now = now
        self.gateway = gateway
        self.counts: Counter[str] = Counter()
        self._lost = 0
        self._broken: set[str] = set()

    def send(self, row: Row, now: datetime) -> bool:
        """Send one row; False when the others had better wait."""
        template = row.payload["template_id"]
        if template in self._broken:
            give_back([row], now + timedelta(seconds=BREAK_S))
            return True
        verdict = _send(row, now, self.gateway, self.counts)
        self._lost = self._lost + 1 if verdict.scope is Scope.UNKNOWN else 0
        if verdict.scope is Scope.TEMPLATE:
            self._broken.add(template)
            self.break_off(template, verdict.wait_s)
        if verdict.scope is Scope.ALL or self._seems_away():
            self.break_off(None, verdict.wait_s)
            return False
        return True

    def _seems_away(self) -> bool:
        return self._lost >= UNCERTAIN_IN_A_ROW or (self._lost > 0 and not self.answers())

    def answers(self) -> bool:
        """Whether WeChat can be reached at all."""
        try:
            self.gateway.ping()
        except WeChatError:
            return False
        return True

    def break_off(self, template: str | None, wait_s: int = 0) -> None:
        """Let everything due (of one template, if given) wait, at least a minute."""
        until = self.now + timedelta(seconds=max(BREAK_S, wait_s))
        self.counts["postponed"] += _postpone(self.now, until, template)


def send_all(now: datetime, limit: int, gateway: WeChat) -> Counter[str]:
    """Send what is due, unless WeChat is away."""
    this = _Round(now, gateway)
    if is_due(WECHAT, now):
        if this.answers():
            work(WECHAT, now, limit, this.send)
        else:
            this.break_off(None)
    return this.counts


@use_case
def _postpone(tx: Connection, now: datetime, until: datetime, template: str | None) -> int:
    return notice_queue.postpone(tx, now, until, template)


def _send(row: Row, now: datetime, gateway: WeChat, counts: Counter[str]) -> Verdict:
    prepared = _begin(row, now)
    if isinstance(prepared, Verdict):
        verdict = prepared
    else:
        try:
            verdict = Verdict("sent", msgid=gateway.send(prepared).msgid)
        except WeChatError as error:
            verdict = judge(error)
            if error.alarm:
                log.error("wechat refuses notices: %s %s", error.errcode, error.meaning)
    written = _settle(row, verdict, now)
    if written in COUNTED_AS:
        counts[COUNTED_AS[written]] += 1
    return verdict


@use_case
def _begin(tx: Connection, row: Row, now: datetime) -> SubscribeMessage | Verdict:
    """Its row marked as being sent: the message, or why there is none."""
    if not notice_queue.start(tx, row, now):
        return Verdict(NOT_OURS)
    payload = row.payload
    wanted = select(WechatIdentity.openid, WechatIdentity.person_id)
    account = tx.execute(wanted.where(WechatIdentity.id == payload["identity_id"])).one_or_none()
    if account is None or (not payload["to_account"] and account.person_id != row.person_id):
        return Verdict("dropped", "微信账号已变更")
    if not grants.usable(tx, payload["identity_id"], payload["template_id"]):
        return Verdict("dropped", "没有剩余的订阅次数")
    template = notice_words.template_of(payload)
    happened_at = datetime.fromisoformat(payload["happened_at"])
    try:
        known = notice_words.facts(tx, row.job_id, payload, happened_at)
        data = notice_words.message(template, known, payload["audience"])
    except DomainError as wrong:
        return Verdict(notice_words.unsent(wrong), f"{wrong.title} / {wrong.code}")
    page = notice_words.page(template, row.job_id)
    return SubscribeMessage(account.openid, payload["template_id"], data, page)


@use_case
def _settle(tx: Connection, row: Row, verdict: Verdict, now: datetime) -> str:
    """Write the outcome and the ledger of grants together; the state written, or `NOT_OURS`."""
    if verdict.state == NOT_OURS:
        return NOT_OURS
    state, reason, next_at = verdict.state, verdict.reason, None
    if state == "pending" and row.attempts >= notice_queue.ATTEMPTS:
        state, reason = "parked", f"多次重试未成功 / {reason}"
    if state == "pending":
        next_at = now + max(notice_queue.pause(row), timedelta(seconds=verdict.wait_s))
    elif state == "uncertain":
        next_at = now + notice_queue.UNCERTAIN_WAIT
    sent_at = now if state == "sent" else None
    if not notice_queue.settle(
        tx, row, state, next_at=next_at, reason=reason, sent_at=sent_at, msgid=verdict.msgid
    ):
        return NOT_OURS
    account, template_id = row.payload["identity_id"], row.payload["template_id"]
    if state == "sent":
        grants.spend(tx, account, template_id, now)
    if verdict.no_grant:
        grants.refused(tx, account, template_id, now)
    if state in ("parked", "dropped"):
        notice_queue.text_instead(tx, row.payload, row.person_id, row.job_id, now)
    return state
