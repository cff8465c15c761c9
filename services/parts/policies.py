"""The calendar and the clock policies of the deployment, kept in the process for half a minute.

Both change a few times a year; a stale half minute moves no due time that is not recomputed anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from domain.calendar import Calendar, Counts
from domain.clocks import DEFAULT_POLICIES, ClockPolicy
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


@dataclass(frozen=True, slots=True)
class Override:
    """A stored policy that narrows or replaces a default; None matches everything."""

    policy: ClockPolicy
    channel_id: int | None
    category_code: str | None
    effective_from: datetime

    def specificity(self) -> tuple[bool, bool, bool, datetime]:
        """Channel outweighs category outweighs zone; among equals the newest."""
        narrow = (self.channel_id is not None, self.category_code is not None, self.policy.zone is not None)
        return (*narrow, self.effective_from)


def _load_calendar(tx: Connection) -> Calendar:
    years = [row.year for row in tx.execute(select(CalendarYear.year))]
    days = [(row.day, row.working) for row in tx.execute(select(CalendarDay.day, CalendarDay.working))]
    return Calendar.from_rows(days, years)


def _load_overrides(tx: Connection) -> tuple[Override, ...]:
    return tuple(_override(row) for row in tx.execute(select(PolicyRow.__table__)))


def _override(row: object) -> Override:
    base = next(p for p in DEFAULT_POLICIES if p.kind == row.kind and p.family == row.family)  # type: ignore[attr-defined]
    window = timedelta(seconds=row.window_s)  # type: ignore[attr-defined]
    policy = replace(base, counts=Counts(row.counts), window=window, zone=row.zone)  # type: ignore[attr-defined]
    return Override(policy, row.channel_id, row.category_code, row.effective_from)  # type: ignore[attr-defined]


CALENDAR: Kept[Calendar] = Kept(_load_calendar)
OVERRIDES: Kept[tuple[Override, ...]] = Kept(_load_overrides)


def applied(
    defaults: Iterable[ClockPolicy],
    overrides: Iterable[Override],
    *,
    channel_id: int,
    category_code: str,
    zone: str,
    at: datetime,
) -> list[ClockPolicy]:
    """Each default, replaced by the most specific override in force at `at`."""
    fitting = [
        o
        for o in overrides
        if o.effective_from <= at
        and o.channel_id in (None, channel_id)
        and o.category_code in (None, category_code)
        and o.policy.zone in (None, zone)
    ]
    result = []
    for policy in defaults:
        same = [o for o in fitting if (o.policy.kind, o.policy.family) == (policy.kind, policy.family)]
        result.append(max(same, key=Override.specificity).policy if same else policy)
    return result
