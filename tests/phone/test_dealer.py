"""A dealer's dispatcher between two customers: an offer, who goes, and when."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Route, expect

from domain.actions import Action, Command
from domain.actors import SYSTEM
from services.lifecycle import perform
from tests.phone.conftest import Phone
from tests.rows import rows
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
    const rows = document.querySelectorAll(".tz-list__row").length;
    return { longest, rows, end: list.innerText.includes("第 500 件") };
}"""


def test_five_hundred_jobs_scroll_without_a_long_task(
    pick_up: PickUp, world: World, as_dispatcher: str
) -> None:
    """Only the rows in sight exist; of three ways down the list one takes no task above a tenth of a second."""
    job_id = world.job()
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    phone = pick_up()
    phone.page.route("**/api/v1/jobs?status=booked*", _five_hundred)
    phone.open(as_dispatcher)
    phone.page.locator("#to-jobs").click()
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
        "window_end": "2026-03-02T09:00:00Z", "installer_id": 1, "product_name": "",
    }  # fmt: skip
    items = [{**line, "id": number, "product_name": f"第 {number} 件"} for number in range(1, 501)]
    route.fulfill(json={"items": items, "next_cursor": None})


def test_an_offer_is_accepted_given_to_an_installer_and_booked(
    pick_up: PickUp, world: World, as_dispatcher: str
) -> None:
    """Three deeds in a row, each offered when it is its turn; another offer is declined with a reason."""
    jobs = [world.job(), world.job()]
    for job_id in jobs:
        perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    first, second = (row.id for row in rows("SELECT id FROM offer WHERE status = 'open' ORDER BY job_id"))
    phone = pick_up()
    phone.open(as_dispatcher)
    expect(phone.page.locator(f"#accept-{first}")).to_be_visible()
    phone.look("dealer-01-offers")
    phone.page.locator(f"#decline-{second}").click()
    phone.look("dealer-02-decline")
    phone.page.locator("#because-too_far").click()
    expect(phone.page.locator(f"#accept-{second}")).to_have_count(0)

    phone.page.locator(f"#accept-{first}").click()
    phone.page.get_by_role("radio", name="installer1").click()
    phone.look("dealer-03-assign")
    phone.page.locator("#assign").click()
    expect(phone.page.locator("#assign")).to_have_count(0)
    phone.page.locator(".tz-choice").first.click()
    phone.look("dealer-04-book")
    phone.page.locator("#book-now").click()
    expect(phone.page.get_by_text("已预约")).to_be_visible()
    phone.look("dealer-05-booked")
    states = [row.status for row in rows("SELECT status FROM job WHERE id = ANY(:j) ORDER BY id", j=jobs)]
    assert (states[0], phone.complaints) == ("booked", [])
