"""Jobs that leave a dealer or an end: taken back, moved, reopened, aborted; and what must not come along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from domain.actions import Action, Command, Window
from domain.actors import SYSTEM
from domain.errors import Invalid
from domain.lifecycle import Barred
from models import db
from models.catalogue import Division
from models.dealer import Coverage
from services import dispatching
from services.lifecycle import answer_offer, perform
from services.parts.addresses import TABLE
from tests.rows import rows
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked, photograph, proposed, submitted
from tests.worlds import World

DAY = timedelta(days=1)
ELSEWHERE = "四川省成都市锦江区 1 号"


def execute(sql: str, **params: Any) -> None:
    with db.engine.begin() as tx:
        tx.execute(text(sql), params)


def on_site(world: World) -> int:
    """A job whose installer has checked in at the door an hour after the world began."""
    job_id = booked(world)
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), world.now + HOUR)
    return job_id


def aborted(world: World, job_id: int, outcome: str) -> None:
    """The customer was not there; proven by a photo."""
    then = world.now + HOUR
    photograph(world, job_id, "site", then)
    [photo] = rows("SELECT id FROM photo WHERE job_id = :j", j=job_id)
    command = Command(
        Action.ABORT_VISIT, reason="absent", photo_id=photo.id, outcome=outcome, next_contact_at=then + DAY
    )
    perform(world.actor("installer1"), job_id, command, then)


def second_visit(world: World) -> tuple[int, int]:
    """A job in rework and its child, which the dealer has."""
    job_id, later = submitted(world), world.now + 4 * HOUR
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE, reason="quality"), later)
    perform(world.actor("agent"), job_id, Command(Action.RULE, outcome="rework"), later)
    return job_id, rows("SELECT id FROM job WHERE parent_id = :j", j=job_id)[0].id


def test_a_job_taken_back_is_not_offered_to_the_same_dealer_again(world: World) -> None:
    """The next candidate is asked, although the first one still ranks best."""
    job_id = booked(world)
    perform(world.actor("agent"), job_id, Command(Action.REDISPATCH, reason="late"), world.now + HOUR)

    dispatching.dispatch_batch(world.now + HOUR)

    assert [row.dealer_id for row in rows("SELECT dealer_id FROM offer WHERE status = 'open'")] == [
        world.dealers[1]
    ]


def test_a_reopened_job_owes_its_fees_again_and_starts_its_slots_anew(world: World) -> None:
    """Posted at the cancel, a job that is then done would never be paid; old photos would fill its slots."""
    job_id, agent = booked(world), world.actor("agent")
    photograph(world, job_id, "site", world.now)
    perform(agent, job_id, Command(Action.CANCEL, reason="other"), world.now)
    execute("UPDATE job SET fees_posted_at = :n", n=world.now)

    perform(agent, job_id, Command(Action.REOPEN), world.now)

    row = world.row(job_id)
    assert (row.status, row.fees_posted_at, row.closed_at) == ("new", None, None)
    assert [photo.status for photo in rows("SELECT status FROM photo")] == ["superseded"]


def test_what_was_handed_in_and_cancelled_is_not_reopened(world: World) -> None:
    """Its full base fee is owed to who did the work; another dealer would do it for nothing."""
    job_id, agent, later = submitted(world), world.actor("agent"), world.now + 4 * HOUR
    perform(agent, job_id, Command(Action.CANCEL, reason="other"), later)

    with pytest.raises(Barred) as refused:
        perform(agent, job_id, Command(Action.REOPEN), later)

    assert [fault.code for fault in refused.value.errors] == ["already_submitted"]


def test_nobody_is_sent_to_a_customer_who_was_erased(world: World) -> None:
    """Without a key no code can be made and no door found."""
    job_id, agent = world.job(), world.actor("agent")
    perform(agent, job_id, Command(Action.CANCEL, reason="other"), world.now)
    execute("UPDATE subject SET wrapped_key = NULL WHERE id = :s", s=world.row(job_id).subject_id)

    with pytest.raises(Barred) as refused:
        perform(agent, job_id, Command(Action.REOPEN), world.now)

    assert [fault.code for fault in refused.value.errors] == ["customer_erased"]


def test_unpaid_extras_do_not_follow_a_job_to_the_next_dealer(world: World) -> None:
    """They are withdrawn, so that the next dealer can submit."""
    job_id, then = on_site(world), world.now + HOUR
    proposed(world, job_id, then)
    call = Command(Action.SUSPEND, reason="other", next_contact_at=then + DAY)
    perform(world.actor("installer1"), job_id, call, then)

    perform(world.actor("agent"), job_id, Command(Action.REDISPATCH, reason="late"), then)

    assert world.row(job_id).open_charges == 0
    assert [charge.status for charge in rows("SELECT status FROM charge")] == ["withdrawn"]


def test_a_second_visit_given_up_on_site_releases_its_parent(world: World) -> None:
    """The rework ends with its only child, however the child ends."""
    job_id, child_id = second_visit(world)
    later = world.now + 4 * HOUR
    window = Window(later, later + HOUR)
    perform(world.actor("dispatcher1"), child_id, Command(Action.BOOK, window=window), later)
    photograph(world, child_id, "site", later)
    [photo] = rows("SELECT id FROM photo WHERE job_id = :j", j=child_id)
    installer = world.actor("installer1")
    perform(installer, child_id, Command(Action.CHECK_IN, fix=AT_DOOR), later)
    given_up = Command(Action.ABORT_VISIT, reason="absent", photo_id=photo.id, outcome="cancelled")
    perform(installer, child_id, given_up, later)

    assert (world.row(job_id).open_children, world.row(job_id).status) == (0, "confirmed")


def test_a_second_visit_done_by_the_customer_releases_its_parent(world: World) -> None:
    """Nobody served it, the customer mended it: the parent is confirmed again."""
    job_id, child_id = second_visit(world)
    agent, later = world.actor("agent"), world.now + 4 * HOUR
    execute("UPDATE product SET self_install_allowed = true")
    perform(agent, child_id, Command(Action.REDISPATCH, reason="other"), later)
    perform(agent, child_id, Command(Action.MARK_UNSERVED), later)
    perform(agent, child_id, Command(Action.SELF_INSTALL_OUTCOME, outcome="done"), later)

    assert (world.row(job_id).open_children, world.row(job_id).status) == (0, "confirmed")


def test_a_second_visit_is_not_given_to_who_has_left(world: World) -> None:
    """An installer who left must be replaced first; a job of a dealer who ended is dispatched."""
    later, agent = world.now + 4 * HOUR, world.actor("agent")
    one, two = submitted(world), submitted(world, address="芝罘区胜利路 2 号")
    for job_id in (one, two):
        perform(world.customer(job_id), job_id, Command(Action.DISPUTE, reason="quality"), later)
    execute("UPDATE role_binding SET status = 'ended' WHERE id = :b", b=world.bindings["installer1"])
    perform(agent, one, Command(Action.RULE, outcome="rework"), later)
    execute("UPDATE dealer SET status = 'ended' WHERE id = :d", d=world.dealers[0])
    perform(agent, two, Command(Action.RULE, outcome="rework"), later)

    children = rows("SELECT status, dealer_id, installer_id FROM job WHERE parent_id IS NOT NULL ORDER BY id")
    assert [tuple(child) for child in children] == [
        ("accepted", world.dealers[0], None),
        ("new", None, None),
    ]


def test_a_cancelled_second_visit_is_ruled_anew_not_reopened(world: World) -> None:
    """Its parent no longer waits for it and could close while it runs."""
    _, child_id = second_visit(world)
    agent, later = world.actor("agent"), world.now + 4 * HOUR
    perform(agent, child_id, Command(Action.CANCEL, reason="other"), later)

    with pytest.raises(Barred) as refused:
        perform(agent, child_id, Command(Action.REOPEN), later)

    assert [fault.code for fault in refused.value.errors] == ["second_visit_over"]


def test_who_cancels_does_not_say_whose_fault_the_trip_was(world: World) -> None:
    """A customer naming the dealer would leave the dealer's trip unpaid; only an agent says so."""
    job_id, then = on_site(world), world.now + HOUR
    call = Command(Action.SUSPEND, reason="customer_asked", next_contact_at=then + DAY)
    perform(world.actor("installer1"), job_id, call, then)
    customer = world.customer(job_id)

    with pytest.raises(Invalid):
        perform(customer, job_id, Command(Action.CANCEL, reason="customer", fault="dealer"), then)
    perform(customer, job_id, Command(Action.CANCEL, reason="customer"), then)

    assert world.row(job_id).trip_fault == "customer"


def test_a_resumed_job_needs_a_check_in_of_its_own(world: World) -> None:
    """Having been there before the suspension proves nothing about afterwards."""
    job_id, then = on_site(world), world.now + HOUR
    installer = world.actor("installer1")
    perform(installer, job_id, Command(Action.SUSPEND, reason="other", next_contact_at=then + HOUR), then)
    perform(installer, job_id, Command(Action.RESUME, window=Window(then, then + 3 * HOUR)), then)

    perform(installer, job_id, Command(Action.CHECK_IN), then + HOUR)

    assert [row.result for row in rows("SELECT result FROM check_in ORDER BY id")] == ["inside", "unknown"]


def test_an_address_outside_the_coverage_takes_the_job_from_its_dealer_as_a_redispatch_does(
    world: World,
) -> None:
    """Photos fill no slot any more, clocks of the dealer end, and its desk is told."""
    job_id = booked(world)
    photograph(world, job_id, "site", world.now)
    perform(world.actor("agent"), job_id, Command(Action.FIX_ADDRESS, address=ELSEWHERE), world.now)

    assert world.row(job_id).status == "new"
    assert [photo.status for photo in rows("SELECT status FROM photo")] == ["superseded"]
    assert rows("SELECT kind FROM clock WHERE stopped_at IS NULL AND kind <> 'finish'") == []
    assert rows("SELECT 1 FROM outbox WHERE payload ->> 'template' = 'job_withdrawn'")


def test_a_corrected_address_in_the_dealers_remote_zone_pays_as_remote(world: World) -> None:
    """Zone and window follow the door, not the typing error."""
    with db.engine.begin() as tx:
        tx.execute(insert(Division).values(code="370612", name="牟平区", level=3, parent_code="370600"))
        tx.execute(
            insert(Coverage).values(
                dealer_id=world.dealers[0],
                category_code="water_heater",
                division_code="370612",
                zone="remote",
                valid_from=world.now,
            )
        )
    TABLE.forget()
    job_id, address = booked(world), "山东省烟台市牟平区通海路 1 号"
    perform(world.actor("agent"), job_id, Command(Action.FIX_ADDRESS, address=address), world.now)

    row = world.row(job_id)
    assert (row.status, row.division_code, row.zone) == ("booked", "370612", "remote")
    assert {clock.window_s for clock in rows("SELECT window_s FROM clock WHERE kind = 'finish'")} == {
        72 * 3600
    }


def test_an_offer_names_active_dealers_once(world: World) -> None:
    """Unknown, twice and already asked are named, each where it stands; no second clock is started."""
    job_id, agent = world.job(), world.actor("agent")
    first, second = world.dealers
    perform(agent, job_id, Command(Action.OFFER, dealer_ids=(first,)), world.now)

    named = Command(Action.OFFER, dealer_ids=(99_999, first, second, second))
    with pytest.raises(Invalid) as refused:
        perform(agent, job_id, named, world.now)

    assert [(fault.field, fault.code) for fault in refused.value.errors] == [
        ("dealer_ids.0", "unknown_dealer"),
        ("dealer_ids.1", "already_offered"),
        ("dealer_ids.3", "already_offered"),
    ]
    assert len(rows("SELECT 1 FROM clock WHERE kind = 'accept'")) == 1


def test_a_complaint_that_ends_leaves_the_dispute_in_the_queue(world: World) -> None:
    """And a ruling leaves the complaint there: neither quarrel is lost with the other."""
    job_id, later = submitted(world), world.now + 4 * HOUR
    customer, agent = world.customer(job_id), world.actor("agent")
    perform(customer, job_id, Command(Action.DISPUTE, reason="quality"), later)
    for _ in range(2):
        perform(customer, job_id, Command(Action.COMPLAINT_OPENED, category="attitude", note="难听"), later)
    one, two = (row.id for row in rows("SELECT id FROM complaint ORDER BY id"))
    perform(agent, job_id, Command(Action.COMPLAINT_CLOSED, complaint_id=one, outcome="upheld"), later)
    perform(agent, job_id, Command(Action.COMPLAINT_CLOSED, complaint_id=two, outcome="upheld"), later)
    after_complaints = world.row(job_id).queue
    perform(customer, job_id, Command(Action.COMPLAINT_OPENED, category="attitude"), later)
    perform(agent, job_id, Command(Action.RULE, outcome="confirmed"), later)

    assert (after_complaints, world.row(job_id).queue) == ("dispute", "complaint")
    assert len(rows("SELECT 1 FROM note")) == 2


def test_the_reopened_job_of_an_aborted_trip_still_owes_it(world: World) -> None:
    """What was driven before the cancel is paid, whether the job is taken up again or not."""
    job_id = on_site(world)
    aborted(world, job_id, "cancelled")
    perform(world.actor("agent"), job_id, Command(Action.REOPEN), world.now + 2 * HOUR)

    assert (world.row(job_id).status, world.row(job_id).trip_fee) == ("new", "after_check_in")


def test_the_same_dealer_may_take_what_the_system_took_back(world: World) -> None:
    """Only an agent's redispatch says that this dealer shall not have it."""
    job_id = booked(world)
    perform(SYSTEM, job_id, Command(Action.REDISPATCH, reason="other"), world.now)
    dispatching.dispatch_batch(world.now)
    [offer] = rows("SELECT id, dealer_id FROM offer WHERE status = 'open'")
    taken = answer_offer(world.actor("owner1"), Command(Action.ACCEPT, offer_id=offer.id), world.now)

    assert (offer.dealer_id, taken.status) == (world.dealers[0], "accepted")
