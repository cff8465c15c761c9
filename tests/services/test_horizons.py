"""Who may do what to whose job: what a lost offer, a dealer's own device and a guessed code are worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.actions import Action, Command
from domain.actors import SYSTEM, Actor, Role
from domain.errors import JobChanged, NotFound, TooMany
from domain.lifecycle import Barred
from models import db
from services.lifecycle import answer_offer, perform
from services.queries import jobs
from services.queries.job_views import Filters
from tests.rows import rows
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked, offered, proposed, submitted
from tests.worlds import World

DAY = timedelta(days=1)


def device(world: World, job_id: int, device_id: str) -> Actor:
    """The customer of a job, come by link on this device."""
    return Actor(Role.CUSTOMER, job_id=job_id, device_id=device_id)


def lost(world: World) -> tuple[int, int]:
    """A job that was offered to two dealers and taken by the first: (job, the second one's offer)."""
    job_id = world.job()
    first, second = offered(world, job_id, 1, 2)
    answer_offer(world.actor("owner1"), Command(Action.ACCEPT, offer_id=first), world.now)
    return job_id, second


def test_a_dealer_whose_offer_was_withdrawn_can_do_nothing_to_the_winners_job(world: World) -> None:
    """Neither suspend nor staff nor contact it: the job does not exist for the loser."""
    job_id, _ = lost(world)
    commands = (
        Command(Action.SUSPEND, reason="other", next_contact_at=world.now + DAY),
        Command(Action.ASSIGN, installer_id=world.people["installer1"]),
        Command(Action.CONTACT),
    )

    for command in commands:
        with pytest.raises(NotFound):
            perform(world.actor("dispatcher2"), job_id, command, world.now)

    assert world.row(job_id).status == "accepted"


def test_the_loser_of_a_race_is_still_told_so(world: World) -> None:
    """Accepting too late is a conflict, not an unknown job."""
    _, second = lost(world)

    with pytest.raises(JobChanged):
        answer_offer(world.actor("owner2"), Command(Action.ACCEPT, offer_id=second), world.now)


def test_a_customers_code_cannot_be_tried_out(world: World) -> None:
    """Five wrong codes within the hour, and even the right one has to wait; refused tries count."""
    job_id = submitted(world)
    installer, later = world.actor("installer1"), world.now + 4 * HOUR

    for _ in range(5):
        with pytest.raises(Barred):
            perform(installer, job_id, Command(Action.CONFIRM, code="wrong"), later)
    with pytest.raises(TooMany):
        perform(installer, job_id, Command(Action.CONFIRM, code="wrong"), later)
    with pytest.raises(Barred):
        perform(installer, job_id, Command(Action.CONFIRM, code="wrong"), later + HOUR)


def test_a_wrong_code_that_a_customer_gives_is_refused_and_counted_too(world: World) -> None:
    """By link nobody asks for a code; one that is given must be right, and none is tried out here either."""
    job_id, later = submitted(world), world.now + 4 * HOUR
    link = world.customer(job_id)

    for _ in range(5):
        with pytest.raises(Barred) as refused:
            perform(link, job_id, Command(Action.CONFIRM, code="000000"), later)
    with pytest.raises(TooMany):
        perform(link, job_id, Command(Action.CONFIRM, code="000000"), later)

    assert [fault.code for fault in refused.value.errors] == ["code_wrong"]
    assert perform(link, job_id, Command(Action.CONFIRM), later).status == "confirmed"


def test_an_installers_phone_cannot_say_the_customers_yes_to_a_charge(world: World) -> None:
    """The money needs the customer's own device, as the confirmation does."""
    job_id, then = booked(world), world.now + HOUR
    world.sign_in("installer1", world.now, device_id="phone-of-1")
    installer = world.actor("installer1")
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    yes = Command(Action.APPROVE_CHARGE, charge_id=proposed(world, job_id, then))

    with pytest.raises(Barred) as refused:
        perform(device(world, job_id, "phone-of-1"), job_id, yes, then)
    perform(device(world, job_id, "phone-of-customer"), job_id, yes, then)

    assert [fault.code for fault in refused.value.errors] == ["device_of_dealer"]


def test_switching_the_role_does_not_make_a_dealers_phone_the_customers(world: World) -> None:
    """The device counts for whoever ever signed in on it, whatever role that session acts in now."""
    job_id = submitted(world)
    world.sign_in("installer1", world.now, device_id="phone-of-1")
    with db.engine.begin() as tx:
        customer = "INSERT INTO role_binding (person_id, role, status) VALUES (:p, 'customer', 'active') RETURNING id"
        binding = tx.execute(text(customer), {"p": world.people["installer1"]}).scalar_one()
        tx.execute(text("UPDATE session SET role = 'customer', binding_id = :b"), {"b": binding})

    with pytest.raises(Barred):
        perform(device(world, job_id, "phone-of-1"), job_id, Command(Action.CONFIRM), world.now + 4 * HOUR)


def test_an_owner_reads_nothing_of_what_other_dealers_did_before(world: World) -> None:
    """Neither why they declined nor who was asked; the own part begins with the own acceptance."""
    job_id = world.job()
    [first] = offered(world, job_id, 1)
    decline = Command(Action.DECLINE, offer_id=first, reason="fee_too_low")
    answer_offer(world.actor("owner1"), decline, world.now)
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[1],)), world.now)
    owner, second = world.actor("owner2"), rows("SELECT id FROM offer WHERE status = 'open'")[0].id

    with pytest.raises(NotFound):
        jobs.events(owner, job_id)
    answer_offer(owner, Command(Action.ACCEPT, offer_id=second), world.now)

    assert [event.action for event in jobs.events(owner, job_id)] == ["accept"]
    assert [event.action for event in jobs.events(world.actor("auditor"), job_id)] == [
        "create", "offer", "decline", "offer", "accept",
    ]  # fmt: skip


def test_a_dealer_reads_no_clocks_of_another(world: World) -> None:
    """How late the dealer before was is not the next one's business; the platform's finish clock is everybody's."""
    job_id = booked(world)
    perform(world.actor("agent"), job_id, Command(Action.REDISPATCH, reason="late"), world.now)
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[1],)), world.now)

    seen = jobs.page(world.actor("dispatcher2"), job_id, world.now).clocks

    assert [clock.kind for clock in seen] == ["finish", "accept"]


def test_only_the_brand_reads_why_a_job_is_queued(world: World) -> None:
    """That a customer complained or an agent must look is told to nobody else, nor can it be asked for."""
    job_id = submitted(world)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE, reason="quality"), world.now + 4 * HOUR)
    desk, asked = world.actor("dispatcher1"), Filters(queue="dispute")

    assert [line.queue for line in jobs.listed(desk, Filters(), None, 9)] == [None]
    assert jobs.listed(desk, asked, None, 9) == []
    assert [line.queue for line in jobs.listed(world.actor("agent"), asked, None, 9)] == ["dispute"]
