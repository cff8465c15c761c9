"""From a notice owed to an audience to an inbox item per person and a row per (person, wire)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from domain.errors import DomainError
from models.notice import InboxItem
from services.notices import telling_together
from services.parts import grants, notice_people, notice_queue, notice_words
from services.parts.notice_queue import WECHAT, Row
from services.uow import use_case

log = logging.getLogger("tuozhuang.notices")

_SENSELESS = (DomainError, ValueError, KeyError, TypeError)


@use_case
def tell(tx: Connection, now: datetime, limit: int) -> int:
    """Tell everything that is owed; how many. One notice that cannot be told holds up no other."""
    rows = notice_queue.owed(tx, now, limit)
    alone = _tell_together(tx, rows, now)
    for row in alone:
        try:
            with tx.begin_nested():
                _tell(tx, row, now)
        except _SENSELESS as wrong:
            log.error("notice %d cannot be told: %s", row.id, type(wrong).__name__)
            notice_queue.park(tx, row, f"内容无法生成 / {type(wrong).__name__}")
    return len(rows)


def _tell_together(tx: Connection, rows: Sequence[Row], now: datetime) -> Sequence[Row]:
    """Tell what can be told together; returns what is left to be told one by one."""
    many = [row for row in rows if telling_together.is_usual(row)]
    if len(many) < telling_together.WORTH_IT:
        return rows
    try:
        with tx.begin_nested():
            telling_together.tell(tx, many, now)
    except _SENSELESS:  # one of them: the others are told by themselves
        return rows
    told = {row.id for row in many}
    return [row for row in rows if row.id not in told]


def _tell(tx: Connection, row: Row, now: datetime) -> None:
    template = notice_words.template_of(row.payload)
    audience = notice_people.audience_of(row.payload)
    people = notice_people.recipients(tx, row.payload, row.job_id, row.person_id)
    _write_inbox(tx, row, [one.person_id for one in people if one.person_id is not None], now)
    payload = notice_queue.passed_on(row, audience, grants.wechat_id(template.wechat))
    for one in people:
        account = one.identity_id
        if account is not None and grants.usable(tx, account, payload["template_id"]):
            addressed = {**payload, "identity_id": account}
            whom = (one.person_id, row.job_id)
            if template.several is None:
                notice_queue.add(tx, WECHAT, addressed, *whom, now)
            else:
                notice_queue.gather(tx, WECHAT, addressed, *whom, now, template.several)
        else:
            notice_queue.text_instead(tx, payload, one.person_id, row.job_id, now)
    notice_queue.told(tx, row, now)


def _write_inbox(tx: Connection, row: Row, people: list[int], now: datetime) -> None:
    template = notice_words.template_of(row.payload)
    known = notice_words.facts(tx, row.job_id, row.payload, row.created_at)
    title, body = notice_words.words(template, known, notice_people.audience_of(row.payload))
    item = {"outbox_id": row.id, "job_id": row.job_id, "template": row.payload["template"]}
    shown = {
        "title": title,
        "body": body,
        "created_at": now,
        "names_person_id": notice_words.named(template, known),
    }
    if people:
        values = [{**item, **shown, "person_id": person_id} for person_id in people]
        tx.execute(insert(InboxItem).values(values).on_conflict_do_nothing())
