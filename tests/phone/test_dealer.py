"""A dealer's dispatcher between two customers: an offer, who goes, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Route, expect

from domain.actions import Action, Command
from domain.actors import SYSTEM
from services.clocks import raise_levels
from services.lifecycle import answer_offer, perform
from tests.phone.conftest import Phone
from tests.rows import rows
from tests.services.money import rule
from tests.services.test_lifecycle import booked
from tests.worlds import World

PickUp = Callable[[], Phone]


SCROLLED = """async () => {
    const list = document.querySelector(".tz-list");
    let longest = 0;
    const watch = new PerformanceObserver((found) => {
        for (const task of found.getEntries()) longest = Math.max(longest, task.duration);
    });
    watch.observe({ type: "longtask" });
    for (let top = 0; top < 500 * 104; top += 700) {
        list.scrollTop = top;
        await new Promise((drawn) => requestAnimationFrame(drawn));
    }
    const end = () => list.innerText.includes("第 500 件");
    for (let frame = 0; frame < 60 && !end(); frame++) await new Promise((drawn) => requestAnimationFrame(drawn));
    const rows = document.querySelectorAll(".tz-list__row").length;
    return { longest, rows, end: end() };
}"""


def test_five_hundred_jobs_scroll_without_a_long_task(
    pick_up: PickUp, world: World, as_dispatcher: str
) -> None:
    """Only the rows in sight exist; of three ways down the list one takes no task above a tenth of a second."""
    phone = pick_up()
    phone.page.route("**/api/v1/jobs?status=booked*", _five_hundred)
    phone.open(as_dispatcher)
    phone.page.locator("#to-dealerJobs").click()
    expect(phone.page.get_by_text("第 1 件", exact=True)).to_be_visible()
    phone.look("dealer-06-jobs")
    phone.page.clock.resume()
    found = [phone.page.evaluate(SCROLLED) for _ in range(3)]
    assert all(one["rows"] < 40 for one in found)
    assert found[-1]["end"]
    assert min(one["longest"] for one in found) < 100


def _five_hundred(route: Route) -> None:
    """A page of the list such as the server gives, at its longest."""
    line = {
        "kind": "install", "status": "booked", "window_start": "2026-03-02T04:00:00Z", "place": "烟台市芝罘区",
        "window_end": "2026-03-02T09:00:00Z", "installer_id": 1, "product_name": "", "urged_until": None,
        "next_contact_at": None,
    }  # fmt: skip
    items = [{**line, "id": number, "product_name": f"第 {number} 件"} for number in range(1, 501)]
    route.fulfill(json={"items": items, "next_cursor": None})


# A browser without a telephone stays in the middle of the way to it.
RINGING = """navigation.addEventListener("navigate", (event) => {
    if (!event.destination.url.startsWith("tel:")) return;
    window.rung = event.destination.url;
    event.preventDefault();
})"""


def _offered(world: World, *phones: str) -> list[int]:
    rule()
    jobs = [world.job(phone=phone) for phone in phones]
    for job_id in jobs:
        perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    return jobs


def test_an_offer_is_accepted_given_to_an_installer_and_booked(
    pick_up: PickUp, world: World, as_dispatcher: str
) -> None:
    """Each deed offered when it is its turn; a call comes before the time; another offer is declined with a reason."""
    jobs = _offered(world, "13800001111", "13800002222")
    first, second = (row.id for row in rows("SELECT id FROM offer WHERE status = 'open' ORDER BY job_id"))
    phone = pick_up()
    page = phone.page
    phone.open(as_dispatcher)
    page.locator("#waits-offers").click()
    expect(page.locator(f"#accept-{first}")).to_be_visible()
    page.clock.fast_forward(500)  # the page has come in: only then it scrolls
    phone.look("dealer-02-offers")
    page.locator(f"#decline-{second}").click()
    phone.look("dealer-03-decline")
    page.locator("#because-too_far").click()
    expect(page.locator(f"#accept-{second}")).to_have_count(0)

    page.locator(f"#accept-{first}").click()
    page.get_by_role("radio", name="installer1").click()
    phone.look("dealer-04-assign")
    page.locator("#assign").click()
    expect(page.locator("#assign")).to_have_count(0)
    page.evaluate(RINGING)
    page.locator("#ring").click()
    assert page.evaluate("window.rung") == "tel:13800001111"
    phone.look("dealer-05-call")
    page.locator("#call-fail_booking").click()
    page.get_by_role("radio", name="无人接听或占线关机").click()
    page.get_by_role("radio", name="一小时后").click()
    page.locator("#do-fail_booking").click()
    expect(page.locator("#do-fail_booking")).to_have_count(0)
    page.locator(".tz-choice").first.click()
    phone.look("dealer-05-book")
    page.locator("#book-now").click()
    expect(page.get_by_text("已预约")).to_be_visible()
    phone.look("dealer-06-booked")
    states = [row.status for row in rows("SELECT status FROM job WHERE id = ANY(:j) ORDER BY id", j=jobs)]
    assert (states[0], phone.complaints) == ("booked", [])


def test_offers_at_one_door_are_accepted_together(pick_up: PickUp, world: World, as_dispatcher: str) -> None:
    """One button for the visit; the third, elsewhere, stays."""
    jobs = _offered(world, "13800001111", "13800001111", "13800002222")
    phone = pick_up()
    phone.open(as_dispatcher)
    phone.page.locator("#waits-offers").click()
    expect(phone.page.get_by_text("同一地址 2 单")).to_be_visible()
    phone.look("dealer-17-one-door")
    phone.page.locator("#accept-all-0").click()
    expect(phone.page.get_by_text("1 单等您接")).to_be_visible()
    states = [row.status for row in rows("SELECT status FROM job WHERE id = ANY(:j) ORDER BY id", j=jobs)]
    assert (states, phone.complaints) == (["accepted", "accepted", "offered"], [])


def test_what_is_late_urged_or_complained_of_is_answered(
    pick_up: PickUp, world: World, as_dispatcher: str
) -> None:
    """Each from its line on the first page, with the words of whoever asks."""
    before, desk = world.now - timedelta(hours=26), world.actor("dispatcher1")
    late, angry = world.job(), booked(world, phone="13800002222")
    perform(SYSTEM, late, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), before)
    [offer] = rows("SELECT id FROM offer WHERE job_id = :j", j=late)
    answer_offer(desk, Command(Action.ACCEPT, offer_id=offer.id), before)
    raise_levels(world.now)
    perform(world.actor("agent"), late, Command(Action.URGE, reason="late", note="客户很急"), world.now)
    told = Command(Action.COMPLAINT_OPENED, category="safety", note="打开就跳闸，不敢用")
    perform(world.customer(angry), angry, told, world.now)
    phone = pick_up()
    page = phone.page
    phone.open(as_dispatcher)
    page.locator("#waits-late").click()
    expect(page.get_by_text("还没做完 3 项")).to_be_visible()
    phone.look("dealer-18-late")
    page.get_by_text("说明情况").first.click()
    page.get_by_role("textbox").fill("师傅请假，明天补上")
    page.get_by_text("提交", exact=True).click()
    expect(page.get_by_text("已说明")).to_be_visible()
    page.evaluate("history.back()")

    page.locator("#waits-urges").click()
    page.locator(f"#job-{late}").click()
    page.locator("#answer-urge").click()
    page.locator("#ask-note textarea").fill("今天下午联系客户")
    phone.look("dealer-19-urge")
    page.locator("#do-urge_answered").click()
    expect(page.locator("#answer-urge")).to_have_count(0)
    page.evaluate("history.go(-2)")

    page.locator("#waits-complaints").click()
    phone.look("dealer-20-complaints")
    page.locator(".tz-card").first.click()
    expect(page.get_by_text("打开就跳闸，不敢用")).to_be_visible()
    page.locator("#reply textarea").fill("已经让师傅今天带仪器上门")
    phone.look("dealer-21-complaint")
    page.locator("#reply-send").click()
    expect(page.get_by_text("已回复")).to_be_visible()
    [reply] = rows("SELECT first_reply_at FROM complaint")
    memos = rows("SELECT 1 FROM breach WHERE memo_id IS NOT NULL")
    assert (reply.first_reply_at, len(memos), phone.complaints) == (world.now, 1, [])
