"""What is everybody's: being told, being asked, being several, and the ways in and out."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import insert

from domain.actors import Role
from models import db
from models.person import RoleBinding
from services.notices import drain
from tests.phone.conftest import Phone
from tests.photographing import booked
from tests.rows import rows
from tests.worlds import World
from wechat.stand_in.remote import Remote

PickUp = Callable[[], Phone]


def test_a_notice_is_counted_at_home_leads_to_its_job_and_is_read_then(
    pick_up: PickUp, world: World, as_installer: str
) -> None:
    """The inbox is the truth: no message was ever sent, and the job is one tap away."""
    booked(world)
    assert drain(world.now).told
    phone = pick_up()
    phone.open(as_installer)
    expect(phone.page.locator("#to-inbox")).to_contain_text("1")
    phone.look("all-01-unread")
    phone.page.locator("#to-inbox").click()
    expect(phone.page.get_by_text("您有新任务")).to_be_visible()
    phone.look("all-02-inbox")
    phone.page.get_by_text("您有新任务").click()
    expect(phone.page.locator("#check-in")).to_be_visible()
    assert (
        rows(
            "SELECT 1 FROM inbox_item WHERE read_at IS NULL AND person_id = :p", p=world.people["installer1"]
        )
        == []
    )
    phone.open("/")
    expect(phone.page.locator("#to-inbox")).to_have_text("通知")
    assert phone.complaints == []


def test_who_is_several_changes_over_and_says_what_may_be_used(
    pick_up: PickUp, world: World, as_installer: str
) -> None:
    """One person, two roles; a consent given and taken back; the devices one is signed in on."""
    person = world.people["installer1"]
    with db.engine.begin() as tx:
        also = {
            "person_id": person,
            "role": str(Role.DISPATCHER),
            "dealer_id": world.dealers[0],
            "status": "active",
        }
        tx.execute(insert(RoleBinding).values(**also))
    phone = pick_up()
    phone.open(as_installer)
    phone.page.locator("#to-me").click()
    expect(phone.page.get_by_text("换成师傅")).to_be_visible()
    phone.look("all-03-me")
    phone.page.locator("#to-privacy").click()
    phone.page.locator("#consent-place").click()
    expect(phone.page.locator("#consent-place")).to_have_text("撤回同意")
    phone.look("all-04-privacy")
    phone.page.locator("#consent-place").click()
    expect(phone.page.locator("#consent-place")).to_have_text("同意")
    said = rows("SELECT given FROM consent WHERE purpose = 'place' ORDER BY id")
    assert [row.given for row in said] == [True, False]
    phone.page.go_back()
    phone.page.locator("#to-devices").last.click()
    expect(phone.page.get_by_text("就是这台")).to_be_visible()
    phone.look("all-05-devices")
    phone.page.go_back()
    phone.page.get_by_text("换成师傅").last.click()
    expect(phone.page.get_by_text("今天没有安排").or_(phone.page.get_by_text("今天"))).not_to_have_count(0)
    assert phone.complaints == []


def test_a_guest_finds_a_job_or_asks_to_join(pick_up: PickUp, world: World, sim: Remote) -> None:
    """By WeChat without a post: first whom most people are, a customer; an invitation is one tap further."""
    phone = pick_up()
    phone.open(f"/#code={sim.login_code('zhao')}")
    phone.look("all-06-guest")
    phone.page.locator("#to-claim").click()
    expect(phone.page.locator("#order-number")).to_be_visible()
    phone.look("all-07-claim")
    phone.page.locator("#to-join").click()
    phone.page.locator("#invitation").fill("K7Q2M-0VX9T-4HZ3B-8WCEN")
    phone.page.locator("#own-name").fill("赵师傅")
    phone.page.locator("#join-plain").click()
    expect(phone.page.get_by_role("alert")).to_be_visible()
    phone.look("all-08-join")
    phone.open("/pages/claim/index?scene=K7Q2M-0VX9T-4HZ3B-8WCEN")
    expect(phone.page.locator("#invitation")).to_have_value("K7Q2M-0VX9T-4HZ3B-8WCEN")
    phone.open("/pages/claim/index?scene=AAAAAAAAAAAAAAAAAAAAAA")
    expect(phone.page.locator("#by-hand")).to_be_visible()
    phone.look("all-09-dead-code")
    assert phone.complaints == []
