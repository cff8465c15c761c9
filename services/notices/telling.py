"""From notices owed to audiences to an inbox item per person and a row per (person, wire).

A handful of statements, whatever their number: fifty thousand offers in ten minutes are as many inbox items.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import DataError

from domain.errors import DomainError
from services.parts import grants, notice_people, notice_queue, notice_words
from services.parts.notice_people import Recipient
from services.parts.notice_queue import SMS, WECHAT, Row
from services.uow import use_case

log = logging.getLogger("tuozhuang.notices")

_SENSELESS = (DomainError, ValueError, KeyError, TypeError, DataError)

_FACTS = """
SELECT asked.id, job.window_start, job.window_end, o.number,
       (SELECT max(expires_at) FROM offer WHERE job_id = job.id
           AND (asked.dealers IS NULL OR dealer_id = ANY(asked.dealers))) AS deadline,
       true AS waits
  FROM json_to_recordset(%(asked)s::json) AS asked(id bigint, job bigint, dealers bigint[])
  JOIN job ON job.id = asked.job
  JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
"""
_GRANTED = """
SELECT identity_id, template FROM "grant"
 WHERE identity_id = ANY(%(accounts)s) AND (remaining > 0 OR hinted_at IS NOT NULL)
"""
_INBOX = """
INSERT INTO inbox_item (outbox_id, job_id, template, person_id, title, body, names_person_id, created_at)
SELECT outbox_id, job_id, template, person_id, title, body, names, %(now)s
  FROM json_to_recordset(%(items)s::json) AS item(outbox_id bigint, job_id bigint, template text, person_id bigint,
                                                  title text, body text, names bigint)
ON CONFLICT DO NOTHING
"""
# What may meet another's rows in one order; the rest as it happened, for so it is sent.
_PUT = """
INSERT INTO outbox (kind, dedupe_key, person_id, job_id, payload, wire, created_at, next_at)
SELECT 'notice', key, person_id, job_id, payload, wire, %(now)s, %(now)s
  FROM json_to_recordset(%(puts)s::json)
       AS put(key text, person_id bigint, job_id bigint, payload jsonb, wire text)
 ORDER BY payload ->> 'stem', CASE WHEN payload ? 'stem' THEN key END, (payload ->> 'notice')::bigint, key
    ON CONFLICT (dedupe_key) DO UPDATE SET payload = jsonb_set(outbox.payload, '{template}', outbox.payload->'several')
 WHERE outbox.payload ? 'several'
"""
_TOLD = """
UPDATE outbox SET state = 'sent', wire = 'inbox', attempts = 1, next_at = NULL, sent_at = %(now)s
 WHERE id = ANY(%(ids)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Put:
    """A row for one person and wire."""

    key: str
    person_id: int | None
    job_id: int | None
    payload: Mapping[str, Any]
    wire: str


@dataclass(slots=True)
class Crowd:
    """What a batch comes to: inbox items, and rows for the wires by their keys."""

    items: list[dict[str, Any]] = field(default_factory=list)
    puts: dict[str, Put] = field(default_factory=dict)

    def put(self, wire: str, payload: Mapping[str, Any], to: int | None, job_id: int | None) -> None:
        """One more to send; what is told of many at once goes in one."""
        key = notice_queue.key_of(wire, payload, to)
        if key in self.puts:
            payload = {**payload, "template": payload.get("several", payload["template"])}
        self.puts[key] = Put(key, to, job_id, payload, wire)


@use_case
def tell(tx: Connection, now: datetime, limit: int) -> int:
    """Tell everything that is owed; how many. One notice that cannot be told holds up no other."""
    rows = notice_queue.owed(tx, now, limit)
    if not rows:
        return 0
    try:
        with tx.begin_nested():
            _tell(tx, rows, now)
    except _SENSELESS:  # one of them
        for row in rows:
            _tell_or_park(tx, row, now)
    return len(rows)


def _tell_or_park(tx: Connection, row: Row, now: datetime) -> None:
    try:
        with tx.begin_nested():
            _tell(tx, [row], now)
    except _SENSELESS as wrong:
        log.error("notice %d cannot be told: %s", row.id, type(wrong).__name__)
        notice_queue.end(tx, row, "parked", f"内容无法生成 / {type(wrong).__name__}")


def _tell(tx: Connection, rows: Sequence[Row], now: datetime) -> None:
    """Tell these notices, all of them or none."""
    known, people = _facts(tx, rows), notice_people.recipients(tx, rows)
    accounts = {one.identity_id for told in people.values() for one in told if one.identity_id is not None}
    granted = _granted(tx, accounts)
    crowd = Crowd()
    for row in rows:
        _take(crowd, row, people[row.id], known[row.id], granted)
    if crowd.items:
        tx.exec_driver_sql(_INBOX, {"items": orjson.dumps(crowd.items).decode(), "now": now})
    if crowd.puts:
        puts = orjson.dumps(list(crowd.puts.values())).decode()
        tx.exec_driver_sql(_PUT, {"puts": puts, "now": now})
    tx.exec_driver_sql(_TOLD, {"ids": [row.id for row in rows], "now": now})


def _facts(tx: Connection, rows: Sequence[Row]) -> dict[int, notice_words.Facts]:
    asked = [{"id": row.id, "job": row.job_id, "dealers": row.payload.get("dealer_ids")} for row in rows]
    found = {row.id: row for row in tx.exec_driver_sql(_FACTS, {"asked": orjson.dumps(asked).decode()})}
    details = notice_words.detailed(tx, [(row.job_id, row.payload) for row in rows])
    return {
        row.id: notice_words.read(
            row.job_id, found.get(row.id), row.payload, row.created_at, details.get(row.job_id or 0)
        )
        for row in rows
    }


def _granted(tx: Connection, accounts: set[int]) -> set[tuple[int, str]]:
    if not accounts:
        return set()
    found = tx.exec_driver_sql(_GRANTED, {"accounts": list(accounts)})
    return {(row.identity_id, row.template) for row in found}


def _take(
    crowd: Crowd,
    row: Row,
    people: Sequence[Recipient],
    known: notice_words.Facts,
    granted: set[tuple[int, str]],
) -> None:
    """One notice: an item for each of its people, and a row for each that can be reached."""
    template = notice_words.template_of(row.payload)
    audience = notice_people.audience_of(row.payload)
    title, body = notice_words.words(template, known, audience)
    item = {"outbox_id": row.id, "job_id": row.job_id, "template": row.payload["template"]}
    item |= {"title": title, "body": body, "names": notice_words.named(template, known)}
    payload = notice_queue.passed_on(row, audience, grants.wechat_id(template.wechat), template.several)
    for one in people:
        if one.person_id is not None:
            crowd.items.append({**item, "person_id": one.person_id})
        if one.identity_id is not None and (one.identity_id, payload["template_id"]) in granted:
            crowd.put(WECHAT, {**payload, "identity_id": one.identity_id}, one.person_id, row.job_id)
        elif audience in template.sms_to:
            crowd.put(SMS, payload, one.person_id, row.job_id)
