"""Many notices to dealers' desks told at once: a handful of statements, whatever their number.

Fifty thousand offers in ten minutes are as many inbox items; told one by one, each costs a dozen round trips. What
comes of it is the same, row for row, as `telling.py` does for one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.notices import Audience
from services.config import config
from services.parts import grants, notice_people, notice_queue, notice_words
from services.parts.notice_people import Recipient
from services.parts.notice_queue import SMS, WECHAT, Row

WORTH_IT = 4

_DESKS = """
SELECT DISTINCT b.dealer_id, person.id, w.id AS identity_id
  FROM role_binding b JOIN person ON person.id = b.person_id AND person.status = 'active'
  LEFT JOIN wechat_identity w ON w.person_id = person.id AND w.app_id = %(app)s
 WHERE b.status = 'active' AND b.role IN ('dispatcher', 'dealer_owner') AND b.dealer_id = ANY(%(dealers)s)
 ORDER BY person.id
"""
_FACTS = """
SELECT asked.id, job.window_start, job.window_end, o.number,
       (SELECT max(expires_at) FROM offer WHERE job_id = job.id AND dealer_id = ANY(asked.dealers)) AS deadline,
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
INSERT INTO inbox_item (outbox_id, job_id, template, person_id, title, body, created_at)
SELECT outbox_id, job_id, template, person_id, title, body, %(now)s
  FROM json_to_recordset(%(items)s::json) AS item(outbox_id bigint, job_id bigint, template text, person_id bigint,
                                                  title text, body text)
ON CONFLICT DO NOTHING
"""
_PUT = """
INSERT INTO outbox (kind, dedupe_key, person_id, job_id, payload, wire, created_at, next_at)
SELECT 'notice', key, person_id, job_id, payload, wire, %(now)s, coalesce(at, %(now)s)
  FROM json_to_recordset(%(puts)s::json)
       AS put(key text, person_id bigint, job_id bigint, payload jsonb, wire text, at timestamptz) ORDER BY key
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING dedupe_key
"""
_TOLD = """
UPDATE outbox SET state = 'sent', wire = 'inbox', attempts = 1, next_at = NULL, sent_at = %(now)s
 WHERE id = ANY(%(ids)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Put:
    """A row for one person and wire, due at `at` (None: now)."""

    key: str
    person_id: int | None
    job_id: int | None
    payload: Mapping[str, Any]
    wire: str
    at: datetime | None = None


@dataclass(slots=True)
class Crowd:
    """What a batch comes to: inbox items, rows to put at once, and by person what goes out gathered."""

    now: datetime
    items: list[dict[str, Any]] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)
    gathered: defaultdict[str, list[tuple[Put, str]]] = field(default_factory=lambda: defaultdict(list))


def is_for_desks(row: Row) -> bool:
    """Whether `tell` may have it; a notice to one account is told by itself."""
    payload = row.payload
    to_desk = payload.get("audience") in (Audience.DESK, Audience.OFFERED)
    return (
        to_desk
        and bool(payload.get("dealer_ids"))
        and row.job_id is not None
        and "identity_id" not in payload
    )


def tell(tx: Connection, rows: Sequence[Row], now: datetime) -> None:
    """Tell these notices, all of them or none."""
    people, known = _people(tx, rows), _facts(tx, rows)
    granted = _granted(tx, people.values())
    crowd = Crowd(now)
    for row in rows:
        desks = {one.person_id: one for dealer in row.payload["dealer_ids"] for one in people.get(dealer, ())}
        _take(crowd, row, [desks[person] for person in sorted(desks, key=int)], known[row.id], granted)  # type: ignore[arg-type]
    if crowd.items:
        tx.exec_driver_sql(_INBOX, {"items": orjson.dumps(crowd.items).decode(), "now": now})
    _send(tx, crowd)
    tx.exec_driver_sql(_TOLD, {"ids": [row.id for row in rows], "now": now})


def _people(tx: Connection, rows: Sequence[Row]) -> dict[int, list[Recipient]]:
    """The desk of each dealer named."""
    dealers = sorted({dealer for row in rows for dealer in row.payload["dealer_ids"]})
    found = defaultdict(list)
    for row in tx.exec_driver_sql(_DESKS, {"dealers": dealers, "app": config().wechat_app_id}):
        found[row.dealer_id].append(Recipient(row.id, row.identity_id))
    return found


def _facts(tx: Connection, rows: Sequence[Row]) -> dict[int, notice_words.Facts]:
    asked = [{"id": row.id, "job": row.job_id, "dealers": row.payload["dealer_ids"]} for row in rows]
    found = {row.id: row for row in tx.exec_driver_sql(_FACTS, {"asked": orjson.dumps(asked).decode()})}
    return {
        row.id: notice_words.read(row.job_id, found.get(row.id), row.payload, row.created_at) for row in rows
    }


def _granted(tx: Connection, people: Iterable[Sequence[Recipient]]) -> set[tuple[int, str]]:
    accounts = sorted({one.identity_id for desk in people for one in desk if one.identity_id is not None})
    if not accounts:
        return set()
    return {(row.identity_id, row.template) for row in tx.exec_driver_sql(_GRANTED, {"accounts": accounts})}


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
    payload = notice_queue.passed_on(row, audience, grants.wechat_id(template.wechat))
    for one in people:
        crowd.items.append({**item, "person_id": one.person_id, "title": title, "body": body})
        if one.identity_id is not None and (one.identity_id, payload["template_id"]) in granted:
            addressed = {**payload, "identity_id": one.identity_id}
            key = notice_queue.key_of(WECHAT, addressed, one.person_id)
            put = Put(key, one.person_id, row.job_id, addressed, WECHAT)
            if template.several is None:
                crowd.puts.append(put)
            else:
                name = notice_queue.gathered_name(WECHAT, addressed, one.person_id)
                crowd.gathered[name].append((put, template.several))
        elif audience in template.sms_to:
            key = notice_queue.key_of(SMS, payload, one.person_id)
            crowd.puts.append(Put(key, one.person_id, row.job_id, payload, SMS))


def _send(tx: Connection, crowd: Crowd) -> None:
    """The first of each that are gathered at once, if nothing went in these ten minutes; the others in the next."""
    here, following, begins = notice_queue.gathering(crowd.now)
    first = {
        f"gathered:{name}:{here}": _renamed(puts[0][0], f"gathered:{name}:{here}")
        for name, puts in crowd.gathered.items()
    }
    gone = _put(tx, [*crowd.puts, *first.values()], crowd.now)
    later = []
    for name, puts in crowd.gathered.items():
        left = puts[1:] if f"gathered:{name}:{here}" in gone else puts
        if left:
            put, several = left[0]
            told = {**put.payload, "template": several}
            later.append(
                Put(f"gathered:{name}:{following}", put.person_id, put.job_id, told, put.wire, begins)
            )
    _put(tx, later, crowd.now)


def _renamed(put: Put, key: str) -> Put:
    return Put(key, put.person_id, put.job_id, put.payload, put.wire)


def _put(tx: Connection, puts: Sequence[Put], now: datetime) -> set[str]:
    """The keys that are new."""
    if not puts:
        return set()
    made = tx.exec_driver_sql(_PUT, {"puts": orjson.dumps(puts).decode(), "now": now})
    return {row.dedupe_key for row in made}
