"""The whole ledger as one file that is verified without us: see `channels/verify_ledger.py` for its format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection

from channels.verify_ledger import FORMAT, line_of
from services.uow import use_case

PAGE = 5_000
_MARK = "SELECT coalesce(max(entry_id), 0) FROM ledger_mark"
_RULES = "SELECT version, effective_from, rule FROM fee_rule ORDER BY version"
_CLOSED = "SELECT month AS closed, closed_at AS at FROM closed_month ORDER BY month"
_STATEMENTS = (
    "SELECT id AS statement, dealer_id AS dealer, month, status, total_fen FROM statement ORDER BY id"
)
_BALANCES = """
SELECT code AS balance, month, amount_fen AS fen, entries FROM ledger_balance
  JOIN ledger_account account ON account.id = account_id ORDER BY code, month
"""
_ENTRIES = """
SELECT entry.id, natural_key AS key, month, kind, job_id AS job, version AS rule, reverses_id AS reverses, memo,
       posted_at, author_id AS author, task,
       (SELECT jsonb_agg(jsonb_build_array(code, amount_fen) ORDER BY code) FROM ledger_leg
          JOIN ledger_account account ON account.id = account_id WHERE entry_id = entry.id) AS legs,
       coalesce((SELECT jsonb_agg(jsonb_build_array(dealer_id, statement_id, amount_fen, contested_at IS NOT NULL)
           ORDER BY dealer_id) FROM statement_line WHERE entry_id = entry.id), '[]') AS stated
  FROM ledger_entry entry LEFT JOIN fee_rule rule ON rule.id = fee_rule_id
 WHERE entry.id > %(after)s ORDER BY entry.id LIMIT %(most)s
"""


@use_case
def export(tx: Connection, file: BinaryIO, now: datetime) -> tuple[int, str]:
    """Write the ledger as it is at one instant; how many lines, and the SHA-256 that the last one has."""
    tx.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    seal, count = hashlib.sha256(), 0
    for record in _records(tx, now):
        line = line_of({name: _plain(value) for name, value in record.items()})
        seal.update(line)
        file.write(line)
        count += 1
    file.write(line_of({"end": count, "sha256": seal.hexdigest()}))
    return count, seal.hexdigest()


def _records(tx: Connection, now: datetime) -> Iterator[dict[str, Any]]:
    yield {"format": FORMAT, "exported_at": now, "mark": tx.exec_driver_sql(_MARK).scalar_one()}
    for sql in (_RULES, _CLOSED, _STATEMENTS, _BALANCES):
        for row in tx.exec_driver_sql(sql):
            yield row._asdict()
    after = 0
    while rows := tx.exec_driver_sql(_ENTRIES, {"after": after, "most": PAGE}).all():
        for row in rows:
            yield row._asdict()
        after = rows[-1].id


def _plain(value: Any) -> Any:
    """Days and instants as they are written, 2026-03-01 and 2026-04-01T02:00:00+00:00."""
    return value.isoformat() if hasattr(value, "isoformat") else value
