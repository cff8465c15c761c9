"""Money that goes back to a customer for an extra: owed here, posted once by the ledger's own drain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.job import JobState
from services.parts import outbox


def owe(tx: Connection, job: JobState, charge_id: int, now: datetime) -> None:
    """Have what the charge's row says posted; it is done within seconds, into the open month."""
    payload = {"job_id": job.id, "charge_id": charge_id, "dealer_id": job.dealer_id}
    owed = outbox.Owed("charge_refund", f"charge_refund:{charge_id}", payload, job_id=job.id)
    outbox.put(tx, [owed], now)
