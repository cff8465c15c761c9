"""Digests of what a sweep raised: at most one message per dealer (or desk's channel), level and hour.

The first message of an hour goes at once. What is raised after it waits in the message of the next hour, which grows
until then; nothing is dropped, nothing is told twice, and who restarts finds the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

HOUR = timedelta(hours=1)

# Continues the sweep's statement after `raised`: what each audience is to be told, by the highest level of each clock.
OWE = """
late AS (
    SELECT raised.*, CASE WHEN owner = 'agent' THEN (SELECT channel_id FROM job WHERE job.id = job_id) END AS channel_id
      FROM raised WHERE level > before AND (dealer_id IS NOT NULL OR owner = 'agent')),
counted AS (
    SELECT owner, dealer_id, channel_id, level, count(*) AS count,
           min(ARRAY[extract(epoch FROM due_at)::bigint, id, job_id]) AS worst
      FROM late GROUP BY owner, dealer_id, channel_id, level),
digest AS MATERIALIZED (
    SELECT CASE WHEN owner = 'agent' THEN 'breaches:channel:' || channel_id ELSE 'breaches:dealer:' || dealer_id END
           || ':' || level || ':' AS stem, worst[3] AS job_id,
           jsonb_build_object('template', 'breach_digest', 'values', jsonb_build_object('count', count,
               'level', (ARRAY['即将超时', '已超时', '严重超时'])[level]))
           || CASE WHEN owner = 'agent' THEN '{"audience": "agents"}'::jsonb
                   ELSE jsonb_build_object('audience', 'desk', 'dealer_ids', ARRAY[dealer_id]) END AS payload
      FROM counted),
owed AS (
    INSERT INTO outbox (kind, dedupe_key, job_id, payload, created_at, next_at)
    SELECT 'notice', stem || %(hour)s::text, job_id, payload, %(now)s, %(now)s
      FROM digest ON CONFLICT (dedupe_key) DO NOTHING RETURNING dedupe_key)
"""
LEFT = """
(SELECT json_agg(digest) FROM digest
  WHERE NOT EXISTS (SELECT 1 FROM owed WHERE dedupe_key = stem || %(hour)s::text))
"""
_ADD = """
WITH owed AS (
    INSERT INTO outbox (kind, dedupe_key, job_id, payload, created_at, next_at)
    SELECT 'notice', stem || %(hour)s::text, job_id, payload, %(now)s, %(at)s
      FROM json_to_recordset(%(left)s::json) AS digest(stem text, job_id bigint, payload jsonb) ORDER BY stem
        ON CONFLICT (dedupe_key) DO UPDATE
       SET payload = jsonb_set(outbox.payload, '{values,count}', to_jsonb(
               (outbox.payload->'values'->>'count')::bigint + (excluded.payload->'values'->>'count')::bigint))
     WHERE outbox.state = 'pending' AND outbox.wire IS NULL
    RETURNING dedupe_key, xmax = 0 AS fresh)
SELECT dedupe_key, fresh FROM owed
"""
_FIRST = """
INSERT INTO outbox (kind, dedupe_key, job_id, payload, created_at, next_at)
VALUES ('notice', %(key)s, %(job)s, %(payload)s::jsonb, %(now)s, %(now)s)
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
"""


def owe(tx: Connection, stem: str, job_id: int, payload: Mapping[str, Any], now: datetime) -> None:
    """One more for a digest: told at once when it is the first of its hour, else in the next hour's message."""
    told = orjson.dumps(payload).decode()
    values = {"key": stem + hour_of(now), "job": job_id, "payload": told, "now": now}
    if tx.exec_driver_sql(_FIRST, values).first() is None:
        postpone(tx, [{"stem": stem, "job_id": job_id, "payload": payload}], now)


def hour_of(at: datetime) -> str:
    """The hour as it stands in the keys: 2026-11-22T04 (UTC; Shanghai's hours begin at the same instants)."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H}"


def postpone(tx: Connection, left: Sequence[dict[str, Any]], now: datetime) -> int:
    """Add what could not be told in this hour to the message of the next one that is still unsent; the new messages.

    500 breaches raised one by one within an hour: one message at once, one with the other 499 on the hour.
    """
    begin, fresh = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0), 0
    while left:
        begin += HOUR
        hour = hour_of(begin)
        values = {"left": orjson.dumps(left).decode(), "hour": hour, "now": now, "at": begin}
        done = tx.exec_driver_sql(_ADD, values).all()
        told = {row.dedupe_key for row in done}
        fresh += sum(row.fresh for row in done)
        left = [digest for digest in left if digest["stem"] + hour not in told]
    return fresh
