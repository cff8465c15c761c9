"""The way beside the deeds on it: the case as an agent opens it, and the jobs of a visit that follow its ruling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import SYSTEM, Actor
from domain.calendar import local_date
from domain.fees import dearest
from domain.job import JobState
from services.deeds import overpaid, remote
from services.deeds.handling import Deed
from services.deeds.loading import COLUMNS
from services.parts import access, fee_trips, queueing, rules
from services.queries import remote_fees
from services.queries.remote_views import RemoteCase
from services.uow import use_case


@use_case
def open_case(tx: Connection, actor: Actor, job_id: int, now: datetime) -> RemoteCase:
    """The whole case; NotFound outside the agent's channels, and then nothing is recorded.

    It shows where the customer lives, so that the look is on record first.
    """
    page = remote_fees.case(tx, actor, job_id, now)
    access.note(tx, "remote_case_read", now, actor, job_id=job_id)
    return page


# Trap: every job of the visit, by id, before anything is read: rulings of two of them at once end in one.
_JOBS = f"""
SELECT {COLUMNS}, job.fees_posted_at IS NOT NULL AS posted, remote_agreed_fen
  FROM job WHERE visit_id = %(visit)s ORDER BY id FOR UPDATE
"""
_LATEST = """
SELECT dispute.job_id, customer_fen, remote_agreed_fen
  FROM remote_dispute dispute JOIN job ON job.id = dispute.job_id
 WHERE job.visit_id = %(visit)s AND ruled_by IN ('agent', 'silence') ORDER BY ruled_at DESC, job_id DESC LIMIT 1
"""
_FOLLOW = """
INSERT INTO remote_dispute (job_id, opened_at, opened_by_role, verdict, owed_fen, customer_fen, ruled_by, ruled_at,
                            ruled_person_id)
SELECT %(job)s, ruled_at, 'system', verdict, owed_fen, customer_fen, ruled_by, ruled_at, ruled_person_id
  FROM remote_dispute WHERE job_id = %(from)s
ON CONFLICT (job_id) DO UPDATE SET owed_fen = excluded.owed_fen, customer_fen = excluded.customer_fen,
       ruled_by = excluded.ruled_by, ruled_at = excluded.ruled_at, ruled_person_id = excluded.ruled_person_id
 WHERE (remote_dispute.ruled_at, remote_dispute.customer_fen)
       IS DISTINCT FROM (excluded.ruled_at, excluded.customer_fen)
"""


@use_case
def follow(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Put the latest ruling over a visit's way on its other jobs; how many took it. Again changes nothing.

    The visit has one way. What another job asks for it above the customer's part is withdrawn, what it took goes back.
    """
    asked = {"visit": payload["visit_id"]}
    rows = tx.exec_driver_sql(_JOBS, asked).all()
    latest = tx.exec_driver_sql(_LATEST, asked).first()
    if latest is None:
        return 0
    others = [row for row in rows if row.id != latest.job_id]
    return sum(_takes(tx, row, latest, now) for row in others)


def _takes(tx: Connection, row: Any, latest: Any, now: datetime) -> bool:
    if not tx.exec_driver_sql(_FOLLOW, {"job": row.id, "from": latest.job_id}).rowcount:
        return False
    job = JobState(*row[: len(fields(JobState))])
    deed = Deed(tx, SYSTEM, job, Command(Action.RULE_REMOTE), now, now)
    back = overpaid.give_back(deed, latest.customer_fen, "brand" if _paid_for(tx, row, now) else "dealer")
    said = {"job_id": latest.job_id, "customer_fen": latest.customer_fen, "refund_fen": back or None}
    columns = remote.ruled(deed, latest.customer_fen)
    if row.remote_agreed_fen is None:
        columns["remote_agreed_fen"] = latest.remote_agreed_fen
    queueing.record(tx, job, "follow_remote", now, data=said, columns=columns)
    return True


def _paid_for(tx: Connection, row: Any, now: datetime) -> bool:
    """Whether the ledger has the visit's fee already, on this job and without what the customer pays no more."""
    if not row.posted:
        return False
    rule = rules.load(tx).on(local_date(row.checked_in_at or now))
    sharing = fee_trips.sharing(tx, [row.visit_id]).get(row.visit_id, [])
    return rule is None or dearest((one.facts for one in sharing), rule) in (None, row.id)
