"""A dealer's owner: what waits, money line by line, the alliance, people, and how much can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from domain.notices import CLAIM_PAGE
from services import alliance
from services.statements import draw
from tests.phone.conftest import Phone, signed_in
from tests.phone.test_installer import photograph
from tests.photographing import picture
from tests.rows import rows
from tests.services.test_lifecycle import booked
from tests.services.test_statements import post
from tests.standing_in import APP, SECRET
from tests.worlds import World
from wechat.stand_in.remote import Remote

PickUp = Callable[[], Phone]
FEBRUARY = date(2026, 2, 1)
TEXT = "第一条 服务\n网点按约定时间上门。\n第二条 奖励\n线下销售额的 1.5% 为年度奖励。"


@pytest.fixture
def as_owner(world: World, sim: Remote) -> str:
    """An address that signs dealer 1's owner in; WeChat draws codes for our pages."""
    sim.setup(apps=[{"appid": APP, "secret": SECRET, "bound": True, "pages": [CLAIM_PAGE]}])
    return signed_in(world, sim, "owner1", "zhao")


def back(page: Page) -> None:
    """To the page before, as a phone's own way back does."""
    page.evaluate("history.back()")


def test_an_owner_contests_a_line_signs_invites_and_closes_a_day(
    pick_up: PickUp, world: World, as_owner: str, tmp_path: Path
) -> None:
    """Each begins at the line or door of the first page and ends with what the server says is so."""
    dealer = world.dealers[0]
    wrong = post("电热水器 60 升 基础安装费 1 台 × ¥80.00", dealer, 8000, FEBRUARY)
    post("远程费 (23.4 km − 20 km) × ¥2 = ¥6.80", dealer, 680, FEBRUARY, "remote_fee")
    draw(FEBRUARY, world.now)
    alliance.publish(world.actor("admin"), TEXT, world.now.date(), world.now)
    booked(world)
    slip = tmp_path / "slip.jpg"
    slip.write_bytes(picture())
    phone = pick_up()
    page = phone.page
    phone.open(as_owner)
    expect(page.locator("#waits-statements")).to_be_visible()
    phone.look("dealer-01-home")

    page.locator("#waits-statements").click()
    page.locator(".tz-card").click()
    page.locator("#group-base_fee").click()
    expect(page.locator(f"#line-{wrong}")).to_be_visible()
    phone.look("dealer-07-statement")
    page.locator(f"#line-{wrong}").click()
    page.locator("#contest").click()
    page.locator("#contest-reason textarea").fill("这台是两个人装的，应为 160 元")
    photograph(phone, "#paper-camera", slip, agreeing=True)
    expect(page.locator(".tz-picture")).to_be_visible()
    phone.look("dealer-08-contest")
    page.locator("#contest-send").click()
    expect(page.get_by_text("有异议的 ¥80.00")).to_be_visible()
    phone.look("dealer-09-contested")
    [doubt] = rows("SELECT reason FROM statement_contest")
    [paper] = rows("SELECT media FROM statement_paper")
    assert (doubt.reason, paper.media) == ("这台是两个人装的，应为 160 元", "image/jpeg")

    back(page)
    back(page)
    page.locator("#to-dealerAlliance").click()
    expect(page.locator("#read-agreement")).to_be_visible()
    phone.look("dealer-10-alliance")
    page.locator("#read-agreement").click()
    expect(page.get_by_text("第二条 奖励")).to_be_visible()
    phone.look("dealer-11-agreement")
    page.locator("#sign").click()
    page.locator("#sign-yes").click()
    expect(page.get_by_text("已签署").last).to_be_visible()
    [signature] = rows("SELECT person_id FROM agreement_signature")
    assert signature.person_id == world.people["owner1"]

    back(page)
    back(page)
    page.locator("#to-dealerCapacity").click()
    page.locator("#day-2026-03-04").click()
    phone.look("dealer-12-capacity")
    page.locator("#units-3").click()
    expect(page.locator("#day-2026-03-04")).to_contain_text("能装 3")
    phone.look("dealer-13-fortnight")
    [day] = rows("SELECT units FROM capacity WHERE day = '2026-03-04'")
    assert day.units == 3

    back(page)
    page.locator("#to-dealerPeople").click()
    expect(page.locator(f"#suspend-{world.bindings['installer1']}")).to_be_visible()
    phone.look("dealer-14-people")
    page.locator("#invite").click()
    page.locator("#invite-phone").fill("13811112222")
    phone.look("dealer-15-invite")
    page.locator("#invite-send").click()
    page.locator("#invite-qr").click()
    expect(page.locator(".tz-code")).to_be_visible()
    phone.look("dealer-16-code")
    [invitation] = rows("SELECT role, dealer_id FROM invitation")
    assert (invitation.role, invitation.dealer_id, phone.complaints) == ("installer", dealer, [])
