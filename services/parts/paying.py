"""A statement paid: one entry from the payable to the bank, one row that says when, how and by whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import payouts
from domain.actors import Actor, Role
from domain.calendar import local_date
from domain.errors import Conflict
from domain.ledger import Account
from services.parts import contradicted, ledger, money_notices, stating, withheld


class PayoutUnderWay(Conflict):
    """A payment of this statement is with the bank; its result comes first."""

    code = "payout_under_way"
    title = "该结算单的付款正在处理"


_ENTRY = "SELECT id FROM ledger_entry WHERE natural_key = %(key)s"


def post(
    tx: Connection,
    row: Any,
    paid_on: date,
    now: datetime,
    actor: Actor,
    out_of: Account = Account.BANK,
    withheld_fen: int = 0,
) -> int:
    """Post the payment of a statement's row, once; the entry's id. The owner is told."""
    wanted = paid_on.replace(day=1)
    month = ledger.open_month(wanted, ledger.hold_months(tx))
    entry = payouts.payment(row.id, row.dealer_id, row.month, row.payout_fen, month, out_of, withheld_fen)
    entry = replace(entry, memo=entry.memo + ledger.late_note(wanted, month))
    ledger.post(tx, [entry], {}, now, actor.person_id or "payouts")
    entry_id = int(tx.exec_driver_sql(_ENTRY, {"key": entry.natural_key}).scalar_one())
    money_notices.paid(tx, row.dealer_id, entry_id, row.month, row.payout_fen - withheld_fen, now)
    return entry_id


_RECORD = """
INSERT INTO payout (statement_id, dealer_id, amount_fen, withheld_fen, state, paid_on, reference, made_by, made_at,
                    settled_by, settled_at, entry_id)
VALUES (%(statement)s, %(dealer)s, %(fen)s, %(withheld)s, 'paid', %(on)s, %(reference)s, %(by)s, %(now)s, %(by)s,
        %(now)s, %(entry)s)
ON CONFLICT (statement_id) WHERE state <> 'failed' DO NOTHING RETURNING id
"""


_INVOICED = "SELECT issued_on FROM invoice WHERE statement_id = %(id)s AND refused_at IS NULL"


def record(tx: Connection, actor: Actor, row: Any, paid_on: date, reference: str, now: datetime) -> None:
    """A payment that somebody made by hand. `PayoutUnderWay` while a bank has it, `PayoutContradicted`.

    `Invalid` for a day before the approval or the invoice, or one that has not come.
    """
    contradicted.check(tx, row.id)
    invoiced: date = tx.exec_driver_sql(_INVOICED, {"id": row.id}).scalar_one()
    payouts.check_day(paid_on, max(local_date(row.approved_at), invoiced), local_date(now))
    less = withheld.of(tx, [row.id], paid_on).get(row.id, 0)
    values = {
        "statement": row.id,
        "dealer": row.dealer_id,
        "fen": row.payout_fen - less,
        "withheld": less,
        "on": paid_on,
        "reference": reference,
        "by": actor.person_id,
        "now": now,
        "entry": post(tx, row, paid_on, now, actor, withheld_fen=less),
    }
    if tx.exec_driver_sql(_RECORD, values).first() is None:
        raise PayoutUnderWay


_OPEN = "SELECT 1 FROM payout WHERE statement_id = %(id)s AND state = 'open'"


def check_none_open(tx: Connection, statement_id: int) -> None:
    """`PayoutUnderWay` while a bank has a payment of the statement."""
    if tx.exec_driver_sql(_OPEN, {"id": statement_id}).first():
        raise PayoutUnderWay


@dataclass(frozen=True, slots=True)
class End:
    """Of a payment under way: paid on a day out of an account, or (no day) failed for a reason."""

    reference: str
    paid_on: date | None = None
    reason: str | None = None
    out_of: Account = Account.BANK


_WITHHELD = "SELECT withheld_fen FROM payout WHERE id = %(id)s"
_END = """
UPDATE payout
   SET state = %(state)s, paid_on = %(on)s, reference = %(reference)s, reason = %(reason)s, settled_by = %(by)s,
       settled_at = %(now)s, entry_id = %(entry)s WHERE id = %(id)s
"""


def end(
    tx: Connection, actor: Actor, payout_id: int, statement_id: int, how: End, now: datetime
) -> int | None:
    """Post what was paid and move its statement, or free it for another payment; the entry's id."""
    entry = None
    if how.paid_on is not None:
        less = tx.exec_driver_sql(_WITHHELD, {"id": payout_id}).scalar_one()
        entry = _paid(tx, actor, statement_id, how.paid_on, how.out_of, less, now)
    values = {
        "id": payout_id,
        "state": "failed" if entry is None else "paid",
        "on": how.paid_on,
        "reference": how.reference,
        "reason": how.reason,
        "by": actor.person_id,
        "now": now,
        "entry": entry,
    }
    tx.exec_driver_sql(_END, values)
    return entry


def _paid(
    tx: Connection, actor: Actor, statement_id: int, paid_on: date, out_of: Account, less: int, now: datetime
) -> int:
    """By finance, or by a task in its stead."""
    deputy = Actor(Role.FINANCE, actor.person_id)
    row = stating.locked(tx, deputy, statement_id, None)
    status = stating.to(row, deputy, "record_payment")
    entry_id = post(tx, row, paid_on, now, actor, out_of, less)
    stating.write(tx, deputy, row, status)
    return entry_id
