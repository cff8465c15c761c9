"""The way from promise to ledger: proposed by the rule, disputed, answered or ruled, and paid by who was told so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.errors import Invalid, NotFound
from domain.geo import Datum, Point
from domain.lifecycle import Barred
from models import db
from models.money import FeeRule
from models.site import Charge
from services import charge_sweeps, orders, promises, remote_fees, sweeps
from services.fees import run_fees
from services.lifecycle import perform
from services.orders import NewLine, NewOrder
from services.promises import Asked, AskedLine
from services.queries import jobs
from services.queries import remote_fees as found
from tests.photographing import take_over
from tests.rows import rows
from tests.services import money
from tests.services.test_lifecycle import AT_DOOR, HOUR, photograph, submitted
from tests.services.test_promises import RULE
from tests.worlds import DISTRICT, DOOR, SKU, World

ASKED = Asked((AskedLine(SKU),), division_code=DISTRICT, point=DOOR)
FAR = Point(121.46, 37.53, Datum.GCJ02, 20.0, "wx.getLocation")
WAY = Command(Action.ADD_CHARGE, item="remote", quantity=1, collected_by="installer")


@pytest.fixture(autouse=True)
def rule(world: World) -> None:
    """A fee rule: 1 km free, ¥2.00 a kilometre behind it; the first dealer's outlet is 2.1 km from the door."""
    with db.engine.begin() as tx:
        tx.execute(insert(FeeRule).values(version=1, effective_from=world.now, rule=RULE))


def job(world: World, asked: Asked | None = ASKED, point: dict[str, Any] | None = DOOR) -> int:
    """A job on the first dealer's desk, booked; bound to the promise that was asked for, if any."""
    promise_id = promises.make(asked, world.now).id if asked else None
    address, line = "山东省烟台市芝罘区建设路 1 号", (NewLine(SKU),)
    new = NewOrder(
        world.channel_id, "A1", "张三", "13812345678", address, line, promise_id=promise_id, point=point
    )
    orders.place(world.actor("agent"), new, world.now)
    [row] = rows("SELECT id FROM job")
    take_over(world, row.id, 1)
    return int(row.id)


def on_site(world: World, job_id: int, fix: Point | None = AT_DOOR) -> int:
    """Checked in there, wherever that is."""
    given: dict[str, Any] = {"fix": fix}
    if fix is FAR:
        photograph(world, job_id, "site", world.now)
        [photo] = rows("SELECT id FROM photo WHERE job_id = :j", j=job_id)
        given |= {"reason": "gps_drift", "photo_id": photo.id}
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, **given), world.now + HOUR)
    return job_id


def events(job_id: int, action: str) -> list[Any]:
    """What the chain keeps of one kind of deed."""
    found_rows = rows(
        "SELECT data FROM job_event WHERE job_id = :j AND action = :a ORDER BY seq", j=job_id, a=action
    )
    return [row.data for row in found_rows]


def test_the_way_that_was_shown_is_charged_by_the_rule_without_asking_again(world: World) -> None:
    """Buying under the promise was the yes; no photo, no typed amount, and once a visit."""
    job_id = on_site(world, job(world))
    perform(world.actor("installer1"), job_id, WAY, world.now + HOUR)

    [charge] = rows("SELECT amount_fen, charge_type, status, agreed_how, shown FROM charge")
    assert charge == (220, 8, "approved", "promise", True)
    with pytest.raises(Invalid) as refused:
        perform(world.actor("installer1"), job_id, WAY, world.now + HOUR)
    assert [fault.code for fault in refused.value.errors] == ["remote_once"]


def test_without_a_promise_nothing_is_charged_for_the_way_until_an_agent_has_ruled(world: World) -> None:
    """The customer's question goes to the agents' queue; nothing confirms meanwhile."""
    job_id, then = on_site(world, job(world, None)), world.now + HOUR
    with pytest.raises(Invalid) as refused:
        perform(world.actor("installer1"), job_id, WAY, then)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE, note="没人告诉我要收钱"), then)

    assert [fault.code for fault in refused.value.errors] == ["remote_undecided"]
    row = world.row(job_id)
    assert (row.remote_open, row.queue) == (True, "remote_fee")
    [said] = events(job_id, "dispute_remote")
    assert (said["decided"], said["grounds"], said["owed_fen"]) == (False, ["no_promise"], 220)


def test_an_agents_ruling_names_the_payer_for_the_fee_run_and_for_the_customer(world: World) -> None:
    """Ruled to the brand: the customer pays nothing, whatever the way costs."""
    job_id, then = on_site(world, job(world, None)), world.now + HOUR
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)
    perform(world.actor("agent"), job_id, Command(Action.RULE_REMOTE, outcome="brand"), then)

    row = world.row(job_id)
    assert (row.remote_open, row.queue, row.remote_payer, row.promised_remote_fen) == (
        False,
        None,
        "customer",
        0,
    )
    answer = found.answer(world.customer(job_id), job_id, then)
    assert (answer.settled_by, answer.payer, answer.customer_fen) == ("agent", "brand", 0)
    assert "远程费 ¥2.20 由品牌承担，您无需支付" in answer.text
    with pytest.raises(Barred):
        perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)
    assert "dispute_remote" not in jobs.page(world.customer(job_id), job_id, then).available_actions
    told = rows("SELECT payload->>'template' AS name FROM outbox WHERE payload->>'template' LIKE '%ruled'")
    assert {one.name for one in told} == {"remote_ruled"}  # that nobody takes for an objection of his own


def test_an_agents_ruling_is_replaced_only_by_one_that_says_why(world: World) -> None:
    """A second tap or a second agent changes nothing unseen; a correction names its ground and what it replaces."""
    job_id, then = on_site(world, job(world, None)), world.now + HOUR
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)
    agent, customers = world.actor("agent"), Command(Action.RULE_REMOTE, outcome="customer", agreed_fen=220)
    perform(agent, job_id, customers, then)
    with pytest.raises(Barred) as refused:
        perform(agent, job_id, Command(Action.RULE_REMOTE, outcome="brand"), then)
    perform(agent, job_id, Command(Action.RULE_REMOTE, outcome="brand", note="录入有误"), then)

    assert [(fault.field, fault.code) for fault in refused.value.errors] == [("note", "remote_ruled")]
    assert [said.get("replaces_fen") for said in events(job_id, "rule_remote")] == [None, 220]


def test_what_an_agent_lays_on_a_customer_without_promise_still_needs_the_yes(world: World) -> None:
    """Ruled, proposed with a photo, and paid only when the customer agrees; never above what the way costs."""
    job_id, then = on_site(world, job(world, None)), world.now + HOUR
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)
    agent, ruled = world.actor("agent"), Command(Action.RULE_REMOTE, outcome="customer", agreed_fen=220)
    with pytest.raises(Barred) as refused:
        perform(agent, job_id, replace(ruled, agreed_fen=221), then)
    perform(agent, job_id, ruled, then)
    photograph(world, job_id, "why", then)
    [photo] = rows("SELECT id FROM photo WHERE job_id = :j", j=job_id)
    with pytest.raises(Barred) as bare:
        perform(world.actor("installer1"), job_id, WAY, then)
    perform(world.actor("installer1"), job_id, replace(WAY, photo_id=photo.id), then)

    assert [fault.code for fault in refused.value.errors] == ["above_promise"]
    assert [fault.code for fault in bare.value.errors] == ["above_promise_needs_photo"]
    assert [row.status for row in rows("SELECT status FROM charge")] == ["proposed"]


def test_what_the_rule_decides_is_answered_at_once(world: World) -> None:
    """No agent is troubled; the answer stands on the chain and on the job."""
    job_id, then = on_site(world, job(world)), world.now + HOUR
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)

    row = world.row(job_id)
    assert (row.remote_open, row.queue, row.promised_remote_fen) == (False, None, 220)
    [said] = events(job_id, "dispute_remote")
    assert (said["decided"], said["customer_fen"], said["rule_version"]) == (True, 220, 1)
    assert found.answer(world.customer(job_id), job_id, then).settled_by == "rule"


def test_who_was_not_there_takes_no_money_for_the_way(world: World) -> None:
    """Checked in elsewhere: nothing is charged, an agent looks, and by silence the brand pays."""
    job_id, then = on_site(world, job(world), FAR), world.now + HOUR
    with pytest.raises(Barred):
        perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)
    with pytest.raises(Invalid):
        perform(world.actor("installer1"), job_id, WAY, then)
    perform(SYSTEM, job_id, Command(Action.RULE_REMOTE, outcome="brand"), then + timedelta(days=3))

    [ruling] = rows("SELECT ruled_by, customer_fen, owed_fen FROM remote_dispute")
    assert ruling == ("silence", 0, 220)
    assert "客服未在期限内裁定" in found.answer(world.customer(job_id), job_id, then).text


def test_what_the_check_in_leaves_open_waits_for_an_agent_at_once(world: World) -> None:
    """Seen elsewhere, the ¥2.20 shown: queue, 72 hours, notice and page before anybody disputes; a ruling clears it."""
    job_id, then = on_site(world, job(world), FAR), world.now + HOUR
    answer = found.answer(world.customer(job_id), job_id, then)
    page = remote_fees.open_case(world.actor("agent"), job_id, then)
    told = rows(
        "SELECT payload->>'audience' AS who FROM outbox WHERE payload->>'template' = 'remote_to_rule'"
    )

    row = world.row(job_id)
    assert (row.remote_open, row.queue, row.queued_at) == (True, "remote_fee", then)
    assert "由客服核实裁定；裁定之前不向您收取" in answer.text
    assert page.dispute is not None
    assert (page.dispute.opened_by_role, page.dispute.rule_by) == ("system", then + timedelta(days=3))
    assert (page.suggestion.grounds, "rule_remote" in page.available_actions) == (("check_in_outside",), True)
    assert [one.who for one in told] == ["agents"]
    assert events(job_id, "check_in")[0]["remote"]["grounds"] == ["check_in_outside"]

    perform(world.actor("agent"), job_id, Command(Action.RULE_REMOTE, outcome="brand"), then + HOUR)
    row = world.row(job_id)
    assert (row.remote_open, row.queue) == (False, None)


def test_a_way_beyond_the_formula_does_not_wait_for_ever(world: World) -> None:
    """Three days without a price: the brand pays by the formula carried on, (87.6 km − 1 km) × ¥2.00, and it closes."""
    job_id, then = job(world, None), world.now + HOUR
    rows("UPDATE job SET distance_m = 87600 WHERE id = :j", j=job_id)
    on_site(world, job_id)

    with pytest.raises(Barred):  # an agent names the price
        perform(world.actor("agent"), job_id, Command(Action.RULE_REMOTE, outcome="brand"), then)
    early, done = (charge_sweeps.rule_by_silence(then + timedelta(hours=after)) for after in (71, 73))

    assert [(early.done, early.refused), (done.done, done.refused)] == [(0, 0), (1, 0)]
    assert rows("SELECT ruled_by, customer_fen, owed_fen FROM remote_dispute") == [("silence", 0, 17_320)]
    [kept] = rows("SELECT remote_open, queue, promised_remote_fen, remote_agreed_fen FROM job")
    assert kept == (False, None, 0, 17_320)


def test_a_way_nobody_measured_may_get_a_price_that_the_brand_pays(world: World) -> None:
    """Else the dealer who drove it would go without, whatever the ruling."""
    job_id, then = job(world, point=None), world.now + HOUR
    rows("UPDATE job SET distance_m = NULL WHERE id = :j", j=job_id)
    on_site(world, job_id)
    perform(world.actor("agent"), job_id, Command(Action.RULE_REMOTE, outcome="brand", agreed_fen=1500), then)

    assert rows("SELECT customer_fen, owed_fen FROM remote_dispute") == [(0, 1500)]
    [kept] = rows("SELECT promised_remote_fen, remote_agreed_fen FROM job")
    assert kept == (0, 1500)


def test_an_address_that_nobody_located_is_the_reason_and_not_the_installers_phone(world: World) -> None:
    """As most files name no point: the check-in's fix was good, and nobody says there was none."""
    job_id = job(world, point=None)
    rows("UPDATE job SET distance_m = 2100 WHERE id = :j", j=job_id)
    on_site(world, job_id)
    told = found.answer(world.customer(job_id), job_id, world.now + HOUR).text

    assert rows("SELECT result FROM check_in") == [("unknown",)]
    assert "您家的地址尚未准确定位，无法核对师傅的签到位置" in told
    assert "没有可用的定位" not in told


def test_a_check_in_troubles_no_agent_where_nobody_is_asked_to_pay(world: World) -> None:
    """Inside, or without a promise: by default the brand pays, and the words promise no ruling that nobody makes."""
    job_id = on_site(world, job(world, None), FAR)
    answer = found.answer(world.customer(job_id), job_id, world.now + HOUR)

    row = world.row(job_id)
    assert (row.remote_open, row.queue) == (False, None)
    assert "未经客服裁定不向您收取远程费，请不要付款" in answer.text
    assert "由客服核实裁定" not in answer.text


def test_an_open_question_over_the_way_does_not_bar_the_customers_own_yes_to_the_work(world: World) -> None:
    """The customer confirms at the door; silence confirms nothing and nothing closes until an agent has ruled."""
    job_id, then = submitted(world), world.now + 4 * HOUR
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)

    assert perform(world.customer(job_id), job_id, Command(Action.CONFIRM), then).status == "confirmed"
    with pytest.raises(Barred) as refused:
        perform(SYSTEM, job_id, Command(Action.CLOSE), then + timedelta(days=8))
    assert "remote_open" in [fault.code for fault in refused.value.errors]


def test_a_disputed_way_withdraws_what_was_asked_for_it(world: World) -> None:
    """The promised dealer is near, the sum was shown; then the rule says less: nobody pays the old sum."""
    job_id, then = on_site(world, job(world)), world.now + HOUR
    perform(world.actor("installer1"), job_id, WAY, then)
    rows("UPDATE job SET distance_m = 1500 WHERE id = :j", j=job_id)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)

    assert [row.status for row in rows("SELECT status FROM charge")] == ["withdrawn"]
    assert (world.row(job_id).open_charges, world.row(job_id).promised_remote_fen) == (0, 100)


def test_silence_confirms_again_only_after_the_ruling(world: World) -> None:
    """While the way is disputed nothing confirms; the customer has his 48 hours anew from the ruling on."""
    job_id = submitted(world)
    ruled = world.now + timedelta(days=3)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), world.now + 4 * HOUR)

    barred = sweeps.auto_confirm(ruled)
    perform(world.actor("agent"), job_id, Command(Action.RULE_REMOTE, outcome="brand"), ruled)
    early = sweeps.auto_confirm(ruled + timedelta(hours=47))
    done = sweeps.auto_confirm(ruled + timedelta(hours=49))

    assert [(one.done, one.refused) for one in (barred, early, done)] == [(0, 0), (0, 0), (1, 0)]


def test_the_agents_page_holds_everything_and_the_look_is_recorded(world: World) -> None:
    """Promise, rule, arithmetic, points with datum and accuracy, check-in, history, suggestion, what may be done."""
    job_id, then = on_site(world, job(world), FAR), world.now + HOUR
    page = remote_fees.open_case(world.actor("agent"), job_id, then)

    assert page.promise is not None
    assert page.rule is not None
    assert page.check_in is not None
    assert (page.promise.basis, page.promise.amount_fen, page.promise.fee_rule_version) == ("by_km", 220, 1)
    assert (page.rule.version, page.rule.free_m, page.rule.per_km_fen) == (1, 1000, 200)
    assert page.way.arithmetic == "远程费 (2.1 km − 1 km) × ¥2.00 = ¥2.20"
    assert page.way.door is not None
    assert (page.way.door.datum, page.check_in.point.datum, page.check_in.point.accuracy_m) == (
        "gcj02", "gcj02", 20.0,
    )  # fmt: skip
    assert (page.photos, page.suggestion.grounds) == (1, ("check_in_outside",))
    assert [line.action for line in page.history] == ["check_in"]
    assert "rule_remote" in page.available_actions
    [look] = rows("SELECT job_id, actor_role FROM access_event WHERE kind = 'remote_case_read'")
    assert look == (job_id, "agent")


@pytest.mark.parametrize(
    ("hands", "legs"),
    [
        ("brand", "customer_clearing 220, dealer_payable:{0} -220"),
        ("installer", None),
    ],
)
def test_the_way_is_paid_once_whoever_took_it(world: World, hands: str, legs: str | None) -> None:
    """The customer's part goes by its charge, what is above the promise is the brand's: ¥4.20 = ¥2.20 + ¥2.00."""
    job_id = money.ended(world, distance_m=3100, remote_payer="customer", promised_remote_fen=220)
    money.put(
        Charge, job_id=job_id, item_code="remote", charge_type=8, quantity=1, unit_fen=220, amount_fen=220,
        status="approved", collected_by=hands, settled_at=money.ENDED, created_at=money.ENDED, shown=True,
    )  # fmt: skip
    run_fees(money.ENDED + timedelta(days=1), workers=1)

    dealer = world.dealers[0]
    kept = {row.key.split(":", 2)[2].partition(":charge")[0]: row.legs for row in money.posted()}
    assert kept.pop("base_fee:unit:1")
    assert kept.pop("remote_fee:above_promise") == (
        f"brand_service_expense 200, dealer_payable:{dealer} -200"
    )
    assert kept == ({} if legs is None else {"extra": legs.format(dealer)})
    assert len(rows("SELECT 1 FROM charge_memo WHERE amount_fen = 220")) == (hands == "installer")


def test_another_dealer_sees_neither_answer_nor_case(world: World) -> None:
    """Not found, as if there were no such job."""
    job_id = job(world)
    with pytest.raises(NotFound):
        found.answer(world.actor("owner2"), job_id, world.now)


def test_an_order_answered_before_the_visit_is_only_provisional(world: World) -> None:
    """Nobody has been there: the answer is given and nothing is settled."""
    job_id = job(world)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), world.now)

    assert rows("SELECT 1 FROM remote_dispute") == []
    answer = found.answer(world.customer(job_id), job_id, world.now)
    assert (answer.provisional, answer.settled_by, answer.customer_fen) == (True, None, 220)
