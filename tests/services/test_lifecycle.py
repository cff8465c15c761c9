"""The main job on a real database: each deed leads where the table says, and writes its event, clocks and notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from api.jobs import command_of
from api.schemas.jobs import body_of
from domain.actions import Action, Command, Scores, Window
from domain.actors import SYSTEM
from domain.errors import Forbidden, IllegalTransition, JobChanged, NotFound
from domain.geo import Datum, Point
from domain.lifecycle import Barred
from domain.visiting import VisitingHours
from models import db
from models.photo import Photo
from services.config import config
from services.lifecycle import answer_offer, perform
from tests.rows import rows
from tests.worlds import World

HOUR = timedelta(hours=1)
AT_DOOR = Point(121.4001, 37.5301, Datum.GCJ02, 20.0, "wx.getLocation")


def offered(world: World, job_id: int, *numbers: int) -> list[int]:
    """Offer the job to these dealers (1, 2); returns the offers' ids in that order."""
    dealers = tuple(world.dealers[number - 1] for number in numbers)
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=dealers), world.now)
    return [row.id for row in rows("SELECT id FROM offer WHERE job_id = :j ORDER BY dealer_id", j=job_id)]


def booked(world: World, **order: Any) -> int:
    """A job that dealer 1 has accepted, assigned and booked for the next hours."""
    job_id = world.job(**order)
    [offer_id] = offered(world, job_id, 1)
    desk = world.actor("dispatcher1")
    answer_offer(desk, Command(Action.ACCEPT, offer_id=offer_id), world.now)
    perform(desk, job_id, Command(Action.ASSIGN, installer_id=world.people["installer1"]), world.now)
    window = Window(world.now + HOUR, world.now + 3 * HOUR)
    perform(desk, job_id, Command(Action.BOOK, window=window), world.now)
    return job_id


def photograph(world: World, job_id: int, slot: str, now: Any, client_id: str | None = None) -> None:
    """A photo row as the photo service would write it, and the deed."""
    with db.engine.begin() as tx:
        photo_id = tx.execute(
            insert(Photo)
            .values(
                job_id=job_id,
                slot_code=slot,
                client_id=client_id or slot,
                subject_id=world.row(job_id).subject_id,
                sha256=slot.encode(),
                size_bytes=1,
                format="JPEG",
                width=1000,
                height=1000,
                brightness=100,
                sharpness=100,
                capture="camera",
                received_at=now,
            )
            .returning(Photo.id)
        ).scalar_one()
    perform(world.actor("installer1"), job_id, Command(Action.TAKE_PHOTO, photo_id=photo_id, slot=slot), now)


def proposed(world: World, job_id: int, now: datetime, quantity: int = 2, hands: str = "installer") -> int:
    """Holes proposed on site, with the photo that what no promise showed needs; the charge's id."""
    photograph(world, job_id, "why", now)
    [photo] = rows("SELECT id FROM photo WHERE job_id = :j AND slot_code = 'why'", j=job_id)
    charge = Command(
        Action.ADD_CHARGE, item="drill", quantity=quantity, collected_by=hands, photo_id=photo.id
    )
    perform(world.actor("installer1"), job_id, charge, now)
    return int(rows("SELECT id FROM charge WHERE job_id = :j", j=job_id)[0].id)


def submitted(world: World, **order: Any) -> int:
    """A job worked through to its submission."""
    job_id = booked(world, **order)
    installer, then = world.actor("installer1"), world.now + HOUR
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    for slot in ("site", "nameplate", "finished"):
        photograph(world, job_id, slot, then)
    perform(installer, job_id, Command(Action.SUBMIT, serial_numbers=("SN-00001",)), then + HOUR)
    return job_id


def test_the_main_story_ends_confirmed_and_rated_with_an_unbroken_chain(world: World) -> None:
    """Offer, accept, assign, book, check in, photograph, submit, confirm, rate, close: one event each."""
    job_id = submitted(world)
    customer, later = world.customer(job_id), world.now + 4 * HOUR

    perform(customer, job_id, Command(Action.CONFIRM), later)
    rated = perform(customer, job_id, Command(Action.RATE, scores=Scores(5), note="师傅很好"), later)
    assert "rate" not in rated.available_actions
    closed = perform(SYSTEM, job_id, Command(Action.CLOSE), later + timedelta(days=7, hours=1))

    assert closed.status == "closed"
    actions = [
        row.action for row in rows("SELECT action FROM job_event WHERE job_id = :j ORDER BY seq", j=job_id)
    ]
    assert actions == [
        "create", "offer", "accept", "assign", "book", "check_in", "take_photo", "take_photo", "take_photo",
        "submit", "confirm", "rate", "close",
    ]  # fmt: skip
    assert world.row(job_id).event_seq == len(actions)


def test_submit_names_everything_that_is_missing_at_once(world: World) -> None:
    """Slots, serial numbers and open charges come in one refusal."""
    job_id = booked(world)
    installer, then = world.actor("installer1"), world.now + HOUR
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    proposed(world, job_id, then)

    with pytest.raises(Barred) as refused:
        perform(installer, job_id, Command(Action.SUBMIT, serial_numbers=("?",)), then)

    codes = [fault.code for fault in refused.value.errors]
    assert codes == ["slot_missing"] * 3 + ["serial_form", "charges_open"]


def test_no_serial_number_at_all_is_one_fault_among_the_others(world: World) -> None:
    """An installer who forgot both numbers and photos walks back once, not twice; `[]` comes through the door."""
    job_id = booked(world)
    installer, then = world.actor("installer1"), world.now + HOUR
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    command, _ = command_of(Action.SUBMIT, body_of(Action.SUBMIT)().load({"serial_numbers": []}), then)
    with pytest.raises(Barred) as refused:
        perform(installer, job_id, command, then)
    assert [fault.code for fault in refused.value.errors] == ["slot_missing"] * 3 + ["serial_count"]
    assert command_of(Action.SUBMIT, body_of(Action.SUBMIT)().load({}), then)[0].serial_numbers == ()


def test_the_first_to_accept_wins_and_the_other_is_told_clearly(world: World) -> None:
    """With two open offers the second acceptance is job_changed, and the job stays with the first."""
    job_id = world.job()
    first, second = offered(world, job_id, 1, 2)
    answer_offer(world.actor("owner1"), Command(Action.ACCEPT, offer_id=first), world.now)

    with pytest.raises((JobChanged, IllegalTransition)):
        answer_offer(world.actor("owner2"), Command(Action.ACCEPT, offer_id=second), world.now)

    assert world.row(job_id).dealer_id == world.dealers[0]
    assert [r.status for r in rows("SELECT status FROM offer ORDER BY id")] == ["accepted", "withdrawn"]


def test_a_dealer_never_learns_of_anothers_job(world: World) -> None:
    """Another dealer's job is not found, whatever is tried."""
    job_id = booked(world)

    with pytest.raises(NotFound):
        perform(world.actor("dispatcher2"), job_id, Command(Action.CONTACT), world.now)


def test_declined_by_all_the_job_is_back_in_the_pool(world: World) -> None:
    """While another offer is open it stays offered; after the last refusal it is new."""
    job_id = world.job()
    first, second = offered(world, job_id, 1, 2)

    one = answer_offer(
        world.actor("owner1"), Command(Action.DECLINE, offer_id=first, reason="too_far"), world.now
    )
    two = answer_offer(
        world.actor("owner2"), Command(Action.DECLINE, offer_id=second, reason="other"), world.now
    )

    assert (one.status, two.status) == ("offered", "new")


def test_outside_needs_a_reason_and_a_photo_and_unknown_does_not(world: World) -> None:
    """Five kilometres off is barred until explained; no fix at all is unknown and let in."""
    job_id = booked(world)
    installer, then = world.actor("installer1"), world.now + HOUR
    far = Point(121.46, 37.53, Datum.GCJ02, 20.0, "wx.getLocation")

    with pytest.raises(Barred) as refused:
        perform(installer, job_id, Command(Action.CHECK_IN, fix=far), then)
    acted = perform(installer, job_id, Command(Action.CHECK_IN), then)

    assert [fault.code for fault in refused.value.errors] == ["outside_needs_reason", "outside_needs_photo"]
    assert acted.status == "on_site"
    [checked] = rows("SELECT result FROM check_in WHERE job_id = :j", j=job_id)
    assert checked.result == "unknown"


def test_two_jobs_at_one_door_share_the_visit_and_the_check_in(world: World) -> None:
    """Same address, phone, dealer and overlapping window: one visit; the second check-in needs no place."""
    one, two = booked(world), booked(world)
    installer, then = world.actor("installer1"), world.now + HOUR
    perform(installer, one, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    perform(installer, two, Command(Action.CHECK_IN), then)

    assert world.row(one).visit_id == world.row(two).visit_id
    assert [r.result for r in rows("SELECT result FROM check_in ORDER BY id")] == ["inside", "inside"]


def test_a_visit_is_booked_within_the_hours_of_the_setting(app: Flask, world: World) -> None:
    """Moved to half past seven in the evening: allowed as long as the deployment visits until nine."""
    job_id, agent = booked(world), world.actor("agent")
    evening = Window(world.now + 9.5 * HOUR, world.now + 11 * HOUR)
    moved = Command(Action.RESCHEDULE, window=evening, reason="customer")
    assert perform(agent, job_id, moved, world.now).status == "booked"

    app.extensions["tuozhuang"] = replace(config(), visiting_hours=VisitingHours.parse("08:00-20:00"))
    with pytest.raises(Barred) as refused:
        perform(agent, job_id, moved, world.now)
    assert [fault.message for fault in refused.value.errors] == [
        "上门时间应在同一天的 08:00–20:00（北京时间）之内"
    ]


def test_a_ruled_rework_ends_when_its_second_visit_closes(world: World) -> None:
    """A dispute ruled as rework makes a child; the child's end confirms the parent again."""
    job_id = submitted(world)
    customer, agent, later = world.customer(job_id), world.actor("agent"), world.now + 4 * HOUR
    perform(customer, job_id, Command(Action.DISPUTE, reason="quality"), later)
    ruled = perform(agent, job_id, Command(Action.RULE, outcome="rework", fault="dealer"), later)
    [child] = rows("SELECT id, kind, status, dealer_id, fault FROM job WHERE parent_id = :j", j=job_id)
    perform(agent, child.id, Command(Action.CANCEL, reason="other"), later)

    assert ruled.status == "rework"
    assert (child.kind, child.status, child.fault) == ("second_visit", "accepted", "dealer")
    assert (world.row(job_id).status, world.row(job_id).open_children) == ("confirmed", 0)


def test_suspending_pauses_the_finish_clock_and_resuming_moves_its_due_time(world: World) -> None:
    """48 wall hours, paused for ten, are due ten hours later."""
    job_id = booked(world)
    desk = world.actor("dispatcher1")
    due = "SELECT due_at, next_at FROM clock WHERE job_id = :j AND kind = 'finish' AND family = 'dealer'"
    [before] = rows(due, j=job_id)
    call = Command(Action.SUSPEND, reason="customer_asked", next_contact_at=world.now + 5 * HOUR)
    perform(desk, job_id, call, world.now + HOUR)
    [paused] = rows(due, j=job_id)
    perform(desk, job_id, Command(Action.RESUME), world.now + 11 * HOUR)
    [after] = rows(due, j=job_id)

    assert paused.next_at is None
    assert after.due_at - before.due_at == 10 * HOUR


def test_a_redispatched_job_starts_its_slots_anew(world: World) -> None:
    """The first dealer's photos are kept, but the next dealer must take its own."""
    job_id = booked(world)
    photograph(world, job_id, "site", world.now)
    perform(world.actor("agent"), job_id, Command(Action.REDISPATCH, reason="late"), world.now)

    [photo] = rows("SELECT status, superseded_as FROM photo WHERE job_id = :j", j=job_id)
    assert tuple(photo) == ("superseded", "redispatched")
    assert world.row(job_id).dealer_id is None


def test_a_photo_of_another_job_proves_nothing(world: World) -> None:
    """Somebody else's picture cannot explain being elsewhere."""
    job_id, other = booked(world), booked(world, address="芝罘区胜利路 2 号")
    photograph(world, other, "site", world.now)
    [photo] = rows("SELECT id FROM photo WHERE job_id = :j", j=other)
    far = Point(121.46, 37.53, Datum.GCJ02, 20.0, "wx.getLocation")

    command = Command(Action.CHECK_IN, fix=far, reason="gps_drift", photo_id=photo.id)

    with pytest.raises(NotFound):
        perform(world.actor("installer1"), job_id, command, world.now + HOUR)


def test_money_for_the_brand_is_not_settled_by_the_dealers_side(world: World) -> None:
    """The installer would be paid for what he says the brand received; an agent confirms it."""
    job_id = booked(world)
    installer, then = world.actor("installer1"), world.now + HOUR
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    charge_id = proposed(world, job_id, then, 1, "brand")
    perform(world.customer(job_id), job_id, Command(Action.APPROVE_CHARGE, charge_id=charge_id), then)
    settle = Command(Action.SETTLE_CHARGE, charge_id=charge_id)

    with pytest.raises(Forbidden):
        perform(installer, job_id, settle, then)
    perform(world.actor("agent"), job_id, settle, then)
    assert world.row(job_id).open_charges == 0


def test_only_an_installers_phone_may_tell_an_earlier_time(world: World) -> None:
    """A dispatcher at a desk cannot stop a clock in the past."""
    job_id = booked(world)
    later, earlier = world.now + 10 * HOUR, world.now + timedelta(minutes=1)
    perform(world.actor("dispatcher1"), job_id, Command(Action.CONTACT), later, occurred_at=earlier)
    perform(world.actor("installer1"), job_id, Command(Action.CONTACT), later, occurred_at=later - HOUR)

    times = [
        r.occurred_at for r in rows("SELECT occurred_at FROM job_event WHERE action = 'contact' ORDER BY seq")
    ]
    assert times[0] == later
    assert times[1] == later, "not before the event already told"
