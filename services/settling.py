"""From the approved statement to the closed one: the dealer's invoice, the payment, the end."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import Connection

from domain import invoices
from domain.actors import Actor
from domain.calendar import local_date
from domain.invoices import Invoice, InvoiceUsed
from services.parts import money_notices, paying, stating, taxing
from services.parts.stating import Answered
from services.uow import use_case

_RECORD = """
INSERT INTO invoice (statement_id, number, issued_on, amount_fen, tax_fen, recorded_by, recorded_at)
VALUES (%(id)s, %(number)s, %(issued_on)s, %(amount_fen)s, %(tax_fen)s, %(by)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING id
"""


@use_case
def record_invoice(
    tx: Connection,
    actor: Actor,
    statement_id: int,
    invoice: Invoice,
    now: datetime,
    *,
    if_match: int | None = None,
) -> Answered:
    """The dealer's 数电票. `BadInvoice` names what does not fit payout and tax, `InvoiceUsed` another statement's."""
    row = stating.locked(tx, actor, statement_id, if_match)
    status = stating.to(row, actor, "record_invoice")
    _, tax_fen = taxing.of_statement(tx, row.dealer_id, row.month)
    invoices.check(invoice, row.payout_fen, tax_fen, local_date(now))
    values = {**asdict(invoice), "id": row.id, "by": actor.person_id, "now": now}
    if tx.exec_driver_sql(_RECORD, values).first() is None:
        raise InvoiceUsed
    return stating.write(tx, actor, row, status)


_REFUSE = """
UPDATE invoice SET refused_by = %(by)s, refused_at = %(now)s, refused_reason = %(reason)s
 WHERE statement_id = %(id)s AND refused_at IS NULL RETURNING id
"""


@use_case
def refuse_invoice(
    tx: Connection,
    actor: Actor,
    statement_id: int,
    reason: str,
    now: datetime,
    *,
    if_match: int | None = None,
) -> Answered:
    """Back to approved with the reason on record; another invoice may come. Not while a bank pays it."""
    row = stating.locked(tx, actor, statement_id, if_match)
    status = stating.to(row, actor, "refuse_invoice")
    paying.check_none_open(tx, row.id)
    values = {"id": row.id, "by": actor.person_id, "now": now, "reason": reason}
    refused = tx.exec_driver_sql(_REFUSE, values).scalar_one()
    money_notices.invoice_refused(tx, row.dealer_id, refused, row.month, now)
    return stating.write(tx, actor, row, status)


@use_case
def record_payment(
    tx: Connection,
    actor: Actor,
    statement_id: int,
    paid_on: date,
    reference: str,
    now: datetime,
    *,
    if_match: int | None = None,
) -> Answered:
    """Paid by hand at the bank: dealer_payable to bank, once. `PayoutUnderWay` while a batch has it."""
    row = stating.locked(tx, actor, statement_id, if_match)
    status = stating.to(row, actor, "record_payment")
    paying.record(tx, actor, row, paid_on, reference, now)
    return stating.write(tx, actor, row, status)


@use_case
def close(
    tx: Connection, actor: Actor, statement_id: int, now: datetime, *, if_match: int | None = None
) -> Answered:
    """A paid statement, done with."""
    return _end(tx, actor, statement_id, "close", now, if_match)


@use_case
def close_unpaid(
    tx: Connection, actor: Actor, statement_id: int, now: datetime, *, if_match: int | None = None
) -> Answered:
    """An approved statement that pays nothing: zero, or a deficit that the next one carries."""
    return _end(tx, actor, statement_id, "close_unpaid", now, if_match)


def _end(
    tx: Connection, actor: Actor, statement_id: int, action: str, now: datetime, if_match: int | None
) -> Answered:
    row = stating.locked(tx, actor, statement_id, if_match)
    status = stating.to(row, actor, action)
    return stating.write(tx, actor, row, status, closed_at=now, closed_by=actor.person_id)
