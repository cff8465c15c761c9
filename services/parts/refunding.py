"""Owing the ledger what goes back to a customer: posted by its drain (`services/adjustments.py`), once a step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.job import JobState
from domain.refunds import Overcharge
from services.parts import outbox, overcharging


def owe(
    tx: Connection,
    job: JobState,
    charge_id: int,
    now: datetime,
    step_fen: int | None = None,
    cost: str | None = None,
    overcharge: Overcharge | None = None,
) -> None:
    """Owe the refund that stands on the charge, or a step of it: `step_fen` more, negative for less than before.

    A step is told apart by the deed that made it, and is at the cost it names; without one the charge has one refund,
    ever, at the cost that stands on it.
    """
    payload: dict[str, Any] = {"job_id": job.id, "charge_id": charge_id, "dealer_id": job.dealer_id}
    payload |= overcharging.packed(overcharge)
    key = f"charge_refund:{charge_id}"
    if step_fen is not None:
        step = job.event_seq + 1
        payload |= {"fen": step_fen, "step": step, "cost": cost}
        key = f"{key}:{step}"
    outbox.put(tx, [outbox.Owed("charge_refund", key, payload, job_id=job.id)], now)
