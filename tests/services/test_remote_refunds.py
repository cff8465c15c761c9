"""The way that was paid already: given back when somebody else pays it after all, and taken once a visit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.errors import Invalid
from jobs.drains import owed
from models import db
from services import orders, promises
from services.deeds import act
from services.lifecycle import perform
from services.orders import NewLine, NewOrder
from tests.photographing import take_over
from tests.rows import rows
from tests.services.money import posted
from tests.services.test_lifecycle import HOUR
from tests.services.test_meetings import beside
from tests.services.test_remote_fee import ASKED, WAY, events, job, on_site, rule
from tests.worlds import DOOR, SKU, World

__all__ = ["rule"]  # the fee rule of every test here


def paid(world: World) -> int:
    """A job whose customer paid the ¥2.20 that the promise had shown to the installer, who then disputes the way."""
    job_id, then = on_site(world, job(world)), world.now + HOUR
    perform(world.actor("installer1"), job_id, WAY, then)
    [charge] = rows("SELECT id FROM charge")
    perform(world.actor("installer1"), job_id, Command(Action.SETTLE_CHARGE, charge_id=charge.id), then)
    return job_id


def test_a_way_that_was_paid_goes_back_when_the_brand_pays_it_after_all(world: World) -> None:
    """The brand pays the dealer the whole way, so the dealer gives back what it took; once."""
    job_id, then = paid(world), world.now + HOUR
    rows("UPDATE check_in SET result = 'outside' WHERE job_id = :j", j=job_id)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)
    before = rows("SELECT refund_fen FROM charge")
    for later in (timedelta(days=3), timedelta(days=4)):
        who = SYSTEM if later.days == 3 else world.actor("agent")
        perform(who, job_id, Command(Action.RULE_REMOTE, outcome="brand"), then + later)
    owed(then + timedelta(days=4))

    assert before == [(None,)]
    assert rows("SELECT ruling, refund_fen, ruled_how FROM charge") == [("refunded", 220, "remote")]
    assert [said.get("refund_fen") for said in events(job_id, "rule_remote")] == [220, None]
    [entry] = posted()
    assert entry.legs == f"dealer_receivable:{world.dealers[0]} 220, customer_clearing -220"


def test_of_a_way_that_was_paid_only_what_is_above_the_rule_goes_back(world: World) -> None:
    """By the rule ¥1.00 and not ¥2.20: answered at once, ¥1.20 goes back."""
    job_id, then = paid(world), world.now + HOUR
    rows("UPDATE job SET distance_m = 1500 WHERE id = :j", j=job_id)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)

    assert rows("SELECT ruling, refund_fen FROM charge") == [("refunded", 120)]
    assert world.row(job_id).promised_remote_fen == 100


def test_two_jobs_of_one_visit_charge_the_way_once_however_near_together(app: Flask, world: World) -> None:
    """A phone sends what it kept all at once: the second job's way waits for the first one's, and is refused."""
    one = job(world)
    promise = promises.make(ASKED, world.now)
    new = NewOrder(
        world.channel_id, "A2", "张三", "13812345678", "山东省烟台市芝罘区建设路 1 号", (NewLine(SKU),),
        promise_id=promise.id, point=DOOR,
    )  # fmt: skip
    orders.place(world.actor("agent"), new, world.now)
    [row] = rows("SELECT max(id) AS id FROM job")
    take_over(world, row.id, 1)
    for each in (one, row.id):
        on_site(world, each)
    assert world.row(one).visit_id == world.row(row.id).visit_id

    installer, then = world.actor("installer1"), world.now + HOUR
    with db.engine.connect() as tx:
        act(tx, installer, one, WAY, then)
        other = beside(app, perform, installer, row.id, WAY, then)
        tx.commit()
    with pytest.raises(Invalid) as refused:
        other.result(10)
    assert [fault.code for fault in refused.value.errors] == ["remote_once"]
