"""Repairs months after the installation: who pays, who is asked first, and what the ledger says in the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from domain.actions import Action, Command, Window
from domain.actors import SYSTEM, Actor
from domain.errors import Invalid, NotFound
from domain.lifecycle import Barred
from domain.repairs import InsideWarranty, NotQuotable, QuoteMissing
from models import db
from models.catalogue import Product
from models.job import Job
from models.order import Channel
from models.photo import Photo
from services import repair_quotes, service_requests
from services.dispatching import dispatch_batch
from services.fees import run_fees
from services.lifecycle import answer_offer, perform
from services.parts.repairs import RepairOpen
from services.queries.service_requests import card, listed
from services.service_requests import (
    NotWaiting,
    RulingTooLate,
    ServiceRequested,
    Wanted,
    link,
    put_away,
    request,
    rule,
)
from tests.rows import rows
from tests.services import money
from tests.services.test_lifecycle import AT_DOOR, HOUR, submitted
from tests.worlds import World

BASE = [
    {"category": "water_heater", "zone": zone, "fen": fen, "kind": kind}
    for zone, kind, fen in (
        ("free", "install", 8000),
        ("free", "repair", 7000),
        ("remote", "repair", 9000),
        ("free", "second_visit", 8000),
    )
]
FIVE_MONTHS = timedelta(days=153)
SERIAL = "SN-00001"


def closed(world: World, **order: Any) -> int:
    """An installation of the first dealer, confirmed and closed a week later."""
    money.rule(base=BASE, timeliness=[])
    job_id = submitted(world, **order)
    perform(world.customer(job_id), job_id, Command(Action.CONFIRM), world.now + 4 * HOUR)
    perform(SYSTEM, job_id, Command(Action.CLOSE), world.now + timedelta(days=8))
    return job_id


def by_serial(world: World, actor: Actor, now: datetime, **wanted: Any) -> ServiceRequested:
    """Asked for by the serial number of `closed`."""
    return request(actor, Wanted("不加热", serial_number=SERIAL, **wanted), now)


def work_off(world: World, job_id: int, now: datetime, dealer: int = 1) -> None:
    """Accepted, booked, done, confirmed and closed by a dealer who was asked."""
    desk, installer = world.actor(f"dispatcher{dealer}"), world.actor(f"installer{dealer}")
    asked = {"j": job_id, "d": desk.dealer_id}
    [offer] = rows("SELECT id FROM offer WHERE job_id = :j AND dealer_id = :d AND status = 'open'", **asked)
    answer_offer(desk, Command(Action.ACCEPT, offer_id=offer.id), now)
    perform(desk, job_id, Command(Action.ASSIGN, installer_id=installer.person_id), now)
    perform(desk, job_id, Command(Action.BOOK, window=Window(now + HOUR, now + 3 * HOUR)), now)
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), now + HOUR)
    for slot in ("site", "nameplate", "finished"):
        shot(world, installer, job_id, slot, now + HOUR)
    perform(installer, job_id, Command(Action.SUBMIT, serial_numbers=(SERIAL,)), now + 2 * HOUR)
    perform(world.customer(job_id), job_id, Command(Action.CONFIRM), now + 3 * HOUR)
    perform(SYSTEM, job_id, Command(Action.CLOSE), now + timedelta(days=8))


def shot(world: World, installer: Actor, job_id: int, slot: str, now: datetime) -> None:
    """A photo and its deed."""
    seen = {"width": 1000, "height": 1000, "brightness": 100, "sharpness": 100, "capture": "camera"}
    with db.engine.begin() as tx:
        made = insert(Photo).values(
            job_id=job_id, slot_code=slot, client_id=slot, subject_id=world.row(job_id).subject_id,
            sha256=f"{job_id}{slot}".encode(), size_bytes=1, format="JPEG", received_at=now, **seen,
        )  # fmt: skip
        photo_id = tx.execute(made.returning(Photo.id)).scalar_one()
    perform(installer, job_id, Command(Action.TAKE_PHOTO, photo_id=photo_id, slot=slot), now)


def legs(job_id: int) -> list[str]:
    """What the ledger says of a job."""
    return [entry.legs for entry in money.posted() if entry.job_id == job_id]


def test_installed_closed_and_mended_five_months_later_by_serial_number_the_brand_pays(world: World) -> None:
    """Not the shop's operator: the whole way from the customer's word to the ledger."""
    world.channel_id = money.operated_channel(world, 2)
    installed = closed(world)
    later = world.now + FIVE_MONTHS

    made = by_serial(world, world.customer(installed), later)
    with pytest.raises(InsideWarranty):
        rule(world.actor("agent"), made.id, "dealer", "客服另有看法", later)
    dispatch_batch(later)
    assert made.job_id is not None
    work_off(world, made.job_id, later)
    run_fees(later + timedelta(days=9))

    assert (made.warranty, made.payer, made.queue) == ("inside", "brand", None)
    assert made.text == (
        "安装于 2026-03-02，整机保修 24 个月，至 2028-03-02 止；今天 2026-08-02，在保修期内，费用由品牌承担"
    )
    operator, dealer = world.dealers[1], f"dealer_payable:{world.dealers[0]}"
    assert legs(installed) == [f"channel_operator:{operator} 8000, {dealer} -8000"]
    assert legs(made.job_id) == [f"brand_service_expense 7000, {dealer} -7000"]


def test_outside_the_warranty_nobody_is_sent_before_the_customer_said_yes(world: World) -> None:
    """Neither by the run, nor by an agent's hand, nor by putting the queue away."""
    installed, agent = closed(world), world.actor("agent")
    later = world.now + timedelta(days=3 * 365)
    made = by_serial(world, world.customer(installed), later)
    assert made.job_id is not None
    perform(agent, made.job_id, Command(Action.ATTEND), later)
    dispatch_batch(later)
    with pytest.raises(Barred) as barred:
        perform(agent, made.job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), later)
    early = world.row(made.job_id)

    quoted = repair_quotes.quote(agent, made.id, [("drill", 2)], later)
    with pytest.raises(NotFound):
        repair_quotes.answer(world.customer(closed_elsewhere(world)), made.id, True, None, later)
    agreed = repair_quotes.answer(world.customer(made.job_id), made.id, True, None, later)
    dispatch_batch(later)

    assert (made.warranty, made.payer, made.queue) == ("outside", "customer", "quote")
    assert [fault.code for fault in barred.value.errors] == ["payment_open"]
    assert (early.status, early.queue) == ("new", "quote")
    assert (quoted.total_fen, agreed.answer, agreed.queue) == (17_000, "agreed", None)
    assert quoted.text == (
        "基础维修费 电热水器 免费区 ¥70.00；打孔费 打孔 ¥50.00 × 2 个 = ¥100.00。"
        "合计 ¥170.00，您同意后才会派单，上门时支付"
    )
    assert world.row(made.job_id).status == "offered"
    with pytest.raises(QuoteMissing):
        repair_quotes.answer(world.customer(made.job_id), made.id, False, None, later)
    told = rows(
        "SELECT payload FROM outbox WHERE job_id = :j AND payload->>'audience' = 'customer'", j=made.job_id
    )
    assert [row.payload["template"] for row in told] == ["repair_quoted"]


def closed_elsewhere(world: World) -> int:
    """Somebody else's job."""
    return world.job(phone="13800009999", address="芝罘区胜利路 9 号")


def test_what_the_customer_pays_at_the_door_is_no_debt_of_the_brand(world: World) -> None:
    """A quoted part needs no photo any more, and the visit is the dealer's revenue, not on the ledger."""
    closed(world)
    later, agent = world.now + timedelta(days=3 * 365), world.actor("agent")
    made = by_serial(world, agent, later)
    assert made.job_id is not None
    repair_quotes.quote(agent, made.id, [("drill", 1)], later)
    repair_quotes.answer(agent, made.id, True, "电话同意", later)
    dispatch_batch(later)
    shown = rows(
        "SELECT 1 FROM service_request WHERE job_id = :j AND answered_how = 'phone' AND quoted_fen = 12000",
        j=made.job_id,
    )
    work_off(world, made.job_id, later)
    run_fees(later + timedelta(days=9))

    assert len(shown) == 1
    assert legs(made.job_id) == []


def test_a_yes_to_a_quote_is_asked_for_its_device_as_any_other_yes(world: World) -> None:
    """A dealer's own, any dealer's: void and on record. A browser without a name: it counts, and is looked at."""
    closed(world)
    later, agent = world.now + timedelta(days=3 * 365), world.actor("agent")
    made = by_serial(world, agent, later)
    assert made.job_id is not None
    repair_quotes.quote(agent, made.id, [], later)
    customer = world.customer(made.job_id)
    world.sign_in("dispatcher2", later, "phone-of-2")
    with pytest.raises(Barred) as refused:
        repair_quotes.answer(replace(customer, device_id="phone-of-2"), made.id, True, None, later)
    void = world.row(made.job_id)
    agreed = repair_quotes.answer(replace(customer, device_id=None), made.id, True, None, later)

    assert [fault.code for fault in refused.value.errors] == ["device_of_dealer"]
    assert (void.status, void.audit_flag) == ("new", "device_of_dealer")
    assert len(rows("SELECT 1 FROM access_event WHERE kind = 'void_yes' AND job_id = :j", j=made.job_id)) == 1
    assert (agreed.answer, world.row(made.job_id).audit_flag) == ("agreed", "unverified_device")


def test_a_refused_quote_ends_the_job_and_costs_nothing(world: World) -> None:
    """Cancelled by the customer."""
    closed(world)
    later, agent = world.now + timedelta(days=3 * 365), world.actor("agent")
    made = by_serial(world, agent, later)
    assert made.job_id is not None
    with pytest.raises(QuoteMissing):
        repair_quotes.answer(agent, made.id, False, None, later)
    repair_quotes.quote(agent, made.id, [], later)
    answered = repair_quotes.answer(world.customer(made.job_id), made.id, False, None, later)
    run_fees(later + timedelta(days=1))

    assert (answered.answer, answered.status) == ("refused", "cancelled")
    assert legs(made.job_id) == []

    perform(
        agent, made.job_id, Command(Action.REOPEN), later + timedelta(days=2)
    )  # he has thought better of it
    dispatch_batch(later + timedelta(days=2))
    assert (world.row(made.job_id).status, world.row(made.job_id).queue) == ("new", "quote")
    assert repair_quotes.quote(agent, made.id, [], later + timedelta(days=2)).answer is None
    assert repair_quotes.answer(agent, made.id, True, "电话同意", later + timedelta(days=2)).queue is None


@pytest.mark.parametrize(
    ("serving", "ledger"), [(1, []), (2, ["dealer_payable:{first} 9000, dealer_payable:{second} -9000"])]
)
def test_bad_workmanship_is_mended_at_the_cost_of_who_did_it(
    world: World, serving: int, ledger: list[str]
) -> None:
    """The same dealer mends for nothing; another is paid by the first."""
    closed(world)
    later = world.now + FIVE_MONTHS
    made = by_serial(world, world.actor("agent"), later, cover="workmanship")
    assert made.job_id is not None
    offer = Command(Action.OFFER, dealer_ids=(world.dealers[serving - 1],))
    perform(world.actor("agent"), made.job_id, offer, later)
    work_off(world, made.job_id, later, serving)
    run_fees(later + timedelta(days=9))

    first, second = world.dealers
    assert (made.warranty, made.payer) == ("inside", "dealer")
    assert legs(made.job_id) == [line.format(first=first, second=second) for line in ledger]


def test_good_will_after_the_yes_makes_the_brand_pay_all_of_it(world: World) -> None:
    """Ruled while the job is under way: nothing is the customer's any more, not the way either."""
    closed(world)
    later, agent = world.now + timedelta(days=3 * 365), world.actor("agent")
    made = by_serial(world, agent, later)
    assert made.job_id is not None
    repair_quotes.quote(agent, made.id, [], later)
    repair_quotes.answer(agent, made.id, True, "电话同意", later)
    dispatch_batch(later)
    ruled = rule(agent, made.id, "brand", "老客户关怀", later)
    work_off(world, made.job_id, later)
    run_fees(later + timedelta(days=9))

    assert (ruled.warranty, ruled.until) == ("outside", made.until)
    assert world.row(made.job_id).remote_payer == "operator"
    assert legs(made.job_id) == [f"brand_service_expense 7000, dealer_payable:{world.dealers[0]} -7000"]


def test_a_fitting_is_the_dealers_for_three_months_only(world: World) -> None:
    """After five months the customer is quoted."""
    closed(world)
    soon = by_serial(world, world.actor("agent"), world.now + timedelta(days=80), cover="fitting")
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.id == soon.job_id).values(status="cancelled"))
    late = by_serial(world, world.actor("agent"), world.now + FIVE_MONTHS, cover="fitting")
    assert (soon.payer, late.payer, late.queue) == ("dealer", "customer", "quote")


def test_a_serial_number_nobody_knows_waits_for_an_agent_who_finds_the_line(world: World) -> None:
    """No job, no guess, the words sealed; then it is judged as if asked for by the line. Or it is put away."""
    installed, agent = closed(world), world.actor("agent")
    later = world.now + FIVE_MONTHS
    customer = world.customer(installed)

    waits = request(customer, Wanted("漏水", serial_number="SN-77777"), later)
    again = request(agent, Wanted("漏水", serial_number="SN-88888"), later)
    queue = listed(agent, "waiting", 0, 10)
    made = link(agent, waits.id, world.row(installed).order_line_id, later)
    away = put_away(agent, again.id, later)

    assert (waits.job_id, waits.warranty, waits.payer) == (None, "unknown", None)
    assert [(one.id, one.problem) for one in queue] == [(waits.id, "漏水"), (again.id, "漏水")]
    assert (made.id, made.payer, made.status) == (waits.id, "brand", "new")
    assert away.status == "closed"
    assert listed(agent, "waiting", 0, 10) == []
    kept = rows("SELECT job_id, problem FROM service_request ORDER BY id")
    assert [tuple(row) for row in kept] == [(made.job_id, None), (None, None)]
    with pytest.raises(NotWaiting):
        link(agent, again.id, world.row(installed).order_line_id, later)


def test_anothers_serial_number_is_as_unknown_as_none(world: World) -> None:
    """Nothing is learnt by guessing; an order line of others is not found."""
    installed, other = closed(world), closed_elsewhere(world)
    later = world.now + FIVE_MONTHS
    guessed = by_serial(world, world.customer(other), later)
    free = request(world.customer(other), Wanted("x", serial_number="SN-NOBODY"), later)
    assert guessed == replace(free, id=guessed.id)
    with pytest.raises(NotFound):
        request(world.customer(other), Wanted("x", order_line_id=world.row(installed).order_line_id), later)


def test_agents_see_their_channels_and_a_dealer_only_its_jobs(world: World) -> None:
    """A waiting request is nobody's among the dealers."""
    closed(world)
    later = world.now + FIVE_MONTHS
    made, waits = (
        by_serial(world, world.actor("agent"), later),
        request(world.actor("agent"), Wanted("x", serial_number="SN-55555"), later),
    )
    elsewhere = money.put(Channel, code="b", name="另一店", platform="own")
    scoped = world.actor("agent", channel_ids=frozenset({elsewhere}))
    for who in (scoped, world.actor("dispatcher1"), world.actor("dispatcher2")):
        with pytest.raises(NotFound):
            card(who, made.id)
    with pytest.raises(NotFound):
        card(world.actor("dispatcher1"), waits.id)
    assert card(world.actor("agent"), made.id).payer_name == "品牌"
    assert [one.id for one in listed(scoped, "all", 0, 10)] == [waits.id]  # of no shop: everybody's


def test_without_an_installation_date_an_agent_says_who_pays(world: World) -> None:
    """Undecided it is not dispatched; ruled, it is; handed in, it is too late."""
    money.rule(base=BASE, timeliness=[])
    with db.engine.begin() as tx:
        line = world.order(tx)
    agent = world.actor("agent")
    made = request(agent, Wanted("不亮", order_line_id=line), world.now)
    assert made.job_id is not None
    assert (made.warranty, made.payer, made.queue) == ("unknown", None, "warranty")
    with pytest.raises(NotQuotable):
        repair_quotes.quote(agent, made.id, [], world.now)
    with pytest.raises(Invalid):
        rule(agent, made.id, "dealer", "查不到谁装的", world.now)
    assert [one.id for one in listed(agent, "undecided", 0, 10)] == [made.id]

    ruled = rule(agent, made.id, "brand", "有购买凭证", world.now)
    dispatch_batch(world.now)
    work_off(world, made.job_id, world.now)

    assert (ruled.payer, ruled.queue) == ("brand", None)
    with pytest.raises(RulingTooLate):
        rule(agent, made.id, "customer", "改主意", world.now)
    actions = rows("SELECT action, data FROM job_event WHERE job_id = :j ORDER BY seq LIMIT 3", j=made.job_id)
    assert [row.action for row in actions] == ["create", "service_requested", "warranty_ruled"]


def test_a_line_has_one_repair_at_a_time_and_needs_a_known_product(world: World) -> None:
    """A second one is refused while the first is open."""
    installed = closed(world)
    later = world.now + FIVE_MONTHS
    by_serial(world, world.actor("agent"), later)
    with pytest.raises(RepairOpen):
        request(world.actor("agent"), Wanted("x", order_line_id=world.row(installed).order_line_id), later)


def test_the_product_tells_its_own_months(world: World) -> None:
    """Six months of warranty end before the fifth of October."""
    closed(world)
    with db.engine.begin() as tx:
        tx.execute(update(Product).values(warranty_months=6))
    made = by_serial(world, world.actor("agent"), world.now + timedelta(days=184))
    assert made.until == date(2026, 9, 2)
    assert (made.warranty, made.payer) == ("inside", "brand")
    assert service_requests.UNKNOWN not in made.text
