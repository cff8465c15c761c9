"""Money that goes back: a disputed extra's outcome, compensation, a refund after the close; and what danger stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.errors import Invalid
from domain.lifecycle import Barred
from jobs.drains import PAYS, owed
from models.site import Charge
from services.lifecycle import answer_offer, perform
from tests.architecture.source import ROOT
from tests.photographing import redispatched
from tests.rows import rows
from tests.services.money import extra, posted, put, rule
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked, proposed, submitted
from tests.worlds import World


def disputed(world: World, collected_by: str) -> tuple[int, int]:
    """A submitted job, and an extra of ¥100.00 that its customer paid and then disputed."""
    job_id = submitted(world)
    at = world.now + 2 * HOUR
    charge = put(
        Charge, job_id=job_id, item_code="drill", charge_type=6, quantity=2, unit_fen=5000, amount_fen=10_000,
        status="approved", collected_by=collected_by, settled_at=at, created_at=at,
    )  # fmt: skip
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_CHARGE, charge_id=charge), at)
    return job_id, charge


@pytest.mark.parametrize(
    ("collected_by", "outcome", "fen", "legs"),
    [
        ("brand", "refunded", None, "dealer_payable:{d} 10000, customer_clearing -10000"),
        ("dealer", "refunded", 3000, "dealer_receivable:{d} 3000, customer_clearing -3000"),
        ("installer", "overcharged", 3000, "dealer_receivable:{d} 6000, customer_clearing -6000"),
        ("dealer", "stands", None, None),
    ],
)
def test_a_disputed_extra_has_an_outcome_and_the_ledger_follows(
    world: World, collected_by: str, outcome: str, fen: int | None, legs: str | None
) -> None:
    """Back in whole, in part, or twice the difference; what the dealer had in hand is a claim on it. Once."""
    job_id, charge = disputed(world, collected_by)
    agent, at = world.actor("agent"), world.now + 3 * HOUR
    with pytest.raises(Barred) as early:
        perform(agent, job_id, Command(Action.RULE, outcome="confirmed"), at)
    ruled = Command(Action.RULE_CHARGE, charge_id=charge, outcome=outcome, agreed_fen=fen)
    perform(agent, job_id, ruled, at)
    with pytest.raises(Barred):
        perform(agent, job_id, ruled, at)
    owed(at)
    owed(at)

    assert [fault.code for fault in early.value.errors] == ["charges_unruled"]
    expected = [] if legs is None else [legs.format(d=world.dealers[0])]
    assert [entry.legs for entry in posted()] == expected
    assert [entry.memo for entry in posted() if outcome == "overcharged"] in (
        [],
        ["赔付客户 多收 ¥30.00 × 2 = ¥60.00"],
    )


def test_an_extra_goes_back_from_the_dealer_who_took_it_not_from_the_one_who_has_the_job(
    world: World,
) -> None:
    """The first dealer took ¥100.00 in cash and lost the job; the second one, who finished it, owes nothing."""
    job_id, then = booked(world), world.now + HOUR
    installer, customer = world.actor("installer1"), world.customer(job_id)
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    charge = proposed(world, job_id, then)
    perform(customer, job_id, Command(Action.APPROVE_CHARGE, charge_id=charge), then)
    perform(installer, job_id, Command(Action.SETTLE_CHARGE, charge_id=charge), then)
    call = Command(Action.SUSPEND, reason="part_missing", next_contact_at=then + timedelta(days=1))
    perform(installer, job_id, call, then)
    redispatched(world, job_id)
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[1],)), then + HOUR)
    [offer] = rows("SELECT id FROM offer WHERE job_id = :j AND status = 'open'", j=job_id)
    answer_offer(world.actor("dispatcher2"), Command(Action.ACCEPT, offer_id=offer.id), then + HOUR)
    rows("UPDATE job SET status = 'submitted' WHERE id = :j", j=job_id)

    perform(customer, job_id, Command(Action.DISPUTE_CHARGE, charge_id=charge), then + HOUR)
    ruled = Command(Action.RULE_CHARGE, charge_id=charge, outcome="refunded")
    perform(world.actor("agent"), job_id, ruled, then + HOUR)
    owed(then + HOUR)

    [entry] = posted()
    assert entry.legs == f"dealer_receivable:{world.dealers[0]} 10000, customer_clearing -10000"


def test_a_rework_that_ends_by_itself_leaves_an_extras_dispute_open(world: World) -> None:
    """The work is mended; whether the money was right, an agent still says."""
    job_id, agent, later = submitted(world), world.actor("agent"), world.now + 4 * HOUR
    perform(world.customer(job_id), job_id, Command(Action.CONFIRM), later)
    perform(agent, job_id, Command(Action.RULE, outcome="rework"), later)
    extra(job_id, status="disputed")
    [child] = rows("SELECT id FROM job WHERE parent_id = :j", j=job_id)
    perform(agent, child.id, Command(Action.CANCEL, reason="other"), later)

    row = world.row(job_id)
    assert (row.status, row.dispute_open, row.queue) == ("confirmed", True, "dispute")


@pytest.mark.parametrize(("outcome", "fen"), [("overcharged", None), ("refunded", 10_001)])
def test_an_outcome_names_an_amount_that_was_charged(world: World, outcome: str, fen: int | None) -> None:
    """An overcharge without its difference, a refund of more than was paid."""
    job_id, charge = disputed(world, "brand")
    ruled = Command(Action.RULE_CHARGE, charge_id=charge, outcome=outcome, agreed_fen=fen)
    with pytest.raises(Invalid):
        perform(world.actor("agent"), job_id, ruled, world.now + 3 * HOUR)


@pytest.mark.parametrize(
    ("fault", "account"), [("dealer", "dealer_payable:{d}"), (None, "brand_service_expense")]
)
def test_compensation_is_posted_and_paid_by_whose_fault_it_was(
    world: World, fault: str | None, account: str
) -> None:
    """Also on a job that has ended; run again it is still once."""
    job_id, agent, at = booked(world), world.actor("agent"), world.now
    opened = Command(Action.COMPLAINT_OPENED, category="attitude")
    perform(world.customer(job_id), job_id, opened, at)
    perform(agent, job_id, Command(Action.CANCEL, reason="other"), at)
    [complaint] = rows("SELECT id FROM complaint")
    over = Command(
        Action.COMPLAINT_CLOSED, complaint_id=complaint.id, outcome="upheld", agreed_fen=2000, fault=fault
    )
    perform(agent, job_id, over, at)
    owed(at)
    rows("UPDATE outbox SET state = 'pending', next_at = created_at WHERE kind = 'compensation'")
    owed(at)

    who = account.format(d=world.dealers[0])
    assert [entry.legs for entry in posted()] == [f"{who} 2000, customer_clearing -2000"]


def test_what_was_taken_beside_the_price_list_goes_back_at_least_as_often_as_the_rule_says(
    world: World,
) -> None:
    """¥30.00 too much, by a rule that says three times: ¥90.00 from the dealer; less is refused, more is not."""
    rule(overcharge_times=3)
    job_id, agent, at = booked(world), world.actor("agent"), world.now
    for _ in range(2):
        perform(world.customer(job_id), job_id, Command(Action.COMPLAINT_OPENED, category="charge"), at)
    first, second = (row.id for row in rows("SELECT id FROM complaint ORDER BY id"))
    over = Command(Action.COMPLAINT_CLOSED, complaint_id=first, outcome="upheld", overcharged_fen=3000)
    for wrong in ({"agreed_fen": 8999}, {"fault": "brand"}, {"outcome": "not_upheld"}):
        with pytest.raises(Invalid):
            perform(agent, job_id, replace(over, **wrong), at)
    perform(agent, job_id, over, at)
    perform(agent, job_id, replace(over, complaint_id=second, agreed_fen=10_000), at)
    owed(at)

    dealer = f"dealer_payable:{world.dealers[0]}"
    assert [(entry.legs, entry.memo, entry.version) for entry in posted()] == [
        (f"{dealer} 9000, customer_clearing -9000", "投诉补偿 ¥90.00（多收 ¥30.00 × 3 = ¥90.00）", 1),
        (f"{dealer} 10000, customer_clearing -10000", "投诉补偿 ¥100.00（多收 ¥30.00 × 3 = ¥90.00）", 1),
    ]
    assert rows("SELECT fault, compensation_fen FROM complaint ORDER BY id") == [
        ("dealer", 9000),
        ("dealer", 10_000),
    ]


def test_danger_holds_the_data_and_stops_the_installer(world: World) -> None:
    """Legal hold, role suspended, sessions over, booked jobs back to the desk."""
    job_id = booked(world)
    world.sign_in("installer1", world.now)
    danger = Command(Action.COMPLAINT_OPENED, category="safety", note="漏电")
    perform(world.customer(job_id), job_id, danger, world.now)
    owed(world.now)

    row = world.row(job_id)
    [hold] = rows("SELECT job_id, reason, placed_by FROM legal_hold")
    [binding] = rows("SELECT status FROM role_binding WHERE id = :b", b=world.bindings["installer1"])
    [session] = rows("SELECT revoked_at FROM session WHERE binding_id = :b", b=world.bindings["installer1"])
    assert hold == (job_id, "safety", None)
    assert (binding.status, session.revoked_at) == ("suspended", world.now)
    assert (row.status, row.installer_id) == ("accepted", None)
    assert "safety" in {clock.kind for clock in rows("SELECT kind FROM clock WHERE stopped_at IS NULL")}


def test_a_debt_that_fails_is_tried_again_later_and_parked_at_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of one stops no other; after a dozen tries a person looks."""

    def broken(_owed: object, _now: object) -> None:
        raise RuntimeError("away")

    monkeypatch.setitem(PAYS, "installer_left", broken)  # type: ignore[arg-type]
    job_id = booked(world)
    perform(world.customer(job_id), job_id, Command(Action.COMPLAINT_OPENED, category="safety"), world.now)
    assert owed(world.now) == {"paid": 0, "failed": 1}
    assert owed(world.now) == {"paid": 0, "failed": 0}

    for day in range(1, 14):
        owed(world.now + day * timedelta(days=2))
    [row] = rows("SELECT state, last_error FROM outbox WHERE kind = 'installer_left'")
    assert (row.state, row.last_error) == ("parked", "RuntimeError: away")


def test_every_kind_that_is_owed_has_somebody_who_pays_it() -> None:
    """A kind nobody takes would lie in the outbox for ever."""
    import re

    texts = [path.read_text() for path in (ROOT / "services").rglob("*.py")]
    kinds = {kind for text in texts for kind in re.findall(r'Owed\(\s*"(\w+)"', text)}
    assert kinds - {"notice"} == set(PAYS)
