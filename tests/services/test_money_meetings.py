"""Money in two transactions at once: who waits for a row does not hold the months."""

# ruff: noqa: F811  (fixtures come by import)
from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from domain.actors import Actor
from models import db
from services import adjustments, customer_payments, payouts, statements, wechat_bills
from services.config import config
from services.fees import post_quality, run_fees
from services.ledger import close_month
from services.parts import wechat_calls
from services.parts.contradicted import PayoutContradicted
from services.parts.wechat_calls import Due
from tests.rows import rows
from tests.services.money import APRIL, APRIL_1, DAY, ENDED, MARCH, ended, rule
from tests.services.paying import SEND, Till, till, wechats  # noqa: F401 - fixtures
from tests.services.test_customer_payments import charge, job_id, li  # noqa: F401 - fixtures
from tests.services.test_fee_quality import QUALITY
from tests.services.test_meetings import beside
from tests.services.test_payouts import answered, numbers, ready  # noqa: F401 - fixtures
from tests.services.test_settling import TODAY, balances
from tests.services.test_statements import post, statement
from tests.services.test_transfers import paid_once
from tests.worlds import World

HOUR = timedelta(hours=1)


@contextmanager
def held(table: str, row_id: int) -> Iterator[None]:
    """Somebody's row, held and given up unchanged."""
    with db.engine.connect() as tx:
        tx.exec_driver_sql(f"SELECT 1 FROM {table} WHERE id = %(id)s FOR UPDATE", {"id": row_id})
        yield
        tx.rollback()


def waits_without_the_months(one: Future[Any]) -> None:
    """It is not done yet, and what a month's close takes is free."""
    assert not one.done()
    with db.engine.connect() as tx:
        tx.exec_driver_sql("LOCK TABLE ledger_entry IN SHARE ROW EXCLUSIVE MODE NOWAIT")
        tx.rollback()


def test_statements_are_drawn_while_a_payment_ends_and_a_month_closes(app: Flask, till: Till) -> None:
    """The payment holds its statement and needs the months; the draw, which needs the statement, waits without them."""
    number = till.transfer()
    till.work()
    till.sim.take(number, "wang")
    dealer, finance = till.world.dealers[0], till.world.actor("finance")
    post("fee:april", dealer, 100, APRIL)
    with held("statement", statement(dealer).id):
        ending = beside(app, till.hear)
        drawing = beside(app, statements.draw, APRIL, APRIL_1)
        waits_without_the_months(drawing)
        beside(app, close_month, MARCH, finance, APRIL_1).result(10)
    ending.result(10)

    assert drawing.result(10).lines == 1
    assert (statement(dealer).status, balances()["wechat_pay"]) == ("paid", -8000)
    assert statements.differences(MARCH) == statements.differences(APRIL) == []


def test_a_banks_answer_waits_for_its_last_statement_without_the_months(
    app: Flask, world: World, ready: int
) -> None:
    """All of its statements first, then the months: the first payment is not posted while the second one waits."""
    finance, [_, second] = world.actor("finance"), world.dealers
    batch = payouts.make(finance, "2026-03", ready, (), APRIL_1)
    one, two = numbers()
    told = answered(f"{one},80.00,成功,", f"{two},50.00,成功,")
    with held("statement", statement(second).id):
        reading = beside(app, payouts.read_result, finance, batch.id, told, TODAY, APRIL_1)
        waits_without_the_months(reading)

    assert reading.result(10).paid == 2


def test_a_batch_made_while_an_answer_is_read_does_not_pay_what_the_answer_contradicts(
    app: Flask, world: World, ready: int
) -> None:
    """The payment failed; a later answer, not committed yet, says paid: the batch waits for it and leaves it out."""
    finance, row = world.actor("finance"), statement(world.dealers[0])
    batch = payouts.make(finance, "a", ready, (row.id,), APRIL_1)
    [number] = numbers()
    payouts.read_result(finance, batch.id, answered(f"{number},80.00,失败,"), TODAY, APRIL_1)
    with db.engine.connect() as tx:
        tx.exec_driver_sql("SELECT 1 FROM statement WHERE id = %(id)s FOR UPDATE", {"id": row.id})
        tx.exec_driver_sql(
            "INSERT INTO bank_result (batch_id, number, amount_fen, paid, reason, gap, read_by, read_at)"
            " VALUES (%(batch)s, %(number)s, 8000, true, '', 'paid_and_failed', %(by)s, %(now)s)",
            {"batch": batch.id, "number": number, "by": finance.person_id, "now": APRIL_1},
        )
        making = beside(app, payouts.make, finance, "b", ready, (row.id,), APRIL_1)
        waits_without_the_months(making)
        tx.commit()
    with pytest.raises(PayoutContradicted):
        making.result(10)


def test_a_late_fee_waits_for_its_job_without_the_months(app: Flask, world: World) -> None:
    """Somebody acts on the job; the month closes meanwhile; the fee is posted into the open one."""
    rule(**QUALITY)
    done = ended(world)
    run_fees(ENDED + DAY)
    with held("job", done):
        posting = beside(app, post_quality, {"job_id": done}, APRIL_1)
        waits_without_the_months(posting)

    assert posting.result(10) == 0


def test_a_worker_whose_lease_ran_out_says_no_and_is_not_believed(till: Till) -> None:
    """Another has the bill under way by then: a refusal of the first send must not free the statement."""
    number = till.transfer()
    lease, at = wechat_calls.lease(), till.now()

    def claimed(state: str, at: datetime) -> Due:
        stood, it = wechat_bills.claim(at) or pytest.fail("nothing is due")
        assert stood == state
        return it

    late = claimed("queued", at)
    other = claimed("unsure", at := at + lease)
    assert wechat_bills.tell(number, wechat_calls.ask(till.pay, other), at) == "queued"
    other = claimed("queued", at := at + HOUR)
    till.sim.merchant(scenes=[])
    refused = wechat_calls.send(till.pay, late)
    till.sim.merchant(scenes=["1005"])
    assert (refused.said, wechat_bills.tell(number, refused, at)) == ("NO_AUTH", "unsure")
    assert wechat_bills.claim(at) is None
    assert wechat_bills.tell(number, wechat_calls.send(till.pay, other), at) == "waiting"
    till.sim.take(number, "wang")
    till.hear()

    paid_once(till)


def test_a_worker_has_its_bill_to_itself_however_long_wechat_may_take(app: Flask, till: Till) -> None:
    """The lease follows from the deadline of a call: two calls that hang to their end are within it."""
    till.transfer()
    till.sim.fault("hang", path=SEND, phase="before", times=1, seconds=20)
    first = beside(app, till.work)
    second = till.work(50)
    object.__setattr__(config(), "wechat_timeout_s", 60.0)

    assert (first.result(10)["sent"], second["sent"], second["asked"]) == (1, 0, 0)
    assert wechat_calls.lease() >= 2 * timedelta(seconds=2 * (3 + 60))


def test_a_refund_and_a_word_about_its_payment_do_not_wait_for_each_other_in_a_ring(
    app: Flask, till: Till, job_id: int, li: Actor
) -> None:
    """Both lock the job, then the bill, then the months."""
    started = customer_payments.start(li, job_id, till.now())
    till.sim.pay(started.number, "li")
    till.hear()
    rows("UPDATE charge SET ruling = 'refunded', refund_fen = 4000, refund_at = 'dealer'")
    owed = {"job_id": job_id, "charge_id": charge().id, "dealer_id": till.world.dealers[0]}
    with held("job", job_id):
        refunding = beside(app, adjustments.charge_refund, owed, till.now())
        waits_without_the_months(refunding)
        with db.engine.connect() as tx:  # the word's next step, under its own hold of the job
            tx.exec_driver_sql("SELECT 1 FROM wechat_bill FOR UPDATE NOWAIT")
            tx.rollback()

    assert refunding.result(10) == 1
