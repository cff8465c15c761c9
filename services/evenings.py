"""What is looked at by time around a visit: the evening before it, goods nobody heard of, calls that are due (§2.3).

Every function works job by job, each in a transaction of its own with the row locked; again it does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.calendar import SHANGHAI, local_date
from domain.notices import Audience
from services.deeds import act
from services.deeds.loading import lock
from services.parts import outbox, queueing
from services.uow import query, use_case

DELIVERY_UNKNOWN = timedelta(days=7)
LOOKS_BACK = timedelta(days=60)
CONTACT_OVERDUE = timedelta(days=1)

# -- the evening before

# Paid? delivered? undamaged? certificate valid? The first that is not so and was not already held today: what an agent
# released stays released, and the next doubt still holds.
_DOUBTS = """
SELECT job.id, (SELECT code FROM (VALUES
    (1, 'unpaid', job.kind IN ('install', 'deliver_install') AND line.state IN ('unpaid', 'refunded', 'closed')),
    (2, 'undelivered', job.kind = 'install' AND job.delivered_at IS NULL),
    (3, 'damaged', EXISTS (SELECT 1 FROM damage WHERE damage.job_id = job.id AND damage.created_at > coalesce((
        SELECT max(received_at) FROM job_event e WHERE e.job_id = job.id AND e.action = 'release'), '-infinity'))),
    (4, 'certificate', EXISTS (SELECT 1 FROM jsonb_array_elements_text(category.certificates) AS need
        WHERE NOT EXISTS (SELECT 1 FROM certificate c WHERE c.person_id = job.installer_id AND c.kind = need
                             AND c.expires_on >= %(tomorrow)s)))
  ) AS asked(place, code, holds)
   WHERE holds AND NOT EXISTS (SELECT 1 FROM job_event e WHERE e.job_id = job.id AND e.action = 'hold'
                                  AND e.reason = code AND e.received_at >= %(today)s)
   ORDER BY place LIMIT 1) AS doubt
  FROM job JOIN order_line line ON line.id = job.order_line_id JOIN category ON category.code = job.category_code
 WHERE job.status = 'booked' AND job.held IS NULL AND job.window_start >= %(from)s AND job.window_start < %(until)s
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
