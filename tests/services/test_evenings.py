"""The evening before a visit, goods nobody heard of, calls that are due: each run twice does what one run does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from domain.actions import Action, Command, Window
from models import db
from models.job import Job
from models.order import OrderLine
from models.site import Damage
from services.dispatching import dispatch_batch
from services.evenings import evening_check, next_contacts_due, unknown_delivery
from services.lifecycle import answer_offer, perform
from tests.rows import change, rows
from tests.worlds import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


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


def test_who_is_told_of_a_hold_and_the_next_doubt_after_a_release(world: World) -> None:
    """Customer, agents, desk and installer hear of it; released as paid, goods not delivered still hold it, once."""
    job_id = booked(world, delivered=False)
    change(OrderLine, state="unpaid")
    evening = world.now + 8 * HOUR
    evening_check(evening)
    told = {
        row.payload["audience"]
        for row in rows("SELECT payload FROM outbox WHERE payload->>'template' = 'job_held'")
    }
    perform(world.actor("agent"), job_id, Command(Action.RELEASE), evening + HOUR / 2)
    again = evening_check(evening + HOUR)
    second = world.row(job_id).held
    perform(world.actor("agent"), job_id, Command(Action.RELEASE), evening + HOUR)

    assert told == {"customer", "agents", "desk", "installer"}
    assert (again, second, evening_check(evening + HOUR)) == (1, "undelivered", 0)


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
