"""A customer pays with WeChat: paid only by WeChat's own word, for exactly what was agreed, and back the same way."""

# ruff: noqa: F811  (fixtures come by import)
from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import Actor, Role
from domain.errors import Forbidden, Invalid
from domain.payments import Kind, Word
from services import adjustments, customer_payments, failed_refunds, wechat_bills, wechat_days
from services.config import config
from services.customer_payments import NothingToPay, OrderNotMade, PayInWechat
from services.failed_refunds import RefundNotFailed
from services.lifecycle import perform
from services.parts import wechat_bills as rows_of_bills
from services.parts.wechat_bills import NewBill
from services.payout_check import differences
from services.queries import charges
from services.uow import use_case
from tests.rows import rows
from tests.services.paying import HOUR, MINUTE, Till, states, till, wechats  # noqa: F401 - fixtures
from tests.services.test_charges import on_site
from tests.services.test_lifecycle import proposed
from tests.services.test_settling import balances
from wechat.pay import PayGateway
from wechat.pay_terms import Ask, BadNote

ORDERS = "v3/pay/transactions/jsapi"
REFUNDS = "v3/refund/domestic/refunds"


@pytest.fixture
def job_id(till: Till) -> int:
    """A job with holes for ¥100.00, agreed, to be paid to the brand."""
    job, then = on_site(till.world)
    charge = proposed(till.world, job, then, hands="brand")
    perform(till.world.customer(job), job, Command(Action.APPROVE_CHARGE, charge_id=charge), then)
    return job


@pytest.fixture
def li(till: Till, job_id: int) -> Actor:
    """The customer with the mini-program open."""
    return customer(till, job_id, "li")


def customer(till: Till, job_id: int, alias: str) -> Actor:
    """An account with the job's link open in the mini-program."""
    [session] = rows(
        "INSERT INTO session (token_hash, kind, role, identity_id, job_id, created_at, last_seen, idle_expires_at,"
        " expires_at) SELECT :a, 'link', 'customer', id, :j, :n, :n, :n, :n FROM wechat_identity WHERE openid = :o"
        " RETURNING id", a=alias.encode(), o=till.openid(alias, None), j=job_id, n=till.now(),
    )  # fmt: skip
    return Actor(Role.CUSTOMER, session_id=session.id, job_id=job_id, device_id="customers-phone")


def charge() -> Any:
    """The charge's row."""
    [row] = rows("SELECT * FROM charge")
    return row


def test_a_charge_is_paid_by_wechats_word_and_no_other(till: Till, job_id: int, li: Actor) -> None:
    """One order however often asked; nobody settles by hand; the notification twice is one entry, one deed."""
    first, again = (customer_payments.start(li, job_id, till.now()) for _ in range(2))
    assert (again.number, again.phone.package) == (first.number, first.phone.package)
    assert (first.amount_fen, first.charge_ids) == (10_000, (charge().id,))
    object.__setattr__(config(), "wechat_mch_id", "1900000001")
    with pytest.raises(Forbidden):
        perform(
            till.world.actor("agent"),
            job_id,
            Command(Action.SETTLE_CHARGE, charge_id=charge().id),
            till.now(),
        )
    till.sim.pay(first.number, "li")
    assert charge().settled_at is None
    till.hear(times=2)

    assert charge().settled_at is not None
    assert balances() == {"wechat_pay": 10_000, "customer_clearing": -10_000}
    assert differences(till.now()) == []
    with pytest.raises(NothingToPay):
        customer_payments.start(li, job_id, till.now())


def test_a_payment_whose_notification_never_came_is_asked_for(till: Till, job_id: int, li: Actor) -> None:
    """Silence of WeChat's loses nothing; an order nobody pays is closed when its time is over."""
    till.sim.merchant(notify={"silent": True})
    first = customer_payments.start(li, job_id, till.now())
    till.work(3 * HOUR)
    assert states(Kind.PAYMENT) == [("failed", None)]
    second = customer_payments.start(li, job_id, till.now())
    till.sim.pay(second.number, "li")
    till.work(MINUTE)

    assert second.number != first.number
    assert charge().settled_at is not None


def test_an_order_lost_on_its_way_is_the_same_order_when_asked_again(
    till: Till, job_id: int, li: Actor
) -> None:
    """No answer: the customer is told to try again, and WeChat has one order."""
    till.sim.fault("reset", path=ORDERS, phase="after_effect", times=1)
    with pytest.raises(OrderNotMade):
        customer_payments.start(li, job_id, till.now())
    started = customer_payments.start(li, job_id, till.now())
    assert [one["out_trade_no"] for one in till.sim.money()["orders"]] == [started.number]


def test_other_charges_are_another_order_and_the_former_is_closed(till: Till, job_id: int, li: Actor) -> None:
    """Nobody can pay the former any more; paid just before, it counts and nothing is left to pay."""
    first = customer_payments.start(li, job_id, till.now())
    rows("UPDATE charge SET quantity = 3, amount_fen = 15000")
    rows("INSERT INTO charge (job_id, item_code, charge_type, quantity, unit_fen, amount_fen, status, collected_by,"
         " created_at) SELECT job_id, item_code, charge_type, 1, 5000, 5000, 'approved', 'brand', created_at"
         " FROM charge")  # fmt: skip
    second = customer_payments.start(li, job_id, till.now())
    assert (second.amount_fen, second.number != first.number) == (20_000, True)
    assert [one["trade_state"] for one in till.sim.money()["orders"]] == ["CLOSED", "NOTPAY"]
    till.sim.pay(second.number, "li")
    rows("UPDATE charge SET status = 'refused' WHERE amount_fen = 5000")
    with pytest.raises(NothingToPay):
        customer_payments.start(li, job_id, till.now())
    till.work(MINUTE)

    assert [row.amount_fen for row in rows("SELECT amount_fen FROM wechat_bill WHERE kind = 'refund'")] == [
        5000
    ]


@dataclass
class Overtaken:
    """A gateway whose next send first lets another have his turn."""

    pay: PayGateway
    turns: list[Callable[[], Any]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pay, name)

    def send(self, kind: Kind, ask: Ask) -> Word:
        """As the gateway, later."""
        if self.turns:
            self.turns.pop()()
        return self.pay.send(kind, ask)


def test_an_order_that_another_account_replaced_on_its_way_is_given_to_nobody(
    app: Flask, till: Till, job_id: int, li: Actor
) -> None:
    """The send lands after we closed the order: no ticket; paid all the same, it is posted and goes back whole."""
    wang, others = customer(till, job_id, "wang"), []
    app.extensions["wechat_pay"] = Overtaken(
        till.pay, [lambda: others.append(customer_payments.start(wang, job_id, till.now()))]
    )
    with pytest.raises(OrderNotMade):
        customer_payments.start(li, job_id, till.now())
    [replaced, standing] = rows("SELECT number, state FROM wechat_bill ORDER BY id")
    assert (replaced.state, standing.state, others[0].number) == ("failed", "waiting", standing.number)

    till.sim.pay(replaced.number, "li")
    till.hear(times=2)
    assert charge().settled_at is None
    till.sim.pay(standing.number, "wang")
    till.hear()
    for _ in range(2):
        till.work(MINUTE)
    assert charge().settled_at is not None
    assert [
        (row.amount_fen, row.state) for row in rows("SELECT * FROM wechat_bill WHERE kind = 'refund'")
    ] == [(10_000, "paid")]
    assert balances() == {"wechat_pay": 10_000, "customer_clearing": -10_000}
    assert differences(till.now()) == []


def test_an_order_that_landed_after_we_ended_it_is_closed_there_too(
    app: Flask, till: Till, job_id: int, li: Actor
) -> None:
    """Nobody was given it and nobody can pay it: WeChat away or not, it is asked to close it until it has."""
    wang = customer(till, job_id, "wang")
    app.extensions["wechat_pay"] = Overtaken(
        till.pay, [lambda: customer_payments.start(wang, job_id, till.now())]
    )
    with pytest.raises(OrderNotMade):
        customer_payments.start(li, job_id, till.now())
    till.sim.fault("http", path="v3/pay/transactions/out-trade-no/*", status=502)
    till.work(MINUTE)
    till.sim.heal()
    till.work(5 * MINUTE)

    held = {one["out_trade_no"]: one["trade_state"] for one in till.sim.money()["orders"]}
    [replaced, standing] = rows("SELECT number, next_at FROM wechat_bill ORDER BY id")
    assert (held[replaced.number], held[standing.number]) == ("CLOSED", "NOTPAY")
    assert (replaced.next_at, states(Kind.PAYMENT)) == (None, [("failed", "REPLACED"), ("waiting", None)])


def test_an_ended_order_in_the_days_bill_is_asked_for_and_goes_back(
    till: Till, job_id: int, li: Actor
) -> None:
    """Paid in a moment when WeChat told nobody: the bill of the day names it, the query says it, the refund ends it."""
    till.sim.merchant(notify={"silent": True})
    started = customer_payments.start(li, job_id, till.now())
    till.sim.pay(started.number, "li")
    rows(
        "UPDATE wechat_bill SET state = 'failed', ended_at = made_at, next_at = NULL"
    )  # as if it had been closed
    till.work(36 * HOUR)
    assert differences(till.now()) == []
    wechat_days.fetch(till.now())
    assert [one.gap for one in differences(till.now())] == ["wechat_only"]
    for _ in range(3):
        till.work(MINUTE)
    till.work(36 * HOUR)
    wechat_days.fetch(till.now())

    assert (states(Kind.PAYMENT), states(Kind.REFUND)) == ([("paid", None)], [("paid", None)])
    assert charge().settled_at is None
    assert balances() == {"wechat_pay": 0, "customer_clearing": 0}
    assert differences(till.now()) == []


def test_an_order_that_waits_to_be_sent_is_in_doubt_before_it_goes(
    app: Flask, till: Till, job_id: int, li: Actor
) -> None:
    """Asked again by the customer it is marked first, as the run does: nobody takes it for unknown to WeChat."""
    till.sim.fault("reset", path=ORDERS, phase="before", times=1)
    with pytest.raises(OrderNotMade):
        customer_payments.start(li, job_id, till.now())
    till.sim.heal()
    till.work(MINUTE)
    assert states(Kind.PAYMENT) == [("queued", None)]
    seen: list[Any] = []
    app.extensions["wechat_pay"] = Overtaken(till.pay, [lambda: seen.extend(states(Kind.PAYMENT))])
    customer_payments.start(li, job_id, till.now())
    assert (seen, states(Kind.PAYMENT)) == ([("unsure", None)], [("waiting", None)])


def test_what_was_withdrawn_meanwhile_goes_back_to_who_paid(till: Till, job_id: int, li: Actor) -> None:
    """The thumb and the withdrawal cross: the money came, nothing is owed for it, so it goes back whole."""
    started = customer_payments.start(li, job_id, till.now())
    perform(
        till.world.actor("installer1"),
        job_id,
        Command(Action.WITHDRAW_CHARGE, charge_id=charge().id),
        till.now(),
    )
    till.sim.pay(started.number, "li")
    till.hear()
    till.work()
    till.work(MINUTE)

    assert (charge().status, charge().settled_at) == ("withdrawn", None)
    assert states(Kind.REFUND) == [("paid", None)]
    assert charges.sheet(li, job_id).charges[0].told == "已退还您 ¥100.00"
    assert balances() == {"wechat_pay": 0, "customer_clearing": 0}
    assert differences(till.now()) == []


def test_what_a_ruling_gives_back_goes_the_way_it_came(till: Till, job_id: int, li: Actor) -> None:
    """¥40.00 of ¥100.00, once however often it is owed; what is above the payment the brand pays by hand."""
    started = customer_payments.start(li, job_id, till.now())
    till.sim.pay(started.number, "li")
    till.hear()
    one = till.world.dealers[0]
    owed = {"job_id": job_id, "charge_id": charge().id, "dealer_id": one}
    rows("UPDATE charge SET ruling = 'refunded', refund_fen = 4000, refund_at = 'dealer'")
    for _ in range(2):
        adjustments.charge_refund(owed, till.now())
    adjustments.charge_refund(owed | {"fen": 9000, "step": 7}, till.now())
    waits = charges.sheet(li, job_id).charges[0]
    for _ in range(2):
        till.work(MINUTE)

    assert (waits.returned_fen, str(waits.told)[:10]) == (0, "退还您 ¥40.00")
    assert charges.sheet(li, job_id).charges[0].told == "已退还您 ¥40.00"
    refunds = rows("SELECT amount_fen, state FROM wechat_bill WHERE kind = 'refund' ORDER BY id")
    assert [tuple(row) for row in refunds] == [(4000, "paid"), (6000, "paid")]
    assert balances() == {"wechat_pay": 0, f"dealer_payable:{one}": 13_000, "customer_clearing": -13_000}


def test_a_refund_that_cannot_arrive_is_listed(till: Till, job_id: int, li: Actor) -> None:
    """ABNORMAL: the money stays with the brand, nothing is posted, finance has to look."""
    till.sim.merchant(refund_s=9 * HOUR)
    started = customer_payments.start(li, job_id, till.now())
    till.sim.pay(started.number, "li")
    till.hear()
    use_case(rows_of_bills.give_back)(charge().id, 4000, "test", till.now())
    till.work()
    [refund] = till.sim.money()["refunds"]
    till.sim.finish_refund(refund["out_refund_no"], "ABNORMAL")
    till.hear()

    assert balances() == {"wechat_pay": 10_000, "customer_clearing": -10_000}
    assert [one.gap for one in differences(till.now())] == ["refund_failed"]


def fail_refund(till: Till, fen: int) -> int:
    """A refund that WeChat cannot deliver; its id."""
    till.sim.merchant(refund_s=9 * HOUR)
    use_case(rows_of_bills.give_back)(charge().id, fen, "test", till.now())
    till.work()
    till.sim.finish_refund(till.sim.money()["refunds"][-1]["out_refund_no"], "ABNORMAL")
    till.hear()
    [failed] = rows("SELECT id, state FROM wechat_bill ORDER BY id DESC LIMIT 1")
    assert failed.state == "failed"
    return int(failed.id)


def test_a_refund_that_failed_is_sent_again_or_paid_by_hand_once(till: Till, job_id: int, li: Actor) -> None:
    """Clearing is even afterwards: the second number fails, too, and the bank pays. No difference is left."""
    started = customer_payments.start(li, job_id, till.now())
    till.sim.pay(started.number, "li")
    till.hear()
    finance, first = till.world.actor("finance"), fail_refund(till, 4000)
    second = failed_refunds.again(finance, first, till.now()).id
    with pytest.raises(RefundNotFailed):
        failed_refunds.again(finance, first, till.now())
    with pytest.raises(RefundNotFailed):
        failed_refunds.by_hand(finance, second, till.now().date(), "B1", till.now())
    rows(
        "UPDATE wechat_bill SET state = 'failed', next_at = NULL, ended_at = made_at WHERE id = :i", i=second
    )
    with pytest.raises(Invalid):
        failed_refunds.by_hand(finance, second, till.now().date().replace(year=2001), "B1", till.now())
    failed_refunds.by_hand(finance, second, till.now().date(), "B1", till.now())
    with pytest.raises(RefundNotFailed):
        failed_refunds.by_hand(finance, second, till.now().date(), "B1", till.now())
    use_case(rows_of_bills.give_back)(charge().id, 4000, "test", till.now())
    use_case(rows_of_bills.give_back)(charge().id, 9000, "another", till.now())

    assert balances() == {"wechat_pay": 10_000, "bank": -4000, "customer_clearing": -6000}
    bills = rows("SELECT amount_fen, state FROM wechat_bill WHERE kind = 'refund' ORDER BY id")
    assert [tuple(row) for row in bills] == [(4000, "failed"), (4000, "failed"), (6000, "queued")]
    assert differences(till.now()) == []


def test_two_refunds_at_once_give_back_no_more_than_was_paid(
    app: Flask, till: Till, job_id: int, li: Actor
) -> None:
    """Who waits for the other counts what the other gave back: ¥60.00, then the ¥40.00 that are left."""
    started = customer_payments.start(li, job_id, till.now())
    till.sim.pay(started.number, "li")
    till.hear()
    give, charge_id = use_case(rows_of_bills.give_back), charge().id
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    def other() -> None:
        with app.app_context():
            give(charge_id, 6000, "two", till.now())

    @use_case
    def first(tx: Connection) -> Any:
        rows_of_bills.give_back(tx, charge_id, 6000, "one", till.now())
        second = pool.submit(other)
        while not rows(waits) and not second.done():
            time.sleep(0.01)
        return second

    with ThreadPoolExecutor(1) as pool:
        first().result()
    refunds = rows("SELECT amount_fen FROM wechat_bill WHERE kind = 'refund' ORDER BY amount_fen")
    assert [row.amount_fen for row in refunds] == [4000, 6000]


def test_who_came_by_a_browser_or_owes_nothing_gets_no_order(till: Till, job_id: int, li: Actor) -> None:
    """An order is for one account; silence and a refusal leave nothing to pay."""
    with pytest.raises(PayInWechat):
        customer_payments.start(till.world.customer(job_id), job_id, till.now())
    for change in ("UPDATE job SET status = 'suspended'", "UPDATE charge SET status = 'refused'"):
        rows(change)
        with pytest.raises(NothingToPay):
            customer_payments.start(li, job_id, till.now())


@pytest.mark.parametrize("seed", range(3))
def test_whatever_breaks_each_refund_is_paid_once_and_every_day_agrees(
    till: Till, job_id: int, li: Actor, seed: int
) -> None:
    """A dozen refunds through lost requests and answers, outages, repeated, reversed and lost notifications."""
    chance = random.Random(seed)
    started = customer_payments.start(li, job_id, till.now())
    till.sim.pay(started.number, "li")
    till.hear()
    [paid] = rows("SELECT id FROM wechat_bill")
    for number in range(12):
        new = NewBill(Kind.REFUND, 100 + number, "退", job_id=job_id, of_id=paid.id, cause=f"c{number}")
        use_case(rows_of_bills.make)(new, None, till.now())
    for _ in range(10):
        till.sim.heal()
        action, more = chance.choice(
            [("reset", {}), ("http", {"status": 502}), ("http", {"status": 429}), ("truncate", {})]
        )
        phase = chance.choice(["before", "after_effect"])
        till.sim.fault(action, path=f"{REFUNDS}*", phase=phase, every=chance.choice([1, 2, 3]), **more)
        till.sim.merchant(notify={"duplicate": chance.random() < 0.5, "out_of_order": chance.random() < 0.5})
        till.work(chance.choice([5, MINUTE, HOUR]))
        while not till.door.came.empty():
            with suppress(BadNote):  # the clock went on while it was on its way
                note = till.pay.heard(*till.door.came.get())
                if chance.random() < 0.6:
                    wechat_bills.heard(note, till.now())
    till.sim.heal()
    for _ in range(4):
        till.work(2 * HOUR)
    till.sim.advance(48 * HOUR)
    wechat_days.fetch(till.now())

    total = sum(100 + number for number in range(12))
    assert {state for state, _ in states(Kind.REFUND)} == {"paid"}
    assert sum(one["amount"]["refund"] for one in till.sim.money()["refunds"]) == total
    assert balances() == {"wechat_pay": 10_000 - total, "customer_clearing": total - 10_000}
    assert differences(till.now()) == []
