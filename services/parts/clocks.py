"""Clocks of a job as rows: which an action starts, stops, pauses; when each must next be looked at.

`next_at` is the instant of the next level not yet raised. A clock stopped after that instant keeps it, so
that the sweep still raises what was reached; stopped before, it needs no look any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.calendar import Counts
from domain.clocks import (
    ENDS,
    PAUSE_RULES,
    STOPS,
    ClockPolicy,
    Family,
    Pause,
    Since,
    Zone,
    levels,
    started_by,
)
from domain.delays import EARLIEST
from domain.delivery import measured_from, ready_at
from domain.job import JobState, Kind
from services.parts import policies

_WORK_OVER = ("submitted", "confirmed", "rework", "closed", "cancelled", "unserved")


@dataclass(frozen=True, slots=True)
class NewClock:
    """A clock row to insert; instants are aware UTC."""

    kind: str
    family: str
    owner: str
    dealer_id: int | None
    complaint_id: int | None
    counts: str
    window_s: int
    starts_at: datetime
    notice_at: datetime | None
    due_at: datetime | None
    severe_at: datetime | None
    provisional: bool
    level: int = 0

    @property
    def next_at(self) -> datetime | None:
        """The instant of the next level to be raised."""
        return (self.notice_at, self.due_at, self.severe_at, None)[self.level]


def started(
    tx: Connection,
    job: JobState,
    action: str,
    variant: str,
    at: datetime,
    dealers: Sequence[int | None],
    complaint_id: int | None = None,
) -> list[NewClock]:
    """The clocks that `action` starts on the job as it will be, one per dealer in `dealers`."""
    chosen = started_by(action, Zone(job.zone), variant)
    if job.kind == Kind.RETURN_VISIT or not chosen:
        return []
    told = action == "delivered"
    clocks = [_clock(tx, job, policy, at, dealer, told) for policy in chosen for dealer in dealers]
    if complaint_id is not None:
        return [replace(clock, complaint_id=complaint_id) for clock in clocks if clock is not None]
    return [clock for clock in clocks if clock is not None]


def _clock(
    tx: Connection, job: JobState, policy: ClockPolicy, at: datetime, dealer_id: int | None, told: bool
) -> NewClock | None:
    """By the policy in force when it begins to count; the window of an arrival is the booked one."""
    start, booked = at, None
    if policy.since == Since.WINDOW_START and job.window_start and job.window_end:
        start, booked = job.window_start, job.window_end - job.window_start
    elif policy.since == Since.GOODS_READY:
        ready, platform = ready_at(job.delivered_at, job.wanted_at), policy.family == Family.PLATFORM
        if ready is None or job.status in _WORK_OVER or (job.dealer_id is None and not platform):
            return None
        start = measured_from(ready, at, platform=platform, told=told)
    policy = policies.in_force(tx, policy, job, start)
    window = booked or policy.window
    if window is None:
        return None
    when = levels(start, window, policy.counts, policies.CALENDAR.get(tx))
    # The platform's finish clock outlives a redispatch: it is always that of whoever has the job.
    shared = policy.since == Since.GOODS_READY and policy.family == Family.PLATFORM
    owner = dealer_id if policy.owner == "dealer" and not shared else None
    return NewClock(
        kind=policy.kind,
        family=policy.family,
        owner=policy.owner,
        dealer_id=owner,
        complaint_id=None,
        counts=policy.counts,
        window_s=int(window.total_seconds()),
        starts_at=start,
        notice_at=when.notice_at,
        due_at=when.breach_at,
        severe_at=when.severe_at,
        provisional=when.provisional,
        level=when.passed(at) if shared else 0,  # what was lost before anybody heard is raised against nobody
    )


def stopped_kinds(action: str, variant: str) -> list[str]:
    """The kinds of clock an action stops or ends."""
    names = (action, f"{action}:{variant}")
    return [kind for name in names for kind in (*STOPS.get(name, ()), *ENDS.get(name, ()))]


def lifted_reasons(action: str, variant: str) -> list[str]:
    """The pause reasons (their opening actions) that an action ends."""
    names = {action, f"{action}:{variant}"}
    return [rule.opens_on for rule in PAUSE_RULES if not names.isdisjoint(rule.closes_on)]


TOO_EARLY = f"(clock.kind = 'arrive' AND clock.stopped_at < clock.starts_at - interval '{EARLIEST}')"
"""Somebody came long before the window that was agreed: nothing late, but the window was not kept either."""
_PAUSE = """
WITH held AS (
    UPDATE clock SET paused_at = coalesce(paused_at, %(at)s),
           next_at = CASE WHEN next_at <= %(at)s THEN next_at END
     WHERE job_id = %(job_id)s AND kind = ANY(%(kinds)s) AND stopped_at IS NULL RETURNING id)
INSERT INTO clock_pause (clock_id, reason, from_at) SELECT id, %(reason)s, %(at)s FROM held
"""


def pause(tx: Connection, job_id: int, action: str, reason: str | None, at: datetime) -> None:
    """Lay a pause on the running clocks that the action, for this reason, pauses."""
    names = (action, f"{action}:{reason}")
    for rule in PAUSE_RULES:
        if rule.opens_on in names:
            kinds = [str(kind) for kind in rule.kinds]
            tx.exec_driver_sql(_PAUSE, {"job_id": job_id, "kinds": kinds, "at": at, "reason": rule.opens_on})


_KEEP = """
UPDATE clock SET stopped_at = due_at, next_at = due_at
 WHERE job_id = %(job_id)s AND kind = 'arrive' AND stopped_at IS NULL AND paused_at IS NULL AND due_at > %(at)s
"""


def keep_arrival(tx: Connection, job_id: int, at: datetime) -> None:
    """Have the arrival at a window that is being taken away judged at its end all the same: a breach, never severe.

    Who checks in before that end after all stops it in time; no other deed does.
    """
    tx.exec_driver_sql(_KEEP, {"job_id": job_id, "at": at})


_LIFT = """
UPDATE clock_pause SET until_at = greatest(from_at, %(at)s)
 WHERE until_at IS NULL AND reason = ANY(%(reasons)s)
   AND clock_id IN (SELECT id FROM clock WHERE job_id = %(job_id)s AND paused_at IS NOT NULL)
"""
_PAUSED = """
SELECT clock.id, counts, window_s, starts_at, level,
       array_agg(from_at ORDER BY pause.id) AS since, array_agg(until_at ORDER BY pause.id) AS until
  FROM clock JOIN clock_pause pause ON pause.clock_id = clock.id
 WHERE job_id = %(job_id)s AND paused_at IS NOT NULL AND stopped_at IS NULL GROUP BY clock.id
"""
_RESET = """
UPDATE clock SET paused_at = CASE WHEN %(open)s THEN paused_at END, notice_at = %(notice)s, due_at = %(due)s,
       severe_at = %(severe)s, provisional = %(provisional)s, next_at = %(next)s, window_s = %(window_s)s
 WHERE id = %(id)s
"""


def lift(tx: Connection, job_id: int, reasons: Sequence[str], at: datetime) -> None:
    """End the pauses of these reasons, and work out the due times of the clocks they were laid on anew."""
    tx.exec_driver_sql(_LIFT, {"job_id": job_id, "reasons": list(reasons), "at": at})
    for row in tx.exec_driver_sql(_PAUSED, {"job_id": job_id}).all():
        reset(tx, row, row.window_s, [Pause(a, b) for a, b in zip(row.since, row.until, strict=True)])


def reset(tx: Connection, row: Any, window_s: int, pauses: Sequence[Pause]) -> None:
    """Write a clock's instants anew from its start, window and pauses; levels already raised stay raised."""
    counts, window = Counts(row.counts), timedelta(seconds=window_s)
    when = levels(row.starts_at, window, counts, policies.CALENDAR.get(tx), pauses)
    instants = (when.notice_at, when.breach_at, when.severe_at)
    values = {
        "id": row.id,
        "open": any(pause.until is None for pause in pauses),
        "notice": when.notice_at,
        "due": when.breach_at,
        "severe": when.severe_at,
        "provisional": when.provisional,
        "next": instants[row.level] if row.level < len(instants) else None,
        "window_s": window_s,
    }
    tx.exec_driver_sql(_RESET, values)


RUNNING_FINISH = """
SELECT id, family, counts, window_s, starts_at, level FROM clock
 WHERE job_id = %(job_id)s AND kind = 'finish' AND stopped_at IS NULL
"""
_PAUSES = "SELECT from_at, until_at FROM clock_pause WHERE clock_id = %(id)s ORDER BY id"


def restart(tx: Connection, row: Any, start: datetime | None, window_s: int | None = None) -> None:
    """Let a running clock count from another instant or with another window."""
    pauses = [Pause(p.from_at, p.until_at) for p in tx.exec_driver_sql(_PAUSES, {"id": row.id})]
    starts_at = row.starts_at if start is None else max(start, row.starts_at)
    tx.exec_driver_sql(
        "UPDATE clock SET starts_at = %(at)s WHERE id = %(id)s", {"at": starts_at, "id": row.id}
    )
    moved = _Running(row.id, row.counts, starts_at, row.level)
    reset(tx, moved, row.window_s if window_s is None else window_s, pauses)


def rezone(tx: Connection, job: JobState) -> None:
    """Give the running finish clocks the window of the job's zone: of 48 hours become 72 where it is remote."""
    defaults = {policy.family.value: policy for policy in started_by("delivered", Zone(job.zone))}
    for row in tx.exec_driver_sql(RUNNING_FINISH, {"job_id": job.id}).all():
        window = policies.in_force(tx, defaults[row.family], job, row.starts_at).window
        if window is not None:
            restart(tx, row, None, int(window.total_seconds()))


@dataclass(frozen=True, slots=True)
class _Running:
    id: int
    counts: str
    starts_at: datetime
    level: int
