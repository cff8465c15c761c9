"""Ledger, payments and those who move the money held against each other: every night, and whenever finance asks.

A difference stays in the list until it is gone; somebody who looked into it says what it was, and it is no alarm more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.differences import GAPS, Gap, key_of
from domain.errors import NotFound
from domain.payments import PATIENCE
from services.uow import query, use_case

log = logging.getLogger("tuozhuang.payouts")


@dataclass(frozen=True, slots=True)
class PayoutDifference:
    """Where two of the three disagree; `ours_fen` is our payment's, `theirs_fen` the bank's, WeChat's or the ledger's.

    `memo`: what somebody found it to be.
    """

    key: str
    gap: Gap
    title: str
    batch_id: int | None
    payout_id: int | None
    statement_id: int | None
    entry_id: int | None
    number: str | None
    ours_fen: int | None
    theirs_fen: int | None
    memo: str | None


_BANKS = """
SELECT said.gap, said.batch_id, payout.id AS payout_id, payout.statement_id, payout.entry_id, said.number,
       payout.amount_fen AS ours, said.amount_fen AS theirs
  FROM bank_result said LEFT JOIN payout ON payout.batch_id = said.batch_id
   AND said.number = 'TZ' || lpad(payout.id::text, greatest(10, length(payout.id::text)), '0')
 WHERE said.gap IS NOT NULL AND NOT (said.gap IN ('unknown_word', 'amount') AND payout.state IS DISTINCT FROM 'open')
UNION ALL
SELECT 'not_answered', batch_id, id, statement_id, NULL, NULL, amount_fen, NULL FROM payout
 WHERE state = 'open' AND batch_id IS NOT NULL AND made_at < %(since)s
UNION ALL
SELECT 'not_posted', batch_id, payout.id, statement_id, payout.entry_id, reference, payout.amount_fen, -leg.amount_fen
  FROM payout LEFT JOIN (ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
                         AND account.kind IN ('bank', 'wechat_pay')) ON leg.entry_id = payout.entry_id
 WHERE state = 'paid' AND leg.amount_fen IS DISTINCT FROM -payout.amount_fen
UNION ALL
SELECT 'posted_only', NULL, NULL, NULL, entry.id, natural_key, NULL, -leg.amount_fen
  FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
  JOIN ledger_entry entry ON entry.id = leg.entry_id
 WHERE account.kind IN ('bank', 'wechat_pay') AND entry.natural_key LIKE 'statement:%%:payout'
   AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.entry_id = entry.id)
"""
# The day after, too: a bill counts by the moment of booking, which may be the other side of midnight.
_WECHATS = """
SELECT DISTINCT CASE word.gap WHEN 'amount' THEN 'wechat_amount' WHEN 'openid' THEN 'other_person'
                              WHEN 'contradiction' THEN 'contradicted' ELSE 'unknown_number' END,
       NULL::bigint, payout_id, NULL::bigint, entry_id, word.number, bill.amount_fen, word.amount_fen
  FROM wechat_word word LEFT JOIN wechat_bill bill ON bill.id = word.bill_id WHERE gap IS NOT NULL
UNION ALL
SELECT CASE WHEN bill.state = 'paid' THEN 'wechat_amount' ELSE 'wechat_only' END, NULL, payout_id, NULL, entry_id,
       coalesce(bill.number, nullif(line.number, ''), line.their_number), bill.amount_fen, line.amount_fen
  FROM wechat_line line LEFT JOIN wechat_bill bill
    ON bill.kind = line.kind AND (bill.their_number = line.their_number OR bill.number = line.number)
 WHERE bill.state IS DISTINCT FROM 'paid' OR bill.amount_fen <> line.amount_fen
UNION ALL
SELECT 'ours_only', NULL, payout_id, NULL, entry_id, number, amount_fen, NULL
  FROM wechat_bill bill
  JOIN wechat_day its ON its.which = CASE bill.kind WHEN 'transfer' THEN 'funds' ELSE 'trade' END
   AND its.day = (bill.ended_at AT TIME ZONE 'Asia/Shanghai')::date
  JOIN wechat_day next ON next.which = its.which AND next.day = its.day + 1
 WHERE state = 'paid'
   AND NOT EXISTS (SELECT 1 FROM wechat_line line
                    WHERE line.kind = bill.kind AND line.their_number = bill.their_number)
   AND NOT EXISTS (SELECT 1 FROM wechat_line line WHERE line.kind = bill.kind AND line.number = bill.number)
UNION ALL
SELECT 'open_long', NULL, payout_id, NULL, NULL, number, amount_fen, NULL FROM wechat_bill
 WHERE state NOT IN ('paid', 'failed') AND made_at < %(since)s
UNION ALL
SELECT 'refund_failed', NULL, NULL, NULL, NULL, number, amount_fen, NULL FROM wechat_bill bill
 WHERE kind = 'refund' AND state = 'failed' AND entry_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM wechat_bill later WHERE later.cause = bill.cause AND later.id > bill.id)
UNION ALL
SELECT 'not_posted', NULL, payout_id, NULL, bill.entry_id, number, bill.amount_fen, abs(leg.amount_fen)
  FROM wechat_bill bill LEFT JOIN (ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
                                   AND account.kind = 'wechat_pay') ON leg.entry_id = bill.entry_id
 WHERE bill.state = 'paid'
   AND leg.amount_fen IS DISTINCT FROM CASE bill.kind WHEN 'payment' THEN bill.amount_fen ELSE -bill.amount_fen END
UNION ALL
SELECT 'posted_only', NULL, NULL, NULL, entry.id, natural_key, NULL, abs(leg.amount_fen)
  FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
  JOIN ledger_entry entry ON entry.id = leg.entry_id
 WHERE account.kind = 'wechat_pay' AND entry.natural_key LIKE 'wechat:%%' AND entry.reverses_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM wechat_bill WHERE wechat_bill.entry_id = entry.id)
"""
_MEMOS = "SELECT key, memo FROM difference_noted WHERE key = ANY(%(keys)s)"


def _found(connection: Connection, now: datetime) -> list[PayoutDifference]:
    rows = connection.exec_driver_sql(
        f"{_BANKS} UNION ALL ({_WECHATS}) ORDER BY 1, 3, 6, 5", {"since": now - PATIENCE}
    ).all()
    keys = [key_of(Gap(row.gap), *row[1:]) for row in rows]
    memos = {row.key: row.memo for row in connection.exec_driver_sql(_MEMOS, {"keys": keys})}
    return [
        PayoutDifference(
            key,
            Gap(row.gap),
            GAPS[Gap(row.gap)],
            row.batch_id,
            row.payout_id,
            row.statement_id,
            row.entry_id,
            row.number,
            row.ours,
            row.theirs,
            memos.get(key),
        )
        for key, row in zip(keys, rows, strict=True)
    ]


@query
def differences(connection: Connection, now: datetime) -> list[PayoutDifference]:
    """All that differ now; none when every payment stands alike with us, in the ledger and with who moved it."""
    return _found(connection, now)


_NOTE = """
INSERT INTO difference_noted (key, memo, noted_by, noted_at) VALUES (%(key)s, %(memo)s, %(by)s, %(now)s)
ON CONFLICT (key) DO UPDATE SET memo = excluded.memo, noted_by = excluded.noted_by, noted_at = excluded.noted_at
"""


@use_case
def note(tx: Connection, actor: Actor, key: str, memo: str, now: datetime) -> PayoutDifference:
    """Say what a difference was; said again, the last words count. `NotFound` for one that is not there."""
    if key not in {one.key for one in _found(tx, now)}:
        raise NotFound
    tx.exec_driver_sql(_NOTE, {"key": key, "memo": memo, "by": actor.person_id, "now": now})
    return next(one for one in _found(tx, now) if one.key == key)


def check(now: datetime) -> dict[str, int]:
    """The nightly run: how many differ and nobody has looked into, each an error in the log."""
    found = [one for one in differences(now) if one.memo is None]
    for one in found:
        log.error("payment %s of batch %s: %s", one.number or one.payout_id, one.batch_id, one.gap)
    return {"differences": len(found)}
