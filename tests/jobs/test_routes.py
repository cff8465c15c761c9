"""Days are planned by OR-tools from real bookings, again when they change, and no booking is ever touched."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from domain.actions import Action, Command, Window
from domain.calendar import SHANGHAI
from domain.errors import NotFound
from domain.geo import Datum, Point
from domain.route import Call, DayFacts, cost, problem, proven
from jobs.route_solver import FEW, best_order
from jobs.routes import plan_days
from models import db
from services.day_plans import purge
from services.lifecycle import perform
from services.queries import day_plans
from tests.architecture.source import ROOT
from tests.rows import rows
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked
from tests.worlds import World

TODAY = date(2026, 3, 2)


def line(count: int) -> DayFacts:
    """Doors along a road, their numbers shuffled, all in one long window."""
    morning = datetime(2026, 3, 3, 8, tzinfo=SHANGHAI)
    calls = [
        Call(
            k,
            (k,),
            morning,
            morning + timedelta(hours=12),
            1,
            Point(121.4 + 0.01 * (k * 7 % count + 1), 37.5, Datum.WGS84),
        )
        for k in range(count)
    ]
    return DayFacts(1, morning.date(), morning - HOUR, Point(121.4, 37.5, Datum.WGS84), tuple(calls))


@pytest.mark.parametrize("count", [0, 1, 2, FEW, FEW + 3])
def test_doors_along_a_road_are_visited_along_the_road(count: int) -> None:
    """Whatever order they were booked in; few are proven, many are left to the search."""
    facts = line(count)
    order = best_order(problem(facts))
    doors = [call.point.lng for index in order if (call := facts.ahead[index]).point]
    assert doors == sorted(doors)


def test_a_day_that_cannot_be_kept_still_has_the_least_bad_order() -> None:
    """Five visits in one hour: as good as going through all orders."""
    morning = datetime(2026, 3, 3, 8, tzinfo=SHANGHAI)
    places = [121.50, 121.41, 121.47, 121.43, 121.45]
    calls = [
        Call(k, (k,), morning, morning + HOUR, 1, Point(x, 37.5, Datum.WGS84)) for k, x in enumerate(places)
    ]
    asked = problem(DayFacts(1, morning.date(), morning - HOUR, None, tuple(calls)))
    order = best_order(asked)
    assert cost(asked, order) == cost(asked, proven(asked, tuple(range(5))))


def of_day(world: World, who: str = "installer1", day: date = TODAY) -> day_plans.DayRoute:
    """The installer's own day."""
    return day_plans.of_installer(world.actor(who), day, world.now)


def test_a_day_is_planned_once_and_anew_when_a_booking_changes(world: World) -> None:
    """Nothing changed, nothing done; moved to tomorrow, both days are planned and the old stop is gone."""
    job_id = booked(world)
    before = world.row(job_id)
    assert [plan_days(world.now)["days"] for _ in range(2)] == [1, 0]

    found = of_day(world)
    assert (found.up_to_date, found.speed_kmh, [stop.position for stop in found.stops]) == (True, 25, [1])
    assert found.stops[0].address == "芝罘区建设路 1 号"
    assert world.row(job_id) == before

    tomorrow = Window(world.now + timedelta(days=1), world.now + timedelta(days=1, hours=2))
    moved = Command(Action.RESCHEDULE, reason="customer", window=tomorrow)
    perform(world.actor("dispatcher1"), job_id, moved, world.now)
    later = of_day(world, day=TODAY + timedelta(days=1))
    assert (later.up_to_date, later.made_at, later.stops[0].arrive_at) == (False, None, None)
    assert [plan_days(world.now)["days"] for _ in range(2)] == [2, 0]
    assert of_day(world).stops == ()
    assert of_day(world, day=TODAY + timedelta(days=1)).up_to_date


def test_jobs_at_one_door_are_one_stop_and_a_visit_begun_is_a_fact(world: World) -> None:
    """Two heaters for one customer; checked in, the stop is done and the other door comes after it."""
    first, second = booked(world), booked(world)
    other = booked(world, phone="13800002222", address="胜利路 2 号")
    then = world.now + HOUR
    perform(world.actor("installer1"), first, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    plan_days(then)

    found = of_day(world)
    assert [[job.id for job in stop.jobs] for stop in found.stops] == [[first, second], [other]]
    assert (found.stops[0].done, found.stops[0].arrive_at) == (True, then)


def test_a_stop_tells_what_the_installer_lacks(world: World) -> None:
    """His skill was taken away after the booking: said in Chinese, the booking stands."""
    job_id = booked(world)
    with db.engine.begin() as tx:
        tx.execute(text("DELETE FROM skill"))
    assert plan_days(world.now) == {"days": 1, "warned": 1}

    [stop] = of_day(world).stops
    assert [(warned.flag, warned.text) for warned in stop.warnings] == [
        ("installer_unfit", f"师傅没有工单 {job_id} 所需品类的技能")
    ]
    assert world.row(job_id).status == "booked"


def test_the_desk_hears_once_of_a_window_that_cannot_be_kept(world: World) -> None:
    """Two doors in one quarter of an hour: one is late, and told; planned anew it is not told again, moved it is."""
    first, second = booked(world), booked(world, phone="13800002222", address="胜利路 2 号")
    rows("UPDATE job SET window_end = window_start + interval '15 minutes', updated_at = updated_at")
    before = {job_id: world.row(job_id) for job_id in (first, second)}
    for minutes in (0, 5):
        rows("UPDATE job SET updated_at = :at", at=world.now + timedelta(minutes=minutes))
        plan_days(world.now)
    told = rows("SELECT job_id, payload FROM outbox WHERE payload ->> 'template' = 'window_unkept'")

    late = [stop for stop in of_day(world).stops if "window_missed" in {w.flag for w in stop.warnings}]
    assert [[job.id for job in stop.jobs] for stop in late] == [[row.job_id] for row in told]
    [row] = told
    assert row.job_id in before
    assert late[0].arrive_at is not None
    arrive = f"{late[0].arrive_at.astimezone(SHANGHAI):%-m月%-d日 %H:%M}"
    assert row.payload["values"] == {"arrive": arrive}
    assert (row.payload["audience"], row.payload["dealer_ids"]) == ("desk", [world.dealers[0]])

    rows("UPDATE job SET window_start = window_start + interval '1 minute', updated_at = now()")
    plan_days(world.now)
    again = rows("SELECT job_id FROM outbox WHERE payload ->> 'template' = 'window_unkept'")
    assert len(again) == 2
    assert all(world.row(job_id).status == "booked" for job_id in before)


def test_a_dealer_sees_the_days_of_its_own_installers(world: World) -> None:
    """All of them or one; another dealer's do not exist."""
    booked(world)
    desk, [own, other] = world.actor("dispatcher1"), world.dealers

    [found] = day_plans.of_dealer(desk, own, None, TODAY, world.now)
    assert found.installer_id == world.people["installer1"]
    assert day_plans.of_dealer(desk, own, world.people["installer2"], TODAY, world.now) == ()
    with pytest.raises(NotFound):
        day_plans.of_dealer(desk, other, None, TODAY, world.now)
    assert of_day(world, "installer2").stops == ()


def test_what_is_kept_of_a_plan_names_no_place_and_is_forgotten_after_a_month(world: World) -> None:
    """Settings, solver and jobs; ways to a hundred metres; then nothing."""
    job_id = booked(world)
    plan_days(world.now)

    [plan] = rows("SELECT basis FROM day_plan")
    assert set(plan.basis) == {"solver", "assumptions", "outlet_known", "jobs"}
    assert list(plan.basis["jobs"].values()) == [[job_id]]
    assert [stop.travel_m % 100 for stop in rows("SELECT travel_m FROM day_stop")] == [0]
    assert (purge(world.now), purge(world.now + timedelta(days=1))) == (0, 1)


def test_the_solver_is_loaded_by_the_runner_alone(app: Flask) -> None:
    """A web worker never pays for it: the application does not import it, nor does the timetable."""
    told = (
        "import sys, api.app, jobs.timetable, jobs.routes; print([n for n in sys.modules if 'ortools' in n])"
    )
    found = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_day_that_cannot_be_planned_is_counted_and_owed_again(world: World) -> None:
    """A datum nobody knows stops this day and not the run; mended, the day is planned."""
    booked(world)
    with db.engine.begin() as tx:
        tx.execute(text("UPDATE dealer SET outlet_datum = 'bd09'"))
    assert plan_days(world.now) == {"days": 0, "warned": 0, "ValueError": 1}

    with db.engine.begin() as tx:
        tx.execute(text("UPDATE dealer SET outlet_datum = 'gcj02'"))
    assert plan_days(world.now) == {"days": 1, "warned": 0}
