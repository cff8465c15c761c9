"""What corrected rules change: every clock they meet is judged anew, and either shown or written with its history.

Running clocks, and stopped ones whose job's fees are not posted: what is in the ledger is corrected there. Jobs are
locked before their clocks, as deeds do, so that no fee run posts meanwhile and nobody waits in a ring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.calendar import Calendar, Counts
from domain.clocks import Levels, Pause
from domain.corrections import Corrected, Standing, corrected

BATCH = 1_000
SHOWN = 100
PREVIEWED = 10_000

Rule = Callable[[Any], tuple[Counts, timedelta]]  # of a clock's row: what it is to count and how long


@dataclass(frozen=True, slots=True)
class Stand:
    """How a clock stands; `level` 0 none, 1 notice, 2 breach, 3 severe, as it is once the sweep has passed."""

    counts: str
    window_s: int
    notice_at: datetime | None
    due_at: datetime | None
    severe_at: datetime | None
    provisional: bool
    level: int


@dataclass(frozen=True, slots=True)
class Change:
    """A clock before and after. `dealer_id` is its own dealer's, None where it follows the job."""

    clock_id: int
    job_id: int
    dealer_id: int | None
    kind: str
    family: str
    before: Stand
    after: Stand


@dataclass(frozen=True, slots=True)
class Difference:
    """Clocks looked at; whose window or times move, earlier or later; still provisional; breaches either way.

    `changes` are the first hundred, `left_off` how many more there are. `beyond`: clocks that a preview, which has a
    limit, did not look at.
    """

    clocks: int = 0
    moved: int = 0
    earlier: int = 0
    later: int = 0
    provisional: int = 0
    breaches_withdrawn: int = 0
    breaches_coming: int = 0
    left_off: int = 0
    beyond: int = 0
    changes: tuple[Change, ...] = ()

    def is_empty(self) -> bool:
        """Whether no clock's window or times and no breach change, as far as anybody looked."""
        return not (self.moved or self.breaches_withdrawn or self.breaches_coming or self.beyond)

    def changed(self) -> int:
        """How many clocks change in anything."""
        return len(self.changes) + self.left_off


@dataclass(slots=True)
class _Tally:
    """The difference while it is counted."""

    counts: dict[str, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def add(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def take(self, row: Any, after: Corrected) -> Change | None:
        """Count a clock; its change, if anything of it changes."""
        change = _change(row, after)
        old, new = change.before, change.after
        self.add("clocks")
        self.add("provisional", new.provisional)
        self.add("breaches_withdrawn", after.withdrawn)
        self.add("breaches_coming", after.coming)
        if replace(old, level=0, provisional=False) != replace(new, level=0, provisional=False):
            self.add("moved")
        if old.due_at and new.due_at and old.due_at != new.due_at:
            self.add("later" if new.due_at > old.due_at else "earlier")
        return change if old != new else None

    def difference(self) -> Difference:
        shown = tuple(self.changes[:SHOWN])
        return Difference(**self.counts, changes=shown, left_off=len(self.changes) - len(shown))


_ROWS = """
SELECT clock.id, clock.job_id, clock.dealer_id, clock.kind, clock.family, counts, window_s, starts_at, level,
       notice_at, due_at, severe_at, provisional, least(stopped_at, paused_at) AS ended_at,
       job.channel_id, job.category_code, job.zone,
       ARRAY(SELECT from_at FROM clock_pause p WHERE p.clock_id = clock.id ORDER BY p.id) AS since,
       ARRAY(SELECT until_at FROM clock_pause p WHERE p.clock_id = clock.id ORDER BY p.id) AS until
  FROM clock JOIN job ON job.id = clock.job_id
 WHERE (stopped_at IS NULL OR fees_posted_at IS NULL) AND {which}
 ORDER BY clock.id {rest}
"""
_LOCK = "SELECT 1 FROM job WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR SHARE"


@dataclass(frozen=True, slots=True)
class Plan:
    """A correction as it meets clocks: which (SQL and its values), what each is to count, in which calendar."""

    which: str
    values: Mapping[str, Any]
    rule: Rule
    calendar: Calendar


def differing(
    tx: Connection,
    plan: Plan,
    now: datetime,
    record: int | None = None,
    batch: int = BATCH,
    most: int | None = None,
) -> Difference:
    """Judge the clocks of a plan anew; with `record`, a correction's id, also write it all, in this transaction.

    `most`: after so many clocks the others are only counted, as `beyond`.
    """
    tally, after, looked = _Tally(), 0, 0
    while True:
        last, seen = _turn(tx, plan, now, record, after, batch, tally)
        looked += seen
        if last is None:
            return tally.difference()
        after = last
        if most is not None and looked >= most:
            tally.add("beyond", _left(tx, plan, after))
            return tally.difference()


def step(
    tx: Connection, plan: Plan, now: datetime, record: int, after: int, batch: int = BATCH
) -> tuple[dict[str, int], int | None]:
    """Write one batch of a correction behind clock `after`: what it counted, and the last clock, None at the end."""
    tally = _Tally()
    last, _ = _turn(tx, plan, now, record, after, batch, tally)
    return {**tally.counts, "changed": len(tally.changes)}, last


def _turn(
    tx: Connection, plan: Plan, now: datetime, record: int | None, after: int, batch: int, tally: _Tally
) -> tuple[int | None, int]:
    """One batch into the tally; behind which clock the next begins (None: there is none), and how many it had."""
    paged = _ROWS.format(which=f"clock.id > %(after)s AND {plan.which}", rest="LIMIT %(batch)s")
    rows = tx.exec_driver_sql(paged, {**plan.values, "after": after, "batch": batch}).all()
    last, seen = rows[-1].id if len(rows) == batch else None, len(rows)
    if record is not None and rows:
        held = _ROWS.format(
            which=f"clock.id = ANY(%(ids)s::bigint[]) AND {plan.which}", rest="FOR UPDATE OF clock"
        )
        tx.exec_driver_sql(_LOCK, {"ids": sorted({row.job_id for row in rows})})
        rows = tx.exec_driver_sql(held, {**plan.values, "ids": [row.id for row in rows]}).all()
    news = [(row, _judged(row, plan.rule, plan.calendar, now)) for row in rows]
    changed = [(change, new) for row, new in news if (change := tally.take(row, new)) is not None]
    tally.changes += [change for change, _ in changed]
    if record is not None and changed:
        _write(tx, record, changed, now)
    return last, seen


def meets(tx: Connection, plan: Plan) -> bool:
    """Whether there is any clock to be judged anew."""
    return tx.exec_driver_sql(_ROWS.format(which=plan.which, rest="LIMIT 1"), plan.values).first() is not None


def _left(tx: Connection, plan: Plan, after: int) -> int:
    counted = f"SELECT count(*) FROM ({_ROWS.format(which=f'clock.id > %(after)s AND {plan.which}', rest='')}) AS rest"
    return int(tx.exec_driver_sql(counted, {**plan.values, "after": after}).scalar_one())


def _instants(row: Any) -> tuple[datetime | None, datetime | None, datetime | None]:
    """The instants as they stand; those an open pause holds off are none, whatever was written before it began."""
    held = row.ended_at if None in row.until else None
    times = (row.notice_at, row.due_at, row.severe_at)
    notice, due, severe = (None if held and at and at > held else at for at in times)
    return notice, due, severe


def _judged(row: Any, rule: Rule, calendar: Calendar, now: datetime) -> Corrected:
    instants = Levels(*_instants(row), row.provisional)
    old = Standing(Counts(row.counts), timedelta(seconds=row.window_s), instants, row.level)
    pauses = [Pause(since, until) for since, until in zip(row.since, row.until, strict=True)]
    counts, window = rule(row)
    return corrected(row.starts_at, old, counts, window, calendar, pauses, row.ended_at, now)


def _change(row: Any, new: Corrected) -> Change:
    before = Stand(row.counts, row.window_s, *_instants(row), row.provisional, row.level)
    after = new.standing
    times = (after.levels.notice_at, after.levels.breach_at, after.levels.severe_at)
    window_s, level = int(after.window.total_seconds()), after.level + new.coming
    stand = Stand(after.counts.value, window_s, *times, after.levels.provisional, level)
    return Change(row.id, row.job_id, row.dealer_id, row.kind, row.family, before, stand)


_WRITE = """
WITH new AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(changes)s::json) AS n(clock_id bigint, job_id bigint, raised smallint,
        next_at timestamptz, before jsonb, after jsonb)),
told AS (
    INSERT INTO clock_change (correction_id, clock_id, job_id, before, after)
    SELECT %(correction)s, clock_id, job_id, before, after FROM new ORDER BY clock_id),
taken AS (
    UPDATE breach SET withdrawn_at = %(now)s, withdrawn = 'corrected' FROM new
     WHERE breach.clock_id = new.clock_id AND breach.level > raised AND withdrawn_at IS NULL
    RETURNING appeal_clock_id),
answered AS (
    UPDATE clock SET stopped_at = %(now)s, next_at = CASE WHEN next_at <= %(now)s THEN next_at END FROM taken
     WHERE clock.id = appeal_clock_id AND stopped_at IS NULL)
UPDATE clock SET counts = after->>'counts', window_s = (after->>'window_s')::bigint,
       notice_at = (after->>'notice_at')::timestamptz, due_at = (after->>'due_at')::timestamptz,
       severe_at = (after->>'severe_at')::timestamptz, provisional = (after->>'provisional')::boolean,
       level = raised, next_at = new.next_at
  FROM new WHERE clock.id = new.clock_id
"""


def _write(
    tx: Connection, correction_id: int, changed: Sequence[tuple[Change, Corrected]], now: datetime
) -> None:
    """Instants, level and history of each; breaches above the level withdrawn, and appeals against them answered."""
    rows = [
        {
            "clock_id": change.clock_id,
            "job_id": change.job_id,
            "raised": new.standing.level,
            "next_at": new.next_at,
            "before": asdict(change.before),
            "after": asdict(change.after),
        }
        for change, new in changed
    ]
    values = {"changes": orjson.dumps(rows).decode(), "correction": correction_id, "now": now}
    tx.exec_driver_sql(_WRITE, values)
