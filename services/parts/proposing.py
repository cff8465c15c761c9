"""The first pair of eyes on an entry that is wrong: nothing is posted before somebody else approves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.calendar import month_of
from domain.errors import Conflict, Fault, Invalid
from services.parts import ledger, reversals
from services.queries.months import COLUMNS, Correction


class CorrectionOpen(Conflict):
    """Somebody has proposed a correction of this entry already; it is decided first."""

    code = "correction_open"
    title = "该分录已有待审批的更正"


_PROPOSE = f"""
INSERT INTO ledger_correction (entry_id, reason, instead_fen, proposed_by, proposed_at)
VALUES (%(entry)s, %(reason)s, %(instead)s, %(by)s, %(now)s)
ON CONFLICT (entry_id) WHERE outcome IS NULL DO NOTHING RETURNING {COLUMNS}
"""


def propose(
    tx: Connection, actor: Actor, entry_id: int, reason: str, now: datetime, instead_fen: int | None = None
) -> Correction:
    """What is wrong and what it should be.

    `NotFound`, `AlreadyReversed`, `CorrectionOpen`, `Invalid` for no amount or the same.
    """
    wrong = ledger.read(tx, entry_id)
    reversals.check_standing(tx, wrong, "")
    if instead_fen is not None:
        instead = reversals.instead(wrong, "", month_of(now), instead_fen)
        if set(instead.legs) == set(wrong.entry.legs):
            raise Invalid(errors=[Fault("instead_fen", "unchanged", "更正金额与原分录相同")])
    values = {"entry": entry_id, "reason": reason, "instead": instead_fen, "by": actor.person_id, "now": now}
    row = tx.exec_driver_sql(_PROPOSE, values).first()
    if row is None:
        raise CorrectionOpen
    return Correction(*row)
