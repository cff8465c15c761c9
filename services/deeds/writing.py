"""One statement writes a deed: job row, event, clocks, outbox. Round trips are a great part of a request's cost.

Clocks and what is owed go as one JSON parameter each: a list parameter costs the driver a hundred Python calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.events import Event
from services.parts.clocks import NewClock
from services.parts.outbox import Owed

_CLOCK_FIELDS = {
    "kind": "text",
    "family": "text",
    "owner": "text",
    "dealer_id": "bigint",
    "complaint_id": "bigint",
    "counts": "text",
    "window_s": "bigint",
    "starts_at": "timestamptz",
    "notice_at": "timestamptz",
    "due_at": "timestamptz",
    "severe_at": "timestamptz",
    "provisional": "boolean",
    "level": "smallint",
}


@dataclass(frozen=True, slots=True)
class Beside:
    """A statement that goes in the same one as the deed's own, to save a round trip; it gives nothing back.

    It may use the deed's parameters (%(id)s the job, %(now)s the moment, %(reason)s); its own are named otherwise.
    """

    statement: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Writing:
    """All that one deed writes."""

    columns: Mapping[str, Any]
    event: Event
    prev_hash: bytes
    hash: bytes
    stop_kinds: Sequence[str]
    stop_dealer: int | None  # only this dealer's clocks of those kinds; None: everybody's
    stop_complaint: int | None  # only those of this complaint; None: whatever they are about
    clocks: Sequence[NewClock]
    owed: Sequence[Owed]
    beside: Beside | None = None


def write(tx: Connection, writing: Writing) -> bool:
    """Write it all; true when the job has paused clocks, whose pauses may now be lifted."""
    event = writing.event
    params: dict[str, Any] = {
        "id": event.job_id,
        "seq": event.seq,
        "hash": writing.hash,
        "prev_hash": writing.prev_hash,
        "action": event.action,
        "from_status": event.from_status,
        "to_status": event.to_status,
        "role": event.actor_role,
        "actor": event.actor_id,
        "device": event.device_id,
        "at": event.occurred_at,
        "now": event.received_at,
        "reason": event.reason,
        "data": orjson.dumps(dict(event.data)).decode(),
        **{f"set_{name}": value for name, value in writing.columns.items()},
    }
    if writing.stop_kinds:
        params["stop_kinds"] = list(writing.stop_kinds)
        params |= {"stop_dealer": writing.stop_dealer, "stop_complaint": writing.stop_complaint}
    if writing.clocks:
        params["clocks"] = orjson.dumps(writing.clocks).decode()
    if writing.owed:
        params["owed"] = orjson.dumps(writing.owed, default=dict).decode()
    beside = ""
    if writing.beside:
        beside = writing.beside.statement
        params |= writing.beside.parameters
    shape = (
        tuple(writing.columns),
        bool(writing.stop_kinds),
        bool(writing.clocks),
        bool(writing.owed),
        beside,
    )
    return bool(tx.exec_driver_sql(_statement(*shape), params).scalar_one())


@lru_cache(maxsize=512)
def _statement(columns: tuple[str, ...], stops: bool, starts: bool, owes: bool, beside: str) -> str:
    sets = "".join(f", {name} = %(set_{name})s" for name in columns)
    parts = [
        f"""changed AS (
        UPDATE job SET status = %(to_status)s, version = version + 1, event_seq = %(seq)s, event_hash = %(hash)s,
               last_occurred_at = greatest(last_occurred_at, %(at)s), updated_at = %(now)s{sets}
         WHERE id = %(id)s)""",
        """told AS (
        INSERT INTO job_event (job_id, seq, action, from_status, to_status, actor_role, actor_id, device_id,
                               occurred_at, received_at, reason, data, prev_hash, hash)
        VALUES (%(id)s, %(seq)s, %(action)s, %(from_status)s, %(to_status)s, %(role)s, %(actor)s, %(device)s,
                %(at)s, %(now)s, %(reason)s, %(data)s::jsonb, %(prev_hash)s, %(hash)s))""",
    ]
    if beside:
        parts.append(f"beside AS ({beside})")
    if stops:
        parts.append("""stopped AS (
        UPDATE clock SET stopped_at = %(at)s, next_at = CASE WHEN next_at <= %(at)s THEN next_at END
         WHERE job_id = %(id)s AND (kind = ANY(%(stop_kinds)s) OR kind || ':' || family = ANY(%(stop_kinds)s))
           AND (stopped_at IS NULL OR (stopped_at > %(at)s AND %(action)s = 'check_in'))
           AND (%(stop_complaint)s::bigint IS NULL OR complaint_id = %(stop_complaint)s::bigint)
           AND (%(stop_dealer)s::bigint IS NULL OR dealer_id = %(stop_dealer)s::bigint))""")
    if starts:
        parts.append(_start())
    if owes:
        parts.append("""owed AS (
        INSERT INTO outbox (kind, dedupe_key, person_id, job_id, payload, created_at, next_at)
        SELECT kind, dedupe_key, person_id, %(id)s, payload, %(now)s, %(now)s
          FROM json_to_recordset(%(owed)s::json)
               AS o(kind text, dedupe_key text, person_id bigint, payload jsonb)
        ON CONFLICT (dedupe_key) DO NOTHING)""")
    return (
        f"WITH {', '.join(parts)} SELECT EXISTS (SELECT 1 FROM clock WHERE job_id = %(id)s "
        "AND paused_at IS NOT NULL AND stopped_at IS NULL)"
    )


def _start() -> str:
    names = ", ".join(_CLOCK_FIELDS)
    given = ", ".join(f"c.{name}" for name in _CLOCK_FIELDS)
    columns = ", ".join(f"{name} {kind}" for name, kind in _CLOCK_FIELDS.items())
    return f"""started AS (
        INSERT INTO clock (job_id, turn, next_at, {names})
        SELECT %(id)s, row_number() OVER (PARTITION BY c.kind, c.family) + coalesce((
                   SELECT max(turn) FROM clock old
                    WHERE old.job_id = %(id)s AND old.kind = c.kind AND old.family = c.family), 0),
               (ARRAY[c.notice_at, c.due_at, c.severe_at])[c.level + 1], {given}
          FROM json_to_recordset(%(clocks)s::json) AS c({columns}))"""
