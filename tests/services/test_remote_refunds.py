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


def visit_of_two(world: World) -> tuple[int, int]:
    """Two jobs of one visit, both checked in; the promise showed ¥2.20 for either."""
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
    return one, int(row.id)


def elsewhere(world: World, job_id: int) -> None:
    """Nobody was seen at the door for this job, so that an agent must rule; the customer disputes it."""
    rows("UPDATE check_in SET result = 'outside' WHERE job_id = :j", j=job_id)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), world.now + HOUR)


def test_two_jobs_of_one_visit_charge_the_way_once_however_near_together(app: Flask, world: World) -> None:
    """A phone sends what it kept all at once: the second job's way waits for the first one's, and is refused."""
    one, two = visit_of_two(world)
    installer, then = world.actor("installer1"), world.now + HOUR
    with db.engine.connect() as tx:
        act(tx, installer, one, WAY, then)
        other = beside(app, perform, installer, two, WAY, then)
        tx.commit()
    with pytest.raises(Invalid) as refused:
        other.result(10)
    assert [fault.code for fault in refused.value.errors] == ["remote_once"]


@pytest.mark.parametrize("settled", [False, True])
def test_a_ruling_over_one_job_reaches_the_way_charged_on_another_of_the_visit(
    world: World, settled: bool
) -> None:
    """Ruled to the brand on the first: the second's ¥2.20 are withdrawn, or go back; neither asks again."""
    one, two = visit_of_two(world)
    installer, then = world.actor("installer1"), world.now + HOUR
    perform(installer, two, WAY, then)
    [charge] = rows("SELECT id FROM charge")
    if settled:
        perform(installer, two, Command(Action.SETTLE_CHARGE, charge_id=charge.id), then)
    elsewhere(world, one)
    perform(world.actor("agent"), one, Command(Action.RULE_REMOTE, outcome="brand"), then)
    for _ in range(2):
        owed(then)
        rows("UPDATE outbox SET state = 'pending', next_at = created_at WHERE kind = 'visit_ruled'")

    row = world.row(two)
    assert (row.open_charges, row.remote_payer, row.promised_remote_fen) == (0, "customer", 0)
    assert rows("SELECT status, refund_fen FROM charge") == [
        ("disputed", 220) if settled else ("withdrawn", None)
    ]
    back = [f"dealer_receivable:{world.dealers[0]} 220, customer_clearing -220"] if settled else []
    assert [entry.legs for entry in posted()] == back
    [said] = events(two, "follow_remote")
    assert (said["job_id"], said["customer_fen"], said.get("refund_fen")) == (
        one,
        0,
        220 if settled else None,
    )
    with pytest.raises(Invalid) as refused:
        perform(installer, two, WAY, then)
    assert "remote_not_customers" in [fault.code for fault in refused.value.errors]


def test_what_goes_back_after_the_fees_are_posted_is_the_brands(world: World) -> None:
    """The job that carries the visit's fee is settled with the customer's ¥2.20 in it: the dealer keeps them."""
    one, two = visit_of_two(world)
    installer, then = world.actor("installer1"), world.now + HOUR
    perform(installer, one, WAY, then)
    [charge] = rows("SELECT id FROM charge")
    perform(installer, one, Command(Action.SETTLE_CHARGE, charge_id=charge.id), then)
    rows("UPDATE job SET status = 'closed', closed_at = now(), fees_posted_at = now() WHERE id = :j", j=one)
    elsewhere(world, two)
    perform(world.actor("agent"), two, Command(Action.RULE_REMOTE, outcome="brand"), then)
    for _ in range(2):  # the visit follows, then the refund it owes is posted
        owed(then)

    assert [entry.legs for entry in posted()] == ["brand_service_expense 220, customer_clearing -220"]


def test_a_ruling_and_a_charge_on_the_other_job_at_once_end_with_no_charge(app: Flask, world: World) -> None:
    """The installer charges the way on the second while the agent rules on the first, and neither sees the other."""
    one, two = visit_of_two(world)
    elsewhere(world, one)
    with pytest.raises(Invalid):
        perform(world.actor("installer1"), two, WAY, world.now + HOUR)
    rows(
        "UPDATE job SET remote_open = false WHERE id = :j", j=one
    )  # as the second sees it from before the dispute
    installer, then = world.actor("installer1"), world.now + HOUR
    with db.engine.connect() as tx:
        act(tx, installer, two, WAY, then)
        rows("UPDATE job SET remote_open = true WHERE id = :j", j=one)
        ruling = beside(
            app, perform, world.actor("agent"), one, Command(Action.RULE_REMOTE, outcome="brand"), then
        )
        ruling.result(10)
        drained = beside(app, owed, then)
        tx.commit()
    drained.result(10)

    assert [row.status for row in rows("SELECT status FROM charge")] == ["withdrawn"]
    assert world.row(two).open_charges == 0


def test_two_rulings_over_one_visit_at_once_end_in_the_later_one_for_both(app: Flask, world: World) -> None:
    """Two agents, two jobs of a visit, one way: both jobs say in the end what was ruled last."""
    one, two = visit_of_two(world)
    agent, then = world.actor("agent"), world.now + HOUR
    elsewhere(world, one)
    elsewhere(world, two)
    with db.engine.connect() as tx:
        act(tx, agent, one, Command(Action.RULE_REMOTE, outcome="brand"), then)
        customers = Command(Action.RULE_REMOTE, outcome="customer", agreed_fen=220)
        other = beside(app, perform, agent, two, customers, then + HOUR)
        tx.commit()
    other.result(10)
    owed(then + HOUR)

    assert rows("SELECT customer_fen FROM remote_dispute ORDER BY job_id") == [(220,), (220,)]
    assert [world.row(each).promised_remote_fen for each in (one, two)] == [220, 220]
    assert [(world.row(each).remote_open, world.row(each).queue) for each in (one, two)] == [
        (False, None)
    ] * 2
