"""Whose word counts: delays a customer denies, yeses from nowhere, queues that forget nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.actions import Action, Appraisal, Command, Window
from domain.actors import SYSTEM
from domain.errors import Invalid
from domain.lifecycle import Barred
from models import db
from services.breaches import acknowledge
from services.clocks import raise_levels
from services.exports import _job
from services.lifecycle import perform
from services.personal import subject_key
from tests.rows import rows
from tests.services.money import extra
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked, submitted
from tests.worlds import World

DAY = timedelta(days=1)
FINISH = "SELECT due_at - starts_at AS left, paused_at FROM clock WHERE kind = 'finish' AND family = 'dealer'"


def test_a_delay_the_customer_denies_never_paused_anything(world: World) -> None:
    """Suspended 'because he asked', which he didn't: the finish clock has its 48 hours, an agent looks, once."""
    job_id = booked(world)
    call = Command(Action.SUSPEND, reason="customer_asked", next_contact_at=world.now + DAY)
    perform(world.actor("dispatcher1"), job_id, call, world.now + HOUR / 2)
    assert rows(FINISH)[0].paused_at is not None

    customer = world.customer(job_id)
    perform(customer, job_id, Command(Action.DENY_DELAY), world.now + 5 * HOUR)
    with pytest.raises(Barred):
        perform(customer, job_id, Command(Action.DENY_DELAY), world.now + 6 * HOUR)
    raise_levels(world.now + 4 * HOUR)

    assert [tuple(clock) for clock in rows(FINISH)] == [(48 * HOUR, None)]
    assert world.row(job_id).queue == "delay_denied"
    assert [clock.level for clock in rows("SELECT level FROM clock WHERE kind = 'arrive'")] == [2]


def test_what_the_dealer_owned_up_to_needs_no_denial(world: World) -> None:
    """A part was missing: nothing is put down to the customer."""
    job_id = booked(world)
    call = Command(Action.SUSPEND, reason="part_missing", next_contact_at=world.now + DAY)
    perform(world.actor("dispatcher1"), job_id, call, world.now)

    with pytest.raises(Barred) as refused:
        perform(world.customer(job_id), job_id, Command(Action.DENY_DELAY), world.now)
    assert [fault.code for fault in refused.value.errors] == ["nothing_to_deny"]


def test_a_yes_from_a_browser_without_a_name_counts_and_is_audited(world: World) -> None:
    """By link, no device told: not void, but somebody looks, and it says why."""
    job_id = submitted(world)
    nameless = replace(world.customer(job_id), device_id=None)
    perform(nameless, job_id, Command(Action.CONFIRM), world.now + 4 * HOUR)

    row = world.row(job_id)
    assert (row.status, row.audit, row.audit_flag) == ("confirmed", "waiting", "unverified_device")
    [event] = rows("SELECT data FROM job_event WHERE job_id = :j AND action = 'confirm'", j=job_id)
    assert event.data["flag"] == "unverified_device"


def test_a_nameless_yes_to_a_charge_sends_the_job_to_the_audit(world: World) -> None:
    """Money is agreed to by the same unknown hand."""
    job_id, then = booked(world), world.now + HOUR
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    charge = extra(job_id, "dealer", status="proposed")
    nameless = replace(world.customer(job_id), device_id=None)
    perform(nameless, job_id, Command(Action.APPROVE_CHARGE, charge_id=charge), then)

    assert world.row(job_id).audit_flag == "unverified_device"


def test_an_errand_pushes_no_complaint_out_of_the_queue(world: World) -> None:
    """Damage, a hold and a wrong number come meanwhile: the complaint waits, and is there when they are done."""
    job_id = booked(world)
    perform(world.customer(job_id), job_id, Command(Action.COMPLAINT_OPENED, category="lateness"), world.now)
    perform(world.actor("agent"), job_id, Command(Action.HOLD, reason="other"), world.now)
    damage = Command(Action.REPORT_DAMAGE, appraisal=Appraisal("damaged", "intact", "unknown"))
    perform(world.actor("dispatcher1"), job_id, damage, world.now)
    assert world.row(job_id).queue == "complaint"

    perform(world.actor("agent"), job_id, Command(Action.REDISPATCH, reason="late"), world.now)
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[1],)), world.now)
    assert world.row(job_id).queue == "complaint"


def test_asking_the_next_dealer_keeps_what_was_agreed(world: World) -> None:
    """A remote fee agreed for beyond 80 km is not wiped by an offer that says nothing of it."""
    job_id, agent = world.job(), world.actor("agent")
    perform(
        agent, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],), agreed_fen=12_000), world.now
    )
    perform(agent, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[1],)), world.now)

    assert world.row(job_id).remote_agreed_fen == 12_000


def test_a_slot_the_checklist_doesnt_have_is_a_fault_of_the_request(world: World) -> None:
    """422 with its field, not 404."""
    job_id = booked(world)
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), world.now + HOUR)

    waive = Command(Action.WAIVE_SLOT, slot="roof", reason="unsafe")
    with pytest.raises(Invalid) as refused:
        perform(world.actor("installer1"), job_id, waive, world.now + HOUR)
    assert [(fault.field, fault.code) for fault in refused.value.errors] == [("slot", "unknown_slot")]


def test_what_a_dealer_says_of_its_lateness_is_not_in_the_customers_export(world: World) -> None:
    """A memo to the brand is the dealer's word; the customer's own notes are exported."""
    job_id = booked(world)
    window = Window(world.now + DAY, world.now + DAY + HOUR)
    wish = Command(Action.RESCHEDULE, reason="customer", note="请下午来", window=window)
    perform(world.customer(job_id), job_id, wish, world.now)
    raise_levels(world.now + 60 * HOUR)
    [breach] = rows("SELECT id FROM breach WHERE kind = 'finish' AND level = 2 AND family = 'dealer'")
    acknowledge(world.actor("dispatcher1"), breach.id, "客户脾气差", world.now + 60 * HOUR)

    row = world.row(job_id)
    with db.engine.connect() as tx:
        exported = _job(tx, row, subject_key(tx, row.subject_id))
    assert exported.notes == ("请下午来",)


def test_a_yes_from_the_dealers_own_device_is_void_and_the_job_is_audited_whoever_says_yes_later(
    world: World,
) -> None:
    """The refusal rolls back; that it was tried stays on record and on the job."""
    job_id = submitted(world)
    world.sign_in("installer1", world.now, "phone-1")
    with pytest.raises(Barred):
        perform(
            replace(world.customer(job_id), device_id="phone-1"),
            job_id,
            Command(Action.CONFIRM),
            world.now + 3 * HOUR,
        )
    perform(world.customer(job_id), job_id, Command(Action.CONFIRM), world.now + 4 * HOUR)

    row = world.row(job_id)
    assert (row.status, row.audit, row.audit_flag) == ("confirmed", "waiting", "device_of_dealer")
    assert len(rows("SELECT 1 FROM access_event WHERE kind = 'void_yes' AND job_id = :j", j=job_id)) == 1
