"""Digests: at most one message per dealer (or desk's channel), level and hour, however late it is told or sent.

What is raised grows the one message of its stem that still waits. Who tells or sends it writes the hour into its key,
so an hour has one; what comes later waits in a new message, told when the next hour begins. Nothing is dropped,
nothing counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

WAITING = "waiting"
HOUR = 60  # minutes

_GROW = """
    ON CONFLICT (dedupe_key) DO UPDATE SET payload = jsonb_set(outbox.payload, '{values,count}', to_jsonb(
        (outbox.payload->'values'->>'count')::bigint + (excluded.payload->'values'->>'count')::bigint))
"""
# Continues the sweep's statement after `raised`: what each audience is to be told, by the highest level of each clock.
OWE = f"""
late AS (
    SELECT raised.*, CASE WHEN owner = 'agent' THEN (SELECT channel_id FROM job WHERE job.id = job_id) END AS channel_id
      FROM raised WHERE level > before AND (dealer_id IS NOT NULL OR owner = 'agent')),
counted AS (
    SELECT owner, dealer_id, channel_id, level, count(*) AS count,
           min(ARRAY[extract(epoch FROM due_at)::bigint, id, job_id]) AS worst
      FROM late GROUP BY owner, dealer_id, channel_id, level),
digest AS (
    SELECT CASE WHEN owner = 'agent' THEN 'breaches:channel:' || channel_id ELSE 'breaches:dealer:' || dealer_id END
           || ':' || level || ':' AS stem, worst[3] AS job_id,
           jsonb_build_object('template', 'breach_digest', 'values', jsonb_build_object('count', count,
               'level', (ARRAY['即将超时', '已超时', '严重超时'])[level]))
           || CASE WHEN owner = 'agent' THEN '{{"audience": "agents"}}'::jsonb
                   ELSE jsonb_build_object('audience', 'desk', 'dealer_ids', ARRAY[dealer_id]) END AS payload
      FROM counted),
owed AS (
    INSERT INTO outbox (kind, dedupe_key, job_id, payload, created_at, next_at)
    SELECT 'notice', stem || '{WAITING}', job_id, payload, %(now)s, %(now)s FROM digest ORDER BY stem
    {_GROW} RETURNING xmax = 0 AS fresh)
"""
_OWE = f"""
INSERT INTO outbox (kind, dedupe_key, job_id, payload, created_at, next_at)
VALUES ('notice', %(stem)s || '{WAITING}', %(job)s, %(payload)s::jsonb, %(now)s, %(now)s) {_GROW}
"""
# Nobody else can have the same stem in hand: the next waiting one is written when this key has changed for good.
_CLAIM = f"""
UPDATE outbox SET dedupe_key = key FROM (
       SELECT id, left(dedupe_key, -{len(WAITING)}) || %(hour)s AS key FROM outbox WHERE id = ANY(%(ids)s)) AS here
 WHERE outbox.id = here.id AND NOT EXISTS (SELECT 1 FROM outbox told WHERE told.dedupe_key = key)
RETURNING outbox.id
"""
_WAIT = "UPDATE outbox SET next_at = %(next)s WHERE id = ANY(%(ids)s)"


def owe(tx: Connection, stem: str, job_id: int | None, payload: Mapping[str, Any], now: datetime) -> None:
    """Add `payload["values"]["count"]` to the message of this stem that waits, or begin one.

    500 breaches raised one by one within an hour: one message at once, one with the other 499 on the hour.
    """
    told = orjson.dumps(payload).decode()
    tx.exec_driver_sql(_OWE, {"stem": stem, "job": job_id, "payload": told, "now": now})


def stem_of(key: str) -> str | None:
    """The stem of a digest that waits; None: it is no digest."""
    stem = key.removesuffix(WAITING)
    return None if stem == key else stem


def claim(tx: Connection, ids: Sequence[int], now: datetime) -> set[int]:
    """Those of these waiting digests, locked by the caller, whose hour is free; the others wait for the next."""
    if not ids:
        return set()
    mine = {row.id for row in tx.exec_driver_sql(_CLAIM, {"ids": list(ids), "hour": period_of(now)})}
    if late := [one for one in ids if one not in mine]:
        tx.exec_driver_sql(_WAIT, {"ids": late, "next": next_period(now)})
    return mine


def period_of(at: datetime, minutes: int = HOUR) -> str:
    """The hour, or the minutes, as they stand in the keys: 2026-11-22T04:00 (UTC; Shanghai's begin with them)."""
    return f"{_begin(at, minutes):%Y-%m-%dT%H:%M}"


def next_period(at: datetime, minutes: int = HOUR) -> datetime:
    """When the next one begins: 05:00 of 04:59:59, and of 04:00."""
    return _begin(at, minutes) + timedelta(minutes=minutes)


def _begin(at: datetime, minutes: int) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // (60 * minutes) * 60 * minutes, UTC)
