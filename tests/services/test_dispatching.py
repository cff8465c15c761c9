"""Dispatch, expiry and the checks that come by time: each run twice does what one run does."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, text, update

from domain.actions import Action, Command, Window
from models import db
from models.dealer import Capacity, Coverage, Dealer
from models.job import Job
from models.order import OrderLine
from models.site import Damage
from services.dispatching import (
    Dispatched,
    dispatch_batch,
    evening_check,
    expire_offers,
    next_contacts_due,
    unknown_delivery,
)
from services.lifecycle import answer_offer, perform
from tests.worlds import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rows(sql: str, **params: Any) -> list[Any]:
    with db.engine.connect() as connection:
        return list(connection.execute(text(sql), params))


def change(table: Any, **values: Any) -> None:
    with db.engine.begin() as tx:
        tx.execute(update(table).values(**values))


def offers(job_id: int) -> list[tuple[int, str]]:
    found = rows("SELECT dealer_id, status FROM offer WHERE job_id = :j ORDER BY id", j=job_id)
    return [(row.dealer_id, row.status) for row in found]


def accepted(world: World, job_id: int) -> None:
    dispatch_batch(world.now)
    [offer] = rows("SELECT id FROM offer WHERE job_id = :j AND status = 'open'", j=job_id)
    answer_offer(world.actor("dispatcher1"), Command(Action.ACCEPT, offer_id=offer.id), world.now)


def booked(world: World, *, on: timedelta = DAY, **order: Any) -> int:
    """A job booked with dealer 1; the window begins `on` from now (10:00 in Shanghai)."""
    job_id = world.job(**order)
    accepted(world, job_id)
    desk = world.actor("dispatcher1")
    perform(desk, job_id, Command(Action.ASSIGN, installer_id=world.people["installer1"]), world.now)
    window = Window(world.now + on, world.now + on + 2 * HOUR)
    perform(desk, job_id, Command(Action.BOOK, window=window), world.now)
    return job_id


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
    """Without coverage the job is unserved; with every dealer full an agent looks."""
    with db.engine.begin() as tx:
        for dealer_id in world.dealers:
            tx.execute(insert(Capacity).values(dealer_id=dealer_id, category_code="water_heater", units=0))
    full = world.job()
    dispatch_batch(world.now)
    change(Coverage, zone="none")
    uncovered = world.job()
    dispatch_batch(world.now)

    assert (world.row(full).status, world.row(full).queue) == ("new", "no_dealer_left")
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


@pytest.mark.parametrize("doubt", ["unpaid", "undelivered", "damaged", "certificate"])
def test_the_evening_before_holds_what_cannot_take_place(world: World, doubt: str) -> None:
    """Each of the four doubts, once; the customer and the agents are told by the hold."""
    job_id = booked(world, delivered=doubt != "undelivered")
    if doubt == "unpaid":
        change(OrderLine, state="unpaid")
    if doubt == "damaged":
        with db.engine.begin() as tx:
            found = {"package": "damaged", "exterior": "intact", "function": "unknown"}
            tx.execute(insert(Damage).values(job_id=job_id, created_at=world.now, **found))
    if doubt == "certificate":
        with db.engine.begin() as tx:
            tx.execute(text("UPDATE category SET certificates = '[\"gas\"]'"))
            lapsed = {"p": world.people["installer1"], "d": date(2026, 3, 2)}
            tx.execute(text("INSERT INTO certificate VALUES (:p, 'gas', :d)"), lapsed)
    evening = world.now + 8 * HOUR

    assert (evening_check(evening), evening_check(evening)) == (1, 0)
    assert (world.row(job_id).held, world.row(job_id).queue) == (doubt, "held")


def test_a_visit_in_order_or_on_another_day_is_not_held(world: World) -> None:
    """Only tomorrow counts, and there only a doubt."""
    fine, far = booked(world), booked(world, on=2 * DAY, delivered=False, phone="13800002222")

    assert evening_check(world.now + 8 * HOUR) == 0
    assert (world.row(fine).held, world.row(far).held) == (None, None)


def test_what_an_agent_released_this_evening_stays_released(world: World) -> None:
    """The agent knows better than the check that asked."""
    job_id = booked(world, delivered=False)
    evening = world.now + 8 * HOUR
    evening_check(evening)
    perform(world.actor("agent"), job_id, Command(Action.RELEASE), evening + HOUR)

    assert evening_check(evening + 2 * HOUR) == 0
    assert world.row(job_id).held is None


def test_goods_nobody_heard_of_for_a_week_go_before_an_agent_once(world: World) -> None:
    """Not on the sixth day; not again after the queue was cleared."""
    job_id = world.job(delivered=False)
    change(OrderLine, created_at=world.now)
    early, due = unknown_delivery(world.now + 6 * DAY), unknown_delivery(world.now + 8 * DAY)
    queued = world.row(job_id).queue
    change(Job, queue=None)

    assert (early, due, queued) == (0, 1, "delivery_unknown")
    assert unknown_delivery(world.now + 9 * DAY) == 0


def test_a_call_that_is_due_is_told_once_and_after_a_day_an_agent_looks(world: World) -> None:
    """The dealer's desk gets one reminder; nobody calling for a day is the agents' business."""
    job_id = world.job()
    accepted(world, job_id)
    later = world.now + HOUR
    failed = Command(Action.FAIL_BOOKING, reason="1", next_contact_at=later)
    perform(world.actor("dispatcher1"), job_id, failed, world.now)

    assert (next_contacts_due(world.now), next_contacts_due(later), next_contacts_due(later)) == (0, 1, 0)
    [owed] = rows("SELECT payload FROM outbox WHERE dedupe_key LIKE '%contact_due%'")
    assert owed.payload["dealer_ids"] == [world.dealers[0]]
    assert (next_contacts_due(later + DAY), next_contacts_due(later + DAY)) == (1, 0)
    assert world.row(job_id).queue == "contact_overdue"
