"""The working calendar as data: seeded from chinesecalendar, edited by an operator, clocks judged anew by the runner.

What an edit would do to clocks is shown first; its record says what was before.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.actors import Actor, Role
from domain.calendar import Calendar
from domain.errors import Fault, Forbidden, Invalid
from models.clock import CalendarDay, CalendarYear
from services.parts import correcting, correction_plans, corrections, policies
from services.parts.correcting import Difference
from services.parts.corrections import LOOK, Rechecked, Shown
from services.uow import query, use_case

SEEDED = (2024, 2025, 2026)
SOURCE = "chinesecalendar (国务院办公厅节假日安排)"


@dataclass(frozen=True, slots=True)
class OddDay:
    """A day unlike Monday to Friday: a holiday, or a day made up for."""

    day: date
    working: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class YearGiven:
    """A year's days unlike Monday to Friday as they are to stand, and where they were published."""

    year: int
    days: tuple[OddDay, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A year as it now stands; the clocks that meet it follow by the runner. `look`: where its progress can be read."""

    year: int
    days: int
    correction_id: int
    finished: bool
    look: str = LOOK


@dataclass(frozen=True, slots=True)
class YearPage:
    """A year's days unlike the plain rule. Unpublished: clocks reaching into it are provisional."""

    year: int
    published: bool
    source: str | None
    loaded_at: datetime | None
    days: tuple[OddDay, ...]


def official(year: int) -> list[OddDay]:
    """The days of a year that chinesecalendar knows to differ from Monday to Friday.

    2026: 1 January is off and Sunday 4 January works.
    """
    import chinese_calendar  # only where a year is seeded

    found = []
    first = date(year, 1, 1)
    for offset in range(366 if isleap(year) else 365):
        day = first + timedelta(days=offset)
        is_holiday, name = chinese_calendar.get_holiday_detail(day)
        if is_holiday == (day.weekday() < 5):
            found.append(OddDay(day, not is_holiday, name))
    return found


def seed(now: datetime) -> tuple[int, ...]:
    """Load the seeded years that are missing; what an operator has loaded stays. Returns the years loaded."""
    loaded = tuple(year for year in SEEDED if _seed_year(year, now))
    policies.CALENDAR.forget()
    return loaded


@use_case
def _seed_year(tx: Connection, year: int, now: datetime) -> bool:
    corrections.one_at_a_time(tx)
    if tx.execute(select(CalendarYear.year).where(CalendarYear.year == year)).first():
        return False
    _load(tx, YearGiven(year, tuple(official(year)), SOURCE), None, now)
    return True


@query
def preview_year(connection: Connection, given: YearGiven, actor: Actor, now: datetime) -> Shown:
    """What the year would do to clocks that run, or whose fees are not posted; nothing is written."""
    _require_sound(given, actor)
    known = corrections.seen(connection, _named(given))
    return Shown(known, _difference(connection, given, now))


def _difference(tx: Connection, given: YearGiven, now: datetime) -> Difference:
    """What is shown before: of every clock in working hours whose span meets the year, the first ten thousand."""
    plan = correction_plans.of_year(given.year, _with(tx, given))
    return correcting.differing(tx, plan, now, most=correcting.PREVIEWED)


def load_year(given: YearGiven, actor: Actor, seen: str | None, now: datetime) -> Loaded:
    """Replace a year; the clocks that meet it follow by the runner. `NotSeen` when clocks move unlooked.

    `CorrectionRunning` while an earlier one is on its way; `Invalid` with every day of another year or named twice.
    """
    _require_sound(given, actor)
    loaded = _load_year(given, actor, seen, now)
    policies.CALENDAR.forget()  # after the commit: before it, the old year would be remembered again
    return loaded


@use_case
def _load_year(tx: Connection, given: YearGiven, actor: Actor, seen: str | None, now: datetime) -> Loaded:
    corrections.one_at_a_time(tx)
    corrections.require_none_running(tx)
    known = corrections.seen(tx, _named(given))
    if seen != known and actor.role != Role.SYSTEM:
        corrections.require_seen(seen, known, _difference(tx, given, now))
    return _load(tx, given, actor.person_id, now)


def _load(tx: Connection, given: YearGiven, by_id: int | None, now: datetime) -> Loaded:
    year, days = given.year, given.days
    what = {"before": _days_of(tx, year), "after": _named(given)}
    record = corrections.begin(tx, "calendar", what, given.source, by_id, now)
    tx.execute(delete(CalendarDay).where(_within(year)))
    if days:
        rows = [{"day": odd.day, "working": odd.working, "note": odd.note} for odd in days]
        tx.execute(insert(CalendarDay), rows)
    stated = {"source": given.source, "loaded_at": now}
    row = upsert(CalendarYear).values(year=year, **stated)
    tx.execute(row.on_conflict_do_update(index_elements=[CalendarYear.year], set_=stated))
    plan = correction_plans.of_year(year, policies.load_calendar(tx))
    return Loaded(year, len(days), record, finished=not corrections.queue(tx, record, plan, now))


@use_case
def recheck(tx: Connection, now: datetime) -> Rechecked:
    """Judge clocks again that another process started by the days it remembered from before a correction."""
    corrections.one_at_a_time(tx)
    if corrections.running(tx):  # what is on its way judges them itself
        return Rechecked()
    latest = {row.what["after"]["year"]: row.id for row in corrections.recent(tx, "calendar", now)}
    calendar = policies.load_calendar(tx)
    found = [
        correcting.differing(tx, correction_plans.of_year(year, calendar), now, record)
        for year, record in sorted(latest.items())
    ]
    return Rechecked(sum(one.clocks for one in found), sum(one.changed() for one in found))


def _with(tx: Connection, given: YearGiven) -> Calendar:
    """The calendar as it would be."""
    others = tx.execute(select(CalendarDay.day, CalendarDay.working).where(~_within(given.year)))
    days = [(row.day, row.working) for row in others] + [(odd.day, odd.working) for odd in given.days]
    return Calendar.from_rows(days, {*tx.scalars(select(CalendarYear.year)), given.year})


def _within(year: int) -> ColumnElement[bool]:
    return CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))


def _days_of(tx: Connection, year: int) -> dict[str, Any] | None:
    """The year as it stood; None when nobody had loaded it."""
    head = tx.execute(select(CalendarYear.source).where(CalendarYear.year == year)).first()
    if head is None:
        return None
    rows = tx.execute(select(CalendarDay.__table__).where(_within(year)).order_by(CalendarDay.day))
    days = [OddDay(row.day, row.working, row.note) for row in rows]
    return _named(YearGiven(year, tuple(days), head.source))


def _named(given: YearGiven) -> dict[str, Any]:
    days = [[odd.day.isoformat(), odd.working, odd.note] for odd in given.days]
    return {"year": given.year, "source": given.source, "days": days}


def _require_sound(given: YearGiven, actor: Actor) -> None:
    if actor.role not in (Role.ADMIN, Role.SYSTEM):
        raise Forbidden
    faults = list(_faults(given.year, given.days))
    if faults:
        raise Invalid(errors=faults)


def _faults(year: int, days: Sequence[OddDay]) -> Iterator[Fault]:
    seen: set[date] = set()
    for position, odd in enumerate(days):
        if odd.day.year != year:
            yield Fault(f"days.{position}.day", "other_year", f"不是 {year} 年的日期")
        if odd.day in seen:
            yield Fault(f"days.{position}.day", "repeated", "日期重复")
        seen.add(odd.day)


@query
def of_year(connection: Connection, year: int) -> YearPage:
    """A year as it stands; one that nobody has loaded is unpublished and has no days."""
    head = connection.execute(select(CalendarYear.__table__).where(CalendarYear.year == year)).first()
    rows = connection.execute(select(CalendarDay.__table__).where(_within(year)).order_by(CalendarDay.day))
    days = tuple(OddDay(row.day, row.working, row.note) for row in rows)
    if head is None:
        return YearPage(year, False, None, None, days)
    return YearPage(year, True, head.source, head.loaded_at, days)
