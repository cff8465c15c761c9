"""What is withheld of statements' payments: of persons only, by the bands of the day of the payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from domain import withholding
from domain.withholding import Band

_BANDS = "SELECT bands FROM withholding_rule WHERE since <= %(day)s ORDER BY since DESC LIMIT 1"
_PERSONS = """
SELECT statement.id, payout_fen FROM statement JOIN dealer ON dealer.id = dealer_id
 WHERE statement.id = ANY(%(ids)s) AND party = 'natural_person'
"""


def of(tx: Connection, statement_ids: Sequence[int], paid_on: date) -> dict[int, int]:
    """By statement, in fen; a company's and what is ¥0.00 are left out. `paid_on`: by hand; else the day it is made."""
    bands = tx.exec_driver_sql(_BANDS, {"day": paid_on}).scalar()
    if not bands:
        return {}
    known = [Band(**band) for band in bands]
    rows = tx.exec_driver_sql(_PERSONS, {"ids": list(statement_ids)})
    found = {row.id: withholding.of(row.payout_fen, known) for row in rows}
    return {statement_id: fen for statement_id, fen in found.items() if fen}
