"""The working calendar: seeded, edited, and what an edit does to running clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.actors import SYSTEM
from domain.errors import Forbidden, Invalid
from models import db
from services.calendars import SEEDED, OddDay, load_year, of_year, official, seed
from services.clocks import recount_provisional
from services.parts import policies
from tests.worlds import World

HOUR = timedelta(hours=1)
MORNING = datetime(2026, 12, 31, 0, tzinfo=UTC)  # Thursday 08:00 in Shanghai
MAKE_UP = OddDay(date(2026, 1, 4), True, "元旦调休")
FREE_FRIDAY = OddDay(date(2027, 1, 1), False, "元旦")


def run(sql: str, **params: Any) -> list[Any]:
    """One statement, committed; its rows."""
    with db.engine.begin() as tx:
        done = tx.execute(text(sql), params)
        return list(done) if done.returns_rows else []


def working_clock(world: World, start: datetime = MORNING, **columns: Any) -> int:
    """A clock of 18 working hours, a day and a half, as it was worked out while 2027 was not published."""
    values: dict[str, Any] = {
        "job_id": world.job(delivered=False),
        "kind": "audit",
        "family": "none",
        "owner": "brand",
        "counts": "working",
        "window_s": 18 * 3600,
        "starts_at": start,
        "notice_at": start + 26 * HOUR,
        "due_at": start + 30 * HOUR,
        "severe_at": start + timedelta(days=4),
        "next_at": start + 26 * HOUR,
        "provisional": True,
        **columns,
    }
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    return int(run(f"INSERT INTO clock ({names}) VALUES ({marks}) RETURNING id", **values)[0].id)


def row(clock_id: int) -> Any:
    """The clock as it stands."""
    return run("SELECT * FROM clock WHERE id = :c", c=clock_id)[0]


def test_the_seed_loads_the_known_years_once_and_leaves_an_operators_edit_alone(world: World) -> None:
    """A year that is there is not touched; a second seed loads nothing."""
    load_year(2025, [OddDay(date(2025, 6, 2), False, "厂休")], "厂部通知", world.actor("admin"), world.now)

    assert seed(world.now) == (2024, 2026)
    assert seed(world.now) == ()
    assert [day.note for day in of_year(2025).days] == ["厂休"]
    assert all(of_year(year).published for year in SEEDED)


def test_the_seed_knows_holidays_and_days_made_up_for() -> None:
    """2026: 1 January is off; Sunday the 4th works for it; an ordinary Saturday is not named."""
    days = {odd.day: odd.working for odd in official(2026)}

    assert days[date(2026, 1, 1)] is False
    assert days[MAKE_UP.day] is True
    assert date(2026, 3, 7) not in days


def test_publishing_a_year_makes_provisional_clocks_final_and_moves_them(world: World) -> None:
    """18 hours from Thursday 08:00: provisionally Friday 14:00; with Friday off, Monday 14:00."""
    seed(world.now)
    clock_id = working_clock(world)

    done = load_year(2027, [FREE_FRIDAY], "国办通知", world.actor("admin"), world.now)

    found = row(clock_id)
    assert (done.clocks, done.moved, done.provisional) == (1, 1, 0)
    assert (found.due_at, found.provisional) == (MORNING + timedelta(days=4, hours=6), False)
    assert found.next_at == found.notice_at


def test_correcting_a_year_counts_from_the_start_and_does_not_shift(world: World) -> None:
    """There and back again gives the first due time."""
    seed(world.now)
    clock_id, admin = working_clock(world), world.actor("admin")
    load_year(2027, [], "国办通知", admin, world.now)
    first = row(clock_id).due_at

    load_year(2027, [FREE_FRIDAY], "更正", admin, world.now)
    moved = row(clock_id).due_at
    load_year(2027, [], "再更正", admin, world.now)

    assert moved > first == row(clock_id).due_at


def test_stopped_clocks_and_other_hours_and_other_years_stay(world: World) -> None:
    """What has ended, counts wall time, or lies before the year is not looked at."""
    seed(world.now)
    working_clock(world, stopped_at=MORNING)
    working_clock(world, counts="wall", provisional=False)
    working_clock(world, MORNING - timedelta(days=100), provisional=False)

    assert load_year(2027, [FREE_FRIDAY], "国办通知", world.actor("admin"), world.now).clocks == 0


def test_levels_raised_stay_raised_and_the_next_one_is_awaited(world: World) -> None:
    """A clock in breach that gets more time keeps its level and waits for severe."""
    seed(world.now)
    clock_id = working_clock(world, level=2, next_at=MORNING + timedelta(days=4))

    load_year(2027, [FREE_FRIDAY], "国办通知", world.actor("admin"), world.now)

    found = row(clock_id)
    assert (found.level, found.next_at) == (2, found.severe_at)


def test_a_pause_is_counted_in_the_new_hours(world: World) -> None:
    """Paused over the whole free Friday: nothing was counted that day anyway; still paused: no due time at all."""
    seed(world.now)
    ended, open_ = working_clock(world), working_clock(world, paused_at=MORNING + 24 * HOUR, next_at=None)
    since, until = MORNING + 24 * HOUR, MORNING + 36 * HOUR
    for clock_id, end in ((ended, until), (open_, None)):
        run(
            "INSERT INTO clock_pause (clock_id, reason, from_at, until_at) VALUES (:c, 'hold', :since, :until)",
            c=clock_id,
            since=since,
            until=end,
        )

    load_year(2027, [FREE_FRIDAY], "国办通知", world.actor("admin"), world.now)

    assert row(ended).due_at == MORNING + timedelta(days=4, hours=6)
    assert (row(open_).due_at, row(open_).next_at) == (None, None)


def test_clocks_started_with_a_forgotten_calendar_are_recounted_by_the_sweep(world: World) -> None:
    """A process that did not yet know of 2027 left a provisional clock: the sweep makes it final, once."""
    seed(world.now)
    load_year(2027, [FREE_FRIDAY], "国办通知", SYSTEM, world.now)
    clocks = [working_clock(world) for _ in range(3)]

    done = recount_provisional(world.now, batch=2)

    assert (done.clocks, done.moved, done.provisional) == (3, 3, 0)
    assert not any(row(clock_id).provisional for clock_id in clocks)
    assert recount_provisional(world.now).clocks == 0


def test_a_new_calendar_is_used_at_once_by_the_process_that_loaded_it(world: World) -> None:
    """What was remembered for half a minute is forgotten with the commit."""
    with db.engine.connect() as connection:
        assert 2027 not in policies.CALENDAR.get(connection).published_years

    load_year(2027, [], "国办通知", world.actor("admin"), world.now)

    with db.engine.connect() as connection:
        assert 2027 in policies.CALENDAR.get(connection).published_years


def test_a_year_with_faults_changes_nothing_and_names_them_all(world: World) -> None:
    """A day of another year and a day named twice; and only an administrator may."""
    days = [MAKE_UP, MAKE_UP, FREE_FRIDAY]

    with pytest.raises(Invalid) as refused:
        load_year(2026, days, "通知", world.actor("admin"), world.now)
    with pytest.raises(Forbidden):
        load_year(2026, [MAKE_UP], "通知", world.actor("agent"), world.now)

    assert [fault.code for fault in refused.value.errors] == ["repeated", "other_year"]
    assert not of_year(2026).published
