"""The agents' queue: a job stands in it for one reason, and a quarrel is never pushed out by an errand.

A complaint or a dispute, of the work or of the way, keeps its place until its own end; what comes meanwhile is on the
chain all the same. When an errand is done the quarrel that still goes on is what the job waits for again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.job import JobState

QUARRELS = ("dispute", "complaint", "remote_fee")


def quarrel(job: JobState) -> str | None:
    """The quarrel that goes on: a dispute before a complaint before one over the way, or none."""
    if job.dispute_open:
        return "dispute"
    if job.open_complaints:
        return "complaint"
    return "remote_fee" if job.remote_open else None


def queued(job: JobState, why: str, now: datetime) -> dict[str, Any]:
    """Columns that put a job before the agents: damage found while a complaint is open leaves it with the complaint."""
    return {} if job.queue in QUARRELS and why not in QUARRELS else {"queue": why, "queued_at": now}


def attended(job: JobState, now: datetime) -> dict[str, Any]:
    """Columns after an errand is done: out of the queue, or back to the quarrel; a quarrel in place stays there."""
    left = quarrel(job)
    if left is not None and job.queue == left:
        return {}
    return {"queue": left, "queued_at": now if left else None}
