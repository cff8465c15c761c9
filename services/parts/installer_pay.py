"""What a completed job earns its installer, in the transaction that completes it, or that brings the rate for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import installer_pay as rules
from domain.calendar import local_date, month_of
from domain.installer_pay import Rate
from domain.job import KIND_NAMES, JobState, Kind

# A rate and a job that closes at the same instant must see each other: who closes shares the lock, who adds doesn't.
_SHARED = "SELECT pg_advisory_xact_lock_shared(1768846451, hashint8(%(dealer)s))"
_ALONE = "SELECT pg_advisory_xact_lock(1768846451, hashint8(%(dealer)s))"
_RATES = """
SELECT id, effective_from, category, kind, fen, further_fen FROM installer_rate WHERE dealer_id = %(dealer)s
"""
_JOBS = """
SELECT job.id, job.installer_id, job.kind, job.category_code, category.name, job.units, job.submitted_at,
       coalesce(job.closed_at, %(at)s) AS closed_at
  FROM job JOIN category ON category.code = job.category_code
 WHERE job.dealer_id = %(dealer)s AND job.installer_id IS NOT NULL AND job.kind <> 'return_visit' AND {which}
"""
_ONE = _JOBS.format(which="job.id = %(job)s")
_SINCE = _JOBS.format(
    which="""job.status = 'closed' AND coalesce(job.submitted_at, job.closed_at) >=
       %(since)s::timestamp AT TIME ZONE 'Asia/Shanghai' AND NOT EXISTS (
           SELECT 1 FROM installer_earning done WHERE done.job_id = job.id AND done.rate_id IS NOT NULL)"""
)
_EARN = """
INSERT INTO installer_earning (dealer_id, installer_id, month, job_id, rate_id, worked_on, amount_fen, text, made_at)
SELECT %(dealer)s, installer_id, month, job_id, rate_id, worked_on, amount_fen, text, %(now)s
  FROM jsonb_to_recordset(%(lines)s::jsonb) AS line(installer_id bigint, month date, job_id bigint, rate_id bigint,
       worked_on date, amount_fen bigint, text text) ORDER BY job_id
ON CONFLICT (job_id) WHERE rate_id IS NOT NULL DO NOTHING
"""


def completed(tx: Connection, job: JobState, at: datetime, now: datetime) -> None:
    """A job of an installer closes: its line, where the dealer has a rate for such work."""
    if job.dealer_id is None or job.installer_id is None or job.kind == Kind.RETURN_VISIT:
        return
    tx.exec_driver_sql(_SHARED, {"dealer": job.dealer_id})
    known = rates(tx, job.dealer_id)
    if known:
        rows = tx.exec_driver_sql(_ONE, {"dealer": job.dealer_id, "job": job.id, "at": at}).all()
        _earn(tx, job.dealer_id, rows, known, now)


def fill(tx: Connection, dealer_id: int, since: date, now: datetime) -> int:
    """The lines of jobs closed before there was a rate for them; how many."""
    rows = tx.exec_driver_sql(_SINCE, {"dealer": dealer_id, "since": since, "at": now}).all()
    return _earn(tx, dealer_id, rows, rates(tx, dealer_id), now)


def rates(tx: Connection, dealer_id: int) -> list[Rate]:
    """Every rate the dealer ever had."""
    return [Rate(*row) for row in tx.exec_driver_sql(_RATES, {"dealer": dealer_id})]


def alone(tx: Connection, dealer_id: int) -> None:
    """No job of the dealer closes until this transaction ends."""
    tx.exec_driver_sql(_ALONE, {"dealer": dealer_id})


def _earn(tx: Connection, dealer_id: int, rows: Sequence[Any], known: Sequence[Rate], now: datetime) -> int:
    lines = [line for row in rows if (line := _line(row, known)) is not None]
    if not lines:
        return 0
    asked = {"dealer": dealer_id, "now": now, "lines": orjson.dumps(lines).decode()}
    return tx.exec_driver_sql(_EARN, asked).rowcount


def _line(row: Any, known: Sequence[Rate]) -> dict[str, Any] | None:
    """Priced by the day it was worked, in the month in which it was completed."""
    day = local_date(row.submitted_at or row.closed_at)
    rate = rules.rate_for(known, row.category_code, row.kind, day)
    if rate is None:
        return None
    fen, words = rules.earned(rate, row.units, KIND_NAMES[row.kind], row.name)
    return {
        "installer_id": row.installer_id,
        "month": month_of(row.closed_at),
        "job_id": row.id,
        "rate_id": rate.id,
        "worked_on": day,
        "amount_fen": fen,
        "text": words,
    }
