"""Batches of payments by bank: made once by a key, sent as a file, settled by what the bank answers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from domain import bank_files
from domain.actors import Actor
from domain.bank_files import Result, payout_of
from domain.calendar import local_date
from domain.differences import Gap
from domain.errors import Conflict, NotFound
from domain.payouts import check_day
from services.parts import access, bank_batches, paying, withheld
from services.parts.contradicted import PayoutContradicted, contradicted
from services.parts.paying import End
from services.uow import query, use_case


class NothingToPay(Conflict):
    """No statement is invoiced, with something to pay, to a dealer with a verified account."""

    code = "nothing_to_pay"
    title = "没有可付款的结算单（须已开票、应付大于零、收款账户已核实）"


class BatchKeyUsed(Conflict):
    """The key stands for a batch of another template, or of other statements than are asked for."""

    code = "batch_key_used"
    title = "该批次号已用于另一批付款"


class FileChanged(Conflict):
    """What the file would be now is not what it was: somebody wrote by hand."""

    code = "payout_file_changed"
    title = "付款文件与生成时不一致，请勿发送"


@dataclass(frozen=True, slots=True)
class Batch:
    """Payments in one file, in fen; `sha256` is the file's.

    `without_account`: invoiced, but nowhere to pay to; `contradicted`: said to have failed and to be paid (both today).
    """

    id: int
    key: str
    template_id: int
    sha256: str
    made_at: datetime
    payments: int
    amount_fen: int
    open: int
    paid: int
    failed: int
    without_account: int
    contradicted: int


@dataclass(frozen=True, slots=True)
class ResultRead:
    """What a bank's answer did: paid, failed, said before, and rows by which nothing was done."""

    paid: int
    failed: int
    repeated: int
    gaps: int


_BATCH = """
SELECT batch.id, key, template_id, encode(sha256, 'hex'), batch.made_at, count(payout.id),
       coalesce(sum(amount_fen), 0)::bigint, count(*) FILTER (WHERE state = 'open'),
       count(*) FILTER (WHERE state = 'paid'), count(*) FILTER (WHERE state = 'failed'),
       (SELECT count(*) FROM statement s WHERE status = 'invoiced' AND payout_fen > 0 AND NOT EXISTS (
           SELECT 1 FROM bank_account account WHERE account.dealer_id = s.dealer_id AND account.state = 'verified')),
       %(contradicted)s
  FROM payout_batch batch LEFT JOIN payout ON payout.batch_id = batch.id WHERE {which} GROUP BY batch.id
"""
_ONE = _BATCH.format(which="key = %(key)s")
_MANY = (
    _BATCH.format(which="batch.id < coalesce(%(before)s, 9223372036854775807)")
    + " ORDER BY batch.id DESC LIMIT %(limit)s"
)
_MAKE = """
INSERT INTO payout_batch (key, template_id, sha256, made_by, made_at)
VALUES (%(key)s, %(template)s, '', %(by)s, %(now)s)
ON CONFLICT (key) DO NOTHING RETURNING id
"""
# Trap: held before the contradictions are read, or a bank's answer that is being read meanwhile is not among them.
_HOLD = """
SELECT id FROM statement WHERE status = 'invoiced' AND payout_fen > 0
   AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s::bigint[])) ORDER BY id FOR UPDATE
"""
_FILL = """
INSERT INTO payout (statement_id, dealer_id, batch_id, account_id, amount_fen, state, made_by, made_at)
SELECT s.id, s.dealer_id, %(batch)s, account.id, s.payout_fen, 'open', %(by)s, %(now)s
  FROM statement s JOIN bank_account account ON account.dealer_id = s.dealer_id AND account.state = 'verified'
 WHERE s.id = ANY(%(free)s::bigint[]) ORDER BY s.id
ON CONFLICT (statement_id) WHERE state <> 'failed' DO NOTHING RETURNING statement_id
"""
_LESS = """
UPDATE payout SET amount_fen = amount_fen - %(fen)s, withheld_fen = %(fen)s
 WHERE batch_id = %(batch)s AND statement_id = %(statement)s
"""
_SEAL = "UPDATE payout_batch SET sha256 = %(sha256)s WHERE id = %(id)s"


@use_case
def make(
    tx: Connection, actor: Actor, key: str, template_id: int, statement_ids: Sequence[int], now: datetime
) -> Batch:
    """Everything that is to be paid, or of these statements; the same key is the same batch.

    `NotFound` for no such template or statement, `BatchKeyUsed`, `PayoutContradicted` for one that was asked for,
    `NothingToPay`, `NotInEncoding`.
    """
    values = {"key": key, "template": template_id, "by": actor.person_id, "now": now}
    bank_batches.template(tx, template_id)
    _check_known(tx, statement_ids)
    batch_id = tx.exec_driver_sql(_MAKE, values).scalar()
    if batch_id is None:
        _check_same(tx, key, template_id, statement_ids)
    else:
        asked = {**values, "batch": batch_id, "free": _free(tx, statement_ids)}
        filled = tx.exec_driver_sql(_FILL, asked).scalars().all()
        if not filled:
            raise NothingToPay
        for statement_id, fen in withheld.of(tx, filled, local_date(now)).items():
            tx.exec_driver_sql(_LESS, {"batch": batch_id, "statement": statement_id, "fen": fen})
        digest = hashlib.sha256(bank_batches.file_of(tx, batch_id, template_id)).digest()
        tx.exec_driver_sql(_SEAL, {"id": batch_id, "sha256": digest})
    return Batch(*tx.exec_driver_sql(_ONE, {"key": key, "contradicted": len(contradicted(tx))}).one())


def _free(tx: Connection, statement_ids: Sequence[int]) -> list[int]:
    """Of all that are to be paid, or of these, held from now on; `PayoutContradicted` for one that was asked for."""
    held = tx.exec_driver_sql(_HOLD, {"ids": list(statement_ids) or None}).scalars().all()
    doubted = contradicted(tx)
    if doubted & set(statement_ids):
        raise PayoutContradicted
    return [statement_id for statement_id in held if statement_id not in doubted]


_MISSING = """
SELECT 1 FROM unnest(%(ids)s::bigint[]) AS asked(id)
 WHERE NOT EXISTS (SELECT 1 FROM statement WHERE statement.id = asked.id) LIMIT 1
"""


def _check_known(tx: Connection, statement_ids: Sequence[int]) -> None:
    if tx.exec_driver_sql(_MISSING, {"ids": list(statement_ids)}).first():
        raise NotFound


_OTHER = """
SELECT 1 FROM payout_batch batch WHERE key = %(key)s
   AND (template_id <> %(template)s OR cardinality(%(ids)s::bigint[]) > 0 AND EXISTS (
       SELECT 1 FROM payout WHERE batch_id = batch.id AND statement_id <> ALL(%(ids)s::bigint[])))
"""


def _check_same(tx: Connection, key: str, template_id: int, statement_ids: Sequence[int]) -> None:
    if tx.exec_driver_sql(_OTHER, {"key": key, "template": template_id, "ids": list(statement_ids)}).first():
        raise BatchKeyUsed


@query
def batches(connection: Connection, before: int | None, limit: int) -> list[Batch]:
    """Newest first."""
    asked = {"before": before, "limit": limit, "contradicted": len(contradicted(connection))}
    return [Batch(*row) for row in connection.exec_driver_sql(_MANY, asked)]


_READ = "SELECT id, template_id, sha256, made_at FROM payout_batch WHERE id = %(id)s FOR UPDATE"


@use_case
def file(tx: Connection, actor: Actor, batch_id: int, now: datetime) -> bytes:
    """The file for the bank, always the same; each look is on record. `FileChanged`."""
    row = tx.exec_driver_sql(_READ, {"id": batch_id}).first()
    if row is None:
        raise NotFound
    data = bank_batches.file_of(tx, batch_id, row.template_id)
    if hashlib.sha256(data).digest() != row.sha256:
        raise FileChanged
    access.note(tx, "payout_file_read", now, actor, batch_id=batch_id)
    return data


# Trap: all of them before the first is paid, which holds the months (`services/parts/ledger.py`).
_STATEMENTS = """
SELECT 1 FROM statement WHERE id IN (SELECT statement_id FROM payout WHERE batch_id = %(id)s) ORDER BY id FOR UPDATE
"""
_SAID = """
INSERT INTO bank_result (batch_id, number, amount_fen, paid, reason, gap, read_by, read_at)
VALUES (%(batch)s, %(number)s, %(fen)s, %(paid)s, %(reason)s, %(gap)s, %(by)s, %(now)s) ON CONFLICT DO NOTHING
"""
_PAYOUT = "SELECT id, statement_id, amount_fen, state FROM payout WHERE id = %(id)s AND batch_id = %(batch)s FOR UPDATE"


@use_case
def read_result(
    tx: Connection, actor: Actor, batch_id: int, data: bytes, paid_on: date, now: datetime
) -> ResultRead:
    """Post what the bank paid, free what failed, keep what differs. The same file again does nothing twice.

    `Invalid` for a day before the batch was made, or one that has not come.
    """
    batch = tx.exec_driver_sql(_READ, {"id": batch_id}).first()
    if batch is None:
        raise NotFound
    check_day(paid_on, local_date(batch.made_at), local_date(now))
    tx.exec_driver_sql(_STATEMENTS, {"id": batch_id})
    counts = dict.fromkeys(ResultRead.__slots__, 0)
    for said in bank_files.read(bank_batches.template(tx, batch.template_id), data):
        done = _settle(tx, actor, batch_id, said, paid_on, now)
        counts[done if done in counts else "gaps"] += 1
        values = {"batch": batch_id, "number": said.number, "fen": said.amount_fen, "paid": said.paid}
        gap = None if done in counts else done
        values |= {"reason": said.reason, "gap": gap, "by": actor.person_id, "now": now}
        tx.exec_driver_sql(_SAID, values)
    return ResultRead(**counts)


def _settle(tx: Connection, actor: Actor, batch_id: int, said: Result, paid_on: date, now: datetime) -> str:
    """What a row did ("paid", "failed", "repeated"), or the gap because of which it did nothing."""
    found = tx.exec_driver_sql(_PAYOUT, {"id": payout_of(said.number), "batch": batch_id}).first()
    if found is None:
        return Gap.UNKNOWN_NUMBER
    if said.paid is None:
        return Gap.UNKNOWN_WORD
    state = "paid" if said.paid else "failed"
    if found.state not in ("open", state):
        return Gap.PAID_AND_FAILED
    if found.amount_fen != said.amount_fen:
        return Gap.AMOUNT
    if found.state == state:
        return "repeated"
    how = End(said.number, paid_on if said.paid else None, None if said.paid else said.reason)
    paying.end(tx, actor, found.id, found.statement_id, how, now)
    return state
