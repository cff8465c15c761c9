"""Nobody is over-booked, however many book or accept at once: real threads on a real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from domain.actions import Action, Command, Window
from domain.actors import SYSTEM
from domain.calendar import local_date
from domain.capacity import CapacityFull
from models import db
from models.dealer import Capacity, Dealer
from models.job import Job
from models.offer import AutoAccept
from services import dispatching
from services.lifecycle import answer_offer, perform
from services.parts.rounds import Round
from services.queries import offers
from tests.rows import rows
from tests.worlds import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT_ONCE = 6


def limit(world: World, units: int, **more: Any) -> None:
    with db.engine.begin() as tx:
        row = {"dealer_id": world.dealers[0], "category_code": "water_heater", "units": units}
        tx.execute(insert(Capacity).values(row | more))


def accepted(world: World, many: int, **order: Any) -> list[int]:
    """Jobs the first dealer has accepted and given to its installer."""
    made = [world.job(phone=f"1380000{n:04d}", **order) for n in range(many)]
    dealer = {"dealer_id": world.dealers[0], "installer_id": world.people["installer1"]}
    with db.engine.begin() as tx:
        tx.execute(
            update(Job).where(Job.id.in_(made)).values(status="accepted", accepted_at=world.now, **dealer)
        )
    return made


def book(world: World, job_id: int, after: timedelta = DAY, action: Action = Action.BOOK) -> bool:
    """Whether the booking went through; a reschedule needs its reason."""
    window = Window(world.now + after, world.now + after + 2 * HOUR)
    reason = "customer" if action == Action.RESCHEDULE else None
    try:
        perform(world.actor("dispatcher1"), job_id, Command(action, window=window, reason=reason), world.now)
    except CapacityFull:
        return False
    return True


def at_once(app: Flask, work: Any, items: list[Any]) -> list[Any]:
    gate = Barrier(len(items))

    def run(item: Any) -> Any:
        with app.app_context():
            gate.wait(20)
            return work(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def test_six_book_the_last_two_places_of_a_day_at_once(app: Flask, world: World) -> None:
    """Exactly two get them; the others are told so and are still accepted."""
    limit(world, 2)
    made = accepted(world, AT_ONCE)

    done = at_once(app, lambda job_id: book(world, job_id), made)

    assert sorted(done) == [False] * 4 + [True] * 2
    assert [row.units for row in rows("SELECT sum(units) AS units FROM job WHERE status = 'booked'")] == [2]


def test_six_move_to_the_same_day_at_once(app: Flask, world: World) -> None:
    """A reschedule takes room too; its own old day does not count against it."""
    limit(world, 3)
    made = accepted(world, AT_ONCE)
    for place, job_id in enumerate(made):
        assert book(world, job_id, DAY * (1 + place // 3))

    done = at_once(app, lambda job_id: book(world, job_id, 4 * DAY, Action.RESCHEDULE), made)
    same_day = book(world, made[done.index(True)], 4 * DAY + HOUR, Action.RESCHEDULE)

    assert (sorted(done), same_day) == ([False] * 3 + [True] * 3, True)


@pytest.mark.parametrize(
    ("closed", "goes"),
    [({"opening_days": 0b1111101}, False), ({"opening_days": 0b1111110}, True)],
    ids=["closed on Tuesdays", "closed on Mondays"],
)
def test_a_day_the_dealer_is_closed_has_no_room(world: World, closed: dict[str, int], goes: bool) -> None:
    """Also without any figure: tomorrow is a Tuesday."""
    [job_id] = accepted(world, 1)
    with db.engine.begin() as tx:
        tx.execute(update(Dealer).values(**closed))

    assert book(world, job_id) is goes


def test_a_job_larger_than_a_day_has_a_free_day_to_itself(world: World) -> None:
    """Five pieces at three a day can still be done; nothing else that day."""
    limit(world, 3)
    large, small = accepted(world, 1, units=5)[0], accepted(world, 1)[0]

    assert (book(world, large), book(world, small), book(world, small, 2 * DAY)) == (True, False, True)


def test_who_takes_everything_accepts_no_more_than_he_can_do(app: Flask, world: World) -> None:
    """One a day and three days asked about: of eight new jobs three are accepted, the others only offered."""
    limit(world, 1)
    with db.engine.begin() as tx:
        wish = {"dealer_id": world.dealers[0], "category_code": "water_heater", "wanted": True}
        tx.execute(insert(AutoAccept).values(wish | {"changed_at": world.now}))
    for n in range(8):
        world.job(phone=f"1380000{n:04d}")

    done = dispatching.dispatch_batch(world.now)
    assert (done.accepted, done.offered) == (3, 5)


def test_six_accept_by_themselves_at_once_what_each_run_thinks_is_free(app: Flask, world: World) -> None:
    """Each run has read the same room; the lock counts what the others have committed meanwhile."""
    limit(world, 1)
    with db.engine.begin() as tx:
        tx.execute(update(Dealer).values(auto_accept=True))
    made = [world.job(phone=f"1380000{n:04d}") for n in range(AT_ONCE)]
    plans = []
    for job_id in made:
        this = Round(world.now)
        [job] = dispatching._batch(this, job_id - 1, 1, False)
        plans.append(dispatching._plan(this, job))

    done = at_once(app, lambda plan: dispatching._dispatch(plan, world.now), plans)

    assert sorted(done) == ["accepted"] * 3 + ["offered"] * 3


def two_places_in_a_month(world: World) -> list[int]:
    """(offers) The first dealer has two places tomorrow and none on any other day; six jobs are offered to it."""
    limit(world, 0)
    limit(world, 2, day=local_date(world.now + DAY))
    made = [world.job(phone=f"1380000{n:04d}") for n in range(AT_ONCE)]
    for job_id in made:
        perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    return [row.id for row in rows("SELECT id FROM offer ORDER BY id")]


def accept(world: World, offer_id: int, beyond: bool | None = None) -> bool:
    """Whether the dealer could accept it by hand."""
    command = Command(Action.ACCEPT, offer_id=offer_id, beyond_capacity=beyond)
    try:
        answer_offer(world.actor("dispatcher1"), command, world.now)
    except CapacityFull:
        return False
    return True


def test_six_accept_by_hand_the_last_two_places_of_the_month_at_once(app: Flask, world: World) -> None:
    """Nobody takes on what he has no day for within the month a promise speaks of; the offer stays open."""
    made = two_places_in_a_month(world)
    [card, *_] = offers.listed(world.actor("dispatcher1"), "open", None, 10, world.now)

    done = at_once(app, lambda offer_id: accept(world, offer_id), made)
    [full, *_] = offers.listed(world.actor("dispatcher1"), "open", None, 10, world.now)

    assert sorted(done) == [False] * 4 + [True] * 2
    assert [row.n for row in rows("SELECT count(*) AS n FROM offer WHERE status = 'open'")] == [4]
    tomorrow = local_date(world.now + DAY)
    assert [(c.capacity_left, c.earliest) for c in (card, full)] == [(2, tomorrow), (0, None)]


def test_a_dealer_may_stretch_itself_on_purpose_and_that_is_on_record(world: World) -> None:
    """`beyond_capacity` lets it take more; the event says so only where it really was more."""
    made = two_places_in_a_month(world)
    done = [accept(world, offer_id, True) for offer_id in made[:3]]
    said = rows(
        "SELECT data ->> 'beyond_capacity' AS beyond FROM job_event WHERE action = 'accept' ORDER BY job_id"
    )

    assert (done, [row.beyond for row in said]) == ([True] * 3, [None, None, "true"])


def test_a_wish_for_one_category_outweighs_the_dealers_own(world: World) -> None:
    """It takes everything, except what it said it would not."""
    with db.engine.begin() as tx:
        tx.execute(update(Dealer).values(auto_accept=True))
        no = {"dealer_id": world.dealers[0], "category_code": "water_heater", "wanted": False}
        tx.execute(insert(AutoAccept).values(no | {"changed_at": world.now}))
    job_id = world.job()
    dispatching.dispatch_batch(world.now)

    assert world.row(job_id).status == "offered"
