"""What became of a statement after its lines: doubts with their answers, its tax, invoices, payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.payouts import STATE_NAMES, State
from domain.statements import Answer


@dataclass(frozen=True, slots=True)
class ContestLine:
    """The newest doubt about a line; `photo_ids` are of its job. Accepted, `correction_id` is what was proposed."""

    statement_id: int
    reason: str
    photo_ids: tuple[int, ...]
    contested_at: datetime
    answer: Answer | None
    words: str | None
    answered_at: datetime | None
    correction_id: int | None


@dataclass(frozen=True, slots=True)
class TaxSums:
    """In fen: net and tax sum to the total; an invoice is over `payout_fen` with `payout_tax_fen`."""

    net_fen: int
    tax_fen: int
    payout_fen: int
    payout_tax_fen: int


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """An invoice as recorded; refused, with the reason."""

    number: str
    issued_on: date
    amount_fen: int
    tax_fen: int
    recorded_at: datetime
    refused_at: datetime | None
    refused_reason: str | None


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """An attempt to pay; paid, `entry_id` is its entry in the ledger, failed, `reason` is the bank's."""

    id: int
    amount_fen: int
    withheld_fen: int
    state: State
    state_name: str
    paid_on: date | None
    reference: str | None
    reason: str | None
    entry_id: int | None


DOUBT = """
LEFT JOIN LATERAL (
    SELECT statement_id AS doubted_on, reason, photo_ids, contested_at AS doubted_at, answer, words, answered_at,
           correction_id
      FROM statement_contest doubt WHERE doubt.entry_id = line.entry_id AND doubt.dealer_id = line.dealer_id
       AND withdrawn_at IS NULL ORDER BY id DESC LIMIT 1) doubt ON true
"""
DOUBTED = "doubted_on, reason, photo_ids, doubted_at, answer, words, answered_at, correction_id"


def doubt(row: Any) -> ContestLine | None:
    """What `DOUBT` found for a line."""
    if row.doubted_on is None:
        return None
    said = None if row.answer is None else Answer(row.answer)
    told = (said, row.words, row.answered_at, row.correction_id)
    return ContestLine(row.doubted_on, row.reason, tuple(row.photo_ids), row.doubted_at, *told)


_INVOICES = """
SELECT number, issued_on, amount_fen, tax_fen, recorded_at, refused_at, refused_reason
  FROM invoice WHERE statement_id = %(id)s ORDER BY id
"""


def invoices(connection: Connection, statement_id: int) -> tuple[InvoiceLine, ...]:
    """In the order they came."""
    return tuple(InvoiceLine(*row) for row in connection.exec_driver_sql(_INVOICES, {"id": statement_id}))


_PAYMENTS = """
SELECT id, amount_fen, withheld_fen, state, paid_on, reference, reason, entry_id
  FROM payout WHERE statement_id = %(id)s ORDER BY id
"""


def payments(connection: Connection, statement_id: int) -> tuple[PaymentLine, ...]:
    """Every attempt, the last one counts."""
    return tuple(
        PaymentLine(
            row.id,
            row.amount_fen,
            row.withheld_fen,
            State(row.state),
            STATE_NAMES[State(row.state)],
            *row[4:],
        )
        for row in connection.exec_driver_sql(_PAYMENTS, {"id": statement_id})
    )
