"""The ways in, in a browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.phone.conftest import Phone
from tests.photographing import booked
from tests.rows import rows
from tests.worlds import World

PickUp = Callable[[], Phone]


def test_a_customer_finds_the_job_by_the_order_s_number(pick_up: PickUp, world: World) -> None:
    """Nobody's phone asks for it; the session stays when the page is loaded anew, and no stranger is ever asked."""
    job_id = booked(world)
    [order] = rows(
        "SELECT o.number FROM customer_order o JOIN order_line l ON l.order_id = o.id "
        "JOIN job j ON j.order_line_id = l.id WHERE j.id = :j",
        j=job_id,
    )
    phone = pick_up()
    phone.open("/")
    phone.page.locator("#to-claim").click()
    phone.page.locator("#order-number").fill(order.number)
    phone.page.locator("#phone-last4").fill("1111")
    phone.page.locator("#find").click()
    expect(phone.page.get_by_text("已预约").last).to_be_visible()
    phone.open("/")
    expect(phone.page.get_by_text("已预约").last).to_be_visible()
    assert phone.complaints == []


def test_an_installer_is_asked_before_a_customer_s_job_takes_his_session_s_place(
    pick_up: PickUp, world: World, as_installer: str
) -> None:
    """Nothing is asked for nor opened until he agreed."""
    booked(world)
    [order] = rows("SELECT number FROM customer_order")
    phone = pick_up()
    page = phone.page
    phone.open(as_installer)
    page.locator("#to-me").click()
    page.locator("#to-claim").click()
    expect(page.locator("#gate")).to_be_visible()
    expect(page.locator("#order-number")).to_have_count(0)
    phone.look("all-12-leaving-a-role")
    page.locator("#leave-role").click()
    page.locator("#order-number").fill(order.number)
    page.locator("#phone-last4").fill("1111")
    page.locator("#find").click()
    expect(page.locator("#welcome")).to_be_visible()
    assert phone.complaints == []
