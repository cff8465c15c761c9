"""Ledger, batches and banks held against each other: every night, and whenever finance asks."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.bank_files import GAPS, Gap
from services.uow import query

log = logging.getLogger("tuozhuang.payouts")
PATIENCE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class PayoutDifference:
    """Where two of the three disagree; `ours_fen` is the batch's, `theirs_fen` the bank's or the ledger's."""

    gap: Gap
    title: str
    batch_id: int | None
    payout_id: int | None
    statement_id: int | None
    entry_id: int | None
    number: str | None
    ours_fen: int | None
    theirs_fen: int | None


_GAPS = """
SELECT said.gap, said.batch_id, payout.id AS payout_id, payout.statement_id, payout.entry_id, said.number,
       payout.amount_fen AS ours, said.amount_fen AS theirs
  FROM bank_result said LEFT JOIN payout ON payout.batch_id = said.batch_id
   AND said.number = 'TZ' || lpad(payout.id::text, greatest(10, length(payout.id::text)), '0')
 WHERE said.gap IS NOT NULL AND NOT (said.gap IN ('unknown_word', 'amount') AND payout.state IS DISTINCT FROM 'open')
UNION ALL
SELECT 'not_answered', batch_id, id, statement_id, NULL, NULL, amount_fen, NULL FROM payout
 WHERE state = 'open' AND made_at < %(since)s
UNION ALL
SELECT 'not_posted', batch_id, payout.id, statement_id, payout.entry_id, reference, payout.amount_fen, -leg.amount_fen
  FROM payout LEFT JOIN (ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
                         AND account.kind = 'bank') ON leg.entry_id = payout.entry_id
 WHERE state = 'paid' AND leg.amount_fen IS DISTINCT FROM -payout.amount_fen
UNION ALL
SELECT 'posted_only', NULL, NULL, NULL, entry.id, natural_key, NULL, -leg.amount_fen
  FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
  JOIN ledger_entry entry ON entry.id = leg.entry_id
 WHERE account.kind = 'bank' AND entry.natural_key LIKE 'statement:%%:payout'
   AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.entry_id = entry.id)
 ORDER BY 1, 3, 5
"""


@query
def differences(connection: Connection, now: datetime) -> list[PayoutDifference]:
    """All that differ now; none when every payment of the batches is in the bank's answer and in the ledger."""
    rows = connection.exec_driver_sql(_GAPS, {"since": now - PATIENCE})
    return [PayoutDifference(Gap(row[0]), GAPS[Gap(row[0])], *row[1:]) for row in rows]


def check(now: datetime) -> dict[str, int]:
    """The nightly run: how many differ, each an error in the log."""
    found = differences(now)
    for one in found:
        log.error("payout %s of batch %s: %s", one.payout_id, one.batch_id, one.gap)
    return {"differences": len(found)}
