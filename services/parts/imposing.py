"""Laying a penalty on a dealer within a given transaction: the words sealed, the owner told, a week to appeal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import penalties as rules
from domain.calendar import local_date
from domain.money import whole
from domain.notices import Audience
from domain.penalties import Takes
from services.parts import notes, outbox
from services.parts.outbox import Owed

STATE = "RETURNING id, dealer_id, due_month, appealed_at, answered_at, lifted"
_IMPOSE = f"""
INSERT INTO penalty (dealer_id, job_id, reason, note_id, evidence, takes, amount_fen, year, due_month, imposed_by,
                     imposed_at, channel_charge_id)
VALUES (%(dealer)s, %(job)s, %(reason)s, %(note)s, %(evidence)s::jsonb, %(takes)s, %(fen)s, %(year)s, %(month)s, %(by)s,
        %(now)s, %(charge)s) {STATE}
"""


@dataclass(frozen=True, slots=True)
class Laid:
    """What is laid on whom for which job, and what it rests on; `subject_id` seals the words."""

    dealer_id: int
    job_id: int
    subject_id: int
    reason: str
    words: str
    amount_fen: int
    takes: Takes = Takes.STATEMENT
    year: int | None = None
    photo_ids: Sequence[int] = ()
    complaint_id: int | None = None
    channel_charge_id: int | None = None


def impose(tx: Connection, laid: Laid, by: int | None, now: datetime) -> Any:
    """The new row: `id`, `dealer_id`, `due_month` and the empty appeal."""
    note = notes.write(tx, laid.job_id, laid.subject_id, by, laid.words, now)
    evidence = {"photo_ids": list(laid.photo_ids), "complaint_id": laid.complaint_id}
    values = {
        "dealer": laid.dealer_id,
        "job": laid.job_id,
        "reason": laid.reason,
        "note": note,
        "evidence": orjson.dumps(evidence).decode(),
        "takes": laid.takes,
        "fen": whole(laid.amount_fen),
        "year": laid.year or local_date(now).year,
        "month": rules.due_month(now),
        "by": by,
        "now": now,
        "charge": laid.channel_charge_id,
    }
    row = tx.exec_driver_sql(_IMPOSE, values).one()
    owner = {"audience": Audience.OWNER, "dealer_ids": [laid.dealer_id]}
    tell(tx, row.id, laid.job_id, "penalty_imposed", owner, now)
    return row


def tell(
    tx: Connection, penalty_id: int, job_id: int, template: str, told: dict[str, Any], now: datetime
) -> None:
    """A notice about a penalty, once per penalty and template."""
    key = f"penalty:{penalty_id}:{template}"
    outbox.put(tx, [Owed("notice", key, {"template": template, **told}, job_id=job_id)], now)
