"""Two at once: jobs booked at one door, many jobs of one installer, a child that ends while its parent is held."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

import pytest
from flask import Flask

from domain.actions import Action, Command, Window
from models import db
from services import breaches, orders, promises
from services.charge_sweeps import lapse_charges
from services.clocks import raise_levels
from services.deeds import act
from services.departures import installer_left
from services.direct import Direct
from services.lifecycle import perform
from services.orders import NewLine, NewOrder
from services.parts.repairs import RepairOpen
from services.promises import Asked, AskedLine
from services.service_requests import Wanted, request
from tests.rows import rows
from tests.services.money import accepted
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked, proposed, submitted
from tests.worlds import DISTRICT, SKU, World


def beside(app: Flask, function: Any, *args: Any) -> Any:
    """Run in another thread and connection; gives its future and lets it get as far as it can."""

    def run() -> Any:
        with app.app_context():
            return function(*args)

    pool = ThreadPoolExecutor(1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    sleep(0.4)
    return future


def test_two_jobs_booked_at_one_door_at_once_share_the_visit(app: Flask, world: World) -> None:
    """One trip, one remote fee, also when neither desk sees the other's booking yet."""
    one, two = booked(world), booked(world)
    desk = world.actor("dispatcher1")
    window = Window(world.now + 24 * HOUR, world.now + 26 * HOUR)
    moved = Command(Action.RESCHEDULE, window=window, reason="customer")
    with db.engine.connect() as tx:
        act(tx, desk, one, moved, world.now)
        other = beside(app, perform, desk, two, moved, world.now)
        tx.commit()
    other.result(10)

    assert world.row(one).visit_id == world.row(two).visit_id


def test_an_installers_leave_and_an_order_file_do_not_wait_for_each_other_in_a_ring(
    app: Flask, world: World
) -> None:
    """Both lock several jobs from the newest to the oldest."""
    old, new = booked(world), booked(world, address="芝罘区胜利路 2 号")
    with db.engine.connect() as tx:
        tx.exec_driver_sql("SELECT 1 FROM job WHERE id = %(id)s FOR UPDATE", {"id": new})
        dealer = world.dealers[0]
        leaving = beside(app, installer_left, world.people["installer1"], dealer, world.now)
        tx.exec_driver_sql("SELECT 1 FROM job WHERE id = %(id)s FOR UPDATE", {"id": old})
        tx.commit()

    assert leaving.result(10) == 2
    assert rows("SELECT 1 FROM job WHERE installer_id IS NOT NULL") == []


def test_an_appeal_and_a_check_in_told_late_do_not_wait_for_each_other_in_a_ring(
    app: Flask, world: World
) -> None:
    """Both lock the job before its breaches: the appeal waits, and finds the breach withdrawn."""
    job_id, heard = booked(world), world.now + 4 * HOUR
    raise_levels(world.now + 3.5 * HOUR)
    [breach] = rows("SELECT id FROM breach WHERE job_id = :j AND kind = 'arrive' AND level = 2", j=job_id)
    told = Command(Action.CHECK_IN, fix=AT_DOOR)
    with db.engine.connect() as tx:
        tx.exec_driver_sql("SELECT 1 FROM job WHERE id = %(id)s FOR UPDATE", {"id": job_id})
        appealing = beside(app, breaches.appeal, world.actor("owner1"), breach.id, "路上堵车", heard)
        act(tx, world.actor("installer1"), job_id, told, heard, occurred_at=world.now + 2 * HOUR)
        tx.commit()
    with pytest.raises(breaches.AlreadyHandled):
        appealing.result(10)


def test_silence_about_money_waits_for_nobody_and_one_bad_row_stops_no_other(
    app: Flask, world: World
) -> None:
    """Of three extras one is held by somebody, one cannot be acted on: the third lapses, in the same run."""
    then, later = world.now + HOUR, world.now + 26 * HOUR
    jobs = [booked(world, address=f"芝罘区胜利路 {number} 号") for number in range(3)]
    for job_id in jobs:
        perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
        proposed(world, job_id, then)
    accepted(
        jobs[1], world.dealers[0], then, seq=world.row(jobs[1]).event_seq + 1
    )  # where the next event belongs
    with db.engine.connect() as tx:
        tx.exec_driver_sql("SELECT 1 FROM job WHERE id = %(id)s FOR UPDATE", {"id": jobs[0]})
        done = beside(app, lapse_charges, later).result(5)
        tx.rollback()
    assert (done.done, done.refused) == (1, 1)
    assert [row.status for row in rows("SELECT status FROM charge ORDER BY id")] == [
        "proposed",
        "proposed",
        "lapsed",
    ]


def test_two_repairs_of_one_thing_asked_for_at_once_are_one(app: Flask, world: World) -> None:
    """The second waits for the first, and finds it open."""
    job_id = submitted(world)
    [line] = rows("SELECT order_line_id AS id FROM job WHERE id = :j", j=job_id)
    asked, agent = Wanted("不加热", order_line_id=line.id), world.actor("agent")
    begin: Any = request.__wrapped__  # type: ignore[attr-defined]  # in our own transaction
    with Direct(db.engine) as tx:
        begin(tx, agent, asked, world.now + 9 * HOUR)
        other = beside(app, request, agent, asked, world.now + 9 * HOUR)
        tx.commit()
    with pytest.raises(RepairOpen):
        other.result(10)
    assert rows("SELECT count(*) FROM job WHERE kind = 'repair'") == [(1,)]


def test_two_orders_that_name_one_promise_at_once_do_not_share_it(app: Flask, world: World) -> None:
    """The second is taken, and bound to nothing."""
    promise = promises.make(Asked((AskedLine(SKU),), division_code=DISTRICT), world.now)
    first, second = (
        NewOrder(
            world.channel_id, number, "张三", "13812345678", "山东省烟台市芝罘区建设路 1 号", (NewLine(SKU),),
            promise_id=promise.id,
        )
        for number in ("A1", "A2")
    )  # fmt: skip
    begin: Any = orders.place.__wrapped__  # type: ignore[attr-defined]  # in our own transaction
    with Direct(db.engine) as tx:
        begin(tx, world.actor("agent"), first, world.now)
        other = beside(app, orders.place, world.actor("agent"), second, world.now)
        tx.commit()
    other.result(10)
    assert [row.promise_id is None for row in rows("SELECT promise_id FROM job ORDER BY id")] == [False, True]
