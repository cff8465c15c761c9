"""A customer who comes by a message's link, from the choice of a time to the stars."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from domain.actions import Action, Command
from domain.actors import SYSTEM
from models import db
from services.lifecycle import answer_offer, perform
from services.parts import link_tokens
from tests.phone.conftest import Phone
from tests.rows import rows
from tests.services.test_lifecycle import AT_DOOR, photograph, proposed
from tests.worlds import World

PickUp = Callable[[], Phone]


def arranged(world: World) -> int:
    """A job that dealer 1 accepted and gave to installer 1; nobody has named a time."""
    job_id = world.job()
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    [offer] = rows("SELECT id FROM offer WHERE job_id = :j AND status = 'open'", j=job_id)
    desk = world.actor("dispatcher1")
    answer_offer(desk, Command(Action.ACCEPT, offer_id=offer.id), world.now)
    perform(desk, job_id, Command(Action.ASSIGN, installer_id=world.people["installer1"]), world.now)
    return job_id


def test_a_customer_chooses_a_time_refuses_an_extra_and_judges_the_work(
    pick_up: PickUp, world: World
) -> None:
    """By link, without an account: each word is one tap, and the page goes on to what waits next."""
    job_id = arranged(world)
    with db.engine.begin() as tx:
        token = link_tokens.address(tx, job_id, world.now).partition("#t=")[2]
    phone = pick_up()
    phone.open(f"/#t={token}")
    phone.page.locator(".tz-choice").first.click()
    phone.look("customer-01-window")
    phone.page.locator("#book-now").click()
    expect(phone.page.get_by_text("师傅会按约定的时间上门")).to_be_visible()
    phone.look("customer-02-booked")

    installer = world.actor("installer1")
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), world.now)
    charge = proposed(world, job_id, world.now)
    phone.page.reload()
    expect(phone.page.locator(f"#approve-{charge}")).to_be_visible()
    phone.look("customer-03-extra")
    phone.page.locator(f"#refuse-{charge}").click()
    expect(phone.page.get_by_text("已拒绝")).to_be_visible()

    for slot in ("site", "nameplate", "finished"):
        photograph(world, job_id, slot, world.now)
    perform(installer, job_id, Command(Action.SUBMIT, serial_numbers=("SN-00001",)), world.now)
    phone.page.reload()
    expect(phone.page.locator("#confirm-code")).to_have_text(re.compile(r"^\d{6}$"))
    phone.look("customer-04-verdict")
    phone.page.locator("#confirm").click()
    phone.page.locator("#stars-5").click()
    phone.look("customer-05-rate")
    phone.page.locator("#rate").click()
    expect(phone.page.get_by_text("您的评价")).to_be_visible()
    [job] = rows("SELECT status FROM job WHERE id = :j", j=job_id)
    [score] = rows("SELECT overall FROM rating WHERE job_id = :j", j=job_id)
    assert (job.status, score.overall, phone.complaints) == ("confirmed", 5, [])
