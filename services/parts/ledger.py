"""Writing into the ledger within a given transaction: which month is open, accounts made once, entries in bulk.

Whoever posts calls `hold_months` before it. It takes the lock that an INSERT takes anyway, so that no month can be
closed (`services/ledger.py`) between the look at the open months and the commit. Who waits for the row of a
job or a statement does so before, not after: else a close between the two makes a deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from domain.errors import NotFound
from domain.ledger import Entry, Leg
from services.parts import arrays

Months = date | None
"""The newest closed month: what comes after it is open, nothing else. None while none is closed."""
Author = int | str
"""Who posts: a person's id, or the name of a task on the timetable."""


def hold_months(tx: Connection) -> Months:
    """The newest closed month, which stays the newest until this transaction ends."""
    tx.exec_driver_sql("LOCK TABLE ledger_entry IN ROW EXCLUSIVE MODE")
    newest: date | None = tx.exec_driver_sql("SELECT max(month) FROM closed_month").scalar()
    return newest


def next_month(month: date) -> date:
    """2026-12-01 → 2027-01-01."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def open_month(month: date, closed: Months) -> date:
    """The month itself or the first open one: for March or January, April closed → May."""
    return month if closed is None else max(month, next_month(closed))


_UNCLOSED = """
SELECT month::date FROM generate_series(
    (SELECT min(first.month) FROM ledger_account account CROSS JOIN LATERAL (
        SELECT month FROM ledger_leg WHERE account_id = account.id ORDER BY month LIMIT 1) first),
    %(month)s::date, interval '1 month') month
 WHERE month = %(month)s OR month NOT IN (SELECT month FROM closed_month)
"""


def unclosed_months(tx: Connection, month: date) -> list[date]:
    """This month and those from the first posting on that are not closed, with or without postings of their own.

    Only of these may a posting be on no statement yet: a month is closed once all of it is on statements, and nothing
    posts into it afterwards.
    """
    return list(tx.exec_driver_sql(_UNCLOSED, {"month": month}).scalars())


def late_note(wanted: date, month: date) -> str:
    """What the memo adds when an entry could not go where it belongs: （原属 2026-03，已结账，计入 2026-04）."""
    return "" if wanted == month else f"（原属 {wanted:%Y-%m}，已结账，计入 {month:%Y-%m}）"


_FIND = "SELECT code, id FROM ledger_account WHERE code = ANY(%(codes)s)"
_OPEN = """
INSERT INTO ledger_account (code, kind, dealer_id)
SELECT code, split_part(code, ':', 1), nullif(split_part(code, ':', 2), '')::bigint
  FROM unnest(%(codes)s::text[]) AS wanted(code) ORDER BY code
ON CONFLICT (code) DO NOTHING
"""


def accounts(tx: Connection, codes: Iterable[str]) -> dict[str, int]:
    """Ids of accounts by their code ("dealer_payable:7"); new ones are opened, in one order against deadlocks."""
    wanted = sorted(set(codes))
    found = _accounts(tx, wanted)
    if missing := [code for code in wanted if code not in found]:
        tx.exec_driver_sql(_OPEN, {"codes": missing})
        found |= _accounts(tx, missing)
    return found


def _accounts(tx: Connection, codes: list[str]) -> dict[str, int]:
    return {row.code: row.id for row in tx.exec_driver_sql(_FIND, {"codes": codes})}


_POST = """
WITH given AS (
    SELECT * FROM unnest(%(keys)s::text[], %(months)s::date[], %(kinds)s::text[], %(jobs)s::bigint[],
                         %(rules)s::bigint[], %(memos)s::text[], %(mirrored)s::text[])
           WITH ORDINALITY AS g(natural_key, month, kind, job_id, fee_rule_id, memo, mirrored, n)),
fresh AS (
    INSERT INTO ledger_entry (natural_key, month, kind, job_id, fee_rule_id, reverses_id, memo, posted_at,
                              author_id, task)
    SELECT natural_key, month, kind, job_id, fee_rule_id,
           CASE WHEN mirrored <> '' THEN (SELECT id FROM ledger_entry old WHERE old.natural_key = mirrored)
                ELSE %(reverses)s::bigint END,
           memo, %(now)s, %(author)s::bigint, %(task)s::text
      FROM given ORDER BY n
    ON CONFLICT (natural_key) DO NOTHING RETURNING id, natural_key, month),
legs AS (
    INSERT INTO ledger_leg (entry_id, account_id, month, amount_fen)
    SELECT fresh.id, leg.account_id, fresh.month, leg.amount_fen
      FROM fresh JOIN given USING (natural_key)
      JOIN unnest(%(leg_n)s::int[], %(leg_account)s::bigint[], %(leg_fen)s::bigint[])
           AS leg(n, account_id, amount_fen) USING (n)
     ORDER BY fresh.id)
SELECT count(*) FROM fresh
"""


def post(
    tx: Connection,
    entries: Sequence[Entry],
    rule_ids: Mapping[int, int],
    now: datetime,
    by: Author,
    reverses_id: int | None = None,
) -> int:
    """Post what is not posted yet, entries and all their legs in one statement; how many were new.

    `rule_ids`: row ids of the fee rules by version. An entry whose natural key exists stays as it is.
    """
    if not entries:
        return 0
    legs = [leg for entry in entries for leg in entry.legs]
    codes = [leg.account for leg in legs]
    ids = accounts(tx, set(codes))
    values = {
        "keys": arrays.texts([entry.natural_key for entry in entries]),
        "months": arrays.plain([entry.month for entry in entries]),
        "kinds": arrays.texts([entry.kind for entry in entries]),
        "jobs": arrays.plain([entry.job_id for entry in entries]),
        "rules": arrays.plain([rule_ids.get(entry.rule_version or 0) for entry in entries]),
        "memos": arrays.texts([entry.memo for entry in entries]),
        "mirrored": arrays.texts([entry.reverses or "" for entry in entries]),
        "reverses": reverses_id,
        "author": by if isinstance(by, int) else None,
        "task": by if isinstance(by, str) else None,
        "now": now,
        "leg_n": arrays.plain([n for n, entry in enumerate(entries, 1) for _ in entry.legs]),
        "leg_account": arrays.plain([ids[code] for code in codes]),
        "leg_fen": arrays.plain([leg.amount_fen for leg in legs]),
    }
    return int(tx.exec_driver_sql(_POST, values).scalar_one())


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry as it stands in the ledger, and its row's id."""

    id: int
    entry: Entry
    fee_rule_id: int | None


_READ = """
SELECT entry.id, natural_key, entry.month, memo, version, entry.kind, job_id, fee_rule_id
  FROM ledger_entry entry LEFT JOIN fee_rule ON fee_rule.id = fee_rule_id WHERE entry.id = %(id)s
"""
_LEGS = """
SELECT code, amount_fen FROM ledger_leg JOIN ledger_account ON ledger_account.id = account_id
 WHERE entry_id = %(id)s ORDER BY amount_fen DESC, code
"""


def read(tx: Connection, entry_id: int) -> Posted:
    """One entry with its legs; `NotFound`."""
    row = tx.exec_driver_sql(_READ, {"id": entry_id}).first()
    if row is None:
        raise NotFound
    legs = tuple(Leg(code, fen) for code, fen in tx.exec_driver_sql(_LEGS, {"id": entry_id}))
    entry = Entry(row.natural_key, row.month, legs, row.memo, row.version, row.kind, row.job_id)
    return Posted(row.id, entry, row.fee_rule_id)
