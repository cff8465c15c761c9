"""Money at the console: a doubted line, a fen's reasons, the month's close, a new version of the rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from services.fees import run_fees
from services.statements import approve, confirm, draw
from tests.browser.conftest import Desk
from tests.browser.test_agents import choose
from tests.rows import rows
from tests.services.money import ended, rule, second
from tests.worlds import World

SitDown = Callable[[str], Desk]
FEBRUARY = date(2026, 2, 1)


def stated(world: World) -> int:
    """Dealer 1's February: two jobs, priced and drawn; the statement's id."""
    rule()
    for days in (9, 10):
        ended(world, at=world.now - timedelta(days=days))
    run_fees(world.now)
    draw(FEBRUARY, world.now)
    return int(rows("SELECT id FROM statement WHERE dealer_id = :d", d=world.dealers[0])[0].id)


def press(page: Page, name: str) -> None:
    """The dialogue's own button, which says what the one that opened it says."""
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def test_a_doubted_line_is_answered_and_two_persons_approve_the_rest(sit_down: SitDown, world: World) -> None:
    """The owner doubts one of two lines; finance answers in words; who reviewed it is not offered the approval."""
    statement = stated(world)
    owner = sit_down("owner1")
    owner.open(f"/statements/{statement}")
    owner.page.get_by_role("checkbox").nth(1).check()
    owner.page.get_by_role("button", name="对选中的 1 笔提出异议").click()
    owner.page.get_by_label("原因").fill("这一单是远程区")
    press(owner.page, "对选中的 1 笔提出异议")
    expect(owner.page.get_by_text("待答复", exact=True)).to_be_visible()

    finance = sit_down("finance")
    finance.open(f"/statements/{statement}")
    finance.page.get_by_role("button", name="答复异议").click()
    choose(finance.page, "结论", "不成立")
    finance.page.get_by_label("给网点的答复").fill("按门牌坐标属免费区")
    press(finance.page, "答复异议")
    expect(finance.page.get_by_text("财务答复：按门牌坐标属免费区")).to_be_visible()
    finance.settle()
    finance.page.get_by_role("button", name="复核", exact=True).click()
    press(finance.page, "复核")
    finance.page.get_by_role("dialog").wait_for(state="hidden")
    finance.settle()
    expect(finance.page.get_by_role("button", name="批准", exact=True)).to_have_count(0)
    expect(finance.page.get_by_text("您确认或复核过这张结算单")).to_be_visible()

    approve(second(world), statement, world.now)
    finance.open(f"/statements/{statement}")
    expect(finance.page.get_by_role("button", name="登记发票")).to_be_visible()
    assert owner.complaints + finance.complaints == []


def test_a_fen_is_followed_back_to_its_rule_and_forward_to_its_statement(
    sit_down: SitDown, world: World
) -> None:
    """From a statement's line to the version of the rules that made it, and to the statement again."""
    statement = stated(world)
    desk = sit_down("finance")
    desk.open(f"/statements/{statement}")
    desk.page.get_by_role("link", name="来龙去脉").first.click()
    expect(desk.page.get_by_role("link", name="2026-02 结算单")).to_be_visible()
    desk.page.get_by_role("link", name="收费规则第 1 版").click()
    expect(desk.page.get_by_role("heading", name=re.compile("收费规则第 1 版"))).to_be_visible()
    assert desk.complaints == []


def test_a_month_says_what_bars_it_and_is_closed_when_nothing_does(sit_down: SitDown, world: World) -> None:
    """An unanswered statement is named with the way to it; confirmed and approved, one press closes the month."""
    statement = stated(world)
    desk = sit_down("finance")
    desk.open("/months")
    expect(desk.page.get_by_text("结算单待确认或有异议")).to_be_visible()
    confirm(world.actor("owner1"), statement, world.now)
    approve(world.actor("finance"), statement, world.now)
    desk.open("/months")
    desk.page.get_by_role("button", name="关闭 2026-02").click()
    press(desk.page, "关闭 2026-02")
    expect(desk.page.get_by_text("已关账")).to_be_visible()
    assert desk.complaints == []


def test_a_new_version_begins_from_the_newest_and_shows_its_difference(
    sit_down: SitDown, world: World
) -> None:
    """One price changed in the tables is one difference; everything else stays as it was."""
    rule()
    desk = sit_down("finance")
    desk.open("/fee-rules")
    desk.page.get_by_role("button", name="新增版本").click()
    desk.page.get_by_label("生效日期").fill("2026-04-01")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("dialog").get_by_label("费用，第 1 行").fill("85")
    press(desk.page, "新增版本")
    desk.page.get_by_role("link", name="与上一版的差异").click()
    changes = desk.page.locator(".ant-card", has_text="相比").locator("tbody tr")
    expect(changes).to_have_count(2)
    expect(changes.filter(has_text="¥85.00")).to_contain_text("¥80.00")
    assert desk.complaints == []
