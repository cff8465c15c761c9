"""The agent's day: what waits, an address by one press, a dealer by hand, a caller answered, a file taken in."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import insert

from channels.template import template_csv
from domain.actions import Action, Command
from models import db
from models.clock import Breach
from models.job import Job
from models.money import FeeRule
from models.order import CustomerOrder
from services.lifecycle import perform
from services.order_imports import claim_next, run_import
from services.parts import addresses
from services.return_visits import create
from tests.browser.conftest import Desk
from tests.rows import change, rows
from tests.services.test_lifecycle import HOUR, booked, submitted
from tests.services.test_promises import RULE
from tests.services.test_remote_fee import job as remote_job
from tests.services.test_remote_fee import on_site
from tests.worlds import DISTRICT, World

SitDown = Callable[[str], Desk]
PLACE = "山东省烟台市芝罘区"


def press(within: Page | Locator, name: str) -> None:
    """A button by its words: the component library parts two characters by a blank."""
    spaced = r"\s?".join(map(re.escape, name))
    within.get_by_role("button", name=re.compile(f"^{spaced}$")).click()


def choose(page: Page, label: str, option: str) -> None:
    """One of a list, as people do: open it, press the words."""
    page.get_by_label(label, exact=True).click()
    page.locator(".ant-select-item-option", has_text=option).first.click()


def test_an_agents_day_begins_with_what_waits_and_ends_a_complaint(sit_down: SitDown, world: World) -> None:
    """The tile leads to the complaint; its reply and its verdict are said beside it and stand on the job's chain."""
    job_id = booked(world)
    said = Command(Action.COMPLAINT_OPENED, category="attitude", note="进门没穿鞋套")
    perform(world.customer(job_id), job_id, said, world.now)
    desk = sit_down("agent")
    desk.open("/")
    expect(desk.page.get_by_role("heading", name="待办一览")).to_be_visible()
    desk.page.get_by_role("link", name="1 未了结的投诉").click()
    desk.page.get_by_role("button", name=re.compile("投诉 \\d")).click()

    drawer = desk.page.locator(".ant-drawer")
    expect(drawer.get_by_text("进门没穿鞋套")).to_be_visible()
    press(drawer, "回复投诉")
    desk.page.get_by_label("说明").fill("马上联系师傅")
    press(desk.page, "确定")
    expect(drawer.get_by_text("马上联系师傅")).to_be_visible()
    press(drawer, "了结投诉")
    choose(desk.page, "结果", "投诉不成立")
    press(desk.page.locator(".ant-modal", has_text="了结投诉"), "确定")
    expect(drawer.get_by_text("结论：不成立")).to_be_visible()

    [ended] = rows("SELECT verdict, first_reply_at, closed_at FROM complaint")
    assert (ended.verdict, ended.first_reply_at is None, ended.closed_at is None) == (
        "not_upheld",
        False,
        False,
    )
    assert desk.complaints == []


def test_a_callers_job_is_found_by_his_phone_and_answers_at_a_glance(sit_down: SitDown, world: World) -> None:
    """Who comes when, what is late; the number in no address; his whole address only with a reason, on record."""
    booked(world, phone="13800001111")
    desk = sit_down("agent")
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.open("/waiting")
    desk.page.get_by_label("查找工单").fill("138 0000 1111")
    desk.page.keyboard.press("Enter")
    visit = desk.page.get_by_role("region", name="谁、什么时候上门")
    expect(visit).to_contain_text("烟台第1网点")
    expect(visit).to_contain_text("2026-03-02")
    expect(desk.page.get_by_role("region", name="收多少、为什么")).to_contain_text("已同意 ¥0.00")
    assert not any("1111" in url for url in asked)

    expect(desk.page.get_by_text("建设路 1 号")).to_have_count(0)
    press(desk.page, "查看完整信息")
    press(desk.page, "查看")
    expect(desk.page.get_by_text("芝罘区建设路 1 号")).to_be_visible()
    assert [one.reason for one in rows("SELECT reason FROM access_event WHERE kind = 'revealed'")] == [
        "contact"
    ]

    press(desk.page, "改约")
    desk.page.get_by_label("上门时段").click()
    options = desk.page.locator(".ant-select-item-option")
    expect(options.first).to_contain_text("2026-03-0")
    assert desk.complaints == []


def test_an_unclear_address_is_decided_by_one_press(sit_down: SitDown, world: World) -> None:
    """The candidate is put before what was typed, the job leaves the queue, and the look is on record."""
    job_id = world.job(address="建设路 1 号")
    change(CustomerOrder, division_code=None, resolution="ambiguous", resolution_candidates=[DISTRICT])
    change(Job, division_code=None, queue="address", queued_at=world.now)
    addresses.TABLE.forget()
    desk = sit_down("agent")
    desk.open("/addresses")
    press(desk.page.get_by_role("region", name=f"工单 {job_id}"), PLACE)
    expect(desk.page.get_by_text("没有待确认的地址")).to_be_visible()

    assert (world.row(job_id).division_code, world.row(job_id).queue) == (DISTRICT, None)
    assert [one.reason for one in rows("SELECT reason FROM access_event WHERE kind = 'revealed'")] == [
        "address"
    ]
    assert desk.complaints == []


def test_a_dealer_is_chosen_by_hand_with_the_reasons_in_sight(sit_down: SitDown, world: World) -> None:
    """The board says of each dealer why; the offer goes to whom the agent chose."""
    job_id = world.job()
    change(Job, queue="no_dealer_left", queued_at=world.now)
    desk = sit_down("agent")
    desk.open("/dispatching")
    desk.page.get_by_text("电热水器 60 升 × 1").click()
    expect(desk.page.get_by_text("烟台第2网点")).to_be_visible()
    press(desk.page, "手工派单")
    choose(desk.page, "网点", "烟台第2网点")
    press(desk.page, "确定")
    expect(desk.page.get_by_text("没有这样的工单")).to_be_visible()

    [offer] = rows("SELECT job_id, dealer_id, status FROM offer")
    assert tuple(offer) == (job_id, world.dealers[1], "open")
    assert desk.complaints == []


def test_a_quarrel_over_the_way_is_ruled_on_one_page(sit_down: SitDown, world: World) -> None:
    """What was promised, what the rule says and the check-in stand beside the verdict."""
    with db.engine.begin() as tx:
        tx.execute(insert(FeeRule).values(version=1, effective_from=world.now, rule=RULE))
    job_id = on_site(world, remote_job(world, None))
    perform(
        world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE, note="没人告诉我"), world.now + HOUR
    )
    desk = sit_down("agent")
    desk.open("/remote-fees")
    for title in ("下单前的承诺", "路程", "签到与照片"):
        expect(desk.page.locator(".ant-card", has_text=title).first).to_be_visible()
    press(desk.page, "裁定远程费")
    choose(desk.page, "结果", "品牌")
    press(desk.page, "确定")
    expect(desk.page.get_by_text("没有待裁定的远程费")).to_be_visible()

    [ruled] = rows("SELECT ruled_by, customer_fen FROM remote_dispute")
    assert tuple(ruled) == ("agent", 0)
    assert desk.complaints == []


def test_a_return_visit_is_answered_as_a_form(sit_down: SitDown, world: World) -> None:
    """Each question has its answers; what was pressed is what is kept."""
    done = submitted(world)
    perform(world.customer(done), done, Command(Action.CONFIRM), world.now + 4 * HOUR)
    call = create(world.actor("agent"), done, world.now).id
    perform(world.actor("agent"), call, Command(Action.ACCEPT), world.now)
    desk = sit_down("agent")
    desk.open(f"/jobs/{call}")
    press(desk.page, "记录回访")
    desk.page.get_by_role("group", name="师傅是否按约定时间上门？").get_by_label("否").click()
    desk.page.get_by_role("group", name="产品现在是否正常使用？").get_by_label("是").click()
    press(desk.page, "确定")
    expect(desk.page.get_by_text("记录回访：已完成")).to_be_visible()

    kept = rows(
        "SELECT question, answer FROM return_visit_answer WHERE job_id = :job ORDER BY question", job=call
    )
    assert [tuple(one) for one in kept] == [("on_time", "no"), ("works", "yes")]
    assert desk.complaints == []


def test_a_breach_is_excused_on_the_wall(sit_down: SitDown, world: World) -> None:
    """The digest counts it until then."""
    job_id = booked(world)
    late = {"clock_id": job_id, "kind": "contact", "family": "dealer", "level": 3, "due_at": world.now}
    with db.engine.begin() as tx:
        tx.execute(
            insert(Breach).values(job_id=job_id, dealer_id=world.dealers[0], raised_at=world.now, **late)
        )
    desk = sit_down("agent")
    desk.open("/late")
    expect(desk.page.locator("table").first).to_contain_text("烟台第1网点")
    press(desk.page, "免责")
    choose(desk.page, "原因", "天气")
    press(desk.page.locator(".ant-modal"), "免责")
    expect(desk.page.get_by_text("没有未处理的超时")).to_be_visible()
    assert [one.excuse for one in rows("SELECT excuse FROM breach")] == ["weather"]
    assert desk.complaints == []


def test_a_file_of_orders_is_followed_to_its_end(sit_down: SitDown, world: World) -> None:
    """Uploaded, running, done without a reload; the bad row's file is a link beside it."""
    desk = sit_down("agent")
    desk.open("/order-imports")
    choose(desk.page, "导入到", "自营商城")
    file = {"name": "订单.csv", "mimeType": "text/csv", "buffer": template_csv()}
    desk.page.locator("input[type=file]").set_input_files(file)
    press(desk.page, "上传")
    expect(desk.page.get_by_role("cell", name="排队中")).to_be_visible()
    number = claim_next(world.now)
    assert number is not None
    run_import(number, world.now)
    expect(desk.page.get_by_role("cell", name="已完成")).to_be_visible()
    link = desk.page.get_by_role("link", name="下载错误文件")
    assert link.get_attribute("href") == f"/api/v1/order-imports/{number}/errors.csv"
    assert desk.complaints == []
