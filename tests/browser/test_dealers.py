"""A dealer at a desk: its offers, its people, its capacity; nobody else's."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from domain.actions import Action, Command
from domain.actors import SYSTEM
from services.lifecycle import perform
from tests.browser.conftest import Desk
from tests.browser.test_finance import press
from tests.rows import rows
from tests.services.money import rule
from tests.worlds import World

SitDown = Callable[[str], Desk]


def test_an_owner_sees_what_an_offer_pays_and_accepts_it(sit_down: SitDown, world: World) -> None:
    """With deadline and arithmetic; another dealer's offers are nowhere."""
    rule()
    job_id = world.job()
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    other = sit_down("owner2")
    other.open("/offers")
    expect(other.page.get_by_text("现在没有待接的单")).to_be_visible()
    desk = sit_down("owner1")
    desk.open("/offers")
    expect(desk.page.get_by_text("基础安装费 电热水器 免费区 ¥80.00", exact=False)).to_be_visible()
    expect(desk.page.get_by_text("剩余")).to_be_visible()
    desk.page.get_by_role("button", name="接单", exact=True).click()
    press(desk.page, "接单")
    expect(desk.page.get_by_text("现在没有待接的单")).to_be_visible()
    [job] = rows("SELECT status, dealer_id FROM job WHERE id = :j", j=job_id)
    assert (job.status, job.dealer_id) == ("accepted", world.dealers[0])
    assert desk.complaints + other.complaints == []


def test_a_dispatcher_closes_a_day_in_the_calendar(sit_down: SitDown, world: World) -> None:
    """One day is changed, the others keep the standing figure."""
    desk = sit_down("dispatcher1")
    desk.open("/capacity?month=2026-03")
    day = desk.page.locator("table.month td").filter(has_text="20").first
    day.get_by_role("button").click()
    desk.page.get_by_role("dialog").get_by_label("一天能装").fill("0")
    desk.page.get_by_role("dialog").get_by_role("button").last.click()
    expect(day.get_by_role("button", name="不接单")).to_be_visible()
    expect(desk.page.get_by_text("单独设定")).to_have_count(1)
    assert desk.complaints == []


def test_an_owner_invites_and_suspends_its_own_people(sit_down: SitDown, world: World) -> None:
    """The code is shown once; who is suspended is so at once, and one's own post has no such button."""
    desk = sit_down("owner1")
    desk.open("/team")
    desk.page.get_by_role("button", name="邀请", exact=True).click()
    desk.page.get_by_label("手机号").fill("13800001111")
    press(desk.page, "邀请")
    expect(desk.page.get_by_text("关闭后不再显示")).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(desk.page.get_by_text("待使用")).to_be_visible()
    expect(desk.page.get_by_text("本人", exact=True)).to_have_count(1)
    line = desk.page.get_by_role("row").filter(has_text="installer1").first
    line.get_by_role("button", name="停用").click()
    press(desk.page, "停用")
    expect(line.get_by_text("已停用").first).to_be_visible()
    [binding] = rows("SELECT status FROM role_binding WHERE id = :b", b=world.bindings["installer1"])
    assert binding.status == "suspended"
    assert desk.complaints == []
