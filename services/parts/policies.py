"""The calendar and the clock policies of the deployment, kept in the process for half a minute.

Both change a few times a year; a stale half minute moves no due time that is not recomputed anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, and_, or_, select

from domain.calendar import Calendar, Counts
from domain.clock_policies import Place, Version, applied, made
from domain.clocks import ClockKind, ClockPolicy, Family, Zone
from domain.job import JobState
from models.clock import CalendarDay, CalendarYear
from models.clock import ClockPolicy as PolicyRow

T = TypeVar("T")
_FRESH_S = 30.0


class Kept(Generic[T]):
    """A value loaded at most once in half a minute per database; while one thread loads, others wait.

    `stamp` tells in one cheap statement whether what is kept is still what stands there: then an old value, dear to
    load, is fresh again.
    """

    def __init__(
        self, load: Callable[[Connection], T], stamp: Callable[[Connection], object] | None = None
    ) -> None:
        self._load = load
        self._stamp = stamp
        self._lock = Lock()
        self._values: WeakKeyDictionary[Engine, tuple[float, object, T]] = WeakKeyDictionary()

    def get(self, tx: Connection) -> T:
        """The value, loaded through `tx` when it is missing or old."""
        kept = self._fresh(tx)
        if kept is not None:
            return kept[2]
        with self._lock:
            kept = self._fresh(tx) or self._renewed(tx)
            self._values[tx.engine] = kept
        return kept[2]

    def _fresh(self, tx: Connection) -> tuple[float, object, T] | None:
        kept = self._values.get(tx.engine)
        return kept if kept is not None and time.monotonic() - kept[0] < _FRESH_S else None

    def _renewed(self, tx: Connection) -> tuple[float, object, T]:
        old, stamp = self._values.get(tx.engine), self._stamp(tx) if self._stamp else None
        same = old is not None and stamp is not None and old[1] == stamp
        return (time.monotonic(), stamp, old[2] if old is not None and same else self._load(tx))

    def forget(self) -> None:
        """Load anew on the next call: after an edit in this process, and between tests."""
        with self._lock:
            self._values.clear()


def load_calendar(tx: Connection) -> Calendar:
    """The calendar as this transaction sees it; not remembered, since it may yet be rolled back."""
    years = [row.year for row in tx.execute(select(CalendarYear.year))]
    days = [(row.day, row.working) for row in tx.execute(select(CalendarDay.day, CalendarDay.working))]
    return Calendar.from_rows(days, years)


def load_versions(tx: Connection, before: int | None = None) -> list[Version]:
    """The versions that count, as this transaction sees them; or that counted before a correction was made."""
    counts: ColumnElement[bool] = PolicyRow.ended_by.is_(None)
    if before is not None:
        made_then = or_(PolicyRow.made_by.is_(None), PolicyRow.made_by < before)
        counts = and_(made_then, or_(counts, PolicyRow.ended_by >= before))
    return [_version(row) for row in tx.execute(select(PolicyRow.__table__).where(counts))]


def _version(row: Any) -> Version:
    window, zone = timedelta(seconds=row.window_s), None if row.zone is None else Zone(row.zone)
    policy = made(ClockKind(row.kind), Family(row.family), Counts(row.counts), window, zone)
    times = (row.effective_from, row.effective_until)
    return Version(policy, row.channel_id, row.category_code, *times, row.id)


CALENDAR: Kept[Calendar] = Kept(load_calendar)
OVERRIDES: Kept[list[Version]] = Kept(load_versions)


def in_force(tx: Connection, policy: ClockPolicy, job: JobState, at: datetime) -> ClockPolicy:
    """What stands instead of a default for a job's clock that counts from `at`, as this process knows the versions."""
    versions = OVERRIDES.get(tx)
    if not versions:
        return policy
    [found] = applied((policy,), versions, Place(job.channel_id, job.category_code, job.zone), at)
    return found
