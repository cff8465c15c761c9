"""The purge: data whose term is over goes, kind by kind, in small batches, each with its record in the chain.

A run goes on until nothing is due or its time is up; killed anywhere, the next one finds what is left, for what was
erased is not found any more. What is kept for a reason is looked at again by every run.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.retention import NAMES, WHY_KEPT, Cause, Kind, Rule
from services.config import config
from services.parts import erasures, forgetting, holds
from services.parts.forgetting import LEADS, Drawer
from services.parts.photo_erasing import MATCHED, erase_some
from services.uow import query, use_case

BATCH = 50
RUN_S = 40.0
LOOKED_AT = 2000
SHOWN = 100


@dataclass(frozen=True, slots=True)
class KeptFor:
    """How many customers' data are kept although their term is over, and why."""

    why: str
    name: str
    subjects: int


@dataclass(frozen=True, slots=True)
class Due:
    """What a run would erase now of one kind. `jobs`: whose customers it is, the first hundred.

    `subjects` counts customers (messages: rows), `photos` photos; `more`: only the oldest two thousand were looked at.
    """

    kind: str
    name: str
    months: int
    rule: str
    ended_before: datetime
    subjects: int
    photos: int
    more: bool
    jobs: tuple[int, ...]
    kept: tuple[KeptFor, ...]


@dataclass(frozen=True, slots=True)
class PurgePreview:
    """A dry run: nothing is changed, and nothing said here is promised; the run asks again."""

    at: datetime
    kinds: tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class Purged:
    """Customers of whom something went by kind (messages: rows, photos: photos); not `done`: the next run goes on."""

    photos: int
    points: int
    words: int
    messages: int
    addresses: int
    done: bool


def rules() -> dict[Kind, Rule]:
    """As the settings have them now."""
    return {kind: Rule(kind, getattr(config(), f"retain_{kind}_months")) for kind in Kind}


def purge(now: datetime, seconds: float = RUN_S) -> Purged:
    """Erase what is due, for the timetable."""
    until = time.monotonic() + seconds
    counts = dict.fromkeys(Kind, 0)
    for kind, rule in rules().items():
        for done in _messages(rule, now) if kind == Kind.MESSAGES else _batches(rule, now):
            counts[kind] += done
            if time.monotonic() > until:
                return Purged(**{str(kind): count for kind, count in counts.items()}, done=False)
    return Purged(**{str(kind): count for kind, count in counts.items()}, done=True)


def _batches(rule: Rule, now: datetime) -> Iterator[int]:
    """Subjects of whom this kind was erased, batch by batch."""
    for subject_ids in _candidates(rule, now):
        again = True
        while again:
            done, again = _erase(rule, subject_ids, now)
            yield done


def _candidates(rule: Rule, now: datetime) -> Iterator[list[int]]:
    """Customers with something of this kind that is old enough by itself, in batches, each at most once a drawer."""
    for drawer in LEADS[rule.kind]:
        seen: set[int] = set()
        after: tuple[datetime | None, int] = (None, 0)
        while page := _page(drawer, after, rule.before(now)):
            after = (page[-1].at, page[-1].id)
            fresh = {row.subject_id for row in page} - seen
            seen |= fresh
            if fresh:
                yield sorted(fresh)


_PAGE = """
SELECT id, subject_id, {at} AS at FROM {table} WHERE {full} AND {at} < %(before)s
   AND ({at}, id) > (coalesce(%(at)s::timestamptz, '-infinity'), %(id)s) ORDER BY {at}, id LIMIT %(most)s
"""


@query
def _page(
    connection: Connection, drawer: Drawer, after: tuple[datetime | None, int], before: datetime
) -> list[Any]:
    sql = _PAGE.format(at=drawer.at, table=drawer.table, full=drawer.full)
    asked = {"before": before, "at": after[0], "id": after[1], "most": BATCH}
    return list(connection.exec_driver_sql(sql, asked))


# Whoever acts on a job holds it; a new job, note or photo needs the subject. With both in hand nothing begins
# meanwhile that would keep the data.
_HOLD_JOBS = f"SELECT id FROM job WHERE id IN ({holds.JOBS}) ORDER BY id FOR SHARE"
_HOLD_SUBJECTS = "SELECT id FROM subject WHERE id = ANY(%(subjects)s) ORDER BY id FOR UPDATE"


@use_case
def _erase(tx: Connection, rule: Rule, subject_ids: list[int], now: datetime) -> tuple[int, bool]:
    """One batch of one kind; (customers of whom something went, whether there is more)."""
    tx.exec_driver_sql(_HOLD_JOBS, {"subjects": subject_ids})
    tx.exec_driver_sql(_HOLD_SUBJECTS, {"subjects": subject_ids})
    due, _ = holds.due(tx, subject_ids, rule.before(now))
    if not due:
        return 0, False
    if rule.kind == Kind.PHOTOS:
        done = erase_some(tx, due, Cause.TERM, rule.version, now)
        forgetting.destroy_keys(tx, due, now)
        return done.photos, done.photos > 0
    counts = forgetting.empty(tx, rule.kind, due)
    erasures.record(tx, rule.kind, Cause.TERM, rule.version, {"subjects": due, "counts": counts}, now)
    forgetting.destroy_keys(tx, due, now)
    return len(due), False


_OLD_MESSAGES = f"""
SELECT item.id FROM inbox_item item WHERE item.created_at < %(before)s
   AND NOT EXISTS (SELECT 1 FROM job WHERE job.id = item.job_id
                      AND (job.status NOT IN ('closed', 'cancelled') OR {holds.QUARRELLED} IS NOT NULL))
 ORDER BY item.id LIMIT %(most)s
"""
_DELETE = "DELETE FROM inbox_item WHERE id = ANY(%(ids)s)"


def _messages(rule: Rule, now: datetime) -> Iterator[int]:
    while done := _erase_messages(rule, now):
        yield done


@use_case
def _erase_messages(tx: Connection, rule: Rule, now: datetime) -> int:
    ids = _old_messages(tx, rule, now, 10 * BATCH)
    if ids:
        tx.exec_driver_sql(_DELETE, {"ids": ids})
        data = {"messages": ids, "counts": {"inbox_item": len(ids)}}
        erasures.record(tx, rule.kind, Cause.TERM, rule.version, data, now)
    return len(ids)


def _old_messages(tx: Connection, rule: Rule, now: datetime, most: int) -> list[int]:
    asked = {"before": rule.before(now), "most": most}
    return list(tx.exec_driver_sql(_OLD_MESSAGES, asked).scalars())


def preview(now: datetime) -> PurgePreview:
    """What a run would do now, by kind."""
    return PurgePreview(now, tuple(_due(rule, now) for rule in rules().values()))


def _due(rule: Rule, now: datetime) -> Due:
    subjects, photos, looked_at = list[int](), 0, 0
    kept: Counter[str] = Counter()
    if rule.kind == Kind.MESSAGES:
        subjects = _waiting_messages(rule, now)
        looked_at = len(subjects)
    else:
        for subject_ids in _candidates(rule, now):
            due, reasons, seen = _look(rule, subject_ids, now)
            subjects, photos, looked_at = subjects + due, photos + seen.photos, looked_at + len(subject_ids)
            kept.update([*reasons, *["match"] * seen.matched])
            if looked_at >= LOOKED_AT:
                break
    return Due(
        kind=rule.kind,
        name=NAMES[rule.kind],
        months=rule.months,
        rule=rule.version,
        ended_before=rule.before(now),
        subjects=len(subjects),
        photos=photos,
        more=looked_at >= LOOKED_AT,
        jobs=() if rule.kind == Kind.MESSAGES else _jobs(subjects[:SHOWN]),
        kept=tuple(KeptFor(why, WHY_KEPT[why], count) for why, count in sorted(kept.items())),
    )


@dataclass(frozen=True, slots=True)
class _Photos:
    photos: int = 0
    matched: int = 0


_PHOTOS = f"""
SELECT count(*) FILTER (WHERE NOT {MATCHED}) AS photos,
       count(DISTINCT subject_id) FILTER (WHERE {MATCHED}) AS matched
  FROM photo WHERE job_id IN ({holds.JOBS}) AND erased_at IS NULL
"""


@query
def _look(
    connection: Connection, rule: Rule, subject_ids: list[int], now: datetime
) -> tuple[list[int], list[str], _Photos]:
    due, kept = holds.due(connection, subject_ids, rule.before(now))
    seen = _Photos()
    if due and rule.kind == Kind.PHOTOS:
        seen = _Photos(*connection.exec_driver_sql(_PHOTOS, {"subjects": due}).one())
    return due, list(kept.values()), seen


@query
def _waiting_messages(connection: Connection, rule: Rule, now: datetime) -> list[int]:
    return _old_messages(connection, rule, now, LOOKED_AT)


@query
def _jobs(connection: Connection, subject_ids: list[int]) -> tuple[int, ...]:
    sql = f"{holds.JOBS} ORDER BY job.id LIMIT {SHOWN}"
    return tuple(connection.exec_driver_sql(sql, {"subjects": subject_ids}).scalars())
