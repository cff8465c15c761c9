"""Statements that must not be paid again yet: whoever was to pay said that it failed, and that it was paid, too.

By the bank's later answer, by WeChat's word (of another amount or person, too), or by a line of WeChat's bills.
"""

from __future__ import annotations

from sqlalchemy import Connection

from domain.differences import Gap, key_of
from domain.errors import Conflict


class PayoutContradicted(Conflict):
    """A payment of this statement failed and is said to be paid, too; somebody looks into it and says what it was."""

    code = "payout_contradicted"
    title = "银行或微信对该结算单的付款给出了相反的结果，请先查明并在付款差异中说明"


# As `services/payout_check.py` lists them, by the same keys.
_SAID = """
SELECT s.id, 'paid_and_failed' AS gap, said.batch_id, payout.id AS payout_id, s.id AS statement_id, payout.entry_id,
       said.number, payout.amount_fen AS ours, said.amount_fen AS theirs
  FROM statement s JOIN payout ON payout.statement_id = s.id AND payout.state = 'failed'
  JOIN bank_result said ON said.batch_id = payout.batch_id AND said.gap = 'paid_and_failed'
   AND said.number = 'TZ' || lpad(payout.id::text, greatest(10, length(payout.id::text)), '0')
 WHERE s.status = 'invoiced' AND {which}
UNION
SELECT s.id, CASE word.gap WHEN 'amount' THEN 'wechat_amount' WHEN 'openid' THEN 'other_person'
                           ELSE 'contradicted' END,
       NULL, payout.id, NULL, bill.entry_id, word.number, bill.amount_fen, word.amount_fen
  FROM statement s JOIN payout ON payout.statement_id = s.id AND payout.state = 'failed'
  JOIN wechat_bill bill ON bill.payout_id = payout.id
  JOIN wechat_word word ON word.bill_id = bill.id AND word.gap IS NOT NULL AND word.heard = 'succeeded'
 WHERE s.status = 'invoiced' AND {which}
UNION
SELECT s.id, 'wechat_only', NULL, payout.id, NULL, bill.entry_id, bill.number, bill.amount_fen, line.amount_fen
  FROM statement s JOIN payout ON payout.statement_id = s.id AND payout.state = 'failed'
  JOIN wechat_bill bill ON bill.payout_id = payout.id
  JOIN wechat_line line
    ON line.kind = bill.kind AND (bill.their_number = line.their_number OR bill.number = line.number)
 WHERE s.status = 'invoiced' AND {which}
"""
_NOTED = "SELECT key FROM difference_noted WHERE key = ANY(%(keys)s)"


def contradicted(tx: Connection, statement_id: int | None = None) -> set[int]:
    """The invoiced statements, or this one, of which that is so and nobody has explained it yet."""
    which = "true" if statement_id is None else "s.id = %(id)s"
    found = tx.exec_driver_sql(_SAID.format(which=which), {"id": statement_id}).all()
    keys = {key_of(Gap(row.gap), *row[2:]): row.id for row in found}
    noted = tx.exec_driver_sql(_NOTED, {"keys": list(keys)}).scalars().all()
    return {keys[key] for key in keys.keys() - set(noted)}


def check(tx: Connection, statement_id: int) -> None:
    """`PayoutContradicted`."""
    if contradicted(tx, statement_id):
        raise PayoutContradicted
