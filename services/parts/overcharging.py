"""How many times an overcharge goes back to the customer: the rule of the day of the work says it."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.calendar import local_date
from domain.job import JobState
from domain.refunds import Overcharge
from services.parts import rules


def found(tx: Connection, job: JobState, difference_fen: int, now: datetime) -> Overcharge:
    """¥30.00 taken too much, by the rule in force when somebody came to the door."""
    rule = rules.load(tx).on(local_date(job.checked_in_at or now))
    return (
        Overcharge(difference_fen)
        if rule is None
        else Overcharge(difference_fen, rule.overcharge_times, rule.version)
    )


def packed(overcharge: Overcharge | None) -> dict[str, Any]:
    """As what is owed to the ledger names it."""
    return {} if overcharge is None else {"overcharge": list(astuple(overcharge))}


def unpacked(payload: Any) -> Overcharge | None:
    """What `packed` made."""
    return Overcharge(*payload["overcharge"]) if "overcharge" in payload else None
