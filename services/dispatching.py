"""Jobs find their dealers, and offers run out (domain.md §3).

A run reads its jobs by the batch and its places once (`parts/rounds.py`), and plans them in order, each with what the
ones before it took away. Plain offers are made ten to a transaction, their rows locked and those of others skipped,
everything else in one of its own, by two workers: one reckons while the database writes for the other. Several runners
share the work, and a run that dies or is repeated does nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.dispatch import Candidate, Funnel
from domain.errors import DomainError
from domain.job import JobState, Kind
from services.deeds import act
from services.deeds.loading import COLUMNS
from services.parts import digests, queueing, repair_payment, rooms
from services.parts.rounds import Round
from services.uow import query, use_case

BATCH = 200
WORKERS, WORTH_IT = 2, 20  # fewer jobs than that are done by one
TOGETHER = 10  # offers to a transaction: two round trips of three are saved, and nobody waits long for a row
NO_ROOM = "no_capacity"


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What became of the jobs of a run; `failed` went before an agent because something barred the offer."""

    offered: int = 0
    accepted: int = 0
    unserved: int = 0
    no_capacity: int = 0
    no_dealer_left: int = 0
    address: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A job as the batch read it, its funnel, and who is to be asked."""

    job: JobState
    funnel: Funnel
    asked: tuple[Candidate, ...]

    def is_plain(self) -> bool:
        """An offer and nothing else: nobody accepts at once, no money is to be settled first."""
        known = self.job.division_code is not None and self.job.kind != Kind.REPAIR
        return known and bool(self.asked) and not self.asked[0].auto_accept

    def is_full(self) -> bool:
        """Nobody to ask, but only for want of room: what waits for that goes on waiting."""
        return not self.asked and self.funnel.only_full()


# -- jobs to dealers


def dispatch_batch(now: datetime, limit: int = 20_000) -> Dispatched:
    """Offer up to `limit` new jobs to whom they belong; those that take everything accept at once."""
    return _run(now, limit, waiting=False)


def dispatch_waiting(now: datetime, limit: int = 20_000) -> Dispatched:
    """The same for jobs that lie before an agent only because every dealer was full: perhaps one is not any more."""
    return _run(now, limit, waiting=True)


def _run(now: datetime, limit: int, *, waiting: bool) -> Dispatched:
    this, counts, after = Round(now), Counter[str](), 0
    with ThreadPoolExecutor(WORKERS) as pool:
        while limit > 0:
            plans = [_plan(this, job) for job in _batch(this, after, min(limit, BATCH), waiting)]
            if not plans:
                break
            todo = [plan for plan in plans if not (waiting and plan.is_full())]
            hands = WORKERS if len(todo) >= WORTH_IT else 1
            parts = [todo[place::hands] for place in range(hands)]
            done = [pool.submit(copy_context().run, _steps, part, now) for part in parts]
            for part in done:
                counts += part.result()
            after, limit = plans[-1].job.id, limit - len(plans)
    return Dispatched(**counts)


_NEW = f"""
SELECT {COLUMNS} FROM job
 WHERE status = 'new' AND queue {{queue}} AND kind <> 'return_visit' AND id > %(after)s ORDER BY id LIMIT %(limit)s
"""
_NEXT = _NEW.format(queue="IS NULL")
_WAITING = _NEW.format(queue=f"= '{NO_ROOM}'")


@query
def _batch(connection: Connection, this: Round, after: int, limit: int, waiting: bool) -> list[JobState]:
    rows = connection.exec_driver_sql(_WAITING if waiting else _NEXT, {"after": after, "limit": limit}).all()
    jobs = [JobState(*row) for row in rows]
    if jobs:
        this.look(connection, jobs)
    return jobs


def _plan(this: Round, job: JobState) -> Plan:
    """What is to be done; the next plan of the run knows of it."""
    funnel = this.funnel(job)
    asked = funnel.asked()
    this.gave(job, [line.dealer_id for line in asked])
    return Plan(job, funnel, asked)


def _steps(plans: Sequence[Plan], now: datetime) -> Counter[str]:
    """Auto-acceptance takes a dealer's room, and two of those in one transaction could wait for each other's."""
    plain = [plan for plan in plans if plan.is_plain()]
    outcomes = [_step(plan, now) for plan in plans if not plan.is_plain()]
    for first in range(0, len(plain), TOGETHER):
        outcomes += _together(plain[first : first + TOGETHER], now)
    return Counter(outcome for outcome in outcomes if outcome is not None)


def _together(plans: Sequence[Plan], now: datetime) -> list[str | None]:
    try:
        return ["offered"] * _offer_all(plans, now)
    except DomainError:  # one of them is barred
        return [_step(plan, now) for plan in plans]


def _step(plan: Plan, now: datetime) -> str | None:
    try:
        return _dispatch(plan, now)
    except DomainError:  # it must not stand in the way of the next
        _put_aside(plan.job.id, now)
        return "failed"


@use_case
def _put_aside(tx: Connection, job_id: int, now: datetime) -> None:
    queueing.queue(tx, job_id, "dispatch_failed", now)


# The commit does not wait for the disk. A crash can only lose offers nobody has been told of: whoever tells, accepts or
# answers after it commits with the flush, and that flushes all before; the lost job is new, and found again.
_CLAIM = """
SELECT set_config('synchronous_commit', 'off', true) FROM job
 WHERE id = %(job)s AND version = %(version)s FOR UPDATE SKIP LOCKED
"""


_CLAIM_ALL = """
SELECT set_config('synchronous_commit', 'off', true), job.id
  FROM job JOIN unnest(%(jobs)s::bigint[], %(versions)s::bigint[]) AS read(id, version)
    ON read.id = job.id AND read.version = job.version FOR UPDATE OF job SKIP LOCKED
"""


@use_case
def _offer_all(tx: Connection, plans: Sequence[Plan], now: datetime) -> int:
    """How many could be claimed; those are offered."""
    asked = {"jobs": [plan.job.id for plan in plans], "versions": [plan.job.version for plan in plans]}
    ours = {row.id for row in tx.exec_driver_sql(_CLAIM_ALL, asked)}
    for plan in plans:
        if plan.job.id in ours:
            _make_offer(tx, plan, now)
    return len(ours)


def _make_offer(tx: Connection, plan: Plan, now: datetime) -> None:
    dealers = tuple(line.dealer_id for line in plan.asked)
    command = Command(Action.OFFER, dealer_ids=dealers, funnel=plan.funnel)
    act(tx, SYSTEM, plan.job.id, command, now, locked=plan.job)


@use_case
def _dispatch(tx: Connection, plan: Plan, now: datetime) -> str | None:
    """Offer it; without anybody to ask: unserved where nobody covers, else the agents' queue. None: left as it is.

    What is no longer as the batch read it, or in somebody's hands, is left to the next run.
    """
    job = plan.job
    if tx.exec_driver_sql(_CLAIM, {"job": job.id, "version": job.version}).first() is None:
        return None
    if job.division_code is None:
        queueing.queue(tx, job.id, "address", now)
        return "address"
    if not repair_payment.agreed(tx, job):
        queueing.queue(tx, job.id, repair_payment.QUOTE, now)
        return None
    if plan.asked:
        return _offer(tx, plan, now)
    if plan.funnel.covered():
        return _nobody_left(tx, job, plan.funnel, now)
    act(tx, SYSTEM, job.id, Command(Action.MARK_UNSERVED), now)
    return "unserved"


def _nobody_left(tx: Connection, job: JobState, funnel: Funnel, now: datetime) -> str | None:
    why = NO_ROOM if funnel.only_full() else "no_dealer_left"
    out = [line.dealer_id for line in funnel.dropped]
    barred = [sorted(line.barred_by()) for line in funnel.dropped]
    if not queueing.queue(tx, job.id, why, now, data={"dealer_ids": out, "barred_by": barred}):
        return None
    told = {"template": "nobody_left", "audience": "agents", "values": {"count": 1, "level": _WORDS[why]}}
    digests.owe(tx, f"{why}:channel:{job.channel_id}:", job.id, told, now)
    return why


_WORDS = {NO_ROOM: "因各网点产能已满未派出", "no_dealer_left": "已没有网点可派"}


_OPEN = "SELECT id FROM offer WHERE job_id = %(job)s AND dealer_id = %(dealer)s AND status = 'open'"


def _offer(tx: Connection, plan: Plan, now: datetime) -> str:
    """To one or to several; who wishes to take everything accepts, if he still has room under his lock."""
    job, first = plan.job, plan.asked[0]
    _make_offer(tx, plan, now)
    if not first.auto_accept or not rooms.has_room(tx, job, first.dealer_id, now):
        return "offered"
    offer_id = tx.exec_driver_sql(_OPEN, {"job": job.id, "dealer": first.dealer_id}).scalar_one()
    act(tx, SYSTEM, job.id, Command(Action.ACCEPT, offer_id=offer_id), now)
    return "accepted"


# -- offers that ran out

_EXPIRED = """
SELECT offer.id, offer.job_id FROM offer JOIN job ON job.id = offer.job_id
 WHERE offer.status = 'open' AND offer.expires_at <= %(now)s AND job.status = 'offered' AND offer.id <> ALL(%(not)s)
 ORDER BY offer.expires_at, offer.id LIMIT %(most)s FOR UPDATE OF job SKIP LOCKED
"""
AT_ONCE = 50  # jobs locked together


def expire_offers(now: datetime, limit: int = 20_000) -> int:
    """End offers nobody answered; returns how many. Where none is open any more the job is dispatched again."""
    expired, stuck = 0, list[int]()
    while expired < limit:
        try:
            done = _expire_some(now, stuck, min(AT_ONCE, limit - expired))
        except _Stuck as barred:
            stuck.append(barred.offer_id)
            continue
        if not done:
            break
        expired += done
    return expired


class _Stuck(Exception):
    """This offer cannot be ended; it must not stand in the way of the next."""

    def __init__(self, offer_id: int) -> None:
        super().__init__(offer_id)
        self.offer_id = offer_id


@use_case
def _expire_some(tx: Connection, now: datetime, stuck: list[int], most: int) -> int:
    rows = tx.exec_driver_sql(_EXPIRED, {"now": now, "not": stuck, "most": most}).all()
    for row in rows:
        try:
            act(tx, SYSTEM, row.job_id, Command(Action.EXPIRE, offer_id=row.id), now)
        except DomainError as error:
            raise _Stuck(row.id) from error
    return len(rows)
