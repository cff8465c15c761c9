"""A batch's file, made again from its rows: its payments in order, the accounts they were given, its template."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from domain.bank_files import Column, Payment, Template, written
from domain.errors import NotFound
from services.parts.sealed_accounts import opened

_TEMPLATE = "SELECT data FROM bank_template WHERE id = %(id)s"
_PAYMENTS = """
SELECT payout.id, sealed, payout.amount_fen, s.month
  FROM payout JOIN bank_account account ON account.id = account_id JOIN statement s ON s.id = statement_id
 WHERE batch_id = %(id)s ORDER BY payout.id
"""


def template(tx: Connection, template_id: int) -> Template:
    """As it was added; `NotFound`."""
    data: Any = tx.exec_driver_sql(_TEMPLATE, {"id": template_id}).scalar()
    if data is None:
        raise NotFound
    words = {name: tuple(data[name]) for name in ("paid_words", "failed_words")}
    return Template(**{**data, **words, "columns": tuple(Column(**column) for column in data["columns"])})


def file_of(tx: Connection, batch_id: int, template_id: int) -> bytes:
    """The same bytes every time: payments keep their accounts, templates and accounts never change."""
    payments = []
    for row in tx.exec_driver_sql(_PAYMENTS, {"id": batch_id}):
        to = opened(row.sealed)
        whom = (to.account_number, to.holder, to.bank, to.bank_code)
        payments.append(Payment(row.id, *whom, row.amount_fen, f"{row.month:%Y-%m}"))
    return written(template(tx, template_id), payments)
