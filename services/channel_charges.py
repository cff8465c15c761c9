"""A platform's penalties: taken from a file, then allocated by fault to the dealer, the brand or the operator.

A dealer at fault gets a penalty of ours (`services/penalties.py`), with its notice, its week to appeal and its clock;
an appeal that is won leaves the platform's penalty to be allocated anew. Of the brand's or the operator's fault,
`reopen` does.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection

from channels.charge_file import CHANNEL, DAY, NUMBER, ORDER, Line, read
from channels.parsed import Bad
from domain import channel_charges as rules
from domain.actors import Actor
from domain.calendar import local_date, month_of
from domain.channel_charges import AlreadyAllocated, Fault, NothingToReopen
from domain.errors import Fault as Wrong
from domain.errors import Invalid, NotFound
from domain.penalties import PLATFORM
from services.parts import access, arrays, imposing, ledger, reversals
from services.parts.imposing import Laid
from services.uow import use_case

Key = tuple[int, str]
Told = tuple[date, int, str, int | None]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of the file that did not go in, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChargesImported:
    """What became of a file: penalties that were new or known already, and every bad row."""

    rows: int
    new: int
    same: int
    bad: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class Allocation:
    """Whose fault. Of a dealer's: the words he reads; job and dealer, where not the line's first job and its dealer."""

    fault: Fault
    words: str | None = None
    job_id: int | None = None
    dealer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Allocated:
    """Whose it is now; the penalty by which a dealer pays it back. A dealer's own shop bears its own fault."""

    id: int
    fault: Fault
    dealer_id: int | None
    penalty_id: int | None


@dataclass(frozen=True, slots=True)
class Reopened:
    """It waits again for somebody to say whose fault it was."""

    id: int


_SHOPS = "SELECT code, id FROM channel WHERE code = ANY(%(codes)s::text[])"
_LINES = """
SELECT told.channel, told.number, told.line, line.id
  FROM unnest(%(channels)s::bigint[], %(orders)s::text[], %(lines)s::bigint[]) AS told(channel, number, line)
  JOIN customer_order head ON head.channel_id = told.channel AND head.number = told.number
  JOIN order_line line ON line.order_id = head.id AND line.line_number = told.line
"""
_KNOWN = """
SELECT channel_id, number, charged_on, amount_fen, reason, order_line_id FROM channel_charge
 WHERE channel_id = ANY(%(channels)s::bigint[]) AND number = ANY(%(numbers)s::text[])
"""
_ADD = """
INSERT INTO channel_charge (channel_id, number, charged_on, amount_fen, reason, order_line_id, created_by, created_at)
SELECT channel, number, day, fen, reason, line, %(by)s::bigint, %(now)s
  FROM unnest(%(channels)s::bigint[], %(numbers)s::text[], %(days)s::date[], %(fens)s::bigint[], %(reasons)s::text[],
              %(lines)s::bigint[]) AS told(channel, number, day, fen, reason, line)
ON CONFLICT (channel_id, number) DO NOTHING
"""


@use_case
def take(tx: Connection, actor: Actor, stream: BinaryIO, now: datetime) -> ChargesImported:
    """Take a file; the same file twice changes nothing. Raises what `channels.charge_file.read` raises."""
    parsed = list(read(stream))
    lines = [one for one in parsed if isinstance(one, Line)]
    shops, places = _places(tx, lines)
    known, new, bad = _known(tx, shops, lines), dict[Key, Told](), []
    told = ChainMap(new, known)
    for one in parsed:
        judged = one if isinstance(one, Bad) else _judged(one, shops, places, told, local_date(now))
        if isinstance(judged, Bad):
            bad.append(BadRow(judged.row_number, "；".join(fault.message for fault in judged.faults)))
        elif judged[0] not in known:
            new[judged[0]] = judged[1]
    _add(tx, new, actor, now)
    return ChargesImported(len(parsed), len(new), len(parsed) - len(new) - len(bad), tuple(bad))


Places = Mapping[tuple[int, str, int], int]


def _places(tx: Connection, lines: Sequence[Line]) -> tuple[dict[str, int], Places]:
    """Shops by their code, and order lines by (shop, number, line)."""
    codes = arrays.texts(sorted({line.channel for line in lines}))
    shops = {row.code: row.id for row in tx.exec_driver_sql(_SHOPS, {"codes": codes})}
    asked = sorted({(shops[one.channel], *one.order) for one in lines if one.order and one.channel in shops})
    values = {
        "channels": arrays.plain([place[0] for place in asked]),
        "orders": arrays.texts([place[1] for place in asked]),
        "lines": arrays.plain([place[2] for place in asked]),
    }
    return shops, {(row[0], row[1], row[2]): row[3] for row in tx.exec_driver_sql(_LINES, values)}


def _known(tx: Connection, shops: Mapping[str, int], lines: Sequence[Line]) -> dict[Key, Told]:
    values = {
        "channels": arrays.plain(sorted(shops.values())),
        "numbers": arrays.texts([one.said.number for one in lines if one.said]),
    }
    return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in tx.exec_driver_sql(_KNOWN, values)}


def _judged(
    line: Line, shops: Mapping[str, int], places: Places, known: Mapping[Key, Told], today: date
) -> Bad | tuple[Key, Told]:
    channel_id = shops.get(line.channel)
    line_id = places.get((channel_id, *line.order)) if line.order and channel_id else None
    faults: list[Wrong] = []
    if line.channel and channel_id is None:
        faults.append(Wrong(CHANNEL, "unknown_channel", f"没有店铺 {line.channel}"))
    if line.order and channel_id and line_id is None:
        faults.append(Wrong(ORDER, "unknown_line", f"{ORDER}与行号没有对应的订单行"))
    said = line.said
    if said is not None and said.day > today:
        faults.append(Wrong(DAY, "in_the_future", f"{DAY}晚于今天"))
    if said is None or channel_id is None or faults:
        return line.refused(faults)
    key, told = (channel_id, said.number), (said.day, said.fen, said.reason, line_id)
    if known.get(key, told) != told:
        return line.refused([Wrong(NUMBER, "told_otherwise", f"{NUMBER} {said.number} 已导入，内容不同")])
    return key, told


def _add(tx: Connection, new: Mapping[Key, Told], actor: Actor, now: datetime) -> None:
    values = {
        "channels": arrays.plain([key[0] for key in new]),
        "numbers": arrays.texts([key[1] for key in new]),
        "days": arrays.plain([told[0] for told in new.values()]),
        "fens": arrays.plain([told[1] for told in new.values()]),
        "reasons": arrays.texts([told[2] for told in new.values()]),
        "lines": arrays.plain([told[3] for told in new.values()]),
        "by": actor.person_id,
        "now": now,
    }
    tx.exec_driver_sql(_ADD, values)


_CHARGE = """
SELECT charge.*, channel.operator_dealer_id FROM channel_charge charge JOIN channel ON channel.id = charge.channel_id
 WHERE charge.id = %(id)s FOR UPDATE OF charge
"""
# The installation itself, unless another job of the order line is named; whoever had accepted it may be at fault.
_JOB = """
SELECT job.id, job.subject_id, coalesce(%(dealer)s::bigint, job.dealer_id) AS dealer_id
  FROM job WHERE job.order_line_id = %(line)s AND job.id = coalesce(%(job)s::bigint, job.id)
   AND (coalesce(%(dealer)s::bigint, job.dealer_id) = job.dealer_id OR EXISTS (
        SELECT 1 FROM job_event WHERE job_id = job.id AND action = 'accept'
           AND (data->>'dealer_id')::bigint = %(dealer)s::bigint))
 ORDER BY job.id LIMIT 1 FOR NO KEY UPDATE OF job
"""
_ALLOCATE = """
UPDATE channel_charge SET fault = %(fault)s, allocated_by = %(by)s, allocated_at = %(now)s WHERE id = %(id)s
"""


@use_case
def allocate(tx: Connection, actor: Actor, charge_id: int, given: Allocation, now: datetime) -> Allocated:
    """Say whose fault it was, once. `AlreadyAllocated`, `Invalid` without words or a job for a dealer, `NotFound`."""
    row = _charge(tx, charge_id)
    if row.fault is not None:
        raise AlreadyAllocated
    fault, dealer_id, penalty_id = given.fault, None, None
    if fault == Fault.DEALER:
        job = _job(tx, row, given)
        dealer_id = job.dealer_id
        if dealer_id == row.operator_dealer_id:
            fault = Fault.OPERATOR
        else:
            penalty_id = _penalty(tx, row, job, given.words or "", actor, now)
    elif fault == Fault.BRAND:
        _post(tx, row, actor, now)
    values = {"id": charge_id, "fault": fault, "by": actor.person_id, "now": now}
    tx.exec_driver_sql(_ALLOCATE, values)
    return Allocated(charge_id, fault, dealer_id, penalty_id)


_REOPEN = """
UPDATE channel_charge SET fault = NULL, allocated_by = NULL, allocated_at = NULL, turn = turn + 1 WHERE id = %(id)s
"""


@use_case
def reopen(tx: Connection, actor: Actor, charge_id: int, now: datetime) -> Reopened:
    """Take back that it was the brand's or the operator's, and what was posted. `NothingToReopen`, `NotFound`."""
    row = _charge(tx, charge_id)
    if row.fault not in (Fault.BRAND, Fault.OPERATOR):
        raise NothingToReopen
    key = rules.charge_key(row.id, row.turn)
    for entry_id in reversals.standing(tx, key):
        reversals.take_back(
            tx, entry_id, f"{key}:reopened", "责任重新划分", now, actor.person_id or "channel_charges"
        )
    tx.exec_driver_sql(_REOPEN, {"id": charge_id})
    was = {"charge_id": charge_id, "fault": row.fault, "turn": row.turn, "allocated_by": row.allocated_by}
    access.note(tx, "channel_charge_reopened", now, actor, **was)
    return Reopened(charge_id)


def _charge(tx: Connection, charge_id: int) -> Any:
    row = tx.exec_driver_sql(_CHARGE, {"id": charge_id}).first()
    if row is None:
        raise NotFound
    return row


def _job(tx: Connection, row: Any, given: Allocation) -> Any:
    faults = [] if given.words else [Wrong("words", "required", "请写明责任依据")]
    asked = {"line": row.order_line_id, "job": given.job_id, "dealer": given.dealer_id}
    job = tx.exec_driver_sql(_JOB, asked).first()
    if job is None:
        faults.append(Wrong("job_id", "no_job_of_dealer", "该扣款没有对应的工单，或该服务商未接过该工单"))
    if faults:
        raise Invalid(errors=faults)
    return job


def _penalty(tx: Connection, row: Any, job: Any, words: str, actor: Actor, now: datetime) -> int:
    laid = Laid(
        job.dealer_id, job.id, job.subject_id, PLATFORM, words, row.amount_fen, channel_charge_id=row.id
    )
    return int(imposing.impose(tx, laid, actor.person_id, now).id)


def _post(tx: Connection, row: Any, actor: Actor, now: datetime) -> None:
    month = ledger.open_month(month_of(now), ledger.hold_months(tx))
    told = (
        rules.charge_key(row.id, row.turn),
        row.number,
        row.reason,
        row.amount_fen,
        row.operator_dealer_id,
    )
    entry = rules.brand_entry(*told, month)
    if entry is not None:
        ledger.post(tx, [entry], {}, now, actor.person_id or "channel_charges")
