"""What WeChat pushes, taken once: grants into the ledger, reports onto the messages they are about.

Withdrawn consent (`AuthorizationRevoked`) is `services.consents`' matter; the route calls both.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from models.notice import PushSeen
from models.session import WechatIdentity
from services.config import config
from services.parts import grants, notice_queue
from services.uow import query, use_case
from wechat.push_events import ChangeEvent, PopupEvent, PushEvent, SentEvent, TemplateReport


@use_case
def take(tx: Connection, event: PushEvent, now: datetime) -> bool:
    """Act on an event, in the transaction that remembers it; False when it was taken before.

    Events about accounts we don't know are remembered and change nothing.
    """
    seen = insert(PushSeen).values(dedupe_key=event.dedupe_key, at=now).on_conflict_do_nothing()
    if tx.execute(seen.returning(PushSeen.dedupe_key)).first() is None:
        return False
    known = select(WechatIdentity.id).where(
        WechatIdentity.app_id == config().wechat_app_id, WechatIdentity.openid == event.openid
    )
    identity_id = tx.execute(known).scalar_one_or_none()
    if identity_id is not None:
        _act(tx, identity_id, event, now)
    return True


def _act(tx: Connection, identity_id: int, event: PushEvent, now: datetime) -> None:
    if isinstance(event, PopupEvent):
        for answer in event.answers:
            if answer.status in grants.ACCEPTED:
                grants.add(tx, identity_id, answer.template_id, event.at)
    elif isinstance(event, ChangeEvent):
        for answer in event.answers:
            if answer.status not in grants.ACCEPTED:
                grants.take_away(tx, identity_id, answer.template_id, event.at)
    elif isinstance(event, SentEvent):
        for report in event.reports:
            _report(tx, identity_id, report, event.at, now)


def _report(tx: Connection, identity_id: int, report: TemplateReport, at: datetime, now: datetime) -> None:
    """A delivered message that we were unsure of is sent; one that was not delivered goes by SMS if it matters."""
    row = notice_queue.reported(tx, report.msgid, identity_id, report.template_id, at)
    if row is None:
        return
    if report.status == "success" and report.error_code == 0:
        if row.state in ("sending", "uncertain"):
            notice_queue.settle(tx, row, "sent", sent_at=at, msgid=report.msgid)
            grants.spend(tx, identity_id, report.template_id, at)
    elif row.state not in ("parked", "dropped"):
        notice_queue.end(tx, row, "dropped", f"微信未送达 / {report.error_code}")
        notice_queue.text_instead(tx, row.payload, row.person_id, row.job_id, now)


@query
def purge_seen(connection: Connection, before: datetime) -> int:
    """Forget events taken before `before` (a day is plenty: WeChat repeats within minutes); how many."""
    return connection.execute(delete(PushSeen).where(PushSeen.at < before)).rowcount
