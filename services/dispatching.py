"""Jobs find their dealers, offers run out, and the evening before a visit is looked at (domain.md §2.3, §3).

Every function works job by job, each in a transaction of its own with the row locked, rows of others skipped: several
runners share the work, and a run that dies or is repeated does nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.calendar import SHANGHAI, local_date
from domain.dispatch import Candidate
from domain.errors import DomainError
from domain.job import JobState
from domain.notices import Audience
from services.deeds import act
from services.deeds.loading import COLUMNS, lock
from services.parts import candidates, outbox, queueing
from services.uow import query, use_case

DELIVERY_UNKNOWN = timedelta(days=7)
LOOKS_BACK = timedelta(days=60)
CONTACT_OVERDUE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What became of the jobs of a batch; `failed` went before an agent because something barred the offer."""

    offered: int = 0
    accepted: int = 0
    unserved: int = 0
    no_dealer_left: int = 0
    address: int = 0
    failed: int = 0


# -- jobs to dealers

_NEXT = f"""
SELECT {COLUMNS} FROM job
 WHERE status = 'new' AND queue IS NULL AND kind <> 'return_visit' AND id > %(after)s
 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def dispatch_batch(now: datetime, limit: int = 200) -> Dispatched:
    """Offer up to `limit` new jobs to the best dealer each; those that take everything accept at once."""
    counts: dict[str, int] = {}
    after = 0
    for _ in range(limit):
        done = _step(after, now)
        if done is None:
            break
        after, outcome = done
        counts[outcome] = counts.get(outcome, 0) + 1
    return Dispatched(**counts)


def _step(after: int, now: datetime) -> tuple[int, str] | None:
    try:
        return _dispatch_next(after, now)
    except _Stuck as stuck:
        _put_aside(stuck.job_id, now)
        return stuck.job_id, "failed"


class _Stuck(Exception):
    """This job cannot be offered; it must not stand in the way of the next."""

    def __init__(self, job_id: int) -> None:
        super().__init__(job_id)
        self.job_id = job_id


@use_case
def _put_aside(tx: Connection, job_id: int, now: datetime) -> None:
    queueing.queue(tx, job_id, "dispatch_failed", now)


@use_case
def _dispatch_next(tx: Connection, after: int, now: datetime) -> tuple[int, str] | None:
    row = tx.exec_driver_sql(_NEXT, {"after": after}).first()
    if row is None:
        return None
    job = JobState(*row)
    try:
        return job.id, _dispatch(tx, job, now)
    except DomainError as error:
        raise _Stuck(job.id) from error


def _dispatch(tx: Connection, job: JobState, now: datetime) -> str:
    """Offer to the best; without any: unserved where nobody covers, else the agents' queue."""
    if job.division_code is None:
        queueing.queue(tx, job.id, "address", now)
        return "address"
    funnel = candidates.rank(tx, job, now)
    if funnel.ranked:
        return _offer(tx, job.id, funnel.ranked[0], now)
    if candidates.covering(tx, job.division_code, job.category_code, now):
        out = [candidate.dealer_id for candidate in funnel.dropped]
        queueing.queue(tx, job.id, "no_dealer_left", now, data={"dealer_ids": out})
        return "no_dealer_left"
    act(tx, SYSTEM, job.id, Command(Action.MARK_UNSERVED), now)
    return "unserved"


_OPEN = "SELECT id FROM offer WHERE job_id = %(job)s AND dealer_id = %(dealer)s AND status = 'open'"


def _offer(tx: Connection, job_id: int, best: Candidate, now: datetime) -> str:
    act(tx, SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(best.dealer_id,)), now)
    if not best.auto_accept:
        return "offered"
    offer_id = tx.exec_driver_sql(_OPEN, {"job": job_id, "dealer": best.dealer_id}).scalar_one()
    act(tx, SYSTEM, job_id, Command(Action.ACCEPT, offer_id=offer_id), now)
    return "accepted"


# -- offers that ran out

_EXPIRED = """
SELECT offer.id, offer.job_id FROM offer JOIN job ON job.id = offer.job_id
 WHERE offer.status = 'open' AND offer.expires_at <= %(now)s AND job.status = 'offered' AND offer.id <> ALL(%(not)s)
 ORDER BY offer.expires_at, offer.id LIMIT 1 FOR UPDATE OF job SKIP LOCKED
"""


def expire_offers(now: datetime, limit: int = 500) -> int:
    """End offers nobody answered; returns how many. Where none is open any more the job is dispatched again."""
    expired, stuck = 0, list[int]()
    for _ in range(limit):
        try:
            if not _expire_next(now, stuck):
                break
        except _Stuck as barred:
            stuck.append(barred.job_id)
        else:
            expired += 1
    return expired


@use_case
def _expire_next(tx: Connection, now: datetime, stuck: list[int]) -> bool:
    row = tx.exec_driver_sql(_EXPIRED, {"now": now, "not": stuck}).first()
    if row is None:
        return False
    try:
        act(tx, SYSTEM, row.job_id, Command(Action.EXPIRE, offer_id=row.id), now)
    except DomainError as error:
        raise _Stuck(row.id) from error
    return True


# -- the evening before

_DOUBTS = """
SELECT job.id, CASE
    WHEN job.kind IN ('install', 'deliver_install') AND line.state IN ('unpaid', 'refunded', 'closed') THEN 'unpaid'
    WHEN job.kind = 'install' AND job.delivered_at IS NULL THEN 'undelivered'
    WHEN EXISTS (SELECT 1 FROM damage WHERE damage.job_id = job.id AND damage.created_at > coalesce((
        SELECT max(received_at) FROM job_event e WHERE e.job_id = job.id AND e.action = 'release'), '-infinity'))
      THEN 'damaged'
    WHEN EXISTS (SELECT 1 FROM jsonb_array_elements_text(category.certificates) AS need WHERE NOT EXISTS (
        SELECT 1 FROM certificate c WHERE c.person_id = job.installer_id AND c.kind = need
           AND c.expires_on >= %(tomorrow)s)) THEN 'certificate'
  END AS doubt
  FROM job JOIN order_line line ON line.id = job.order_line_id JOIN category ON category.code = job.category_code
 WHERE job.status = 'booked' AND job.held IS NULL AND job.window_start >= %(from)s AND job.window_start < %(until)s
   AND NOT EXISTS (SELECT 1 FROM job_event e WHERE e.job_id = job.id AND e.action = 'release'
                      AND e.received_at >= %(today)s)
"""
_DOUBTFUL = f"SELECT id FROM ({_DOUBTS}) AS seen WHERE doubt IS NOT NULL ORDER BY id"
_DOUBT_OF = f"SELECT doubt FROM ({_DOUBTS} AND job.id = %(job)s) AS seen"


def evening_check(now: datetime) -> int:
    """Hold tomorrow's visits that cannot take place: unpaid, undelivered, damaged, no certificate; how many.

    Run at 18:00; again it does nothing. What an agent released today is left alone.
    """
    asked = _tomorrow(now)
    return sum(_hold(job_id, asked, now) for job_id in _ids(_DOUBTFUL, asked))


def _tomorrow(now: datetime) -> dict[str, Any]:
    day = local_date(now)
    midnight = datetime.combine(day, time(), SHANGHAI)
    one = timedelta(days=1)
    return {"today": midnight, "from": midnight + one, "until": midnight + 2 * one, "tomorrow": day + one}


@query
def _ids(connection: Connection, sql: str, params: Mapping[str, Any]) -> list[int]:
    return list(connection.exec_driver_sql(sql, dict(params)).scalars())


@use_case
def _hold(tx: Connection, job_id: int, asked: Mapping[str, Any], now: datetime) -> bool:
    lock(tx, job_id)
    doubt = tx.exec_driver_sql(_DOUBT_OF, {**asked, "job": job_id}).scalar()
    if doubt is None:
        return False
    act(tx, SYSTEM, job_id, Command(Action.HOLD, reason=doubt), now)
    return True


# -- what an agent must ask

_UNKNOWN = """
SELECT job.id FROM order_line line JOIN job ON job.order_line_id = line.id
 WHERE line.delivered_at IS NULL AND line.created_at < %(until)s AND line.created_at >= %(from)s
   AND job.kind = 'install' AND job.delivered_at IS NULL AND job.queue IS NULL
   AND job.status IN ('new', 'offered', 'accepted', 'booked', 'suspended')
   AND NOT EXISTS (SELECT 1 FROM job_event e WHERE e.job_id = job.id AND e.reason = 'delivery_unknown')
 ORDER BY job.id
"""


def unknown_delivery(now: datetime) -> int:
    """Put jobs before the agents whose goods nobody has heard of for 7 days; once each. Looks back 60 days."""
    asked = {"until": now - DELIVERY_UNKNOWN, "from": now - LOOKS_BACK}
    return sum(_queue(job_id, "delivery_unknown", now) for job_id in _ids(_UNKNOWN, asked))


@use_case
def _queue(tx: Connection, job_id: int, why: str, now: datetime) -> bool:
    return queueing.queue(tx, job_id, why, now)


_TO_CONTACT = """
SELECT id FROM job WHERE next_contact_at <= %(now)s AND dealer_id IS NOT NULL
   AND status IN ('accepted', 'suspended') ORDER BY id
"""


def next_contacts_due(now: datetime) -> int:
    """Remind the dealer of a call that is due, once; a day later an agent looks. Returns for how many jobs."""
    return sum(_remind(job_id, now) for job_id in _ids(_TO_CONTACT, {"now": now}))


_CALL = "SELECT next_contact_at FROM job WHERE id = %(job)s AND next_contact_at <= %(now)s"
_REMINDED = "SELECT 1 FROM outbox WHERE dedupe_key = %(key)s"


@use_case
def _remind(tx: Connection, job_id: int, now: datetime) -> bool:
    job = lock(tx, job_id)
    row = tx.exec_driver_sql(_CALL, {"job": job_id, "now": now}).first()
    if row is None or job.dealer_id is None:
        return False
    if row.next_contact_at <= now - CONTACT_OVERDUE and job.queue is None:
        return queueing.queue(tx, job_id, "contact_overdue", now)
    key = f"job:{job_id}:contact_due:{row.next_contact_at:%Y%m%d%H%M%S}"
    if tx.exec_driver_sql(_REMINDED, {"key": key}).first() is not None:
        return False
    told = {"template": "contact_due", "audience": Audience.DESK, "dealer_ids": [job.dealer_id]}
    outbox.put(tx, [outbox.Owed("notice", key, told, job_id=job_id)], now)
    return True
