"""What somebody decides at a desk and another one lives with: repairs, appeals, what was given up, a lost phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import insert

from models import db
from models.notice import Outbox
from services import audits
from tests.browser.conftest import Desk
from tests.browser.test_finance import press
from tests.rows import rows
from tests.services.test_audit_verdicts import WORK, waiting
from tests.worlds import World

SitDown = Callable[[str], Desk]


def test_a_repair_is_asked_for_by_choosing_what_was_bought(sit_down: SitDown, world: World) -> None:
    """The agent knows the order's number, picks its line, and the repair stands in the list with who pays."""
    world.job()
    [order] = rows("SELECT number FROM customer_order")
    desk = sit_down("agent")
    desk.open("/service-requests?state=all")
    page = desk.page
    page.get_by_role("button", name="新建维修申请").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_placeholder("订单号").fill(order.number)
    dialog.get_by_placeholder("订单号").press("Enter")
    dialog.get_by_role("radio").first.check()
    dialog.get_by_label("故障").fill("不出热水")
    press(page, "新建维修申请")
    expect(page.get_by_role("button", name="判定责任")).to_be_visible()
    assert [row.n for row in rows("SELECT count(*) AS n FROM service_request")] == [1]
    assert desk.complaints == []


def test_an_owner_appeals_an_audit_and_another_person_grants_it(sit_down: SitDown, world: World) -> None:
    """On the job's own page; who did not judge answers, and the owner reads it."""
    job_id, later = waiting(world, second=False)
    audits.judge(world.actor("auditor"), job_id, WORK, later)
    owner = sit_down("owner1")
    owner.open(f"/jobs/{job_id}")
    owner.page.get_by_role("button", name="申诉", exact=True).click()
    owner.page.get_by_role("dialog").get_by_label("理由").fill("接头当时就是干的")
    press(owner.page, "申诉")
    expect(owner.page.get_by_text("答复期限")).to_be_visible()
    admin = sit_down("admin")
    admin.open(f"/audits/{job_id}")
    admin.page.get_by_role("button", name="答复申诉").click()
    admin.page.get_by_role("dialog").get_by_label("申诉成立").check()
    admin.page.get_by_role("dialog").get_by_label("理由").fill("照片可以辨认")
    press(admin.page, "答复申诉")
    expect(admin.page.get_by_text("成立：照片可以辨认")).to_be_visible()
    owner.open(f"/jobs/{job_id}")
    expect(owner.page.get_by_text("成立，结论已撤销")).to_be_visible()
    assert owner.complaints + admin.complaints == []


def test_what_was_given_up_is_dropped_and_a_lost_phone_signed_out(sit_down: SitDown, world: World) -> None:
    """Each leaves its list at once, with the reason on record."""
    world.sign_in("agent", world.now)
    given_up = {
        "kind": "notice",
        "dedupe_key": "t",
        "payload": {},
        "state": "parked",
        "created_at": world.now,
    }
    with db.engine.begin() as tx:
        tx.execute(insert(Outbox).values(**given_up, last_error="RuntimeError: away"))
    desk = sit_down("admin")
    page = desk.page
    desk.open("/outbox")
    page.get_by_role("button", name="放弃", exact=True).click()
    page.get_by_role("dialog").get_by_label("为什么不用再发").fill("已电话告知")
    press(page, "放弃")
    expect(page.get_by_text("没有这样的消息")).to_be_visible()
    desk.turn_to("/people")
    page.get_by_role("row").filter(has_text="客服").get_by_role("button", name="登录设备").click()
    page.get_by_role("dialog").get_by_role("button", name="下线").click()
    page.get_by_role("dialog").filter(has_text="立即退出").get_by_role("button", name="下线").click()
    expect(page.get_by_text("没有登录")).to_be_visible()
    assert [row.dropped_why for row in rows("SELECT dropped_why FROM outbox WHERE state = 'dropped'")] == [
        "已电话告知"
    ]
    assert desk.complaints == []
