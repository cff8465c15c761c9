"""What becomes of late clocks: the sweep raises each level once, desks acknowledge, agents excuse, owners appeal.

The sweep is one statement per batch: raise, write the breaches, owe the digests. Its cost follows what is newly
late, not what is open. What it holds nobody waits for long, and it waits for nobody (SKIP LOCKED).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.actors import Actor, Role
from domain.errors import Conflict, Fault, Invalid, NotFound
from services.parts import notes, recounting
from services.uow import use_case

BATCH = 50_000

EXCUSES = {
    "goods_late": "货未按时送达",
    "customer": "客户原因",
    "weather": "天气或不可抗力",
    "system": "平台或系统故障",
    "brand": "品牌原因",
    "misjudged": "判定有误",
    "other": "其他",
}


@dataclass(frozen=True, slots=True)
class Raised:
    """What a sweep did: clocks looked at, levels raised, digests owed."""

    clocks: int = 0
    breaches: int = 0
    digests: int = 0


# Found again by ctid: by id, a batch costs a third more. A row changed between snapshot and lock is missed, and taken
# by the next tick. Not ordered: in the table's own order it is cheaper, and all batches of a run are done anyway.
RAISE = """
WITH due AS MATERIALIZED (
    SELECT ctid AS place, level AS before, notice_at, due_at, severe_at,
           stopped_at IS NULL AND paused_at IS NULL AS runs, least(%(now)s, stopped_at, paused_at) AS at
      FROM clock WHERE next_at <= %(now)s LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED),
judged AS (
    SELECT *, greatest(before, CASE WHEN severe_at <= at THEN 3 WHEN due_at <= at THEN 2
                                    WHEN notice_at <= at THEN 1 ELSE 0 END) AS reached FROM due),
raised AS (
    UPDATE clock SET level = reached,
           next_at = CASE WHEN runs THEN CASE reached WHEN 0 THEN judged.notice_at WHEN 1 THEN judged.due_at
                                                      WHEN 2 THEN judged.severe_at END END
      FROM judged WHERE clock.ctid = judged.place
    RETURNING clock.id, job_id, owner, kind, family, level, before, coalesce(clock.due_at, at) AS due_at,
              CASE WHEN owner = 'dealer' THEN
                  coalesce(dealer_id, (SELECT dealer_id FROM job WHERE job.id = job_id)) END AS dealer_id),
"""
TELL = """
told AS (
    INSERT INTO breach (clock_id, job_id, dealer_id, kind, family, level, due_at, raised_at)
    SELECT id, job_id, dealer_id, kind, family, step, due_at, %(now)s
      FROM raised JOIN (VALUES (1), (2), (3)) AS steps(step) ON step > before AND step <= level
    {unless}RETURNING 1),
"""
UNLESS_THERE = "ON CONFLICT (clock_id, level) WHERE withdrawn_at IS NULL DO NOTHING "

# A clock reaches a level once, so the worst clock of a digest with its level makes a key that never comes again.
OWE = """
late AS (
    SELECT raised.*, CASE WHEN owner = 'agent' THEN (SELECT channel_id FROM job WHERE job.id = job_id) END AS channel_id
      FROM raised WHERE level > before AND (dealer_id IS NOT NULL OR owner = 'agent')),
digest AS (
    SELECT owner, dealer_id, count(*) AS count,
           min(ARRAY[-level, extract(epoch FROM due_at)::bigint, id, job_id]) AS worst
      FROM late GROUP BY owner, dealer_id, channel_id),
owed AS (
    INSERT INTO outbox (kind, dedupe_key, job_id, payload, created_at, next_at)
    SELECT 'notice', 'breaches:' || worst[3] || ':' || -worst[1], worst[4],
           jsonb_build_object('template', 'breach_digest', 'values', jsonb_build_object('count', count))
           || CASE WHEN owner = 'agent' THEN '{"audience": "agents"}'::jsonb
                   ELSE jsonb_build_object('audience', 'desk', 'dealer_ids', ARRAY[dealer_id]) END,
           %(now)s, %(now)s
      FROM digest ON CONFLICT (dedupe_key) DO NOTHING RETURNING 1)
"""
COUNT = "SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM told), (SELECT count(*) FROM owed)"
SWEEP = RAISE + TELL.format(unless="") + OWE + COUNT
SWEEP_AGAIN = RAISE + TELL.format(unless=UNLESS_THERE) + OWE + COUNT
# Statistics of instants are always behind: by them the past is full of clocks, and reading the whole table looks cheap.
_BY_INDEX = "SET LOCAL enable_seqscan = off"


def raise_levels(now: datetime, batch: int = BATCH) -> Raised:
    """Raise every level reached by `now`, each once, whoever else sweeps meanwhile.

    A clock stopped or paused is judged as of then. One digest per dealer (and per channel for what agents owe)
    and batch: the worst clock first. Away for a day, a clock of two hours is raised to severe with three breaches.
    """
    total, more = Raised(), True
    while more:
        done = _raise_batch(now, batch)
        more = done.clocks == batch
        total = Raised(
            total.clocks + done.clocks, total.breaches + done.breaches, total.digests + done.digests
        )
    return total


def _raise_batch(now: datetime, batch: int) -> Raised:
    """A level that was lowered by hand has its breach already; to allow for that always costs a sixth of the UPDATE."""
    try:
        return _raise(SWEEP, now, batch)
    except IntegrityError:
        return _raise(SWEEP_AGAIN, now, batch)


@use_case
def _raise(tx: Connection, statement: str, now: datetime, batch: int) -> Raised:
    tx.exec_driver_sql(_BY_INDEX)
    return Raised(*tx.exec_driver_sql(statement, {"now": now, "batch": batch}).one())


def recount_provisional(_now: datetime, batch: int = recounting.BATCH) -> recounting.Recounted:
    """Work out anew the running clocks that rest on an unpublished year: it may be published by now.

    Another process may have started such a clock with the calendar it still remembered from before.
    """
    total, after = recounting.Recounted(), 0
    while True:
        done, last = _recount(after, batch)
        total = total.plus(done)
        if last is None:
            return total
        after = last


@use_case
def _recount(tx: Connection, after: int, batch: int) -> tuple[recounting.Recounted, int | None]:
    return recounting.provisional(tx, after, batch)


class AlreadyHandled(Conflict):
    """Acknowledged, excused or appealed before."""

    code = "already_handled"
    title = "该时效记录已处理"


class FeesPosted(Conflict):
    """The penalty is in the ledger; an excuse would come too late to change it."""

    code = "fees_posted"
    title = "费用已入账，请在对账单中申诉"


@dataclass(frozen=True, slots=True)
class BreachState:
    """Where a breach stands with the people."""

    id: int
    acknowledged_at: datetime | None
    excused_at: datetime | None
    excuse: str | None
    appealed_at: datetime | None


_READ = """
SELECT breach.*, job.channel_id, job.subject_id, job.fees_posted_at
  FROM breach JOIN job ON job.id = breach.job_id WHERE breach.id = %(id)s
   FOR UPDATE OF breach FOR SHARE OF job
"""
_STATE = "RETURNING id, acknowledged_at, excused_at, excuse, appealed_at"
_ACKNOWLEDGE = f"""
UPDATE breach SET acknowledged_at = %(now)s, acknowledged_by = %(by)s, memo_id = %(note)s WHERE id = %(id)s {_STATE}
"""
_APPEAL = f"""
UPDATE breach SET appealed_at = %(now)s, appealed_by = %(by)s, appeal_id = %(note)s WHERE id = %(id)s {_STATE}
"""
_EXCUSE = f"""
WITH excused AS (
    UPDATE breach SET excused_at = %(now)s, excused_by = %(by)s, excuse = %(reason)s
     WHERE clock_id = %(clock)s AND excused_at IS NULL AND withdrawn_at IS NULL {_STATE})
SELECT * FROM excused WHERE id = %(id)s
"""


@use_case
def acknowledge(tx: Connection, actor: Actor, breach_id: int, memo: str, now: datetime) -> BreachState:
    """The dealer's desk has seen it and says what it does about it. NotFound for another dealer's."""
    row = _of_dealer(tx, actor, breach_id, Role.DISPATCHER, Role.DEALER_OWNER)
    if row.acknowledged_at is not None:
        raise AlreadyHandled
    return _noted(tx, _ACKNOWLEDGE, actor, row, memo, now)


@use_case
def appeal(tx: Connection, actor: Actor, breach_id: int, reason: str, now: datetime) -> BreachState:
    """The dealer's owner asks that it be excused; an agent decides."""
    row = _of_dealer(tx, actor, breach_id, Role.DEALER_OWNER)
    if any((row.appealed_at, row.excused_at, row.withdrawn_at)):
        raise AlreadyHandled
    return _noted(tx, _APPEAL, actor, row, reason, now)


@use_case
def excuse(tx: Connection, actor: Actor, breach_id: int, reason: str, now: datetime) -> BreachState:
    """An agent takes the blame off: every level this clock has reached so far, none it reaches later.

    NotFound outside the agent's channels, `FeesPosted` when the penalty is in the ledger already.
    """
    if reason not in EXCUSES:
        raise Invalid(errors=[Fault("reason", "unknown_value", f"可选：{'、'.join(EXCUSES)}")])
    row = _read(tx, breach_id)
    beyond = actor.channel_ids is not None and row.channel_id not in actor.channel_ids
    if actor.role not in (Role.AGENT, Role.ADMIN) or beyond:
        raise NotFound
    if row.excused_at is not None or row.withdrawn_at is not None:
        raise AlreadyHandled
    if row.fees_posted_at is not None:
        raise FeesPosted
    values = {"id": row.id, "clock": row.clock_id, "reason": reason, "by": actor.person_id, "now": now}
    return BreachState(*tx.exec_driver_sql(_EXCUSE, values).one())


def _read(tx: Connection, breach_id: int) -> Any:
    """The breach, locked; its job held, so that no fee run posts meanwhile."""
    row = tx.exec_driver_sql(_READ, {"id": breach_id}).first()
    if row is None:
        raise NotFound
    return row


def _of_dealer(tx: Connection, actor: Actor, breach_id: int, *roles: Role) -> Any:
    row = _read(tx, breach_id)
    if actor.role not in roles or actor.dealer_id is None or row.dealer_id != actor.dealer_id:
        raise NotFound
    return row


def _noted(tx: Connection, statement: str, actor: Actor, row: Any, words: str, now: datetime) -> BreachState:
    note = notes.write(tx, row.job_id, row.subject_id, actor.person_id, words, now)
    values = {"id": row.id, "note": note, "by": actor.person_id, "now": now}
    return BreachState(*tx.exec_driver_sql(statement, values).one())
