"""The fee run: every ended job is priced by the rule of its day and posted to the ledger, once.

Batches are claimed with SKIP LOCKED, so several runs share the work; each batch is one transaction, so a crash
loses and doubles nothing. What cannot be priced is held back with the reason and asked again by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.calendar import month_of
from domain.ledger import Entry, FeeLine, entries_for
from services.parts import arrays, collector, corrections, fee_facts, ledger, reversals, rules, shares
from services.parts.fee_facts import Cursor
from services.parts.pricing import Held, Memo, Pricing
from services.parts.rules import Rules
from services.uow import query, use_case

BATCH, WORKERS = 2_000, 2
REPORTED = 100
_START: Cursor = (datetime(1970, 1, 1, tzinfo=UTC), 0)


@dataclass(frozen=True, slots=True)
class FeeRun:
    """What a run did: jobs settled, entries and memos that were new, jobs held back (the first hundred named)."""

    jobs: int = 0
    entries: int = 0
    memos: int = 0
    held: int = 0
    reasons: tuple[Held, ...] = ()


def run_fees(now: datetime, batch: int = BATCH, workers: int = WORKERS) -> FeeRun:
    """Post the fees of every job that has ended. Again, or beside another run, it finds nothing left to do.

    100,000 jobs at 2,000 a batch are 50 transactions. With two `workers` one batch is priced while the database
    writes another. An error of one worker is raised after the others have finished.
    """
    known = _rules()
    with ThreadPoolExecutor(workers) as pool:
        # a context of its own for each, in which the application is known
        runs = [pool.submit(copy_context().run, _work, known, batch, now) for _ in range(workers)]
    parts = [part for run in runs for part in run.result()]
    held = {one.job_id: one for part in parts for one in part.reasons}  # each worker passes by the same job
    done = (
        sum(part.jobs for part in parts),
        sum(part.entries for part in parts),
        sum(part.memos for part in parts),
    )
    return FeeRun(*done, len(held), tuple(held.values())[:REPORTED])


def _work(known: Rules, batch: int, now: datetime) -> list[FeeRun]:
    """Batch after batch to the end; what each of them did."""
    parts = []
    after: Cursor | None = _START
    while after is not None:
        with collector.at_rest():
            done, after = _batch(known, after, batch, now)
        parts.append(done)
    return parts


@query
def _rules(connection: Connection) -> Rules:
    return rules.load(connection)


@use_case
def _batch(
    tx: Connection, known: Rules, after: Cursor, most: int, now: datetime
) -> tuple[FeeRun, Cursor | None]:
    """Claim, price, post and mark one batch; where the next one begins, None when this was the last.

    While a correction is on its way through the clocks nothing is posted: what they cost is not known.
    """
    if corrections.running(tx):
        return FeeRun(), None
    closed = ledger.hold_months(tx)
    due = fee_facts.take(tx, after, most, known, now)
    if not due:
        return FeeRun(), None
    settled = Pricing(tx, known, closed).settle(due)
    entries = ledger.post(tx, settled.entries, known.ids, now, "fees")
    memos = _note(tx, settled.memos)
    tx.exec_driver_sql(_MARK, {"now": now, "ids": arrays.plain(settled.job_ids)})
    shares.fees_posted(tx, settled.job_ids, now)
    run = FeeRun(len(settled.job_ids), entries, memos, len(settled.held), tuple(settled.held))
    return run, (due[-1].closed_at, due[-1].job_id)


_MARK = "UPDATE job SET fees_posted_at = %(now)s WHERE id = ANY(%(ids)s::bigint[])"
_NOTE = """
INSERT INTO charge_memo (charge_id, dealer_id, month, amount_fen, data)
SELECT charge, dealer, month, fen, data::jsonb
  FROM unnest(%(charges)s::bigint[], %(dealers)s::bigint[], %(months)s::date[], %(fens)s::bigint[], %(data)s::text[])
       AS memo(charge, dealer, month, fen, data)
ON CONFLICT (charge_id) DO NOTHING
"""


def _note(tx: Connection, memos: Sequence[Memo]) -> int:
    if not memos:
        return 0
    values = {
        "charges": [memo.charge_id for memo in memos],
        "dealers": [memo.dealer_id for memo in memos],
        "months": [memo.month for memo in memos],
        "fens": [memo.amount_fen for memo in memos],
        "data": [orjson.dumps({"text": memo.text}).decode() for memo in memos],
    }
    return tx.exec_driver_sql(_NOTE, values).rowcount


@use_case
def post_held(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Post the penalty that an appeal had held, now that it was declined, into the open month; how many were new.

    By the rule of the day of the work, under the key it would have had: decided again, it is still once.
    """
    key = f"job:{payload['job_id']}:timeliness:{payload['kind']}:{payload['turn']}"
    return _post_late(tx, payload["job_id"], lambda line: line.key == key, "申诉驳回后计入", now)


@use_case
def post_reversed(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Leave the ledger as if a verdict of an audit, taken back now, had never been; how many entries were new.

    What it had withheld is posted; what it had charged to the dealer at fault is taken back, and paid by who pays now.
    A visit has one way: of the dearest job's ¥20.00 comes what a neighbour at the door was not paid, ¥13.20.
    Where the job's fees are not posted yet the fee run does it; under the keys they would have had, so once.
    """
    job_id: int = payload["job_id"]
    if not _posted(tx, job_id):
        return 0
    charged = {row.id: row for row in tx.exec_driver_sql(_CHARGED, {"job": job_id, "kinds": list(_WITHHELD)})}

    def key(line: FeeLine) -> str:
        stood = (
            [charged[one].natural_key for one in reversals.standing(tx, line.key) if one in charged]
            if charged
            else []
        )
        return f"{stood[0]}:audit_reversed:instead" if stood else line.key

    posted = _post_late(tx, job_id, lambda line: line.kind in _WITHHELD, "稽核申诉成立后计入", now, key)
    for entry_id, row in charged.items():
        reversals.take_back(tx, entry_id, f"{row.natural_key}:audit_reversed", "稽核申诉成立", now, "owed")
    return posted + len(charged)


@use_case
def post_quality(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Post what came to be known of a job after its fees were posted: the customer's stars, an upheld complaint."""
    if not _posted(tx, payload["job_id"]):
        return 0
    return _post_late(tx, payload["job_id"], lambda line: line.kind in _TOLD_LATE, "完结后计入", now)


def _post_late(
    tx: Connection,
    job_id: int,
    wanted: Callable[[FeeLine], bool],
    note: str,
    now: datetime,
    key: Callable[[FeeLine], str] = attrgetter("key"),
) -> int:
    known = rules.load(tx)
    # Trap: the job before the months, as deeds lock them; the other way round a month's close between makes a deadlock.
    job, closed = fee_facts.again(tx, job_id, known, now), ledger.hold_months(tx)
    month, pricing = ledger.open_month(month_of(now), closed), Pricing(tx, known, closed)
    pricing.look_around([job])
    entries: list[Entry] = []
    for claim, _, lines in pricing.price(job):
        late = [replace(line, key=key(line), text=f"{line.text}（{note}）") for line in lines if wanted(line)]
        entries += entries_for(late, claim.parties, month)
    shares.corrected(tx, job_id, now)
    return ledger.post(tx, entries, known.ids, now, "owed")


def _posted(tx: Connection, job_id: int) -> bool:
    return bool(tx.exec_driver_sql(_POSTED, {"job": job_id}).scalar())


_POSTED = "SELECT fees_posted_at IS NOT NULL FROM job WHERE id = %(job)s"
# What stands of a second visit at the cost of the dealer whose work was called bad.
_CHARGED = """
SELECT entry.id, entry.natural_key, entry.kind FROM ledger_entry entry JOIN ledger_leg leg ON leg.entry_id = entry.id
  JOIN ledger_account account ON account.id = leg.account_id
 WHERE entry.job_id = %(job)s AND entry.kind = ANY(%(kinds)s) AND entry.reverses_id IS NULL
   AND account.kind = 'dealer_payable' AND leg.amount_fen > 0
   AND NOT EXISTS (SELECT 1 FROM ledger_entry back WHERE back.reverses_id = entry.id) ORDER BY entry.id
"""
_WITHHELD = frozenset(
    {"base_fee", "remote_fee", "trip_fee", "promotion", "bonus", "rating_bonus", "first_time_bonus"}
)
_TOLD_LATE = ("rating_bonus", "complaint_penalty")
