"""Bills through WeChat as rows: made once, held with what they are for, given back by refunds."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import payments
from domain.calendar import local_date
from domain.payments import Kind


@dataclass(frozen=True, slots=True)
class NewBill:
    """What is to be moved and why; `words` are what the other side reads, at most 32 characters."""

    kind: Kind
    amount_fen: int
    words: str
    job_id: int | None = None
    charge_ids: Sequence[int] = ()
    payout_id: int | None = None
    of_id: int | None = None
    cause: str | None = None
    identity_id: int | None = None
    person_id: int | None = None
    until: datetime | None = None


_MAKE = """
INSERT INTO wechat_bill (kind, number, amount_fen, words, state, job_id, charge_ids, payout_id, of_id, cause,
                         identity_id, person_id, until, next_at, made_by, made_at)
VALUES (%(kind)s, %(number)s, %(fen)s, %(words)s, 'queued', %(job)s, %(charges)s, %(payout)s, %(of)s, %(cause)s,
        %(identity)s, %(person)s, %(until)s, %(now)s, %(by)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING *
"""


def make(tx: Connection, new: NewBill, by: int | None, now: datetime) -> Any:
    """The row of a new bill, to be sent by the next run; None where it exists."""
    values = {
        "kind": new.kind,
        "number": payments.number(new.kind, local_date(now), secrets.token_hex(8)),
        "fen": new.amount_fen,
        "words": new.words,
        "job": new.job_id,
        "charges": list(new.charge_ids),
        "payout": new.payout_id,
        "of": new.of_id,
        "cause": new.cause,
        "identity": new.identity_id,
        "person": new.person_id,
        "until": new.until,
        "by": by,
        "now": now,
    }
    return tx.exec_driver_sql(_MAKE, values).first()


_FOR = """
SELECT bill.kind, bill.job_id, payout.statement_id
  FROM wechat_bill bill LEFT JOIN payout ON payout.id = payout_id WHERE bill.number = %(number)s
"""
_JOB = "SELECT 1 FROM job WHERE id = %(id)s FOR UPDATE"
_STATEMENT = "SELECT 1 FROM statement WHERE id = %(id)s FOR UPDATE"
_BILL = """
SELECT bill.*, identity.openid, payout.statement_id
  FROM wechat_bill bill LEFT JOIN wechat_identity identity ON identity.id = identity_id
  LEFT JOIN payout ON payout.id = payout_id WHERE bill.number = %(number)s FOR UPDATE OF bill
"""


def held(tx: Connection, number: str) -> Any:
    """A bill's row with its `openid` and `statement_id`, locked behind its job or statement; None for no such bill.

    In this order everywhere: who starts a payment or a transfer holds job or statement already.
    """
    what = tx.exec_driver_sql(_FOR, {"number": number}).first()
    if what is None:
        return None
    if what.kind == Kind.TRANSFER:
        tx.exec_driver_sql(_STATEMENT, {"id": what.statement_id})
    else:
        tx.exec_driver_sql(_JOB, {"id": what.job_id})
    return tx.exec_driver_sql(_BILL, {"number": number}).first()


_PAID = """
SELECT id, number, job_id, amount_fen FROM wechat_bill
 WHERE kind = 'payment' AND state = 'paid' AND %(charge)s = ANY(charge_ids)
   AND job_id = (SELECT job_id FROM charge WHERE id = %(charge)s) ORDER BY id DESC LIMIT 1 FOR UPDATE
"""


_BACK = """
SELECT coalesce(sum(amount_fen), 0)::bigint FROM wechat_bill
 WHERE of_id = %(id)s AND (state <> 'failed' OR entry_id IS NOT NULL)
"""


def left_fen(tx: Connection, paid: Any) -> int:
    """What is left of a payment held locked; counted after the lock, or it would be as it was before the wait."""
    return int(paid.amount_fen - tx.exec_driver_sql(_BACK, {"id": paid.id}).scalar_one())


def give_back(tx: Connection, charge_id: int, fen: int, cause: str, now: datetime) -> None:
    """Send a charge's refund the way its payment came, up to what is left of it; nothing where it came otherwise."""
    paid = tx.exec_driver_sql(_PAID, {"charge": charge_id}).first()
    if paid is not None and (most := min(fen, left_fen(tx, paid))) > 0:
        refund(tx, paid, most, cause, None, now)


def give_back_late(tx: Connection, paid: Any, now: datetime) -> None:
    """Send back the whole of a payment whose order we had ended: its charges may have been paid by another."""
    refund(tx, paid, paid.amount_fen, f"wechat:{paid.number}:late", None, now)


def refund(tx: Connection, paid: Any, fen: int, cause: str, by: int | None, now: datetime) -> Any:
    """The row of a payment's refund, to be sent by the next run; None where its cause has one that did not fail."""
    new = NewBill(Kind.REFUND, fen, "收费退款", job_id=paid.job_id, of_id=paid.id, cause=cause)
    return make(tx, new, by, now)
