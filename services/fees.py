"""The fee run: every ended job is priced by the rule of its day and posted to the ledger, once.

Batches are claimed with SKIP LOCKED, so several runs share the work; each batch is one transaction, so a crash
loses and doubles nothing. What cannot be priced is held back with the reason and asked again by the next run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import fees
from domain.calendar import local_date, month_of
from domain.errors import DomainError
from domain.fee_facts import JobFacts
from domain.fee_rules import FeeRule, RemoteFeeNotAgreed
from domain.ledger import Entry, FeeLine, entries_for
from services.parts import arrays, collector, corrections, fee_facts, ledger, rules, shares
from services.parts.fee_facts import Claim, Cursor, Due
from services.parts.rules import Rules
from services.uow import query, use_case

BATCH, WORKERS = 2_000, 2
REPORTED = 100
_START: Cursor = (datetime(1970, 1, 1, tzinfo=UTC), 0)


class NoRule(DomainError):
    """No fee rule was in force on the day of the work."""

    code = "no_fee_rule"
    title = "当日没有生效的收费规则"


class Unswept(DomainError):
    """A clock of the job has reached a level that nobody has raised yet; it will be in a minute."""

    code = "clock_unswept"
    title = "时效尚未判定"


@dataclass(frozen=True, slots=True)
class Held:
    """A job whose fees could not be posted, and why."""

    job_id: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeeRun:
    """What a run did: jobs settled, entries and memos that were new, jobs held back (the first hundred named)."""

    jobs: int = 0
    entries: int = 0
    memos: int = 0
    held: int = 0
    reasons: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class _Memo:
    """Money the dealer's people collected: known, never paid again."""

    charge_id: int
    dealer_id: int
    month: date
    amount_fen: int
    text: str


@dataclass(frozen=True, slots=True)
class _Settled:
    """All that one batch writes."""

    job_ids: list[int]
    entries: list[Entry]
    memos: list[_Memo]
    held: list[Held]


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
    due = fee_facts.take(tx, after, most, known.bonus_clocks(), now)
    if not due:
        return FeeRun(), None
    settled = _Pricing(tx, known, closed).settle(due)
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


def _note(tx: Connection, memos: Sequence[_Memo]) -> int:
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


class _Pricing:
    """Prices a batch by the rules in force, each claim on the day of its work."""

    def __init__(self, tx: Connection, known: Rules, closed: ledger.Months) -> None:
        self._tx, self._known, self._closed = tx, known, closed
        self._in_force: dict[date, FeeRule | None] = {}
        self._shared: dict[int, list[JobFacts]] = {}

    def settle(self, due: Sequence[Due]) -> _Settled:
        """What the jobs pay; a job of which one part cannot be priced is held back whole."""
        claims = (claim for job in due for claim in job.claims)
        visits = [claim.facts.visit_id or 0 for claim in claims if self._remote_possible(claim)]
        self._shared = fee_facts.sharing(self._tx, visits) if visits else {}
        settled = _Settled([], [], [], [])
        for job in due:
            try:
                priced = self.price(job)
            except DomainError as refusal:
                settled.held.append(Held(job.job_id, refusal.code, refusal.detail or refusal.title))
                continue
            settled.job_ids.append(job.job_id)
            for claim, month, lines in priced:
                settled.entries.extend(entries_for(lines, claim.parties, month))
                settled.memos.extend(_memos(claim.facts, month, lines))
        return settled

    def price(self, job: Due) -> list[tuple[Claim, date, tuple[FeeLine, ...]]]:
        """The lines of each claim and their month; raises where a part cannot be priced."""
        if job.unswept:
            raise Unswept
        wanted = month_of(job.closed_at)
        month = ledger.open_month(wanted, self._closed)
        priced = []
        for claim in job.claims:
            rule = self._rule(claim)
            if rule is None:
                raise NoRule(f"{local_date(claim.worked_at)} 没有生效的收费规则")
            lines = fees.lines(self._carrying(claim.facts, rule), rule)
            if month != wanted:
                note = ledger.late_note(wanted, month)
                lines = tuple(replace(line, text=line.text + note) for line in lines)
            priced.append((claim, month, lines))
        return priced

    def _rule(self, claim: Claim) -> FeeRule | None:
        day = local_date(claim.worked_at)
        if day not in self._in_force:
            self._in_force[day] = self._known.on(day)
        return self._in_force[day]

    def _remote_possible(self, claim: Claim) -> bool:
        rule, facts = self._rule(claim), claim.facts
        if rule is None or facts.visit_id is None or facts.distance_m is None:
            return False
        try:
            part = fees.remote_of(facts, rule)
        except RemoteFeeNotAgreed:
            return True
        return part is not None

    def _carrying(self, facts: JobFacts, rule: FeeRule) -> JobFacts:
        """The same facts, without the remote fee when another job at that door is dearer."""
        sharing = self._shared.get(facts.visit_id or 0, ())
        if len(sharing) < 2 or fees.dearest(sharing, rule) in (None, facts.job_id):
            return facts
        return replace(facts, carries_remote=False)


@use_case
def post_held(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Post the penalty that an appeal had held, now that it was declined, into the open month; how many were new.

    By the rule of the day of the work, under the key it would have had: decided again, it is still once.
    """
    known, closed = rules.load(tx), ledger.hold_months(tx)
    job = fee_facts.again(tx, payload["job_id"], now)
    key = f"job:{job.job_id}:timeliness:{payload['kind']}:{payload['turn']}"
    entries: list[Entry] = []
    for claim, _, lines in _Pricing(tx, known, closed).price(job):
        held = [replace(line, text=f"{line.text}（申诉驳回后计入）") for line in lines if line.key == key]
        entries += entries_for(held, claim.parties, ledger.open_month(month_of(now), closed))
    return ledger.post(tx, entries, known.ids, now, "owed")


@use_case
def post_reversed(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Post what a verdict of an audit had withheld, now that it was taken back: the work itself and its way.

    Where the job's fees are not posted yet the fee run does it; under the keys they would have had, so once.
    """
    known, closed = rules.load(tx), ledger.hold_months(tx)
    if not tx.exec_driver_sql(_POSTED, {"job": payload["job_id"]}).scalar():
        return 0
    entries: list[Entry] = []
    for claim, _, lines in _Pricing(tx, known, closed).price(fee_facts.again(tx, payload["job_id"], now)):
        back = [
            replace(line, text=f"{line.text}（稽核申诉成立后计入）") for line in lines if line.kind in _WORK
        ]
        entries += entries_for(back, claim.parties, ledger.open_month(month_of(now), closed))
    return ledger.post(tx, entries, known.ids, now, "owed")


_POSTED = "SELECT fees_posted_at IS NOT NULL FROM job WHERE id = %(job)s"
_WORK = ("base_fee", "remote_fee")


def _memos(facts: JobFacts, month: date, lines: Sequence[FeeLine]) -> Iterator[_Memo]:
    """The lines that are memos, by their charge: extras, and the way as it was taken; a way not taken leaves none."""
    for line in lines:
        if line.debit is None and line.kind == "extra":
            charge_id = int(line.key.rpartition(":")[2])
            yield _Memo(charge_id, facts.dealer_id, month, line.amount_fen, line.text)
