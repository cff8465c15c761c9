"""What a version of the fee rules would change in a month's jobs: asked for in a request, worked out by the runner.

Every job of the month is priced twice by the fee run's own computation, by the rules of its day and by the version as
if it had been in force; nothing is posted. Killed in between, the next run begins that preview anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import orjson
from sqlalchemy import Connection

from domain.actors import Actor
from domain.calendar import SHANGHAI, month_of
from domain.errors import Fault, Invalid, NotFound
from domain.fee_comparison import Comparing, Comparison, Refusal
from domain.ledger import Entry
from services.parts import collector, fee_facts, ledger, rules
from services.parts.fee_facts import Due
from services.parts.pricing import Pricing
from services.parts.rules import Rules
from services.uow import query, use_case

DAY = timedelta(days=1)
BATCH = 2_000
ATTEMPTS = 3
GIVEN_UP = "连续三次中断，未能完成，请联系管理员查看运行记录"


@dataclass(frozen=True, slots=True)
class AskedPreview:
    """A preview that a runner takes within seconds; `look` is where its progress and result are read."""

    id: int
    version: int
    month: date
    look: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """Previews finished, jobs priced twice."""

    previews: int = 0
    jobs: int = 0


_RULE = "SELECT id FROM fee_rule WHERE version = %(version)s"
_ASK = """
INSERT INTO fee_preview (fee_rule_id, month, asked_by, asked_at) VALUES (%(rule)s, %(month)s, %(by)s, %(now)s)
ON CONFLICT (fee_rule_id, month) WHERE finished_at IS NULL DO UPDATE SET asked_by = excluded.asked_by
RETURNING id
"""


@use_case
def ask(tx: Connection, actor: Actor, version: int, month: date | None, now: datetime) -> AskedPreview:
    """Preview a version on a month's jobs, last month's by default; asked twice before it is done, it is one.

    `NotFound` for no such version, `Invalid` for a month that has not begun.
    """
    this = month_of(now)
    wanted = ((this - DAY) if month is None else month).replace(day=1)
    if wanted > this:
        raise Invalid(errors=[Fault("month", "in_the_future", "该月还没有开始")])
    rule_id = tx.exec_driver_sql(_RULE, {"version": version}).scalar()
    if rule_id is None:
        raise NotFound
    values = {"rule": rule_id, "month": wanted, "by": actor.person_id, "now": now}
    made = tx.exec_driver_sql(_ASK, values).scalar_one()
    return AskedPreview(made, version, wanted, f"/api/v1/fee-previews/{made}")


@dataclass(frozen=True, slots=True)
class _Work:
    """A preview to work out: `version` on the jobs that ended from `since` until `until`."""

    id: int
    version: int
    since: datetime
    until: datetime


def work(now: datetime, batch: int = BATCH) -> Previewed:
    """Work out every preview that waits, the oldest first."""
    previews = jobs = 0
    while (one := _begin(now)) is not None:
        found = _compared(one, now, batch)
        _finish(one, found, now)
        previews, jobs = previews + 1, jobs + found.jobs
    return Previewed(previews, jobs)


_GIVE_UP = """
UPDATE fee_preview SET finished_at = %(now)s, error = %(why)s WHERE finished_at IS NULL AND attempts >= %(most)s
"""
_NEXT = """
SELECT preview.id, version, month FROM fee_preview preview JOIN fee_rule ON fee_rule.id = fee_rule_id
 WHERE finished_at IS NULL ORDER BY preview.id LIMIT 1 FOR UPDATE OF preview
"""
_ENDED = "job.status IN ('closed', 'cancelled') AND job.closed_at >= %(since)s AND job.closed_at < %(until)s"
_BEGIN = f"""
UPDATE fee_preview SET attempts = attempts + 1, done = 0, jobs = (SELECT count(*) FROM job WHERE {_ENDED})
 WHERE id = %(id)s
"""


@use_case
def _begin(tx: Connection, now: datetime) -> _Work | None:
    """The oldest preview that waits; one that was begun three times and never ended is given up."""
    tx.exec_driver_sql(_GIVE_UP, {"now": now, "why": GIVEN_UP, "most": ATTEMPTS})
    row = tx.exec_driver_sql(_NEXT).first()
    if row is None:
        return None
    one = _Work(row.id, row.version, _midnight(row.month), _midnight(ledger.next_month(row.month)))
    tx.exec_driver_sql(_BEGIN, {"id": one.id, "since": one.since, "until": one.until})
    return one


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _compared(one: _Work, now: datetime, batch: int) -> Comparison:
    known = _rules()
    always = replace(next(rule for rule in known.all if rule.version == one.version), effective_from=date.min)
    sides, comparing = (known, Rules((always,), known.ids)), Comparing()
    after: int | None = 0
    while after is not None:
        with collector.at_rest():
            after = _batch(one, sides, comparing, after, batch, now)
    return comparing.result()


@query
def _rules(connection: Connection) -> Rules:
    return rules.load(connection)


_JOBS = f"""{fee_facts.SELECT}
 WHERE {_ENDED} AND job.id > %(after)s ORDER BY job.id LIMIT %(most)s
"""
_DONE = "UPDATE fee_preview SET done = done + %(jobs)s WHERE id = %(id)s"


@use_case
def _batch(
    tx: Connection,
    one: _Work,
    sides: Sequence[Rules],
    comparing: Comparing,
    after: int,
    most: int,
    now: datetime,
) -> int | None:
    """The next jobs by their ids, priced by both; where the batch after it begins, None behind the last one."""
    values = {"since": one.since, "until": one.until, "after": after, "most": most}
    found = tx.exec_driver_sql(_JOBS, values).all()
    due = fee_facts.read(tx, found, sides[0], now)
    _compare(tx, due, sides, comparing)
    tx.exec_driver_sql(_DONE, {"id": one.id, "jobs": len(due)})
    return due[-1].job_id if len(due) == most else None


def _compare(tx: Connection, due: Sequence[Due], sides: Sequence[Rules], comparing: Comparing) -> None:
    was, now = (Pricing(tx, side, None).settle(due) for side in sides)
    today, then = _by_job(was.entries), _by_job(now.entries)
    unpaid = {held.job_id for held in was.held}
    refused = {held.job_id: held for held in now.held}
    for job in due:
        no = refused.get(job.job_id)
        if job.job_id in unpaid:
            comparing.unpaid(still=no is not None)
        elif no is not None:
            comparing.refuse(Refusal(no.job_id, no.code, no.reason))
        else:
            comparing.add(job.job_id, today[job.job_id], then[job.job_id])


def _by_job(entries: Sequence[Entry]) -> dict[int | None, list[Entry]]:
    found: dict[int | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.job_id].append(entry)
    return found


_FINISH = "UPDATE fee_preview SET finished_at = %(now)s, result = %(result)s::jsonb WHERE id = %(id)s"


@use_case
def _finish(tx: Connection, one: _Work, found: Comparison, now: datetime) -> None:
    tx.exec_driver_sql(_FINISH, {"id": one.id, "result": orjson.dumps(found).decode(), "now": now})
