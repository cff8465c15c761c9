"""Corrections by two persons, and the end of a month: what was posted stays, what was wrong gets its mirror."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.closing import refuse
from domain.errors import Conflict, NotFound
from domain.statements import FourEyes
from services.parts import closing, proposing, reversals
from services.queries.months import COLUMNS, Correction
from services.uow import use_case


class CorrectionDecided(Conflict):
    """A correction is approved or refused once."""

    code = "correction_decided"
    title = "该更正已处理"


@dataclass(frozen=True, slots=True)
class Closed:
    """A month into which nothing is posted any more."""

    month: date
    closed_at: datetime


@use_case
def propose(
    tx: Connection, actor: Actor, entry_id: int, reason: str, now: datetime, instead_fen: int | None = None
) -> Correction:
    """The first pair of eyes: what is wrong and what it should be. Nothing is posted before somebody else approves.

    `NotFound`, `AlreadyReversed`, `CorrectionOpen`, `Invalid` for an amount that is none.
    """
    return proposing.propose(tx, actor, entry_id, reason, now, instead_fen)


_READ = f"SELECT {COLUMNS} FROM ledger_correction WHERE id = %(id)s FOR UPDATE"
_DECIDE = f"""
UPDATE ledger_correction SET decided_by = %(by)s, decided_at = %(now)s, outcome = %(outcome)s,
       reversal_id = %(reversal)s, instead_id = %(instead)s WHERE id = %(id)s RETURNING {COLUMNS}
"""


@use_case
def approve(tx: Connection, actor: Actor, correction_id: int, now: datetime) -> Correction:
    """The second pair of eyes: it is posted into the open month, in the name of who proposed it.

    `FourEyes` for the proposer himself, `CorrectionDecided`, `AlreadyReversed`.
    """
    asked = _open(tx, correction_id)
    if actor.person_id is None or actor.person_id == asked.proposed_by:
        raise FourEyes("提出更正的人不能自己批准")
    key = f"entry:{asked.entry_id}:correction:{asked.id}"
    done = reversals.take_back(
        tx, asked.entry_id, key, asked.reason, now, asked.proposed_by, asked.instead_fen
    )
    return _decide(
        tx, actor, asked, now, outcome="approved", reversal=done.reversal_id, instead=done.instead_id
    )


@use_case
def refuse_correction(tx: Connection, actor: Actor, correction_id: int, now: datetime) -> Correction:
    """Not this way, or taken back by who proposed it: nothing is posted, and another may be proposed."""
    return _decide(tx, actor, _open(tx, correction_id), now, outcome="refused", reversal=None, instead=None)


def _open(tx: Connection, correction_id: int) -> Correction:
    row = tx.exec_driver_sql(_READ, {"id": correction_id}).first()
    if row is None:
        raise NotFound
    if row.outcome is not None:
        raise CorrectionDecided
    return Correction(*row)


def _decide(tx: Connection, actor: Actor, asked: Correction, now: datetime, **columns: Any) -> Correction:
    values = {"id": asked.id, "by": actor.person_id, "now": now, **columns}
    return Correction(*tx.exec_driver_sql(_DECIDE, values).one())


_CLOSE = """
INSERT INTO closed_month (month, closed_at, closed_by) VALUES (%(month)s, %(now)s, %(by)s)
ON CONFLICT (month) DO NOTHING
"""
_CLOSED = "SELECT month, closed_at FROM closed_month WHERE month = %(month)s"


@use_case
def close_month(tx: Connection, month: date, actor: Actor, now: datetime) -> Closed:
    """Nothing is posted into the month any more; what comes later goes into the next open one. Again is harmless.

    Waits for postings under way. `MonthOpen` names everything that is still missing.
    """
    month = month.replace(day=1)
    tx.exec_driver_sql("LOCK TABLE ledger_entry IN SHARE ROW EXCLUSIVE MODE")
    closed = tx.exec_driver_sql(_CLOSED, {"month": month}).first()
    if closed is None:
        refuse(closing.still_open(tx, month, now))
        tx.exec_driver_sql(_CLOSE, {"month": month, "now": now, "by": actor.person_id})
        closed = tx.exec_driver_sql(_CLOSED, {"month": month}).one()
    return Closed(*closed)
