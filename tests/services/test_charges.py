"""Extras on site: quoted, shown or photographed, agreed by tap, link or code, and never by silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.actions import Action, Command
from domain.errors import Forbidden, Invalid, NotFound, TooMany
from domain.lifecycle import Barred
from services import charge_sweeps
from services.lifecycle import perform
from services.queries import charges
from tests.rows import rows
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked, photograph, proposed
from tests.services.test_remote_fee import rows as run
from tests.worlds import World

DRILL = Command(Action.ADD_CHARGE, item="drill", quantity=2, collected_by="installer")


def on_site(world: World) -> tuple[int, datetime]:
    """A job whose installer has just checked in, and when that was."""
    job_id, then = booked(world), world.now + HOUR
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    return job_id, then


def promised(job_id: int, world: World) -> None:
    """Bind the job to a promise made under its price list."""
    run(
        "WITH made AS (INSERT INTO promise (engine, made_at, expires_at, division_code, question, observed, versions,"
        " answer) VALUES (1, :now, :now, '370602', '{}', '{}', jsonb_build_object('price_list', CAST(:list AS bigint)),"
        " '{\"lines\": []}') RETURNING id)"
        " UPDATE job SET promise_id = made.id FROM made WHERE job.id = :job",
        now=world.now,
        list=world.price_list_id,
        job=job_id,
    )


def status(job_id: int) -> list[tuple[str, str | None]]:
    """(status, how it was agreed) of each charge."""
    found = rows("SELECT status, agreed_how FROM charge WHERE job_id = :j ORDER BY id", j=job_id)
    return [(row.status, row.agreed_how) for row in found]


def test_what_no_promise_showed_needs_a_photo_and_what_it_showed_does_not(world: World) -> None:
    """Both need the customer's yes all the same; 999 holes for ¥49,950.00 are asked of nobody."""
    job_id, then = on_site(world)
    with pytest.raises(Barred) as refused:
        perform(world.actor("installer1"), job_id, DRILL, then)
    promised(job_id, world)
    with pytest.raises(Invalid):
        perform(world.actor("installer1"), job_id, replace(DRILL, quantity=999), then)
    perform(world.actor("installer1"), job_id, DRILL, then)

    assert [fault.code for fault in refused.value.errors] == ["above_promise_needs_photo"]
    assert status(job_id) == [("proposed", None)]


def test_the_price_list_of_a_job_quotes_and_keeps_nothing(world: World) -> None:
    """Item, quantity, unit price, sum, version; whether a photo will be asked for; nothing is proposed."""
    job_id, _ = on_site(world)
    found = charges.price_list(world.actor("installer1"), job_id, [("drill", 2)])

    assert [(item.code, item.type_name, item.needs_photo) for item in found.items] == [
        ("drill", "打孔费", True)
    ]
    assert found.quote is not None
    assert (found.version, found.quote.total_fen, found.quote.needs_photo) == (1, 10_000, True)
    assert status(job_id) == []
    with pytest.raises(Invalid):
        charges.price_list(world.actor("installer1"), job_id, [("glue", 1)])
    with pytest.raises(NotFound):
        charges.price_list(world.actor("owner2"), job_id, [])


def test_the_sheet_tells_the_customer_what_waits_and_only_him_the_code(world: World) -> None:
    """By the link: arithmetic, sum, code, and that no answer is a no."""
    job_id, then = on_site(world)
    proposed(world, job_id, then)
    sheet = charges.sheet(world.customer(job_id), job_id)

    assert (sheet.waiting_fen, sheet.agreed_fen, sheet.price_list_version) == (10_000, 0, 1)
    assert sheet.charges[0].text == "打孔费 打孔 ¥50.00 × 2 个 = ¥100.00"
    assert (sheet.charges[0].tmall_status, sheet.charges[0].answer_by) == (1, then + timedelta(hours=24))
    assert "不答复视为不同意" in sheet.text
    assert sheet.code is not None
    assert charges.sheet(world.actor("installer1"), job_id).code is None


def test_a_yes_by_code_is_to_exactly_what_was_shown(world: World) -> None:
    """The code of one charge does not open a sheet to which another was added."""
    job_id, then = on_site(world)
    installer, first = world.actor("installer1"), proposed(world, job_id, then)
    old = charges.sheet(world.customer(job_id), job_id).code
    promised(job_id, world)
    perform(installer, job_id, replace(DRILL, quantity=1), then)
    new = charges.sheet(world.customer(job_id), job_id).code
    yes = Command(Action.APPROVE_CHARGE, charge_id=first)

    for code in (None, old):
        with pytest.raises(Barred) as refused:
            perform(installer, job_id, replace(yes, code=code), then)
        assert [fault.code for fault in refused.value.errors] == ["code_wrong"]
    perform(installer, job_id, replace(yes, code=new), then)

    assert status(job_id) == [("approved", "code"), ("proposed", None)]


def test_a_code_of_six_digits_is_not_guessed(world: World) -> None:
    """Five tries an hour at a job's code, counted although each is refused; then the right one, too, must wait."""
    job_id, then = on_site(world)
    installer, charge = world.actor("installer1"), proposed(world, job_id, then)
    right = charges.sheet(world.customer(job_id), job_id).code
    yes = Command(Action.APPROVE_CHARGE, charge_id=charge)
    for _ in range(5):
        with pytest.raises(Barred):
            perform(installer, job_id, replace(yes, code="wrong!"), then)
    with pytest.raises(TooMany):
        perform(installer, job_id, replace(yes, code=right), then)

    done = perform(installer, job_id, replace(yes, code=right), then + HOUR)
    assert "approve_charge" not in done.available_actions
    assert status(job_id) == [("approved", "code")]


def test_what_is_proposed_after_the_work_is_marked(world: World) -> None:
    """The yes belongs before the work; photos of the finished view were there already."""
    job_id, then = on_site(world)
    proposed(world, job_id, then)
    photograph(world, job_id, "finished", then + HOUR)
    promised(job_id, world)
    perform(world.actor("installer1"), job_id, DRILL, then + 2 * HOUR)

    marks = [card.after_work for card in charges.sheet(world.actor("agent"), job_id).charges]
    assert marks == [False, True]


def test_after_the_work_an_installers_tap_is_no_yes(world: World) -> None:
    """Proposed with the finished view taken: a photo, and the customer's own word by link or code, or nothing."""
    job_id, then = on_site(world)
    installer = world.actor("installer1")
    photograph(world, job_id, "finished", then)
    with pytest.raises(Barred) as bare:
        perform(installer, job_id, DRILL, then + HOUR)
    charge = proposed(world, job_id, then + HOUR)
    yes = Command(Action.APPROVE_CHARGE, charge_id=charge)
    with pytest.raises(Barred) as tapped:
        perform(installer, job_id, yes, then + HOUR)
    with pytest.raises(Barred) as taken:
        perform(installer, job_id, Command(Action.SETTLE_CHARGE, charge_id=charge), then + HOUR)
    with pytest.raises(Forbidden):
        perform(world.actor("dispatcher1"), job_id, yes, then + HOUR)
    told = charges.sheet(world.customer(job_id), job_id).code
    perform(installer, job_id, replace(yes, code=told), then + HOUR)

    assert [charges.sheet(installer, job_id).charges[0].after_work, status(job_id)] == [
        True,
        [("approved", "code")],
    ]
    codes = [fault.code for refused in (bare, tapped, taken) for fault in refused.value.errors]
    assert codes == ["above_promise_needs_photo", "code_wrong", "charge_not_approved"]


@pytest.mark.parametrize(
    ("answer", "ended"), [(Action.REFUSE_CHARGE, "refused"), (Action.APPROVE_CHARGE, "withdrawn")]
)
def test_a_customer_who_says_no_or_does_not_pay_keeps_nobody_there(
    world: World, answer: Action, ended: str
) -> None:
    """Handing in waits for an open extra; refused, or agreed and then not paid and withdrawn, it waits no more."""
    job_id, then = on_site(world)
    installer, submit = world.actor("installer1"), Command(Action.SUBMIT, serial_numbers=("SN-00001",))
    for slot in ("site", "nameplate", "finished"):
        photograph(world, job_id, slot, then)
    charge = proposed(world, job_id, then)
    with pytest.raises(Barred) as waits:
        perform(installer, job_id, submit, then + HOUR)
    perform(world.customer(job_id), job_id, Command(answer, charge_id=charge), then + HOUR)
    if answer == Action.APPROVE_CHARGE:
        perform(installer, job_id, Command(Action.WITHDRAW_CHARGE, charge_id=charge), then + HOUR)
    perform(installer, job_id, submit, then + HOUR)

    assert [fault.code for fault in waits.value.errors] == ["charges_open"]
    assert (world.row(job_id).status, status(job_id)[0][0]) == ("submitted", ended)


def test_silence_is_no_yes(world: World) -> None:
    """A day without an answer lapses the charge, the work can be handed in, and the chain says so; once."""
    job_id, then = on_site(world)
    proposed(world, job_id, then)

    early = charge_sweeps.lapse_charges(then + timedelta(hours=23))
    done = charge_sweeps.lapse_charges(then + timedelta(hours=25))
    again = charge_sweeps.lapse_charges(then + timedelta(hours=26))

    assert [early.done, done.done, again.done] == [0, 1, 0]
    assert status(job_id) == [("lapsed", None)]
    assert world.row(job_id).open_charges == 0


def test_a_way_nobody_ruled_on_becomes_the_brands(world: World) -> None:
    """After three days; before them it waits for an agent."""
    job_id, then = on_site(world)
    run("UPDATE job SET distance_m = NULL WHERE id = :j", j=job_id)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), then)

    early = charge_sweeps.rule_by_silence(then + timedelta(hours=71))
    done = charge_sweeps.rule_by_silence(then + timedelta(hours=73))

    assert [early.done, done.done] == [0, 1]
    row = world.row(job_id)
    assert (row.remote_open, row.remote_payer, row.promised_remote_fen, row.queue) == (
        False,
        "customer",
        0,
        None,
    )
