"""Dispatch and expiry: each run twice does what one run does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Thread

from flask import Flask
from sqlalchemy import insert, update

from models import db
from models.dealer import Capacity, Coverage, Dealer
from models.job import Job
from services import dispatching
from services.dispatching import Dispatched, dispatch_batch, dispatch_waiting, expire_offers
from services.parts.rounds import Round
from tests.rows import change, rows
from tests.worlds import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def offers(job_id: int) -> list[tuple[int, str]]:
    found = rows("SELECT dealer_id, status FROM offer WHERE job_id = :j ORDER BY id", j=job_id)
    return [(row.dealer_id, row.status) for row in found]


def test_the_territorys_owner_is_asked_first_then_the_next_then_an_agent(world: World) -> None:
    """An offer that runs out goes to the next dealer; when all have been asked the agents see the job."""
    job_id = world.job()
    one, two = world.dealers
    later = world.now + 3 * HOUR
    dispatch_batch(world.now)
    first = offers(job_id)
    expired = expire_offers(later)
    dispatch_batch(later)
    second = offers(job_id)
    expire_offers(later + 3 * HOUR)
    last = dispatch_batch(later + 3 * HOUR)

    assert (first, expired, second) == ([(one, "open")], 1, [(one, "expired"), (two, "open")])
    assert last == Dispatched(no_dealer_left=1)
    assert (world.row(job_id).status, world.row(job_id).queue) == ("new", "no_dealer_left")


def test_a_dealer_that_takes_everything_accepts_at_once(world: World) -> None:
    """Offer and acceptance are two links of the chain, in one transaction."""
    change(Dealer, auto_accept=True)
    job_id = world.job()

    assert dispatch_batch(world.now) == Dispatched(accepted=1)
    assert (world.row(job_id).status, world.row(job_id).dealer_id) == ("accepted", world.dealers[0])


def test_nobody_who_covers_is_not_the_same_as_nobody_free(world: World) -> None:
    """Without coverage the job is unserved; with every dealer full it lies there until one is not any more."""
    with db.engine.begin() as tx:
        for dealer_id in world.dealers:
            tx.execute(insert(Capacity).values(dealer_id=dealer_id, category_code="water_heater", units=0))
    full = world.job()
    dispatch_batch(world.now)
    still = dispatch_waiting(world.now)
    queued = (world.row(full).status, world.row(full).queue)
    change(Capacity, units=1)
    room = dispatch_waiting(world.now)
    change(Coverage, zone="none")
    uncovered = world.job()
    dispatch_batch(world.now)

    assert (queued, still, room) == (("new", "no_capacity"), Dispatched(), Dispatched(offered=1))
    assert (world.row(full).status, world.row(full).queue) == ("offered", None)
    assert (world.row(uncovered).status, world.row(uncovered).queue) == ("unserved", "unserved")


def test_what_agents_must_look_at_first_is_not_dispatched(world: World) -> None:
    """A job in a queue stays; one whose division got lost is put into the address queue."""
    queued, lost = world.job(), world.job()
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.id == queued).values(queue="refund"))
        tx.execute(update(Job).where(Job.id == lost).values(division_code=None))

    assert dispatch_batch(world.now) == Dispatched(address=1)
    assert (world.row(queued).status, world.row(lost).queue) == ("new", "address")


def test_two_runners_share_the_work_and_offer_each_job_once(app: Flask, world: World) -> None:
    """Locked rows of the other are skipped; together they offer every job exactly once."""
    job_ids = [world.job(phone=f"1380000{n:04d}") for n in range(12)]
    done: list[Dispatched] = []

    def run() -> None:
        with app.app_context():
            done.append(dispatch_batch(world.now))

    runners = [Thread(target=run) for _ in range(2)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    dispatch_batch(world.now)

    assert [len(offers(job_id)) for job_id in job_ids] == [1] * 12
    assert len(rows("SELECT 1 FROM job_event WHERE action = 'offer'")) == 12


def test_an_offer_that_lives_is_left_alone(world: World) -> None:
    """Two service hours are not over after one."""
    job_id = world.job()
    dispatch_batch(world.now)

    assert expire_offers(world.now + HOUR) == 0
    assert offers(job_id) == [(world.dealers[0], "open")]


def test_an_offer_that_cannot_end_holds_up_none_of_those_beside_it(world: World) -> None:
    """They are ended together; the one that is barred is left out and the others go through."""
    jobs = [world.job(phone=f"1380000{n:04d}") for n in range(4)]
    dispatch_batch(world.now)
    with db.engine.begin() as tx:  # a call is never offered, so there is no way to end that
        tx.execute(update(Job).where(Job.id == jobs[1]).values(kind="return_visit"))
    later = world.now + 3 * HOUR

    assert (expire_offers(later), expire_offers(later)) == (3, 0)
    assert [offers(job_id)[0][1] for job_id in jobs] == ["expired", "open", "expired", "expired"]


def test_a_job_that_cannot_be_offered_holds_up_none_of_those_beside_it(world: World) -> None:
    """Ten offers share a transaction; where one is barred each is made by itself, and an agent gets that one."""
    jobs = [world.job(phone=f"1380000{n:04d}") for n in range(4)]
    this = Round(world.now)
    plans = [dispatching._plan(this, job) for job in dispatching._batch(this, 0, 10, False)]
    plans[1] = replace(plans[1], job=replace(plans[1].job, kind="return_visit"))

    done = dispatching._together(plans, world.now)

    assert done == ["offered", "failed", "offered", "offered"]
    assert [world.row(job_id).queue for job_id in jobs] == [None, "dispatch_failed", None, None]
    assert [len(offers(job_id)) for job_id in jobs] == [1, 0, 1, 1]
