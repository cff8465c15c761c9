"""The working calendar: seeded, edited, and what an edit does to running clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain.actors import SYSTEM, Actor
from domain.errors import Forbidden, Invalid
from models import db
from services.calendars import (
    SEEDED,
    OddDay,
    YearGiven,
    load_year,
    of_year,
    official,
    preview_year,
    recheck,
    seed,
)
from services.clocks import raise_levels, recount_provisional
from services.corrections import work
from services.parts import policies
from services.parts.corrections import DifferenceStale, NotSeen
from services.queries.corrections import changes, listed
from tests.services.test_clock_policies import Done, done
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


def publish(
    world: World, year: int, days: list[OddDay], source: str = "国办通知", actor: Actor | None = None
) -> Done:
    """Looked at, ordered, and carried through the clocks."""
    admin, given = actor or world.actor("admin"), YearGiven(year, tuple(days), source)
    shown = preview_year(given, admin, world.now)
    ordered = load_year(given, admin, shown.seen, world.now)
    work(world.now)
    return done(ordered.correction_id, shown.difference)


def test_the_seed_loads_the_known_years_once_and_leaves_an_operators_edit_alone(world: World) -> None:
    """A year that is there is not touched; a second seed loads nothing."""
    publish(world, 2025, [OddDay(date(2025, 6, 2), False, "厂休")], "厂部通知")

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

    made = publish(world, 2027, [FREE_FRIDAY], "国办通知")

    found = row(clock_id)
    assert (made.difference.clocks, made.difference.moved, made.difference.provisional) == (1, 1, 0)
    assert (found.due_at, found.provisional) == (MORNING + timedelta(days=4, hours=6), False)
    assert found.next_at == found.notice_at


def test_correcting_a_year_counts_from_the_start_and_does_not_shift(world: World) -> None:
    """There and back again gives the first due time."""
    seed(world.now)
    clock_id = working_clock(world)
    publish(world, 2027, [], "国办通知")
    first = row(clock_id).due_at

    publish(world, 2027, [FREE_FRIDAY], "更正")
    moved = row(clock_id).due_at
    publish(world, 2027, [], "再更正")

    assert moved > first == row(clock_id).due_at


def test_clocks_whose_fees_are_posted_and_other_hours_and_other_years_stay(world: World) -> None:
    """What is paid for, counts wall time, or lies before the year is not looked at."""
    seed(world.now)
    posted = working_clock(world, stopped_at=MORNING)
    run("UPDATE job SET fees_posted_at = now() WHERE id = (SELECT job_id FROM clock WHERE id = :c)", c=posted)
    working_clock(world, counts="wall", provisional=False)
    working_clock(world, MORNING - timedelta(days=100), provisional=False)

    assert publish(world, 2027, [FREE_FRIDAY]).difference.clocks == 0


def test_a_breach_of_a_day_that_was_free_after_all_is_withdrawn_and_raised_when_it_is_due(
    world: World,
) -> None:
    """In breach on Friday at 14:00 by the plain rule; the Friday was free: withdrawn, and raised again on Monday."""
    seed(world.now)
    clock_id = working_clock(world)
    world.now = MORNING + 31 * HOUR
    raise_levels(world.now)

    made = publish(world, 2027, [FREE_FRIDAY])
    between = row(clock_id).level
    raise_levels(MORNING + timedelta(days=4, hours=7))

    assert (made.difference.breaches_withdrawn, between, row(clock_id).level) == (2, 0, 2)
    raised = run("SELECT level, withdrawn FROM breach WHERE clock_id = :c ORDER BY id", c=clock_id)
    assert [(b.level, b.withdrawn) for b in raised] == [
        (1, "corrected"),
        (2, "corrected"),
        (1, None),
        (2, None),
    ]


def test_a_year_that_moves_clocks_is_not_loaded_before_it_was_looked_at(world: World) -> None:
    """Refused with the counts, and nothing changed; what was looked at must be what is loaded, under the same rules."""
    seed(world.now)
    clock_id, admin = working_clock(world), world.actor("admin")
    before, given = row(clock_id), YearGiven(2027, (FREE_FRIDAY,), "国办通知")

    with pytest.raises(NotSeen) as refused:
        load_year(given, admin, None, world.now)
    seen = preview_year(YearGiven(2027, (), "国办通知"), admin, world.now).seen
    with pytest.raises(DifferenceStale):
        load_year(given, admin, seen, world.now)
    seen = preview_year(given, admin, world.now).seen
    publish(world, 2025, [])
    with pytest.raises(DifferenceStale):
        load_year(given, admin, seen, world.now)

    assert refused.value.extra == {"moved": 1, "breaches_withdrawn": 0, "breaches_coming": 0}
    assert (row(clock_id), of_year(2027).published) == (before, False)


def test_what_a_year_was_and_what_it_did_stays_on_record(world: World) -> None:
    """Who, why, the days before and after, and each clock before and after; and nobody rewrites it."""
    seed(world.now)
    clock_id = working_clock(world)
    publish(world, 2027, [])
    made = publish(world, 2027, [FREE_FRIDAY], "更正")

    line, *_ = listed(None, 10)
    [change] = changes(made.correction_id, 0, 10)

    assert (line.id, line.kind, line.reason, line.changed) == (made.correction_id, "calendar", "更正", 1)
    assert line.by_id == world.people["admin"]
    assert line.before is not None
    assert line.after is not None
    assert (line.before["days"], line.after["days"]) == ([], [["2027-01-01", False, "元旦"]])
    assert (change.clock_id, change.before["due_at"][:10], change.after["due_at"][:10]) == (
        clock_id,
        "2027-01-01",
        "2027-01-04",
    )
    with pytest.raises(IntegrityError):
        run("UPDATE clock_change SET after = before")


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

    publish(world, 2027, [FREE_FRIDAY], "国办通知")

    assert row(ended).due_at == MORNING + timedelta(days=4, hours=6)
    assert (row(open_).due_at, row(open_).next_at) == (None, None)


def test_clocks_started_with_a_forgotten_calendar_are_recounted_by_the_sweep(world: World) -> None:
    """A process that did not yet know of 2027 left a provisional clock: the sweep makes it final, once."""
    seed(world.now)
    publish(world, 2027, [FREE_FRIDAY], actor=SYSTEM)
    clocks = [working_clock(world) for _ in range(3)]

    made = recount_provisional(world.now, batch=2)

    assert (made.clocks, made.moved, made.provisional) == (3, 3, 0)
    assert not any(row(clock_id).provisional for clock_id in clocks)
    assert recount_provisional(world.now).clocks == 0


def test_clocks_started_by_the_days_of_before_a_correction_are_mended_by_the_recheck(world: World) -> None:
    """A process still counted the Friday: its clock is final and wrong until the next full hour."""
    seed(world.now)
    publish(world, 2027, [])
    publish(world, 2027, [FREE_FRIDAY])
    clock_id = working_clock(world, provisional=False)

    first, second = recheck(world.now + HOUR), recheck(world.now + HOUR)

    assert (first.changed, second.changed) == (1, 0)
    assert row(clock_id).due_at == MORNING + timedelta(days=4, hours=6)


def test_a_new_calendar_is_used_at_once_by_the_process_that_loaded_it(world: World) -> None:
    """What was remembered for half a minute is forgotten with the commit."""
    with db.engine.connect() as connection:
        assert 2027 not in policies.CALENDAR.get(connection).published_years

    publish(world, 2027, [], "国办通知")

    with db.engine.connect() as connection:
        assert 2027 in policies.CALENDAR.get(connection).published_years


def test_a_year_with_faults_changes_nothing_and_names_them_all(world: World) -> None:
    """A day of another year and a day named twice; and only an administrator may."""
    days = [MAKE_UP, MAKE_UP, FREE_FRIDAY]

    with pytest.raises(Invalid) as refused:
        publish(world, 2026, days, "通知")
    with pytest.raises(Forbidden):
        publish(world, 2026, [MAKE_UP], actor=world.actor("agent"))

    assert [fault.code for fault in refused.value.errors] == ["repeated", "other_year"]
    assert not of_year(2026).published
