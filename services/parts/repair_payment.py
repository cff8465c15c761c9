"""Whether it is settled who pays for a repair: before that nobody is sent."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.job import JobState, Kind

QUOTE, WARRANTY = "quote", "warranty"
ERRANDS = (QUOTE, WARRANTY)
"""The agents' queues: a customer is to be quoted; nobody knows yet who pays."""
_AGREED = """
SELECT coalesce(payer IN ('brand', 'dealer') OR answer = 'agreed', false) FROM service_request WHERE job_id = %(job)s
"""


def agreed(tx: Connection, job: JobState) -> bool:
    """Whether this job may be dispatched as far as money goes; only a repair ever may not."""
    if job.kind != Kind.REPAIR:
        return True
    found = tx.exec_driver_sql(_AGREED, {"job": job.id}).first()
    return found is None or bool(found[0])
