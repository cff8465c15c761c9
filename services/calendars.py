"""The working calendar as data: seeded from chinesecalendar, edited by an operator, clocks recounted at once."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.actors import Actor, Role
from domain.calendar import SHANGHAI, Calendar
from domain.errors import Fault, Forbidden, Invalid
from models.clock import CalendarDay, CalendarYear
from services.parts import policies, recounting
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
class Loaded:
    """A year as it now stands, and what became of the running clocks that meet it."""

    year: int
    days: int
    clocks: int
    moved: int
    provisional: int


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
    _one_at_a_time(tx, year)
    if tx.execute(select(CalendarYear.year).where(CalendarYear.year == year)).first():
        return False
    _load(tx, year, official(year), SOURCE, now)
    return True


def load_year(year: int, days: Sequence[OddDay], source: str, actor: Actor, now: datetime) -> Loaded:
    """Replace a year and recount every running clock that meets it, in one transaction; levels raised stay raised.

    `Invalid` with every day that is of another year or named twice.
    """
    if actor.role not in (Role.ADMIN, Role.SYSTEM):
        raise Forbidden
    faults = list(_faults(year, days))
    if faults:
        raise Invalid(errors=faults)
    loaded = _load_year(year, days, source, now)
    policies.CALENDAR.forget()  # after the commit: before it, the old year would be remembered again
    return loaded


@use_case
def _load_year(tx: Connection, year: int, days: Sequence[OddDay], source: str, now: datetime) -> Loaded:
    _one_at_a_time(tx, year)
    return _load(tx, year, days, source, now)


def _one_at_a_time(tx: Connection, year: int) -> None:
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"calendar:{year}"))))


def _load(tx: Connection, year: int, days: Sequence[OddDay], source: str, now: datetime) -> Loaded:
    first, last = date(year, 1, 1), date(year, 12, 31)
    tx.execute(delete(CalendarDay).where(CalendarDay.day.between(first, last)))
    if days:
        rows = [{"day": odd.day, "working": odd.working, "note": odd.note} for odd in days]
        tx.execute(insert(CalendarDay), rows)
    stated = {"source": source, "loaded_at": now}
    row = upsert(CalendarYear).values(year=year, **stated)
    tx.execute(row.on_conflict_do_update(index_elements=[CalendarYear.year], set_=stated))
    begin, end = _midnight(first), _midnight(last) + timedelta(days=1)
    done = recounting.touched(tx, _current(tx), begin, end)
    return Loaded(year, len(days), done.clocks, done.moved, done.provisional)


def _current(tx: Connection) -> Calendar:
    """The calendar as this transaction sees it; never remembered, since it may yet be rolled back."""
    days = tx.execute(select(CalendarDay.day, CalendarDay.working)).all()
    return Calendar.from_rows([(row.day, row.working) for row in days], tx.scalars(select(CalendarYear.year)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


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
    between = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    rows = connection.execute(select(CalendarDay.__table__).where(between).order_by(CalendarDay.day))
    days = tuple(OddDay(row.day, row.working, row.note) for row in rows)
    if head is None:
        return YearPage(year, False, None, None, days)
    return YearPage(year, True, head.source, head.loaded_at, days)
